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
from typing import TypeVar

import numpy as np

from grader.checks.compare import Fitted, fit
from grader.checks.subject import PARAMETERS, BackpropAnswer, NoAnswer, Point, Subject, draw_point, expected_dataset, is_core
from grader.oracle import Array
from grader.rubric import Size
from grader.sandbox.messages import Call, number
from grader.sandbox.wire import Value
from reference import backprop as reference

AGREES_RTOL = 1e-3
"""Of the largest entry. Fixed answers miss it; float32 code keeps it at any seed."""
FRESH = 2
"""Of the first graded points, as many are asked again at fresh inputs of the same sizes and types."""
LEARNING_POINTS, LEARNING_STEPS, LEARNING_STARTS = 100, 30, 3
LEARNS = 0.98
"""Thirty steps from a random start bring the true loss to some 0.7 of what it was."""

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
        not isinstance(answer, NoAnswer) and _agrees(fit(answer[0], (size, 2)), expected_dataset(seed, size), atol)
        for answer, seed, size in zip(answers, seeds, sizes)
    )


def _forward(subject: Subject) -> bool:
    graded = [(point, output) for point, output in zip(subject.points, subject.outputs) if is_core(point)]
    if not all(_right_output(point, output, subject.rubric.value_rtol) for point, output in graded):
        return False
    points = fresh_points(subject)
    outputs = _answers(subject, subject.forward, points)
    return outputs is not None and not all(_right_output(point, output, AGREES_RTOL) for point, output in zip(points, outputs))


def _right_output(point: Point, output: Value | NoAnswer, tolerance: float) -> bool:
    if isinstance(output, NoAnswer):
        return False
    return _agrees(fit(output, (point.size.N,)), point.expected_output, tolerance)


def _backprop(subject: Subject) -> bool:
    graded = [(point, answer) for point, answer in zip(subject.points, subject.backpropped) if is_core(point)]
    right = set.intersection(*(_right(point, answer, subject.rubric.value_rtol) for point, answer in graded))
    if not right:
        return False
    points = fresh_points(subject)
    answers = _answers(subject, subject.backprop, points)
    return answers is not None and not all(right <= _right(point, answer, AGREES_RTOL) for point, answer in zip(points, answers))


_TESTS = {"make_dataset": _dataset, "forward": _forward, "backprop": _backprop}


def fresh_points(subject: Subject) -> list[Point]:
    """Inputs like the first graded ones, from a seed that nobody knows."""
    sizes: Sequence[Size] = subject.rubric.gradient_sizes[:FRESH]
    return [draw_point(secrets.randbits(32), size, index) for index, size in enumerate(sizes)]


def _right(point: Point, answer: BackpropAnswer, rtol: float) -> set[str]:
    """Which of the loss and the four gradients are right."""
    if isinstance(answer, NoAnswer):
        return set()
    grads, loss = point.expected
    largest = max(float(np.abs(grad).max()) for grad in grads.values())
    found = {name for name in PARAMETERS if _agrees(answer.grads[name], grads[name], rtol * largest)}
    return found | ({"loss"} if _agrees(answer.loss, np.asarray(loss), rtol * max(1.0, loss)) else set())


def _agrees(actual: Fitted | str, expected: Array, tolerance: float) -> bool:
    return isinstance(actual, Fitted) and bool((np.abs(actual.values - expected) <= tolerance).all())


def learns_afresh(subject: Subject) -> bool:
    """Whether the gradient that trained on the tutorial's public recipe also lowers the true loss on other data.

    Right gradients pass by being right; for others it is tried, from random starts, of which one suffices.
    """
    with subject.client.unheard():
        points = fresh_points(subject)
        answers = subject.backprop(points)
        if all(_right(point, answer, AGREES_RTOL).issuperset(PARAMETERS) for point, answer in zip(points, answers)):
            return True
        return any(_learns(subject, secrets.randbits(32)) for _ in range(LEARNING_STARTS))


def _learns(subject: Subject, seed: int) -> bool:
    np.random.seed(seed)
    X, t = reference.make_dataset(LEARNING_POINTS)
    start = draw_point(seed, Size(LEARNING_POINTS, 2, 3))
    point = Point(start.size, X, t.astype(float), start.params, integer_labels=True)
    first_loss = _true_loss(point)
    for _ in range(LEARNING_STEPS):
        (answer,) = subject.backprop([point])
        gradient = None if isinstance(answer, NoAnswer) else answer.gradient()
        if gradient is None:
            return False
        point = point.with_params({name: value - gradient[name] for name, value in point.params.items()})
    return _true_loss(point) < LEARNS * first_loss


def _true_loss(point: Point) -> float:
    with np.errstate(all="ignore"):
        return float(reference.backprop(point.X, point.t, point.params)[1])
