"""What a student reads is true, said once, and says what to do."""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.checks.base import sentence
from grader.checks.compare import describe, returned
from grader.checks.raised import problem_words, raised_words
from grader.diagnosis import Diagnosis, Finding, has_a_line, words
from grader.diagnosis.words import formula, is_number
from grader.result import Message, Result
from grader.sandbox.exchange import Lost
from grader.sandbox.messages import Problem
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


@pytest.mark.parametrize("old, new, id, structure", [
    ("r * np.sin(a), r * np.cos(a)", "r * np.sin(np.radians(a)), r * np.cos(np.radians(a))", "other-angles", "other angles than asked"),
    ("r = np.random.uniform(low, high)", "r = np.sqrt(np.random.uniform(low**2, high**2))", "square-root-of-radius",
     "the inner and the outer radius drawn as a square root"),
    ("((0.0, 2.5, 1), (3.5, 5.0, 0))", "((3.5, 5.0, 1), (0.0, 2.5, 0))", "rings-swapped",
     "the ring in the first half, the disc in the second"),
    ("((0.0, 2.5, 1)", "((0.0, 2.0, 1)", "wrong-radii", "the inner radius in [0, 2) in place of [0, 2.5)"),
])
def test_what_is_wrong_with_points_is_one_slip(old: str, new: str, id: str, structure: str) -> None:
    """Radii and angles are looked at apart, and what happens to both rings is told once."""
    (slip,) = diagnosed((old, new)).slips
    assert (slip.id, slip.structure) == (id, structure)


def test_of_two_equal_explanations_the_true_one_in_either_case_is_told() -> None:
    """forward alone gives sigma(-z): y = sigma(-z) is true wherever the minus stands, and no line is pointed at."""
    (slip,) = diagnosed(("return _sigmoid(_hidden_and_logit(X, params)[1])", "return 1 - _sigmoid(_hidden_and_logit(X, params)[1])")).slips
    assert slip.structure == "y = sigma(-z)" and not has_a_line(slip, [slip])


@pytest.mark.parametrize("loss, structure", [
    ("np.mean((t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))[0])", "the first example's loss"),
    ("(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))[-1] / N", "the last example's loss over N"),
])
def test_a_loss_of_one_example_is_one_slip(loss: str, structure: str) -> None:
    """Whether it is divided by N belongs to that slip."""
    (slip,) = diagnosed(("np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))", loss)).slips
    assert slip.structure == structure


def test_rounded_gradients_are_one_slip() -> None:
    """Gradients rounded where they are returned are charged once; the others are proved to be right but for it."""
    diagnosis = diagnosed((GRADS, '{"U": U_bar.round(2), "b": b_bar.round(2), "W": W_bar.round(2), "c": c_bar.round(2)}'))
    assert [slip.structure for slip in diagnosis.slips] == ["gradients rounded to 2 decimals"] and diagnosis.carried == {"dW", "db", "dU"}


def test_an_infinite_loss_has_its_cause() -> None:
    """What is certain can be the cause, and then it is not said that none was found."""
    infinite = finding(diagnosed(("np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))", "np.inf")), "loss").hint
    assert "logarithm" in infinite and "not found" not in infinite


def test_a_fixed_count_is_shown_as_one() -> None:
    """1/500 is a division by 500, and two divisors stand in parentheses."""
    coded = [finding(diagnosed(("(_sigmoid(z) - t) / N", f"(_sigmoid(z) - t) / {count}")), "dc").coded for count in ("500", "(2 * N)")]
    assert coded == ["sum over the examples of (y-t) / 500", "sum over the examples of (y-t) / (2 N)"]


def test_one_filled_column_is_known() -> None:
    """A gradient of which one input's entries alone are filled is told so."""
    (slip,) = diagnosed(("U_bar = G_bar.T @ X", "U_bar = G_bar.T @ (X * (np.arange(X.shape[1]) == 0))")).slips
    assert slip.id == "only-first-input"


def test_the_grader_says_how_it_calls() -> None:
    """A function of other arguments learns which ones it is given; an error inside it does not."""
    wrong = Problem("TypeError", "forward() missing 3 required positional arguments: 'b', 'W', and 'c'")
    assert "forward(X, params)" in problem_words(wrong) and "calls" not in problem_words(Problem("TypeError", "forward() of a string"))


LOSS = "np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))"
EACH = "(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))"


@pytest.mark.parametrize("loss, ids", [
    (f"np.sum({EACH}) / X.shape[1]", ["number-of-inputs-for-count"]),
    (f"np.sum({EACH}) / 500", ["fixed-count"]),
    (f"np.sum({EACH}) / np.log(2)", ["loss-summed", "base-2-logarithm"]),
    (f"np.sum({EACH}) / (N - 1)", ["wrong-count"]),
    (f"np.sum({EACH}[1:]) / N", ["loss-lacks-first-example"]),
    (f"np.sum({EACH}[:-1]) / N", ["loss-lacks-last-example"]),
])
def test_counts_of_a_loss_are_told_apart(loss: str, ids: list[str]) -> None:
    """A sum over a wrong number is no sum, and two factors are two slips."""
    assert [slip.id for slip in diagnosed((LOSS, loss)).slips] == ids


@pytest.mark.parametrize("residual, id", [
    ("(-t / y - (1 - t) / (1 - y)) * y * (1 - y) / N", "residual-negative"),
    ("(t / y + (1 - t) / (1 - y)) * y * (1 - y) / N", "residual-absolute"),
    ("(-t / y + (1 - t) / (1 - y)) * _sigmoid(y) * (1 - _sigmoid(y)) / N", "sigmoid-derivative-of-output"),
])
def test_the_long_way_round_is_told_with_its_sign(residual: str, id: str) -> None:
    """Slips in the loss's derivative with respect to y are one slip each, and the right sign is asked about."""
    assert [slip.id for slip in diagnosed(("z_bar = (_sigmoid(z) - t) / N", f"y = _sigmoid(z)\n    z_bar = {residual}")).slips] == [id]


def test_no_line_for_an_example_that_a_loop_leaves_out() -> None:
    """The residual's line is right where the loop begins at 1."""
    (slip,) = diagnosed(("z_bar = (_sigmoid(z) - t) / N", "z_bar = (_sigmoid(z) - t) / N * (np.arange(N) > 0)")).slips
    assert slip.id == "residual-lacks-first" and not has_a_line(slip, [slip])


def test_a_rounded_output_is_known() -> None:
    """forward's y rounded to some decimals is told so."""
    output = "_sigmoid(_hidden_and_logit(X, params)[1])"
    (slip,) = diagnosed((f"return {output}", f"return np.round({output}, 3)")).slips
    assert slip.structure == "y = sigma(z) rounded to 3 decimals"


def test_a_question_does_not_lead_away() -> None:
    """What happens between calls, or after all is computed, is not asked about as a slip in the equations."""
    (slip,) = diagnosed((GRADS, '{"U": U_bar.round(2), "b": b_bar.round(2), "W": W_bar.round(2), "c": c_bar.round(2)}')).slips
    assert "which key" not in words(slip, "hint") and words(slip, "hint").endswith("?")
    (slip,) = diagnosed((LOSS, f"2 * {LOSS}")).slips
    assert words(slip, "hint").startswith("Look at the loss. ")


def test_a_slip_of_forward_alone_spoils_forward_alone() -> None:
    """Where backprop has its own forward pass, which is right, its gradients have slips of their own."""
    alone = ("return _sigmoid(_hidden_and_logit(X, params)[1])",
             'return _sigmoid((X @ params["U"].T + params["b"]) @ params["W"] + params["c"])')
    diagnosis = diagnosed(alone, ("(1 - H**2)", "(1 - H)"))
    assert {slip.id: slip.spoils for slip in diagnosis.slips} == {
        "missing-hidden-activation": ("y",), "missing-square-in-tanh-derivative": ("db", "dU"),
    }


def test_z_bar_is_not_blamed_for_one_gradient() -> None:
    """c_bar summed from the loss's derivative with respect to y says nothing of z_bar."""
    (text,) = told(diagnosed(("z_bar.sum()", "(z_bar / (_sigmoid(z) * _sigmoid(-z))).sum()")))
    assert "Your z_bar" not in text and "y(1-y)" in text


def test_the_time_of_a_training_that_stopped_at_once_is_not_told(grade_source: Callable[..., Result], reference_source: str) -> None:
    """One step with its warnings says nothing of how fast the code is."""
    rows = graded(grade_source, reference_source, "c_bar = z_bar.sum()", 'c_bar = z_bar.sum() + (np.nan if params["c"] else 0.0)')
    assert rows["5.3"].came == "Training stopped at step 1, too early for its time to tell anything." and not rows["5.3"].look


def test_a_question_is_not_ended_by_a_full_stop():
    """What ends in a question mark stays a sentence of its own."""
    lost = Lost("late", "60")
    assert sentence(f"Nothing could be graded: {raised_words(lost)}").endswith("or very slow code?")
