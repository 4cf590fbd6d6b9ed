"""The reference holds to the tutorial, to finite differences and to complex step."""
from __future__ import annotations

import numpy as np
import pytest

from grader.checks.subject import draw_point
from grader.oracle import FIVE_POINT, complex_step, differences
from grader.rubric import DEFAULT, Size
from reference import backprop as reference

PRINTED = [0.75, 0.43, 0.35, 0.16, 0.11, 0.09, 0.07, 0.06, 0.06, 0.05, 0.05, 0.05] + [0.04] * 7 + [0.03]
DIGITS = {0: 0.745379764802, 500: 0.049523245973, 950: 0.034124738675, 999: 0.033117931272}


@pytest.fixture(scope="module")
def losses():
    np.random.seed(0)
    data, labels = reference.make_dataset(500)
    return reference.train(data, labels, reference.initial_parameters())[1]


def test_all_twenty_rows_of_the_tutorials_table(losses):
    """The loss before every 50th step rounds to what the tutorial prints."""
    assert [float(f"{loss:.2f}") for loss in losses[::50]] == PRINTED


def test_the_digits_of_the_assignment(losses):
    """Four losses agree with the assignment's twelve decimals."""
    for step, loss in DIGITS.items():
        assert losses[step] == pytest.approx(loss, abs=6e-13)


def loss_at(point):
    return lambda params: reference.backprop(point.X, point.t, params)[1]


@pytest.mark.parametrize("size", [Size(7, 2, 3), Size(1, 2, 3), Size(5, 4, 2), Size(9, 3, 1)])
def test_gradient_against_finite_differences(size):
    """Every entry of the gradient is the slope of the loss."""
    point = draw_point(11, size)
    grads, _ = reference.backprop(point.X, point.t, point.params)
    slopes = differences(loss_at(point), point.params, FIVE_POINT, 1e-3)
    for name, slope in slopes.items():
        np.testing.assert_allclose(grads[name], slope, atol=1e-10)


def naive_loss(point):
    def loss(params):
        z = np.tanh(point.X @ params["U"].T + params["b"]) @ params["W"] + params["c"]
        return np.mean(point.t * np.log(1 + np.exp(-z)) + (1 - point.t) * np.log(1 + np.exp(z)))

    return loss


def test_gradient_against_complex_step():
    """Complex step, exact to rounding, on a loss written a second time agrees to 1e-14."""
    point = draw_point(12, Size(7, 2, 3))
    grads, _ = reference.backprop(point.X, point.t, point.params)
    for name, slope in complex_step(naive_loss(point), point.params).items():
        np.testing.assert_allclose(grads[name], slope, atol=1e-14)


@pytest.mark.parametrize("name", ["U", "b", "W", "c"])
def test_the_oracles_notice_a_planted_error(name):
    """A gradient that is 0.1% off in one entry is far outside the oracles' error."""
    point = draw_point(13, Size(7, 2, 3))
    slopes = differences(loss_at(point), point.params)
    exact = complex_step(naive_loss(point), point.params)
    planted = np.ravel(exact[name])[0] * 1.001
    assert abs(planted - np.ravel(slopes[name])[0]) > 1000 * abs(np.ravel(exact[name])[0] - np.ravel(slopes[name])[0])


def test_saturated_inputs_give_no_warning():
    """The stable form neither overflows nor loses the loss at z near 1000."""
    params = {"U": np.ones((3, 2)), "b": np.zeros(3), "W": np.full(3, 400.0), "c": 0}
    with np.errstate(all="raise", under="ignore"):
        grads, loss = reference.backprop(np.array([[5.0, 5], [-5, -5]]), np.array([0, 1]), params)
    assert loss == pytest.approx(1200)
    assert np.isfinite(grads["W"]).all()


def test_pictures_and_table_as_a_student_would_run_it(tmp_path):
    """python backprop.py prints the table and saves both pictures."""
    import subprocess
    import sys

    done = subprocess.run([sys.executable, reference.__file__], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("step")] == [f"{loss:.2f}" for loss in PRINTED]
    assert all((tmp_path / name).stat().st_size > 5000 for name in ("data.png", "decision_surface.png"))


def test_rubric_sizes_reach_what_the_issue_asks():
    """The graded points include N = 1, other D and H, D equal to H, int and float labels, int and float c."""
    points = [draw_point(DEFAULT.seed("point", i), size, i) for i, size in enumerate(DEFAULT.gradient_sizes)]
    assert {point.float_labels for point in points} == {True, False}
    assert {float(point.params["c"]).is_integer() for point in points} == {True, False}
    sizes = {(size.D, size.H) for size in DEFAULT.gradient_sizes}
    assert any(size.N == 1 for size in DEFAULT.gradient_sizes) and any(D == H for D, H in sizes) and len(sizes) > 3
