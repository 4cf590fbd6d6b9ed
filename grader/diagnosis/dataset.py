"""What a student's make_dataset draws instead: labels, order of draws, radii, angles.

What may live here: reading points back into radius and angle, and comparing them
with numpy's stream of uniform numbers for the same seed. Nothing about networks.

np.random.uniform(low, high) is low + (high - low) u with u the next number of
np.random.random_sample, so a right order of draws makes every radius and every
angle linear in a known u, whatever the limits are.
"""
from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.model import Array, Slip, Student
from grader.frozen import frozen

POINTS = 40
INNER, OUTER = (0.0, 2.5), (3.5, 5.0)
FULL_TURN = 2 * np.pi
TOLERANCE = 1e-6
LARGEST_ROUNDING = 0.051  # to one decimal
Indices = NDArray[np.intp]


@frozen
class Layout:
    """Which of the stream's numbers is point i's radius and which its angle, for half = POINTS / 2 points each."""

    id: str
    structure: str
    radius: Callable[[int], Indices]
    angle: Callable[[int], Indices]


def _ranges(*starts: int) -> Callable[[int], Indices]:
    """Consecutive numbers for each half, the half's first at that multiple of half."""
    return lambda half: np.concatenate([start * half + np.arange(half, dtype=np.intp) for start in starts])


def _alternating(offset: int) -> Callable[[int], Indices]:
    return lambda half: 2 * np.arange(2 * half, dtype=np.intp) + offset


def _interleaved(first: int, offset: int) -> Callable[[int], Indices]:
    """Inner and outer point in turn, each with two draws."""
    def indices(half: int) -> Indices:
        pairs = 4 * np.arange(half, dtype=np.intp) + offset
        return np.concatenate([pairs + 2 * first, pairs + 2 * (1 - first)])

    return indices


def _outer_first(offset: int) -> Callable[[int], Indices]:
    return lambda half: np.roll(2 * np.arange(2 * half, dtype=np.intp) + offset, half)


LAYOUTS: tuple[Layout, ...] = (
    Layout("", "", _alternating(0), _alternating(1)),
    Layout("angle-drawn-before-radius", "the angle drawn before the radius", _alternating(1), _alternating(0)),
    Layout("draws-vectorised", "all radii of a half drawn first, then all its angles", _ranges(0, 2), _ranges(1, 3)),
    Layout("draws-vectorised", "all angles of a half drawn first, then all its radii", _ranges(1, 3), _ranges(0, 2)),
    Layout("draws-vectorised", "all radii drawn first, then all angles", _ranges(0, 1), _ranges(2, 3)),
    Layout("draws-vectorised", "all angles drawn first, then all radii", _ranges(2, 3), _ranges(0, 1)),
    Layout("draws-interleaved", "an inner and an outer point drawn in turn", _interleaved(0, 0), _interleaved(0, 1)),
    Layout("draws-interleaved", "an outer and an inner point drawn in turn", _interleaved(1, 0), _interleaved(1, 1)),
    Layout("outer-half-drawn-first", "the outer half drawn first", _outer_first(0), _outer_first(1)),
    Layout("same-angles-for-both-halves", "the same angles for both halves", _ranges(0, 2), _ranges(1, 1)),
)


@frozen
class DatasetReading:
    """The slips found, which of data and labels they explain, and whether the points are the asked ones after all."""

    slips: tuple[Slip, ...]
    explained: frozenset[str]
    points_are_right: bool = False


def diagnose_dataset(student: Student, wrong: Collection[str], seed: int) -> DatasetReading:
    """Ask make_dataset for POINTS points three times and explain what is wrong in data and labels."""
    first, again, other = (list(student.dataset([(POINTS, seed), (POINTS, seed), (POINTS, seed + 1)])) + [None] * 3)[:3]
    if first is None:
        return DatasetReading((), frozenset())
    slips: list[Slip] = []
    if "labels" in wrong:
        slips += label_slips(np.asarray(first[1], dtype=np.float64))
    if "data" in wrong:
        slips += _stream_slips(first, again, other) or data_slips(np.asarray(first[0], dtype=np.float64), seed)
    points = np.asarray(first[0], dtype=np.float64)
    right = points.shape == (POINTS, 2) and bool(np.abs(points - _asked_points(seed)).max() < TOLERANCE)
    return DatasetReading(tuple(_once(slips)), frozenset(q for slip in slips for q in slip.spoils), points_are_right=right)


def _asked_points(seed: int) -> Array:
    """The tutorial's points for this seed."""
    stream = np.random.RandomState(seed).random_sample(2 * POINTS)
    r, angle = stream[::2], FULL_TURN * stream[1::2]
    low, high = (np.repeat(limits, POINTS // 2) for limits in zip(INNER, OUTER))
    radius = low + (high - low) * r
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def _once(slips: Sequence[Slip]) -> list[Slip]:
    """The slips, one that spoils both data and labels told once."""
    merged: dict[tuple[str, str | None], Slip] = {}
    for slip in slips:
        known = merged.get((slip.id, slip.structure))
        merged[slip.id, slip.structure] = slip if known is None else replace(slip, spoils=tuple(dict.fromkeys(known.spoils + slip.spoils)))
    return list(merged.values())


def _slip(id: str, quantity: str, structure: str) -> Slip:
    return Slip(id, "dataset", structure=structure, spoils=(quantity,))


def label_slips(labels: Array) -> list[Slip]:
    """What the labels are in place of ones for the first half and zeros for the second; [] if not found."""
    flat = labels.reshape(-1)
    half = POINTS // 2
    ones, asked = np.ones(half), np.repeat([1.0, 0.0], half)
    if np.array_equal(flat, asked):
        return []
    if len(flat) != POINTS:
        return [_slip("wrong-number-of-points", "labels", f"{len(flat)} points where make_dataset({POINTS}) is asked")]
    for id, structure, expected in (
        ("labels-swapped", "labels 0 for the inner half, 1 for the outer", 1 - asked),
        ("labels-interleaved", "the labels 1, 0, 1, 0 and so on", np.tile([1.0, 0.0], half)),
        ("labels-interleaved", "the labels 0, 1, 0, 1 and so on", np.tile([0.0, 1.0], half)),
        ("labels-all-one", "the label 1 for every point", np.concatenate([ones, ones])),
        ("labels-all-zero", "the label 0 for every point", 0 * asked),
        ("labels-minus-one-and-one", "labels 1 and -1 in place of 1 and 0", 2 * asked - 1),
        ("labels-minus-one-and-one", "labels -1 and 1 in place of 1 and 0", 1 - 2 * asked),
        ("labels-one-and-two", "labels 1 and 2 in place of 1 and 0", 2 - asked),
    ):
        if np.array_equal(flat, expected):
            return [_slip(id, "labels", structure)]
    if np.array_equal(np.sort(flat), np.sort(asked)):
        return [_slip("labels-out-of-order", "labels", "the right number of each label, in another order")]
    return []


def _stream_slips(*answers: tuple[Array, Array] | None) -> list[Slip]:
    """Whether the draws follow np.random.seed at all."""
    first, again, other = (None if answer is None else np.asarray(answer[0]) for answer in answers)
    if first is None or again is None or other is None:
        return []
    if first.shape == again.shape and not np.array_equal(first, again):
        return [_slip("own-generator", "data", "the same seed gives different points")]
    are_drawn = bool(np.any(first % 1))  # labels in the place of points are none, nor are zeros
    if are_drawn and first.shape == other.shape and np.array_equal(first, other):
        return [_slip("seed-inside", "data", "different seeds give the same points")]
    return []


def data_slips(points: Array, seed: int) -> list[Slip]:
    """What the points are in place of the asked rings drawn from the seed's stream; [] if not found."""
    if points.shape == (2, POINTS):
        return [_slip("points-transposed", "data", "one point a column"), *data_slips(points.T, seed)]
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        return []
    if len(points) != POINTS:
        return [_slip("wrong-number-of-points", "data", f"{len(points)} points where make_dataset({POINTS}) is asked")]
    stream = np.random.RandomState(seed).random_sample(4 * POINTS)
    for layout in LAYOUTS:
        found = _explained_by(layout, points, stream)
        if found is not None:
            return found
    python = random.Random(seed)
    foreign = np.array([python.random() for _ in range(4 * POINTS)])
    for layout in LAYOUTS:
        found = _explained_by(layout, points, foreign)
        if found is not None:
            return [_slip("own-generator", "data", "Python's random in the place of np.random"), *found]
    asked = _asked_points(seed)
    if np.abs(np.hypot(*points.T) - np.hypot(*asked.T)).max() < TOLERANCE:
        return [_slip("other-angles", "data", "other angles than asked")]
    if np.abs(points - asked).max() < LARGEST_ROUNDING:
        return [_slip("points-rounded", "data", "the asked points, rounded")]
    in_place = _by_distribution(points)
    if _same_rows(points, asked) and (not in_place or in_place[0].id == "other-draws"):
        return [_slip("points-out-of-order", "data", "the asked points in another order")]
    return in_place


def _same_rows(points: Array, others: Array) -> bool:
    """Whether two arrays hold the same points in any order."""
    a, b = (rows[np.lexsort(rows.T)] for rows in (points, others))
    return bool(np.abs(a - b).max() < TOLERANCE)


def _explained_by(layout: Layout, points: Array, stream: Array) -> list[Slip] | None:
    """The slips if this layout makes both radii and angles known functions of the stream, else None."""
    half = POINTS // 2
    turn, r = stream[layout.angle(half)], stream[layout.radius(half)]
    for angle_slip, direction in _directions(turn):
        if not np.allclose(np.abs(np.sum(points * direction, axis=1)), np.hypot(*points.T), rtol=0, atol=TOLERANCE):
            continue
        radius_slips = _radius_slips(np.sum(points * direction, axis=1), r)
        if radius_slips is None:
            continue
        slips = [_slip(layout.id, "data", layout.structure)] if layout.id else []
        return slips + angle_slip + radius_slips
    return None


def _directions(turn: Array) -> Iterator[tuple[list[Slip], Array]]:
    """Ways to make a unit vector (x, y) of a uniform number, the asked one first."""
    turns = (
        ("", "", FULL_TURN * turn),
        ("degrees-for-radians", "an angle in [0, 360) given to sin and cos, which take radians", 360 * turn),
        ("angle-of-half-a-turn", "an angle in [0, pi)", np.pi * turn),
        ("angle-of-one-radian", "an angle in [0, 1)", turn),
        ("angle-of-one-radian", "an angle in [0, 2)", 2 * turn),
        ("angle-from-minus-pi", "an angle in [-pi, pi)", FULL_TURN * turn - np.pi),
    )
    for id, structure, angle in turns:
        slips = [_slip(id, "data", structure)] if id else []
        sine, cosine = np.sin(angle), np.cos(angle)
        yield slips, np.stack([sine, cosine], axis=1)
        yield [*slips, _slip("sine-and-cosine-swapped", "data", "x = r cos(angle), y = r sin(angle)")], np.stack([cosine, sine], axis=1)


def _radius_slips(radius: Array, r: Array) -> list[Slip] | None:
    """The slips of the two rings' radii if each is linear in r, or its square is; else None."""
    half = POINTS // 2
    drawn: dict[str, tuple[float, float]] = {}
    rooted: list[str] = []
    for part, ring in ((slice(0, half), "inner"), (slice(half, None), "outer")):
        fits = ((power, _line(r[part], radius[part] ** power)) for power in (1, 2))
        power, fit = next(((power, fit) for power, fit in fits if fit is not None), (0, None))
        if fit is None:
            return None
        rooted += [ring] if power == 2 else []
        low, high = (round(max(0.0, limit) ** (1 / power), 9) for limit in fit)
        drawn[ring] = low, high
    if _close(drawn["inner"], OUTER) and _close(drawn["outer"], INNER):
        return [_slip("rings-swapped", "data", "the ring in the first half, the disc in the second")]
    roots = f"the {' and the '.join(rooted)} radius drawn as a square root" if rooted else ""
    slips = [_slip("square-root-of-radius", "data", roots)] if roots else []
    return slips + [
        _slip("wrong-radii", "data", f"the {ring} radius in [{drawn[ring][0]:.4g}, {drawn[ring][1]:.4g}) in place of [{low:g}, {high:g})")
        for ring, (low, high) in (("inner", INNER), ("outer", OUTER)) if not _close(drawn[ring], (low, high))
    ]


def _close(limits: tuple[float, float], others: tuple[float, float]) -> bool:
    return max(abs(a - b) for a, b in zip(limits, others)) <= TOLERANCE


def _line(u: Array, values: Array) -> tuple[float, float] | None:
    """The values at u = 0 and u = 1 if values is linear in u and not the same everywhere, else None."""
    slope = float(np.cov(u, values)[0, 1] / np.var(u, ddof=1))
    start = float(values.mean() - slope * u.mean())
    is_line = np.abs(values - start - slope * u).max() < TOLERANCE and np.ptp(values) > TOLERANCE
    return (start, start + slope) if is_line else None


def _by_distribution(points: Array) -> list[Slip]:
    """What the radii alone say, where the draws are not the stream's."""
    half = POINTS // 2
    radius = np.hypot(points[:, 0], points[:, 1])
    first, second = radius[:half], radius[half:]

    def inside(values: Array, ring: tuple[float, float]) -> bool:
        return bool((values >= ring[0]).all() and (values < ring[1]).all())

    if max(np.ptp(first), np.ptp(second)) < TOLERANCE:
        return [_slip("same-radius", "data", "the same radius for all points of a half")]
    if inside(first, OUTER) and inside(second, INNER):
        return [_slip("rings-swapped", "data", "the outer ring in the first half, the inner disc in the second")]
    if inside(radius[::2], INNER) and inside(radius[1::2], OUTER):
        return [_slip("points-interleaved", "data", "inner and outer points in turn")]
    if inside(first, INNER) and inside(second, OUTER):
        return [_slip("other-draws", "data", "radii in the asked rings, but other numbers than the tutorial draws")]
    return []
