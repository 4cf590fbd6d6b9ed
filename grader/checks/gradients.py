"""Rows 3.1 to 3.7: backprop's loss and gradients.

What may live here: comparison with the reference, with finite differences of
the student's own loss, and the use of the arguments.
"""
from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from grader import oracle
from grader.checks.base import Case, CheckFailed, check, form_words, sentence
from grader.checks.compare import Fitted, difference
from grader.checks.following import agree, cosine, follows_data
from grader.checks.forward import size_words
from grader.checks.subject import (
    AGREES_RTOL,
    PARAMETERS,
    BackpropAnswer,
    Backpropped,
    NoAnswer,
    Point,
    draw_point,
    is_core,
    read_backprop,
    right_at,
)
from grader.oracle import Array, Params
from grader.result import Difference, Message
from grader.rubric import Size
from grader.sandbox.messages import Returned
from grader.sandbox.wire import Tensor, Value

DIFFERENCE_SIZES = (Size(12, 2, 3), Size(10, 2, 3, 2.0))
DIFFERENCE_RTOL = {oracle.CENTRAL: 2e-6, oracle.FIVE_POINT: 3e-4}
"""Share of the largest gradient entry. Central differences with step 1e-5 err by 1e-9 for float64 losses;
the five-point rule with step 0.02 errs by 2e-5 for float32 losses, where the first errs by 1e-2."""
DIFFERENCE_STEP = {oracle.CENTRAL: 1e-5, oracle.FIVE_POINT: 0.02}
FRESH_DIFFERENCES = 5
FRESH_RTOL = dict.fromkeys(DIFFERENCE_RTOL, 0.02)
"""At fresh inputs, of which one that fits acquits: wide, since a seed may put a kink of relu between two steps."""
NEAR = 1.0003
"""Inputs so much larger have the same gradient to a thousandth, and a memory of the inputs takes them for others."""
SAME_RTOL = 1e-6
"""Of the largest entry: a sum in another order, as threads add it, differs by 1e-16 in float64 and by 1e-7 in float32."""
NO_SLOPE = 1e-7
"""A loss whose slopes are all smaller does not depend on the parameters: at these points they are near 0.1."""


class GradientCase(Case):
    @check("3.1")
    def check_loss(self) -> None:
        self._compare("loss")

    @check("3.2")
    def check_dc(self) -> None:
        self._compare("c")

    @check("3.3")
    def check_dW(self) -> None:
        self._compare("W")

    @check("3.4")
    def check_db(self) -> None:
        self._compare("b")

    @check("3.5")
    def check_dU(self) -> None:
        self._compare("U")

    def _compare(self, name: str) -> None:
        """One quantity at every graded point: first the tutorial's own sizes, then the others."""
        quantity = name if name == "loss" else f"d{name}"
        pairs = sorted(zip(self.subject.points, self.subject.backpropped), key=lambda pair: not is_core(pair[0]))
        slip = ""
        off_core: list[tuple[Point, Difference]] = []
        for point, answer in pairs:
            if off_core and not is_core(point):
                break
            asked = f"{quantity} for {size_words(point)}"
            share = 0.0 if is_core(point) else self.rubric.wrong_shape_share
            prefix = "" if is_core(point) else "Right for 2 inputs, 3 hidden units and several examples. But here: "
            if isinstance(answer, NoAnswer):
                if is_core(point):
                    raise self.no_answer(answer, asked)
                raise CheckFailed(Message(asked, prefix + sentence(answer.why)), share)
            actual = answer.loss if name == "loss" else answer.grads[name]
            if isinstance(actual, str):
                raise CheckFailed(Message(asked, prefix + form_words(quantity, actual)), share, quantity)
            expected, tolerance = expectation(point, name, self.rubric.value_rtol)
            off = difference(expected, actual.values, tolerance)
            if off and actual.slip:
                raise CheckFailed(Message(asked, prefix + form_words(quantity, actual.slip)), share, quantity)
            if off and is_core(point):
                off_core.append((point, off))
            elif off:
                raise CheckFailed(Message(asked, prefix + "Other numbers came.", off), share, quantity)
            slip = slip or actual.slip or answer.slips.get(name, "")
        if off_core:
            point, off = off_core[0]
            asked = f"{quantity} for {size_words(point)}"
            raise CheckFailed(Message(asked, "Other numbers came.", off, ratio_advice(off_core)), 0.0, quantity)
        if slip:
            raise CheckFailed(Message(quantity, f"The numbers are right. {sentence(slip)}"), self.rubric.wrong_shape_share)

    @check("3.6")
    def check_finite_differences(self) -> None:
        asked = "each gradient equal to the slope of the loss that your own backprop returns, when one parameter is moved a little"
        points = [draw_point(self.rubric.seed("differences", i), size) for i, size in enumerate(DIFFERENCE_SIZES)]
        answers = self.subject.backprop(points)
        gradients: list[tuple[Point, Params]] = []
        for point, answer in zip(points, answers):
            if isinstance(answer, NoAnswer):
                raise self.no_answer(answer, asked)
            gradient = answer.gradient()
            if gradient is None or isinstance(answer.loss, str):
                raise CheckFailed(Message(asked, f"There is no complete set of gradients and loss. {_incomplete(answer)}"))
            gradients.append((point, gradient))
        for point, gradient in gradients:
            fault = self._slope_fault(point, gradient, DIFFERENCE_RTOL, asked)
            if fault is not None:
                raise fault
        if self._has_right_loss() and not all(agree(gradient, point.expected[0], AGREES_RTOL) for point, gradient in gradients):
            came = "They agree here. But where the loss itself is graded it is the right one, whose slopes are others."
            raise CheckFailed(Message(asked, came, look="A loss has one formula, whatever the inputs are and whatever was asked before."))
        if not descent_cosine(gradients) > 0:
            raise CheckFailed(
                Message(asked, "They agree, but following them makes the true loss larger.", look="Check the signs in the loss.")
            )
        self._not_made_up(asked)

    def _has_right_loss(self) -> bool:
        answers = zip(self.subject.points, self.subject.backpropped)
        return all("loss" in right_at(point, answer, self.rubric.value_rtol) for point, answer in answers if is_core(point))

    def _not_made_up(self, asked: str) -> None:
        """Raises CheckFailed where the agreement was made for the public question, or for a loss that learns nothing from data."""
        points = [draw_point(secrets.randbits(32), DIFFERENCE_SIZES[i % len(DIFFERENCE_SIZES)]) for i in range(FRESH_DIFFERENCES)]
        with self.subject.client.unheard():
            gradients = ((point, self._fitting_gradient(point, asked)) for point in points)
            fitting = next(((point, gradient) for point, gradient in gradients if gradient is not None), None)
        if self.subject.is_late:
            return
        if fitting is None:
            raise CheckFailed(Message(asked, "They agree for the inputs that are graded, and at none of several fresh ones."))
        point, gradient = fitting
        if not agree(gradient, point.expected[0], AGREES_RTOL) and not follows_data(self.subject, point.size.N):
            came = "They agree, but your loss and gradients have next to nothing to do with the network and the labels."
            raise CheckFailed(Message(asked, came, look="The loss compares y, which forward gives for X, with t."))

    def _fitting_gradient(self, point: Point, asked: str) -> Params | None:
        """The gradient at a point if it is the slope there, and not one that was given for the same X before."""
        before = point.with_params({name: value + 0.5 for name, value in point.params.items()})
        answers = self.subject.backprop([before, point, replace(point, X=point.X * NEAR)])
        gradient, near = (None if isinstance(answer, NoAnswer) else answer.gradient() for answer in answers[1:])
        if gradient is None or near is None:
            return None
        is_stable = agree(near, gradient, FRESH_RTOL[oracle.CENTRAL])
        return gradient if is_stable and self._slope_fault(point, gradient, FRESH_RTOL, asked) is None else None

    def _slope_fault(self, point: Point, gradient: Params, rtol: Mapping[oracle.Stencil, float], asked: str) -> CheckFailed | None:
        first_fault: CheckFailed | None = None
        for stencil in (oracle.CENTRAL, oracle.FIVE_POINT):
            step = DIFFERENCE_STEP[stencil]
            moved = [point.with_params(params) for params in oracle.perturbed(point.params, stencil, step)]
            answers = self.subject.backprop(moved)
            losses = [_loss(answer) for answer in answers]
            slopes = oracle.combine(losses, point.params, stencil, step)
            fault = _slope_fault(slopes, gradient, rtol[stencil], step, asked, point)
            if fault is None:
                return None
            first_fault = first_fault or fault
        return first_fault

    @check("3.7")
    def check_arguments(self) -> None:
        asked = "backprop using X, t and params as they are given, and leaving them as they were"
        base = draw_point(self.rubric.seed("arguments", 0), Size(6, 2, 3), 4)
        other = draw_point(self.rubric.seed("arguments", 1), Size(6, 2, 3), 4)
        relabelled = Point(base.size, base.X, other_labels(base.t), base.params)
        changed = {"X": Point(base.size, other.X, base.t, base.params), "t": relabelled, "params": base.with_params(other.params)}
        calls = [point.backprop_call() for point in (base, base, *changed.values())]
        outcomes = self.subject.ask("backprop", calls, arguments_back=True)
        answers = [read_backprop(outcome, base.params) for outcome in outcomes]
        if isinstance(answers[0], NoAnswer):
            raise self.no_answer(answers[0], asked)
        first = outcomes[0]
        assert isinstance(first, Returned)
        self._unchanged(base, first.arguments, asked, "backprop")
        if not _same(answers[0], answers[1]):
            raise CheckFailed(
                Message(asked, "The same arguments gave other numbers the second time.", look="Is something kept from call to call?")
            )
        for name, answer in zip(changed, answers[2:]):
            same = "numbers" if _same(answers[0], answer) else "gradients" if _same_gradients(answers[0], answer) else ""
            if same:
                look = "Inside the function, use its arguments and not variables of the same meaning outside it."
                where = f"{name} is not used" + (" for them." if same == "gradients" else ".")
                raise CheckFailed(Message(asked, f"With another {name} the same {same} came: {where}", look=look))
        if self.subject.has("forward"):
            (outcome,) = self.subject.ask("forward", [base.forward_call()], arguments_back=True)
            if isinstance(outcome, Returned):
                self._unchanged(base, (outcome.arguments[0], None, outcome.arguments[1]), asked, "forward")

    def _unchanged(self, point: Point, arguments: tuple[Value, ...], asked: str, function: str) -> None:
        X, t, params = arguments
        given: dict[str, Array] = {"X": point.X, **({} if t is None else {"t": point.t}), **point.params}
        after: dict[str, Value] = {"X": X, "t": t, **(params if isinstance(params, dict) else {})}
        for name, expected in given.items():
            value = after.get(name)
            if not (isinstance(value, Tensor) and value.values.shape == expected.shape and (value.values == expected).all()):
                named = name if name in ("X", "t") else f"params[{name!r}]"
                look = "Work on a copy, or write `a = a - b` in place of `a -= b`."
                raise CheckFailed(Message(asked, f"{named} was changed by {function}.", look=look))


def other_labels(t: Array) -> Array:
    """All labels turned over but one in the middle, so that their mean is another too: broadcast by accident, only that counts."""
    other: Array = 1 - t
    other[len(t) // 2] = t[len(t) // 2]
    return other


def expectation(point: Point, name: str, rtol: float) -> tuple[Array, float]:
    """What the reference gives for the loss or a parameter's gradient, and the tolerance for it.

    For gradients the tolerance is a share of the largest entry of all four: entries of one array may cancel
    to near nothing, their rounding does not.
    """
    grads, loss = point.expected
    if name == "loss":
        return np.asarray(loss), rtol * max(1.0, loss)
    return grads[name], rtol * max(float(np.abs(grad).max()) for grad in grads.values())


def ratio_advice(offs: list[tuple[Point, Difference]]) -> str:
    """What a ratio to the expected numbers suggests that is constant at several points."""
    known = [(off.ratio, point.size.N) for point, off in offs if off.ratio is not None]
    if len(known) < max(2, len(offs)):
        return ""
    if all(abs(ratio) < 1e-9 for ratio, _ in known):
        return "Every entry is zero."
    for advice, suits in (
        ("that is N, the number of examples: is the mean over them missing?", [ratio / N for ratio, N in known]),
        ("that is 1/N: is the mean over the examples taken twice?", [ratio * N for ratio, N in known]),
    ):
        if all(abs(suit - 1) < 1e-4 for suit in suits):
            return f"Every entry is {known[0][0]:.6g} times what it should be: {advice}"
    ratios = [ratio for ratio, _ in known]
    if max(ratios) - min(ratios) > 1e-4 * abs(ratios[0]):
        return ""
    sign = ": the sign is turned" if abs(ratios[0] + 1) < 1e-4 else ""
    return f"Every entry is {ratios[0]:.6g} times what it should be{sign}."


def descent_cosine(gradients: list[tuple[Point, Params]]) -> float:
    """The mean cosine between the student's gradients and the true loss's."""
    return float(np.mean([cosine(gradient, point.expected[0]) for point, gradient in gradients]))


def _slope_fault(slopes: Params, gradient: Params, rtol: float, step: float, asked: str, point: Point) -> CheckFailed | None:
    largest = max(float(np.abs(slope).max()) for slope in slopes.values())
    if not np.isfinite(largest):
        return CheckFailed(Message(asked, "The loss is NaN or infinite when a parameter is moved a little."))
    if largest < NO_SLOPE:
        came = f"Your loss stays the same to the last digit when a parameter is moved by {step:g}, so no gradient belongs to it."
        return CheckFailed(Message(asked, came, look="Is it rounded, or computed from outputs that are, or from other parameters?"))
    for name in PARAMETERS:
        off = difference(slopes[name], gradient[name], rtol * largest)
        if off:
            came = f"d{name} is not the slope of your loss with respect to {name} ({size_words(point)})."
            look = "Either the loss or this gradient is wrong: see the rows above."
            return CheckFailed(Message(asked, came, off, look))
    return None


def _loss(answer: BackpropAnswer) -> float:
    if isinstance(answer, NoAnswer) or not isinstance(answer.loss, Fitted):
        return float("nan")
    return float(answer.loss.values)


def _incomplete(answer: Backpropped) -> str:
    missing = [form_words(f"d{name}", grad) for name, grad in answer.grads.items() if isinstance(grad, str)]
    return missing[0] if missing else form_words("loss", str(answer.loss))


def _same(first: BackpropAnswer, second: BackpropAnswer) -> bool:
    """Whether two answers hold the same numbers but for rounding (NaN equal to itself)."""
    if isinstance(first, NoAnswer) or isinstance(second, NoAnswer):
        return False
    return _close([first.loss], [second.loss]) and _close([*first.grads.values()], [*second.grads.values()])


def _same_gradients(first: BackpropAnswer, second: BackpropAnswer) -> bool:
    """Whether all four are the same; zeros, as they stand where nothing is derived yet, say nothing."""
    if isinstance(first, NoAnswer) or isinstance(second, NoAnswer):
        return False
    gradient = first.gradient()
    return gradient is not None and any(map(np.any, gradient.values())) and _close([*first.grads.values()], [*second.grads.values()])


def _close(first: Sequence[Fitted | str], second: Sequence[Fitted | str]) -> bool:
    sizes = [np.abs(value.values[np.isfinite(value.values)]).max(initial=0.0) for value in (*first, *second) if isinstance(value, Fitted)]
    atol = SAME_RTOL * max(sizes, default=0.0)
    return all(
        bool(np.isclose(a.values, b.values, rtol=0, atol=atol, equal_nan=True).all())
        if isinstance(a, Fitted) and isinstance(b, Fitted) else a == b
        for a, b in zip(first, second)
    )
