"""Rows 5.1 to 5.3: information that costs no points.

What may live here: behaviour at saturated inputs, the cost by which numeric
differentiation is recognised, and the time of a step.
"""
from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from grader.checks.base import Case, CheckFailed, check
from grader.checks.compare import Fitted
from grader.checks.subject import NoAnswer, Point, draw_point
from grader.checks.training import tutorial_data
from grader.result import Message
from grader.rubric import Size
from grader.sandbox.messages import Call
from reference import backprop as reference

NARROW, WIDE = Size(2, 2, 8), Size(2, 2, 128)
COST_SHARE = 0.25
"""Numeric differentiation makes at least one forward pass a parameter; backprop costs some 2 to 5 in all."""
GROWTH = 4.0
"""From narrow to wide the parameters grow 15-fold; backprop's cost in forward passes stays as it is."""
REPEATS = 5
REFERENCE_STEPS = 15


@dataclass(frozen=True)
class Cost:
    """What one backprop costs, in the student's own forward passes, at a size with so many parameters."""

    parameters: int
    forwards: float


class InformationCase(Case):
    @check("5.1")
    def check_saturated(self) -> None:
        asked = "a finite loss and finite gradients where the network is very sure (z near 800 and -800)"
        point = draw_point(self.rubric.seed("saturated"), Size(6, 2, 3))
        params = {**point.params, "W": np.full(3, 300.0), "c": np.asarray(0.5)}
        X = np.concatenate([np.full((3, 2), 5.0), np.full((3, 2), -5.0)])
        params["U"] = np.ones((3, 2))
        (answer,) = self.subject.backprop([Point(point.size, X, np.array([1.0, 0, 1, 0, 1, 0]), params)])
        if isinstance(answer, NoAnswer):
            raise self.no_answer(answer, asked)
        values = {"loss": answer.loss, **{f"d{name}": grad for name, grad in answer.grads.items()}}
        wrong = [name for name, value in values.items() if not _is_finite(value)]
        if wrong:
            look = "log(y) is infinite where y rounds to 0. The stable form is t log(1 + e^-z) + (1 - t) log(1 + e^z): np.logaddexp(0, -z)."
            self.information = Message(asked, f"NaN or infinity in {', '.join(wrong)}. This costs no points.", look=look)
        else:
            self.information = Message(asked, "All finite.")

    @check("5.2")
    def check_numeric_differentiation(self) -> None:
        asked = "derivatives by the chain rule, not by moving one parameter after the other"
        if not self.subject.has("forward"):
            raise self.no_answer(NoAnswer("there is no forward to compare with"), asked)
        costs = [self._cost(size) for size in (NARROW, WIDE)]
        if None in costs:
            self.information = Message(asked, "It could not be measured here.")
            return
        narrow, wide = (cost for cost in costs if cost is not None)
        evidence = (
            f"One backprop costs as much as {narrow.forwards:.0f} of your forward passes with {narrow.parameters} parameters, "
            f"and {wide.forwards:.0f} with {wide.parameters}"
        )
        if wide.forwards > COST_SHARE * wide.parameters and wide.forwards > GROWTH * max(narrow.forwards, 1.0):
            raise CheckFailed(Message(asked, f"{evidence}. This looks like numeric differentiation."))
        self.information = Message(asked, "Its cost does not grow like that of numeric differentiation.")

    def _cost(self, size: Size) -> Cost | None:
        """By the child's processor time, which the kernel counts; the protocol's share is in both and cancels least."""
        point = draw_point(self.rubric.seed("cost"), size)
        forward_s = self._cpu_s("forward", point.forward_call())
        backprop_s = self._cpu_s("backprop", point.backprop_call())
        if forward_s is None or backprop_s is None:
            return None
        parameters = sum(value.size for value in point.params.values())
        return Cost(parameters, backprop_s / max(forward_s, 1e-6))

    def _cpu_s(self, function: str, call: Call) -> float | None:
        """The least of a few tries; one try where the first takes long."""
        tries: list[float] = []
        for _ in range(REPEATS):
            before_s = self.subject.client.cpu_s()
            (answer,) = self.subject.ask(function, [call])
            after_s = self.subject.client.cpu_s()
            if before_s is None or after_s is None or not hasattr(answer, "value"):
                return None
            tries.append(after_s - before_s)
            if tries[0] > 0.2:
                break
        return min(tries)

    @check("5.3")
    def check_time(self) -> None:
        run = self.subject.run_of_training
        asked = "the time of one step of training"
        if run is None or run.step_s is None:
            self.information = Message(asked, "There was no training to measure.")
            return
        X, t, params = tutorial_data(self.rubric.training_points)
        start_s = time.process_time()
        for _ in range(REFERENCE_STEPS):
            reference.backprop(X, t, params)
        reference_s = (time.process_time() - start_s) / REFERENCE_STEPS
        ratio = run.step_s / reference_s
        look = "Replace loops over examples by array operations: that is about as many times faster." if ratio > 10 else ""
        self.information = Message(asked, f"{1e6 * run.step_s:.0f} microseconds, {ratio:.1f} times the reference's.", look=look)


def _is_finite(value: Fitted | str) -> bool:
    return isinstance(value, Fitted) and bool(np.isfinite(value.values).all())
