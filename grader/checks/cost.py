"""What one call costs as the network grows, by which numeric differentiation is recognised where its errors are too small.

What may live here: measuring the child's processor time, the rule, and the verdict of both kinds of evidence.

Backpropagation costs some forward passes, whatever the number of parameters P;
numeric differentiation at least P of them. So with so many hidden units that
the arithmetic outweighs the overhead of a call, 4 times as many units cost
backpropagation 4 times as much in any style, loops included, and numeric
differentiation 16 times. Not the student's forward but backprop itself is
compared, since a forward can be made slow on purpose; it gives the evidence.
"""
from __future__ import annotations

import secrets
import time

from grader.checks.rounding import LOST_STEPS, errors_of_differences, is_exact_where_sure, steps_are_lost
from grader.checks.subject import AGREES_RTOL, PARAMETERS, Point, Subject, draw_point, read_backprop, right_at
from grader.frozen import frozen
from grader.rubric import Size
from grader.sandbox.exchange import Lost
from grader.sandbox.messages import Call, Returned
from reference import backprop as reference

FEW, MANY = Size(2, 2, 8), Size(2, 2, 128)
"""A quick look, at 33 and 513 parameters: the overhead of numpy's calls outweighs the arithmetic."""
NARROW, WIDE = Size(64, 2, 64), Size(64, 2, 256)
"""The decision, at 257 and 1,025 parameters: the arithmetic outweighs the overhead."""
STEADY_GROWTH = 4.0
"""From FEW to MANY array operations cost 1.2 times as much, loops over units 8 to 16 times, numeric differentiation more."""
LOOPED_GROWTH = 40.0
"""From FEW to MANY no loop over units grows as much (at most 16-fold); numeric differentiation with a forward in loops
grows 200-fold."""
NUMERIC_GROWTH = 6.5
"""From NARROW to WIDE: measured 2.3 to 4.9 for backpropagation in six styles, 8.6 to 18 for numeric differentiation in four."""
PASSES_SHARE = 0.2
"""Numeric differentiation costs at least a forward pass a parameter; measured 1.3 to 3.7."""
SLOWEST_FORWARD = 10.0
"""Times the reference's: a forward beyond that is in loops, or slow on purpose, and counts as if it cost this."""
TRIES = 3
LONG_S = 0.2


@frozen
class Cost:
    """What one call of backprop costs at a size.

    seconds   of the child's processor time; where it did not come back, the deadline that it outlasted
    passes    the same in forward passes, the student's or, if those are very slow, SLOWEST_FORWARD times the reference's
    is_right  whether its gradients were right in one try at least, for where the network is very sure, y - t holds few
              of float32's digits; None if it did not come back
    """

    size: Size
    seconds: float
    passes: float
    is_right: bool | None

    @property
    def parameters(self) -> int:
        return self.size.H * (self.size.D + 2) + 1

    def is_numeric(self, narrower: Cost, growth: float) -> bool:
        """Whether it has grown since a narrower network as only numeric differentiation does."""
        return self.seconds > growth * narrower.seconds and self.passes > PASSES_SHARE * self.parameters


@frozen
class Verdict:
    """What the costs say.

    verdict   numeric differentiation, forward passes anew for each entry, another way on large networks than on small ones,
              neither, or not to be measured
    evidence  the costs or errors in words; "" where there is nothing to report
    """

    verdict: str
    evidence: str = ""


NUMERIC, ANEW, EVADES, NEITHER, UNKNOWN = "numeric", "anew", "evades", "neither", "unknown"
"""ANEW: it costs as much, and its gradients are right where those of a loss are not to be had."""


def judge(subject: Subject) -> Verdict:
    """By the errors first, which tell at any size; else by the cost, where right code in array operations takes two quick calls."""
    errors = errors_of_differences(subject)
    if errors is not None:
        return Verdict(NUMERIC, errors.words)
    if steps_are_lost(subject):
        return Verdict(NUMERIC, LOST_STEPS)
    verdict = _judge_cost(subject)
    return Verdict(ANEW, verdict.evidence) if verdict.verdict == NUMERIC and is_exact_where_sure(subject) else verdict


def _judge_cost(subject: Subject) -> Verdict:
    few, many = _cost(subject, FEW), _cost(subject, MANY)
    if few is None or many is None:
        return Verdict(UNKNOWN)
    if many.is_numeric(few, LOOPED_GROWTH):
        return Verdict(NUMERIC, _evidence(few, many))
    if many.seconds > STEADY_GROWTH * few.seconds or few.passes > few.parameters:
        narrow = _cost(subject, NARROW)
        wide = None if narrow is None or narrow.is_right is None else _cost(subject, WIDE)
        if narrow is not None and wide is not None and wide.is_numeric(narrow, NUMERIC_GROWTH):
            return Verdict(NUMERIC, _evidence(narrow, wide))
    if few.is_right and many.is_right is False:
        return Verdict(EVADES, f"Its gradients are right with {few.size.H} hidden units and others with {many.size.H}.")
    return Verdict(NEITHER)


def _evidence(few: Cost, many: Cost) -> str:
    times = many.seconds / few.seconds
    more = many.parameters / few.parameters
    return (
        f"With {few.parameters} parameters one backprop takes as long as {few.passes:.0f} forward passes, with {many.parameters} "
        f"as long as {many.passes:.0f}: {more:.0f} times the parameters, {times:.0f} times the processor time."
    )


def _cost(subject: Subject, size: Size) -> Cost | None:
    """None where it cannot be measured, for example since a call raised."""
    points = [draw_point(secrets.randbits(31), size) for _ in range(TRIES)]
    forward_s = least_s(subject, "forward", [[point.forward_call()] for point in points])
    if forward_s is None:
        return None
    pass_s = max(1e-6, min(forward_s, SLOWEST_FORWARD * _reference_s(points)))
    tries: list[float] = []
    is_right = False
    for point in points:
        before_s = subject.client.cpu_s()
        (answer,) = subject.ask("backprop", [point.backprop_call()])
        after_s = subject.client.cpu_s()
        if isinstance(answer, Lost) and answer.how == "late" and not tries:
            return Cost(size, float(answer.detail), float(answer.detail) / pass_s, None)
        if before_s is None or after_s is None or not isinstance(answer, Returned):
            return None
        is_right = is_right or right_at(point, read_backprop(answer, point.params), AGREES_RTOL).issuperset(PARAMETERS)
        tries.append(max(1e-6, after_s - before_s))
        if tries[0] > LONG_S:
            break
    return Cost(size, min(tries), min(tries) / pass_s, is_right)


def least_s(subject: Subject, function: str, requests: list[list[Call]]) -> float | None:
    """The least processor time of some requests, each with arguments of its own; one request where the first takes long."""
    tries: list[float] = []
    for calls in requests:
        before_s = subject.client.cpu_s()
        answers = subject.ask(function, calls)
        after_s = subject.client.cpu_s()
        if before_s is None or after_s is None or not all(isinstance(answer, Returned) for answer in answers):
            return None
        tries.append(after_s - before_s)
        if tries[0] > LONG_S:
            break
    return min(tries)


def _reference_s(points: list[Point]) -> float:
    tries = []
    for point in points:
        start_s = time.process_time()
        reference.forward(point.X, point.params)
        tries.append(time.process_time() - start_s)
    return min(tries)
