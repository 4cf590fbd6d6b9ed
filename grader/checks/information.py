"""Rows 5.1 to 5.3: information that costs no points.

What may live here: behaviour at saturated inputs, what the cost of a call says
about numeric differentiation (measured in cost), and the time of a step.
"""
from __future__ import annotations

import time

import numpy as np

from grader.checks.base import FIRST_ROW, Case, CheckFailed, NotRun, check, sentence
from grader.checks.compare import Fitted
from grader.checks.cost import EVADES, NUMERIC, UNKNOWN, judge
from grader.checks.subject import NoAnswer, Point, draw_point
from grader.checks.training import tutorial_data
from grader.result import Message
from grader.rubric import Size
from reference import backprop as reference

REFERENCE_STEPS = 15


class InformationCase(Case):
    @check("5.1")
    def check_saturated(self) -> None:
        asked = "a finite loss and finite gradients where the network is very sure (z near 800 and -800)"
        point = draw_point(self.rubric.seed("saturated"), Size(6, 2, 3))
        params = {**point.params, "W": np.full(3, 300.0), "c": np.asarray(0.5)}
        X = np.concatenate([np.full((3, 2), 5.0), np.full((3, 2), -5.0)])
        params["U"] = np.ones((3, 2))
        (answer,) = self.subject.backprop([Point(point.size, X, np.array([1.0, 0, 1, 0, 1, 0]), params)])
        if isinstance(answer, NoAnswer) and "backprop" not in self.subject.told:
            self.information = Message(asked, f"{sentence(answer.why)} This costs no points.")
            return
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
            raise NotRun(f"Not run, because there is no function forward to compare with: see {FIRST_ROW['forward']}.")
        with self.subject.client.unheard():
            found = judge(self.subject)
        if found.verdict == NUMERIC:
            raise CheckFailed(Message(asked, f"{found.evidence} This looks like numeric differentiation."))
        if found.verdict == EVADES:
            raise CheckFailed(Message(asked, f"{found.evidence} So its cost for many parameters cannot be judged."))
        grows = "Its cost does not grow like that of numeric differentiation."
        self.information = Message(asked, "It could not be measured here." if found.verdict == UNKNOWN else grows)

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
