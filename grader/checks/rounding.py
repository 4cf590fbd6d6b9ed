"""What the errors of gradients say about where they come from: a difference of two losses loses digits as the loss grows.

What may live here: inputs at which the right gradients stay the same while rounding of the loss grows, and the rule.

With W = 0 every z is c, and with labels 0 the right gradients are dc = y and dW = y times the mean of H: of one direction for
every c. Whatever a backward pass does with each example's y, all examples have the same one, so its gradients keep their
direction to rounding (1e-16, in float32 1e-7). A difference of two losses divided by the step does not: the loss's rounding,
c times 1e-16 in the stable form and e^c times 1e-16 where it is log(1 - y), goes into each entry by itself; and below zero
that of log(1 + e^c) is e^-c times the gradient's own size. The complex step has no difference, so this says nothing of it; but
its step in U times a very small input is no number any more, where dU by the chain rule keeps all its digits.

Measured: of 78 forms of differences (seven losses, three rules, steps from 1e-8 to 1e-2) 66 are told each time, of 33
backward passes (eleven forms of y - t, in float32 too) none ever is.
"""
from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.checks.following import agree
from grader.checks.subject import AGREES_RTOL, PARAMETERS, NoAnswer, Point, Subject, draw_point
from grader.frozen import frozen
from grader.oracle import Params
from grader.rubric import Size

SIZE = Size(12, 2, 3)
LEVELS = ((1e5, 1e7, 1e9), (12.0, 16.0, 20.0), (20.0, 25.0, 30.0), (-7.0, -11.0, -15.0), (-12.0, -16.0, -20.0), (-20.0, -25.0, -30.0))
"""Values of c: for losses in the stable form, for those that take log(1 - y), and for those that add to 1 before the logarithm."""
GROWS, LARGE, NOTHING_LEFT = 8.0, 1e-5, 0.1
"""From level to level rounding grows 50 to 150 times, until little of the gradient is left; at the last, with steps from 1e-8
to 1e-2, the error is above 1e-5."""
TRIES = 3
SMALL, TINY = 1e-30, 1e-300
"""Times the usual inputs. At the first the complex step is exact, and gradients that are rounded to some decimals are not; the
second, times a step of 1e-18 or less, is nothing, or a number of few digits."""
EXACT_RTOL, LOST = 1e-12, 1e-6
"""Of the largest entry: what float64 keeps at the usual inputs, without which nothing is said; and what dU is off by at tiny ones."""
LOST_STEPS = (
    f"All gradients are exact for usual inputs, and dU is wrong for inputs {TINY:g} times as large: a small step in U times such an "
    "input is no number any more, where the chain rule loses nothing."
)
DECIMALS = range(6, 18)
SURE = 900.0
"""A c at which e^c is infinite: there the complex step of a loss has no value, and y is 1."""
SAME_RTOL = 1e-6


@frozen
class Errors:
    """Errors of the gradients, as a share of their size, at three values of c."""

    levels: tuple[float, ...]
    shares: tuple[float, ...]

    @property
    def grow_as_differences(self) -> bool:
        first, second, third = (max(share, 1e-16) for share in self.shares)
        return third > LARGE and second > GROWS * first and third > min(GROWS * second, NOTHING_LEFT)

    @property
    def words(self) -> str:
        at, off = (" and ".join([", ".join(texts[:-1]), texts[-1]]) for texts in (
            [f"{level:.0e}" if level > 1000 else f"{level:.0f}" for level in self.levels], [f"{share:.1g}" for share in self.shares],
        ))
        return (
            f"Where z is {at} for every example, its gradients are off by {off} of their size: "
            "a difference of two losses loses digits like that, the chain rule does not."
        )


def errors_of_differences(subject: Subject) -> Errors | None:
    """Errors that grow as only those of a difference of losses do; None where they do not, or the gradients are wrong anyhow."""
    ordinary = [draw_point(secrets.randbits(32), SIZE) for _ in range(2)]
    gradients = _gradients(subject, ordinary)
    if not all(gradient is not None and agree(gradient, point.expected[0], AGREES_RTOL) for point, gradient in zip(ordinary, gradients)):
        return None
    suspected = _growing(subject, LEVELS, 1)
    confirmed = _growing(subject, [errors.levels for errors in suspected], TRIES) if suspected else []
    return confirmed[0] if confirmed else None


def _growing(subject: Subject, all_levels: Sequence[tuple[float, ...]], tries: int) -> list[Errors]:
    """The errors at those levels at which they grow as those of differences, the median of some tries each."""
    points = _alike([c for levels in all_levels for c in levels], tries)
    offs = [
        np.nan if gradient is None or (point.params["c"] < 0 and _is_rounded(gradient)) else _off(point, gradient)
        for point, gradient in zip(points, _gradients(subject, points))
    ]
    shares = np.median(np.reshape(offs, (len(all_levels), -1, tries)), axis=2)
    found = [Errors(levels, tuple(map(float, row))) for levels, row in zip(all_levels, shares) if np.isfinite(row).all()]
    return [errors for errors in found if errors.grow_as_differences]


def steps_are_lost(subject: Subject) -> bool:
    """Whether the gradients are exact, and dU is not where the inputs are too small for the complex step."""
    drawn = [draw_point(secrets.randbits(32), SIZE) for _ in range(TRIES)]
    gradients = _gradients(subject, drawn)
    if not all(gradient is not None and agree(gradient, point.expected[0], EXACT_RTOL) for point, gradient in zip(drawn, gradients)):
        return False
    return _dU_agrees(subject, drawn, SMALL) == [True] * TRIES and _dU_agrees(subject, drawn, TINY) == [False] * TRIES


def _dU_agrees(subject: Subject, points: Sequence[Point], scale: float) -> list[bool | None]:
    """Whether dU is right where the inputs are so many times as large; None where there is no answer."""
    scaled = [replace(point, X=scale * point.X) for point in points]
    return [
        None if gradient is None else agree(gradient, point.expected[0], LOST, ("U",))
        for point, gradient in zip(scaled, _gradients(subject, scaled))
    ]


def is_exact_where_sure(subject: Subject) -> bool:
    """Whether the gradients are right where e^z is infinite, as a forward pass that is computed anew for each entry leaves them."""
    points = _alike([SURE], TRIES)
    gradients = _gradients(subject, points)
    return all(gradient is not None and agree(gradient, point.expected[0], SAME_RTOL) for point, gradient in zip(points, gradients))


def _alike(values: Sequence[float], tries: int) -> list[Point]:
    """For each value of c, examples whose z is c for all, as often as there are tries."""
    drawn = [draw_point(secrets.randbits(32), SIZE) for _ in range(tries)]
    return [
        Point(SIZE, point.X, np.zeros(SIZE.N), {**point.params, "W": np.zeros(SIZE.H), "c": np.asarray(c + 0.25)})
        for c in values for point in drawn
    ]


def _gradients(subject: Subject, points: Sequence[Point]) -> list[Params | None]:
    """Finite gradients only."""
    gradients = [None if isinstance(answer, NoAnswer) else answer.gradient() for answer in subject.backprop(points)]
    return [gradient if gradient is not None and _is_finite(gradient) else None for gradient in gradients]


def _is_finite(gradient: Params) -> bool:
    return all(bool(np.isfinite(gradient[name]).all()) for name in PARAMETERS)


def _is_rounded(gradient: Params) -> bool:
    """Whether all of it has so few decimals: below zero, where gradients are small, that takes as many digits as differences lose."""
    return any(all(bool((np.round(gradient[name], decimals) == gradient[name]).all()) for name in PARAMETERS) for decimals in DECIMALS)


def _off(point: Point, gradient: Params) -> float:
    """How far a gradient is from the right one's direction, as a share of its size."""
    a, b = (np.concatenate([np.ravel(one[name]) for name in PARAMETERS]) for one in (gradient, point.expected[0]))
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(a - b * (a @ b) / (b @ b)) / max(np.linalg.norm(a), np.linalg.norm(b)))
