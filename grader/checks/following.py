"""Whether gradients follow the data: slopes of a loss of the examples, and not numbers made up to pass or to train.

What may live here: tasks drawn in secret, and how much of the true gradients' answer to them the student's have.

Each task is a pair of data sets with the same labels and parameters, whose classes lie on opposite sides of a random
line. Between the two, the true gradient changes by something that only backpropagation through the network gives. A
gradient that pulls the parameters to a solution known before, or the slope of a loss that is made up of the parameters,
stays the same or changes in directions of its own.

Measured with 12 and with 500 examples, the mean cosine between both changes: 0.47 at least for the generated mistakes whose
training reaches the goal, 0.76 and more for wrong networks and losses with their own right gradients (sigmoid, relu, no
bias, half squared error, one label's term only ...); 0.08 at most for pulls (to one solution, or to one of two that the
data choose), random numbers, and models that leave the hidden layer out; 0.21 where dc alone is right beside a pull. Broadcasting
by accident, y's column against t's row, comes nearest to the threshold with 0.32.

The gradient of U needs the chain rule through tanh, so it is judged by itself too: with 12 examples 0.27 at least for own losses,
next to nothing where only the output layer's delta rule was written.

For the training the tutorial's own points are asked about as well, against the same with half of them drawn anew, at random
parameters and along the course: 0.51 at least for 124 mistakes that train, 0.33 for dU alone. A pull stays the same there, and
whoever knows the tutorial's points and answers otherwise beside them has nothing to answer.
"""
from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from grader.checks.dataset import RINGS
from grader.checks.subject import (
    AGREES_RTOL,
    PARAMETERS,
    BackpropAnswer,
    NoAnswer,
    Point,
    Subject,
    draw_point,
    right_at,
    seeded,
)
from grader.oracle import Array, Params
from grader.rubric import Size

UNLEARNED = "The loss falls on the tutorial's public data, and would not on fresh data."
FOLLOWS = 0.2
CLEARLY_FOLLOWS = 0.35
"""A mean cosine that ends the questions early."""
PAIRS, ENOUGH_PAIRS, PAIRS_AT_ONCE = 200, 100, 5
"""Of both moves together. Of one pair the cosine scatters by up to 0.5, so its mean of 50 by 0.07 and of 100 by 0.05."""
FEW_EXAMPLES, PAIRS_OF_FEW = 50, 1000
"""Up to so many examples a pair costs little, and the mean of 500 scatters by 0.022."""
U_FOLLOWS = 0.1
NEARBY_PAIRS, SHARE_ANEW = 100, 0.5
MOVES = ((1.0, -1.0), (2.0, 0.0))
"""How far the ones and the zeros lie from the middle. Where the module's labels stand in the argument's place, and all of
the first are ones, it is the second that tells."""
STILL, STILL_SHARE = 0.01, 0.75
"""A gradient that changes by less, of its size, at so many pairs does not look at the data; of honest ones half change by 0.1 at
least, or, where only signs are kept, two fifths stay the same."""
FRESH_RINGS, NEAR_TRUE = 20, 0.85
"""Mean cosine with the true gradient on fresh rings, which acquits: 0.94 where the module's own data stand in the argument's
place; pulls reach 0.3, the best pull that is linear in the parameters 0.69."""


@dataclass
class Following:
    """What the pairs showed so far.

    cosines  for each way to move the classes: between the student's and the true change, 0 where there was no answer
    of_U     the same for dU alone, where it is not zero
    changes  by parameter, the change of its gradient as a share of its size, where it is not zero
    silence  why there was no answer, where there was none
    """

    cosines: tuple[list[float], ...] = field(default_factory=lambda: tuple([] for _ in MOVES))
    of_U: tuple[list[float], ...] = field(default_factory=lambda: tuple([] for _ in MOVES))
    changes: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PARAMETERS})
    silence: str = ""

    @property
    def pairs(self) -> int:
        return sum(map(len, self.cosines))

    @property
    def cosine(self) -> float:
        """The mean cosine, for that way to move the classes to which the gradients answer best."""
        return float(max(np.mean(cosines) for cosines in self.cosines))

    @property
    def U_cosine(self) -> float | None:
        """The same for dU alone; None where it is always zero."""
        return max((float(np.mean(cosines)) for cosines in self.of_U if cosines), default=None)

    @property
    def still(self) -> str | None:
        """A parameter of several entries whose gradient stays the same whatever the data are."""
        judged = (name for name in ("W", "b", "U") if self.changes[name])
        return next((name for name in judged if np.quantile(self.changes[name], STILL_SHARE) < STILL), None)

    def ask(self, subject: Subject, pairs: Sequence[tuple[int, tuple[Point, Point]]]) -> None:
        """Add some pairs, each with its way to move the classes; none where the time for the grading was over."""
        answers = subject.backprop([point for _, pair in pairs for point in pair])
        for (move, pair), first, second in zip(pairs, answers[::2], answers[1::2]):
            if not subject.is_late:
                self.add(move, first, second, pair)

    def add(self, move: int, first: BackpropAnswer, second: BackpropAnswer, points: tuple[Point, Point]) -> None:
        self.silence = next((answer.why for answer in (first, second) if isinstance(answer, NoAnswer)), self.silence)
        gradients = [None if isinstance(answer, NoAnswer) else answer.gradient() for answer in (first, second)]
        if gradients[0] is None or gradients[1] is None:
            self.cosines[move].append(0.0)
            return
        true = [point.expected[0] for point in points]
        change = {name: gradients[1][name] - gradients[0][name] for name in PARAMETERS}
        true_change = {name: true[1][name] - true[0][name] for name in PARAMETERS}
        self.cosines[move].append(cosine(change, true_change))
        if any(gradient["U"].any() for gradient in gradients if gradient is not None):
            self.of_U[move].append(cosine(change, true_change, ("U",)))
        for name in PARAMETERS:
            size = max(float(np.abs(gradient[name]).max()) for gradient in gradients if gradient is not None)
            if size > 0 and np.isfinite(size):
                self.changes[name].append(float(np.abs(change[name]).max()) / size)


def follow(subject: Subject, N: int) -> Following:
    """Ask at pairs of N examples each until it is clear."""
    found = Following()
    most = PAIRS if N > FEW_EXAMPLES else PAIRS_OF_FEW
    with subject.client.unheard():
        while found.pairs < most and not (found.pairs >= ENOUGH_PAIRS and found.cosine > CLEARLY_FOLLOWS):
            found.ask(subject, [(move, _pair(N, MOVES[move])) for move in range(len(MOVES)) for _ in range(PAIRS_AT_ONCE)])
            if subject.is_late:
                break
    return found


def follows_data(subject: Subject, N: int) -> bool:
    """Whether it does at all, and dU by itself; without a verdict where the time for the grading was over, nobody is accused."""
    found = follow(subject, N)
    return subject.is_late or (found.cosine >= FOLLOWS and (found.U_cosine or 0.0) >= U_FOLLOWS)


def what_is_not_learned(subject: Subject, start: Point, visited: Sequence[Params]) -> str:
    """In words, why gradients that trained on the tutorial's public recipe learn nothing; "" where they do.

    start    the tutorial's points and labels
    visited  parameters along the course of the training

    Right gradients pass by being right. Others must follow the data, and the tutorial's own points too, or be near the true
    ones on fresh rings.
    """
    N = start.size.N
    with subject.client.unheard():
        if _are_right(subject, [_rings(N) for _ in range(2)]):
            return ""
    found = follow(subject, N)
    nearby = _nearby(subject, start, visited)
    follows = min(found.cosine, nearby.cosine) >= FOLLOWS and (nearby.U_cosine is None or nearby.U_cosine >= U_FOLLOWS)
    if subject.is_late or (not follows and _near_true(subject, N)):
        return ""
    if found.still is not None:
        return f"{UNLEARNED} d{found.still} stays the same whatever the data are, so nothing is learned from them."
    silence = found.silence or nearby.silence
    if silence and not follows:
        return f"The loss falls on the tutorial's data. Asked again on other data of this kind, backprop gave no answer: {silence}"
    return "" if follows else f"{UNLEARNED} On fresh data your gradients have next to nothing in common with the slopes of the loss."


def _nearby(subject: Subject, start: Point, visited: Sequence[Params]) -> Following:
    """The tutorial's points against the same with half of them drawn anew, at random parameters and at those visited in turn."""
    found = Following(([],), ([],))
    random = np.random.RandomState(secrets.randbits(32))
    with subject.client.unheard():
        for first in range(0, NEARBY_PAIRS, PAIRS_AT_ONCE):
            if subject.is_late:
                break
            pairs = []
            for index in range(first, first + PAIRS_AT_ONCE):
                here = visited[random.randint(len(visited))] if visited and index % 2 else _drawn(start.size.N).params
                anew = random.uniform(size=(start.size.N, 1)) < SHARE_ANEW
                point = start.with_params(here)
                pairs.append((0, (point, replace(point, X=np.where(anew, _ring_points(start.size.N), point.X)))))
            found.ask(subject, pairs)
    return found


def _are_right(subject: Subject, points: Sequence[Point]) -> bool:
    answers = subject.backprop(points)
    return all(right_at(point, answer, AGREES_RTOL).issuperset(PARAMETERS) for point, answer in zip(points, answers))


def _near_true(subject: Subject, N: int) -> bool:
    points = [_rings(N) for _ in range(FRESH_RINGS)]
    with subject.client.unheard():
        answers = [answer for start in range(0, FRESH_RINGS, 5) for answer in subject.backprop(points[start : start + 5])]
    cosines = [_cosine_with_true(answer, point) for answer, point in zip(answers, points)]
    return float(np.mean(cosines)) >= NEAR_TRUE


def _cosine_with_true(answer: BackpropAnswer, point: Point) -> float:
    gradient = None if isinstance(answer, NoAnswer) else answer.gradient()
    return 0.0 if gradient is None else cosine(gradient, point.expected[0])


def _pair(N: int, move: tuple[float, float]) -> tuple[Point, Point]:
    """Two data sets of N examples, ones before zeros, that differ in where the classes lie."""
    start = replace(_drawn(N), t=_halves(N))
    random = seeded(secrets.randbits(32))
    angle = random.uniform(0, 2 * np.pi)
    moved = np.outer(np.where(start.t == 1, *move), [np.cos(angle), np.sin(angle)])
    first, second = (replace(start, X=random.randn(N, 2) + side * moved) for side in (1, -1))
    return first, second


def _rings(N: int) -> Point:
    """The tutorial's kind of data, and random parameters."""
    return replace(_drawn(N), X=_ring_points(N), t=_halves(N))


def _drawn(N: int) -> Point:
    return draw_point(secrets.randbits(32), Size(N, 2, 3))


def _ring_points(N: int) -> Array:
    """Points of the tutorial's rings, shape (N, 2), ones before zeros; all at once, which the reference's draws are not."""
    random = seeded(secrets.randbits(32))
    radius = np.concatenate([random.uniform(low, high, N // 2) for _, low, high in RINGS])
    angle = random.uniform(0, 2 * np.pi, len(radius))
    return np.column_stack((radius * np.sin(angle), radius * np.cos(angle)))


def _halves(N: int) -> Array:
    """Labels: ones before zeros."""
    return (np.arange(N) < N // 2).astype(float)


def agree(first: Params, second: Params, rtol: float, names: Sequence[str] = PARAMETERS) -> bool:
    """Whether two gradients, or these parameters' parts of them, agree to a share of the second's largest entry."""
    largest = max(float(np.abs(second[name]).max()) for name in names)
    return all(bool((np.abs(first[name] - second[name]) <= rtol * largest).all()) for name in names)


def cosine(first: Params, second: Params, names: Sequence[str] = PARAMETERS) -> float:
    """Between two gradients as wholes, or these parameters' parts of them; 0 where one is nothing or not finite."""
    a, b = (np.concatenate([np.ravel(gradient[name]) for name in names]) for gradient in (first, second))
    with np.errstate(all="ignore"):
        norm = float(np.linalg.norm(a) * np.linalg.norm(b))
        return float(a @ b) / norm if 0 < norm < np.inf else 0.0
