"""Answers fixed in the code: right where the grader is known to ask, and others where nobody could know.

What may live here: questions at inputs drawn in secret, and what the answers
give away. The graded seeds are public with the rubric, and messages show single
expected numbers, so a table of graded answers can be made. Code that computes
them is right at fresh inputs of the same sizes as well, by a tolerance so wide
that no seed can make a right solution miss it.
"""
from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from grader.checks.compare import fit
from grader.checks.subject import AGREES_RTOL, NoAnswer, Point, Subject, agrees, draw_point, expected_dataset, is_core, right_at
from grader.rubric import Size
from grader.sandbox.messages import Call, number
from grader.sandbox.wire import Value

TRIES = 3
"""At as many fresh inputs of one size an answer must be wrong, so that no single unlucky draw accuses anybody."""

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

CAME = (
    "The numbers are right for the inputs that are graded, and others or none for fresh inputs of the same kind. "
    "Answers that stand in the code earn nothing: they have to be computed."
)


def is_by_heart(subject: Subject, function: str) -> bool:
    """Whether something that this function returns is right at all graded inputs and not at fresh ones. Asked once a function."""
    if function not in subject.by_heart:
        subject.by_heart[function] = _TESTS[function](subject)
    return subject.by_heart[function]


def _answers(
    subject: Subject, ask: Callable[[Sequence[Asked]], list[Answered | NoAnswer]], asked: Sequence[Asked]
) -> list[Answered | NoAnswer] | None:
    """The answers at fresh inputs; what gave none is asked once more by itself. None where the time for the grading was over.

    Code that answers at the graded inputs answers at fresh ones of the same sizes, so no answer is another answer.
    """
    with subject.client.unheard():
        answers = ask(asked)
        answers = [ask([one])[0] if isinstance(answer, NoAnswer) else answer for one, answer in zip(asked, answers)]
    return None if subject.is_late else answers


def _dataset(subject: Subject) -> bool:
    sizes = subject.rubric.dataset_sizes
    graded_seeds = [subject.rubric.seed("dataset", index) for index in range(len(sizes))]
    if not _all_drawn(subject.small_datasets, graded_seeds, sizes, subject.rubric.dataset_atol):
        return False
    fresh = [(secrets.randbits(32), size) for size in sizes]

    def ask(some: Sequence[tuple[int, int]]) -> list[tuple[Value, Value] | NoAnswer]:
        return subject.read_datasets(subject.ask("make_dataset", [Call((number(size),), seed) for seed, size in some]))

    answers = _answers(subject, ask, fresh)
    return answers is not None and not _all_drawn(answers, [seed for seed, _ in fresh], sizes, AGREES_RTOL)


def _all_drawn(answers: Sequence[tuple[Value, Value] | NoAnswer], seeds: Sequence[int], sizes: Sequence[int], atol: float) -> bool:
    return all(
        not isinstance(answer, NoAnswer) and agrees(fit(answer[0], (size, 2)), expected_dataset(seed, size), atol)
        for answer, seed, size in zip(answers, seeds, sizes)
    )


def _forward(subject: Subject) -> bool:
    def right(point: Point, output: Value | NoAnswer, rtol: float) -> set[str]:
        return {"y"} if _right_output(point, output, rtol) else set()

    return _is_table(subject, subject.forward, subject.outputs, right)


def _backprop(subject: Subject) -> bool:
    return _is_table(subject, subject.backprop, subject.backpropped, right_at)


def _is_table(
    subject: Subject, ask: Callable[[Sequence[Point]], list[Answered | NoAnswer]], graded: Sequence[Answered | NoAnswer],
    right: Callable[[Point, Answered | NoAnswer, float], set[str]],
) -> bool:
    """Whether what is right at all of the tutorial's own sizes, and at another graded size, is wrong at every fresh input of one size."""
    found = [right(point, answer, subject.rubric.value_rtol) for point, answer in zip(subject.points, graded)]
    computed = set.intersection(*(names for point, names in zip(subject.points, found) if is_core(point)))
    doubtful = [index for index, names in enumerate(found) if names & computed]
    for _ in range(TRIES):
        if not doubtful:
            break
        points = [fresh_point(subject.points[index].size, index) for index in doubtful]
        answers = _answers(subject, ask, points)
        if answers is None:
            return False
        doubtful = [
            index for index, point, answer in zip(doubtful, points, answers)
            if not found[index] & computed <= right(point, answer, AGREES_RTOL)
        ]
    return bool(doubtful)


_TESTS = {"make_dataset": _dataset, "forward": _forward, "backprop": _backprop}


def fresh_point(size: Size, index: int) -> Point:
    """Inputs like a graded one's, of the usual weights, from a seed that nobody knows."""
    return draw_point(secrets.randbits(32), replace(size, weight=1.0), index)


def _right_output(point: Point, output: Value | NoAnswer, tolerance: float) -> bool:
    if isinstance(output, NoAnswer):
        return False
    return agrees(fit(output, (point.size.N,)), point.expected_output, tolerance)
