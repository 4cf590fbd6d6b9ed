"""What the student's backprop answered at the networks it is asked about, and how exact its arithmetic is.

What may live here: asking, and what the answers show before anything is explained.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grader.diagnosis.chain import asked_gradients
from grader.diagnosis.model import GRADIENTS, KEYS, Answer, Array, Params, Student
from grader.diagnosis.network import run_forward, same
from grader.diagnosis.questions import STACKS, Inputs, Observed, ask_backprop, far_out, full_size, scalar
from grader.frozen import frozen

EXACT, SINGLE_PRECISION = 1e-8, 1e-5
FINDING_STACKS = ("search", "more_examples", "more_inputs", "more_units")
FRESH = ("fresh", "fresh_other", "large")
"""The stacks that have a part in the search, and those that confirm what it finds."""


@frozen
class Evidence:
    """All that the student's backprop answered, and how exact its arithmetic is.

    repeated  three answers to one and the same question
    rtol      relative to the largest entry: 1e-8, or 1e-5 where the code computes in float32
    right     gradients that equal the asked ones at every full-size network
    far       answers at networks with outputs near 0 and 1, asked only where the loss is wrong
    """

    scalar: Observed
    stacks: Mapping[str, Observed]
    rtol: float
    right: frozenset[str]
    repeated: Sequence[Answer | None]
    far: Observed | None = None


def gather(student: Student, rng: np.random.Generator, with_limits: bool) -> Evidence:
    """Ask everything of backprop in one round trip, after one question three times.

    with_limits  whether networks with outputs near 0 and 1 are asked about as well
    """
    stacks = {name: full_size(rng, *size) for name, size in STACKS.items()}
    one = stacks["search"]
    same_question = Inputs(*(np.repeat(a[:1], 3, axis=0) for a in (one.X, one.t, one.U, one.b, one.W, one.c, one.count)))
    thrice = list(student.backprop(same_question.queries()))
    piled = piled_up(thrice)
    source = _Differenced(student) if piled else student
    networks = scalar(rng)
    beyond = [far_out(rng)] if with_limits else []
    observed = ask_backprop(source, [networks, *stacks.values(), *beyond])  # type: ignore[arg-type]
    by_name = dict(zip(stacks, observed[1:]))
    noise = _noise(by_name["search"])
    right = frozenset(q for q in GRADIENTS if all(
        o.values[q] is not None and same(o.values[q], asked_gradients(run_forward(o.inputs))[q], SINGLE_PRECISION)  # type: ignore[arg-type]
        for o in by_name.values()
    ))
    rtol = SINGLE_PRECISION if noise > EXACT / 10 else EXACT
    return Evidence(observed[0], by_name, rtol, right, thrice, observed[-1] if beyond else None)


class _Differenced:
    """A student whose gradients pile up over the calls, asked each question twice: the difference is one call's."""

    def __init__(self, student: Student) -> None:
        self.student = student

    def backprop(self, queries: Sequence[tuple[Array, Array, Params]]) -> list[Answer | None]:
        answers = self.student.backprop([query for query in queries for _ in range(2)])
        return [_difference(first, second) for first, second in zip(answers[::2], answers[1::2])]


def _difference(first: Answer | None, second: Answer | None) -> Answer | None:
    if first is None or second is None:
        return None
    shared = [key for key in second.grads if key in first.grads and first.grads[key].shape == second.grads[key].shape]
    return Answer({key: second.grads[key] - first.grads[key] for key in shared}, second.loss)


def piled_up(thrice: Sequence[Answer | None]) -> bool:
    """Whether three answers to one question grow by equal steps."""
    first, second, third = thrice
    if first is None or second is None or third is None:
        return False
    for key in KEYS.values():
        a, b, c = (answer.grads.get(key) for answer in (first, second, third))
        if a is None or b is None or c is None or not a.shape == b.shape == c.shape:
            continue
        step = b - a
        if np.abs(step).max(initial=0.0) > 1e-6 and np.allclose(c - b, step, rtol=1e-6, atol=1e-9):
            return True
    return False


def _noise(observed: Observed) -> float:
    """How inexact the student's arithmetic is: single precision if its numbers are, or if right ones are off by that."""
    expected = asked_gradients(run_forward(observed.inputs))
    found = [value for value in (*observed.values.values(), observed.loss) if value is not None]
    if found and all(np.array_equal(value, value.astype(np.float32)) for value in found) and any(np.any(v % 1) for v in found):
        return SINGLE_PRECISION
    worst = 0.0
    for q, value in observed.values.items():
        if value is not None and value.size == expected[q].size:
            error = float(np.abs(value.reshape(expected[q].shape) - expected[q]).max() / np.abs(expected[q]).max())
            worst = max(worst, error if error < SINGLE_PRECISION else 0.0)
    return worst
