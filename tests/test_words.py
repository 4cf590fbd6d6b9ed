"""What a student reads is true, said once, and says what to do."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.checks.compare import describe, returned
from grader.diagnosis import Diagnosis, Finding, words
from grader.diagnosis.words import formula, is_number
from grader.result import Message, Result
from grader.sandbox.wire import Tensor, Value
from tests.test_diagnosis import diagnosed

GRADS = '{"U": U_bar, "b": b_bar, "W": W_bar, "c": c_bar}'
RETURN = f"    return {GRADS}, loss"


def told(diagnosis: Diagnosis) -> list[str]:
    return [words(slip, "full") for slip in diagnosis.slips]


def graded(grade_source: Callable[..., Result], source: str, old: str, new: str) -> dict[str, Message]:
    assert old in source
    return {check.number: check.message for check in grade_source(source.replace(old, new)).checks}


def finding(diagnosis: Diagnosis, quantity: str) -> Finding:
    return next(finding for finding in diagnosis.findings if finding.quantity == quantity)


def test_a_sign_beside_another_slip_is_not_called_the_whole_truth() -> None:
    """Of a gradient with two slips nothing says that it is right but for one of them."""
    said = " ".join(told(diagnosed(("G_bar.T @ X", "-2 * (H_bar.T @ X)"))))
    assert "right but" not in said and "sign is turned round" in said and "squared error" not in said and "twice" in said


@pytest.mark.parametrize("stored, also, ids", [
    ('{"U": b_bar, "b": U_bar, "W": W_bar, "c": c_bar}', None, ["gradients-under-each-others-keys"]),
    ('{"U": U_bar, "b": b_bar, "W": c_bar, "c": W_bar}', None, ["gradients-under-each-others-keys"]),
    ('{"U": b_bar, "b": U_bar, "W": W_bar, "c": c_bar}', ("H_bar * (1 - H**2)", "H_bar"),
     ["missing-tanh-derivative", "gradients-under-each-others-keys"]),
    ('{"U": W_bar, "b": b_bar, "W": U_bar, "c": c_bar}', ("G_bar.sum(axis=0)", "G_bar.mean(axis=0)"),
     ["mean-taken-twice", "gradients-under-each-others-keys"]),
    ('{"U": b_bar, "b": U_bar, "W": c_bar, "c": W_bar}', ("H_bar * (1 - H**2)", "H_bar"),
     ["missing-tanh-derivative", "gradients-under-each-others-keys", "gradients-under-each-others-keys"]),
])
def test_exchanged_keys_are_told_once(stored: str, also: tuple[str, str] | None, ids: list[str]) -> None:
    """Gradients of different shapes under each other's keys are known by their shapes, whatever else is wrong with them."""
    diagnosis = diagnosed((GRADS, stored), *([also] if also else []))
    assert [slip.id for slip in diagnosis.slips] == ids
    assert all(text.count("stored under") <= 1 and "also spoils" not in text for text in told(diagnosis) if "dict" in text)


def test_a_slip_reaches_only_what_it_reaches() -> None:
    """A mean in b_bar is placed there, though dU and dW changed places."""
    diagnosis = diagnosed((GRADS, '{"U": W_bar, "b": b_bar, "W": U_bar, "c": c_bar}'), ("G_bar.sum(axis=0)", "G_bar.mean(axis=0)"))
    assert (diagnosis.slips[0].step, diagnosis.slips[0].spoils) == ("b_bar", ("db",))


def test_no_exchange_where_one_of_two_is_not_explained() -> None:
    """dW stored under c says nothing of what stands under W."""
    diagnosis = diagnosed((GRADS, '{"U": U_bar, "b": b_bar, "W": np.full(3, c_bar), "c": W_bar}'))
    assert [slip.id for slip in diagnosis.slips] == ["dw-stored-under-c"] and finding(diagnosis, "dW").verdict == "unexplained"


@pytest.mark.parametrize("factor, said", [
    ("0.5 * ", "half of what is asked"), ("2 * ", "twice what is asked"), ("3 * ", "3 times what is asked"), ("0.25 * ", "a quarter of"),
])
def test_a_constant_is_said_in_words(factor: str, said: str) -> None:
    """Of a loss that is a constant times the asked one nothing is said to be lacking."""
    (text,) = told(diagnosed(("loss = np.mean(", f"loss = {factor}np.mean(")))
    assert said in text and "lacks" not in text and "too much" not in text and "squared error" not in text


def test_numbers_among_factors() -> None:
    """What is no quantity of the network is a number."""
    assert all(is_number(name) for name in ("2", "1/500", "ln 2", "1/ln 2", "0.37", "2^2"))
    assert not any(is_number(name) for name in ("h", "1-h^2", "1/N", "y(1-y)", "-1", "1-y", "N"))


def test_factors_stand_in_the_order_of_the_asked_formula() -> None:
    """The two formulas under each other differ where the code does, and in nothing else."""
    powers = {"x": 1.0, "w": 1.0, "1-h^2": 1.0, "y-t": 1.0, "N": -1.0, "2": 1.0}
    assert formula(powers) == "sum over the examples of 2 (y-t) w (1-h^2) x / N"


def test_a_loss_with_its_own_gradient_says_so_once() -> None:
    """Two slips of one loss share the remark about its gradient, and the formula holds both."""
    squares = ("loss = np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))", "loss = np.sum((_sigmoid(z) - t) ** 2) / 2")
    diagnosis = diagnosed(squares, ("z_bar = (_sigmoid(z) - t) / N", "z_bar = (_sigmoid(z) - t) * _sigmoid(z) * _sigmoid(-z)"))
    assert sum("right for the loss" in text for text in told(diagnosis)) == 1
    assert finding(diagnosis, "loss").coded == "N times the mean of (y-t)^2 / 2"


@pytest.mark.parametrize("digits", [2, 4])
def test_a_rounded_loss_is_known(digits: int) -> None:
    """A loss rounded for printing is named."""
    (slip,) = diagnosed(("loss = np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))",
                         f"loss = round(float(np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))), {digits})")).slips
    assert slip.structure == f"the loss rounded to {digits} digits"


def test_a_rounded_loss_has_no_slope_for_a_small_step(grade_source: Callable[..., Result], reference_source: str) -> None:
    """What is said of a loss without slope is true of a rounded one."""
    rows = graded(grade_source, reference_source, RETURN, RETURN.replace(" loss", " round(float(loss), 4)"))
    assert "when a parameter is moved by 1e-05" in rows["3.6"].came and "whatever" not in rows["3.6"].came


def test_a_loss_that_is_none_is_called_so(grade_source: Callable[..., Result], reference_source: str) -> None:
    """None in the loss's place alone is no missing return."""
    rows = graded(grade_source, reference_source, RETURN, RETURN.replace(" loss", " print(loss)"))
    assert rows["3.1"].came == "The loss is None, where one number belongs." and not rows["3.1"].look


def test_none_is_a_missing_return_where_it_is_all() -> None:
    """The advice stands only where a function returned None."""
    assert (returned(None), describe(None)) == ("None (is a return missing?)", "None")


def test_all_of_several_things_are_named() -> None:
    """Five things are five in the list; of more than eight the rest are counted."""
    tensor: Value = Tensor(np.zeros(3))
    assert describe((tensor,) * 5).count("array of shape (3,)") == 5
    assert describe((None,) * 11).endswith(", and 3 more")


def test_lists_are_to_be_wrapped(grade_source: Callable[..., Result], reference_source: str) -> None:
    """A list of the right numbers is told what makes an array of it."""
    rows = graded(grade_source, reference_source, '"W": W_bar', '"W": W_bar.tolist()')
    assert "a Python list of shape (3,)" in rows["3.3"].came and "np.array(...)" in rows["3.3"].came


@pytest.mark.parametrize("old, new, said", [
    ("np.random.uniform(low, high)\n            a = np.random.uniform(0, 2 * np.pi)",
     "0\n            a = np.random.uniform(0, 2 * np.pi)\n            r = np.random.uniform(low, high)", "Yours draws the angle first."),
    ("np.random.uniform(low, high)", "np.random.default_rng(3).uniform(low, high)", "the same radius for all points of a half"),
    ("np.random.uniform", "np.random.RandomState(num_points).uniform", "Remove it, and draw from np.random.uniform."),
])
def test_draws_in_words(old: str, new: str, said: str) -> None:
    """What is asked and what the code does cannot be mixed up."""
    assert said in told(diagnosed((old, new)))[0]
