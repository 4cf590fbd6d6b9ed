"""Rows 5.1 to 5.3: information that costs no points.

What may live here: behaviour at saturated inputs, what the cost of a call says
about numeric differentiation (measured in cost), and the time of a step.
"""
from __future__ import annotations

import secrets
import time

import numpy as np

from grader.checks.base import FIRST_ROW, Case, CheckFailed, NotRun, check, sentence
from grader.checks.compare import Fitted
from grader.checks.cost import ANEW, EVADES, NUMERIC, TRIES, UNKNOWN, judge, least_s
from grader.checks.subject import NoAnswer, Point, draw_point
from grader.checks.training import tutorial_data
from grader.result import Message
from grader.rubric import Size
from grader.sandbox.messages import Call
from reference import backprop as reference

REFERENCE_STEPS = 15
SLOW, FEWER = 10, 10
"""Times the reference's time, from which on something is said; how many times fewer examples are tried to see why."""
OVERFLOWS = "In floating-point numbers e^800 is infinite, y rounds to 0 or 1, and the logarithm of 0 is infinite. "
STABLE_LOSS = "np.logaddexp(0, -z) is log(1 + e^-z) without either: the loss is the mean of t log(1 + e^-z) + (1 - t) log(1 + e^z)."
LEAST_STEPS = 50
"""Of fewer steps the first call and its warnings are most of the time."""


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
        came = {name: value.values for name, value in values.items() if isinstance(value, Fitted)}
        wrong = [name for name, numbers in came.items() if not np.isfinite(numbers).all()]
        if wrong:
            look = OVERFLOWS + (STABLE_LOSS if "loss" in wrong else "")
            self.information = Message(asked, f"NaN or infinity in {', '.join(wrong)}. This costs no points.", look=look)
        else:
            self.information = Message(asked, "All finite." if len(came) == len(values) else "What came is finite.")

    @check("5.2")
    def check_numeric_differentiation(self) -> None:
        asked = "derivatives by the chain rule, not by moving one parameter after the other"
        if not self.subject.has("forward"):
            raise NotRun(f"Not run, because there is no function forward to compare with: see {FIRST_ROW['forward']}.")
        with self.subject.client.unheard():
            found = judge(self.subject)
        if found.verdict == NUMERIC:
            raise CheckFailed(Message(asked, f"{found.evidence} This looks like numeric differentiation."))
        if found.verdict == ANEW:
            self.information = Message(asked, f"{found.evidence} Is the forward pass computed anew for each entry? Once is enough for all.")
            return
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
        if run.step < LEAST_STEPS:
            self.information = Message(asked, f"Training stopped at step {run.step}, too early for its time to tell anything.")
            return
        X, t, params = tutorial_data(self.rubric.training_points)
        start_s = time.process_time()
        for _ in range(REFERENCE_STEPS):
            reference.backprop(X, t, params)
        reference_s = (time.process_time() - start_s) / REFERENCE_STEPS
        ratio = run.step_s / reference_s
        look = self._why_slow() if ratio > SLOW else ""
        self.information = Message(asked, f"{1e6 * run.step_s:.0f} microseconds, {ratio:.1f} times the reference's.", look=look)

    def _why_slow(self) -> str:
        """What the time of a step hangs on: that it grows with the examples, or that it does not."""
        many, few = self.rubric.training_points, max(1, self.rubric.training_points // FEWER)
        with self.subject.client.unheard():
            many_s, few_s = (least_s(self.subject, "backprop", self._requests(N, many // N)) for N in (many, few))
        if many_s is None or not few_s:
            return ""
        growth = many_s / (few_s / (many // few))
        grows = f"With {many} examples it takes {growth:.1f} times as long as with {few}"
        if growth > FEWER / 2:
            return f"{grows}, as loops over examples do. Array operations handle all of them at once."
        return f"{grows}, so it is not loops over examples. Is something printed, or computed more than once?" if growth < 2 else ""

    @staticmethod
    def _requests(N: int, calls: int) -> list[list[Call]]:
        """So many calls at N examples a request, by which what a request itself costs counts little."""
        size = Size(N, 2, 3)
        return [[draw_point(secrets.randbits(32), size).backprop_call() for _ in range(calls)] for _ in range(TRIES)]
