"""The submission under test: asks its functions once, keeps the answers, reads them as the exercise's types.

What may live here: inputs drawn from the rubric's seeds, and the questions put
to the client, and which numbers agree with the reference's. What that earns is for the checks to say.
"""
from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Union

import numpy as np

from grader.checks.compare import Fitted, describe, fit, returned
from grader.checks.raised import raised_words
from grader.frozen import frozen
from grader.oracle import Array, Params
from grader.rubric import Rubric, Size
from grader.sandbox.client import Answer, Client
from grader.sandbox.messages import Call, Loaded, Raised, Returned, number
from grader.sandbox.wire import Tensor, Value
from reference import backprop as reference

if TYPE_CHECKING:
    from grader.checks.training import Run

PARAMETERS = ("c", "W", "b", "U")
"""In the order in which their gradients are graded."""
AGREES_RTOL = 1e-3
"""Of the largest entry. Fixed answers miss it; float32 code keeps it at any seed."""
KEY_SYNONYMS = {name: (f"d{name}", f"{name}_bar", f"grad_{name}", f"d_{name}", f"{name}bar", f"grad{name}") for name in PARAMETERS}


@frozen
class Point:
    """Inputs at which functions are asked: X (N, D), t (N,), params. Whole labels and a whole c come as ints.

    float_labels  whether whole labels come as floats all the same
    """

    size: Size
    X: Array
    t: Array
    params: Params
    float_labels: bool = False

    def wire_params(self) -> dict[str, Value]:
        c = float(self.params["c"])
        wire: dict[str, Value] = {name: Tensor(self.params[name]) for name in ("U", "b", "W")}
        wire["c"] = number(int(c)) if c.is_integer() else number(c)
        return wire

    def forward_call(self) -> Call:
        return Call((Tensor(self.X), self.wire_params()))

    def backprop_call(self) -> Call:
        are_ints = not self.float_labels and bool((self.t == np.floor(self.t)).all())
        return Call((Tensor(self.X), Tensor(self.t, dtype="int" if are_ints else "float64"), self.wire_params()))

    @cached_property
    def expected(self) -> tuple[Params, float]:
        """The reference's (grads, loss) here."""
        grads, loss = reference.backprop(self.X, self.t, self.params)
        return {name: np.asarray(grad) for name, grad in grads.items()}, float(loss)

    @cached_property
    def expected_output(self) -> Array:
        """The reference's y (N,) here."""
        y: Array = reference.forward(self.X, self.params)
        return y

    def with_params(self, params: Params) -> Point:
        return Point(self.size, self.X, self.t, params, self.float_labels)


@frozen
class NoAnswer:
    """No value to compare, and why in words. `raised` holds the answer it came from."""

    why: str
    raised: Answer | None = None


@frozen
class Backpropped:
    """What backprop returned, read as (grads, loss).

    grads  by parameter: numbers in the parameter's shape, or in words what stood there
    loss   the same for the loss
    slips  by parameter or "loss": in words, where it was found if not in its place
    """

    grads: Mapping[str, Fitted | str]
    loss: Fitted | str
    slips: Mapping[str, str] = field(default_factory=dict)

    def gradient(self) -> Params | None:
        """All four gradients as arrays, or None if one is missing."""
        values = {name: grad.values for name, grad in self.grads.items() if isinstance(grad, Fitted)}
        return values if len(values) == len(PARAMETERS) else None


BackpropAnswer = Union[Backpropped, NoAnswer]


def draw_point(seed: int, size: Size, index: int = 0) -> Point:
    """Inputs and parameters of order one (where wrong formulas differ most), both labels present if N > 1.

    Every second point has float labels, every third an int c.
    """
    random = seeded(seed)
    t = random.randint(0, 2, size.N).astype(float)
    if size.N > 1:
        t[:2] = (1.0, 0.0)
    params = {
        "U": random.randn(size.H, size.D),
        "b": random.randn(size.H),
        "W": size.weight * random.randn(size.H),
        "c": np.asarray(1.0 if index % 3 == 1 else random.randn()),
    }
    return Point(size, random.randn(size.N, size.D), t, params, float_labels=index % 2 == 1)


@functools.lru_cache(1)
def _random() -> np.random.RandomState:
    return np.random.RandomState()


def seeded(seed: int) -> np.random.RandomState:
    """As RandomState(seed), which takes fifty times as long, for it asks the system for a seed before it uses ours.

    It is one and the same each time: what is to be drawn is drawn before the next call.
    """
    random = _random()
    random.seed(seed)
    return random


@functools.lru_cache(256)
def graded_point(seed: int, size: Size, index: int) -> Point:
    """draw_point for a seed of the rubric: drawn once, and its expectation computed once, for a whole class."""
    return draw_point(seed, size, index)


@functools.lru_cache(256)
def expected_dataset(seed: int, size: int) -> Array:
    """The reference's data for a seed, shape (size, 2); not to be written to."""
    np.random.seed(seed)
    data: Array = reference.make_dataset(size)[0]
    data.setflags(write=False)
    return data


def is_core(point: Point) -> bool:
    """Whether this is the tutorial's own network with more than one example."""
    return (point.size.D, point.size.H) == (2, 3) and point.size.N > 1


@dataclass
class Subject:
    """One loaded submission. Deadlines come from the rubric and from what is left of the whole grading.

    end_s            time.monotonic() at which the grading must be over
    run_of_training  the course of training, once row 4.1 has run
    by_heart         functions whose answers were tried for being fixed, and whether they are
    told             functions that gave no answer, and the row that says why
    wants_ints       why labels come as ints only, in words; "" where backprop takes floats too
    """

    client: Client
    rubric: Rubric
    loaded: Loaded
    end_s: float = field(default_factory=lambda: time.monotonic() + 3600)
    run_of_training: Run | None = None
    by_heart: dict[str, bool] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    wants_ints: str = ""

    def has(self, function: str) -> bool:
        return function in self.loaded.functions

    def ask(self, function: str, calls: Sequence[Call], deadline_s: float | None = None, arguments_back: bool = False) -> list[Answer]:
        left_s = max(0.1, self.end_s - time.monotonic())
        return self.client.call(function, calls, min(deadline_s or self.rubric.call_s, left_s), arguments_back)

    @property
    def is_late(self) -> bool:
        return time.monotonic() >= self.end_s

    # make_dataset

    def datasets(self, sizes: Sequence[int], purpose: str) -> list[tuple[Value, Value] | NoAnswer]:
        """(data, labels) as they came, for each number of points."""
        calls = [Call((number(size),), self.rubric.seed(purpose, index)) for index, size in enumerate(sizes)]
        return self.read_datasets(self.ask("make_dataset", calls))

    def read_datasets(self, answers: Sequence[Answer]) -> list[tuple[Value, Value] | NoAnswer]:
        return [_pair(answer) for answer in answers]

    @cached_property
    def small_datasets(self) -> list[tuple[Value, Value] | NoAnswer]:
        return self.datasets(self.rubric.dataset_sizes, "dataset")

    # forward

    @cached_property
    def points(self) -> list[Point]:
        """The graded points, in the order of the rubric's sizes."""
        return [graded_point(self.rubric.seed("point", i), size, i) for i, size in enumerate(self.rubric.gradient_sizes)]

    @cached_property
    def outputs(self) -> list[Value | NoAnswer]:
        """What forward returned at the graded points."""
        return self.forward(self.points)

    def forward(self, points: Sequence[Point]) -> list[Value | NoAnswer]:
        answers = self.ask("forward", [point.forward_call() for point in points])
        return [answer.value if isinstance(answer, Returned) else NoAnswer(raised_words(answer), answer) for answer in answers]

    # backprop

    @cached_property
    def backpropped(self) -> list[BackpropAnswer]:
        """What backprop returned at the graded points; with labels as ints where it is right, or answers, with those only."""
        answers = self.backprop(self.points)
        doubtful = [i for i, point in enumerate(self.points) if point.float_labels and not _is_near(answers[i], point)]
        again = self.backprop([replace(self.points[i], float_labels=False) for i in doubtful]) if doubtful else []
        mended = [i for i, one in zip(doubtful, again) if _is_near(one, self.points[i]) or (_raised(answers[i]) and not _raised(one))]
        if mended and mended == doubtful:
            first = answers[mended[0]]
            self.wants_ints = first.why if isinstance(first, NoAnswer) else "other numbers came"
            for i, with_ints in zip(mended, again):
                answers[i] = with_ints
        return answers

    @property
    def raising(self) -> tuple[str, ...]:
        """The quantities of the functions that raised at the tutorial's own size, where a missing body is not the reason."""
        outputs = self.__dict__.get("outputs", [None])[0]
        answer = self.__dict__.get("backpropped", [None])[0]
        return (*(("y",) if _raised(outputs) else ()), *(("loss", *(f"d{name}" for name in PARAMETERS)) if _raised(answer) else ()))

    def backprop(self, points: Sequence[Point], deadline_s: float | None = None) -> list[BackpropAnswer]:
        if self.wants_ints:
            points = [replace(point, float_labels=False) for point in points]
        answers = self.ask("backprop", [point.backprop_call() for point in points], deadline_s)
        return [read_backprop(answer, point.params) for answer, point in zip(answers, points)]


def right_at(point: Point, answer: BackpropAnswer, rtol: float) -> set[str]:
    """Which of the loss and the four gradients are right."""
    if isinstance(answer, NoAnswer):
        return set()
    grads, loss = point.expected
    largest = max(float(np.abs(grad).max()) for grad in grads.values())
    found = {name for name in PARAMETERS if agrees(answer.grads[name], grads[name], rtol * largest)}
    return found | ({"loss"} if agrees(answer.loss, np.asarray(loss), rtol * max(1.0, loss)) else set())


def agrees(actual: Fitted | str, expected: Array, tolerance: float) -> bool:
    """Whether numbers came, and none is further off."""
    return isinstance(actual, Fitted) and bool((np.abs(actual.values - expected) <= tolerance).all())


def _is_near(answer: BackpropAnswer, point: Point) -> bool:
    return right_at(point, answer, AGREES_RTOL) == {"loss", *PARAMETERS}


def _raised(answer: object) -> bool:
    return isinstance(answer, NoAnswer) and isinstance(answer.raised, Raised) and answer.raised.problem.type != "NotImplementedError"


def _pair(answer: Answer) -> tuple[Value, Value] | NoAnswer:
    if not isinstance(answer, Returned):
        return NoAnswer(raised_words(answer), answer)
    if isinstance(answer.value, tuple) and len(answer.value) == 2:
        return answer.value[0], answer.value[1]
    return NoAnswer(f"it returned {returned(answer.value)}, where (data, labels) belongs", answer)


def read_backprop(answer: Answer, params: Params) -> BackpropAnswer:
    """(grads, loss) from an answer, forgiving what can be read without a guess and noting it."""
    if not isinstance(answer, Returned):
        return NoAnswer(raised_words(answer), answer)
    value, slips = answer.value, dict[str, str]()
    if isinstance(value, tuple) and len(value) > 2 and isinstance(value[0], Mapping):
        slips = dict.fromkeys(("loss", *PARAMETERS), f"backprop returned {len(value)} things, where (grads, loss) belongs")
        value = value[:2]
    if not (isinstance(value, tuple) and len(value) == 2):
        return NoAnswer(f"it returned {returned(value)}, where (grads, loss) belongs, with grads a dict", answer)
    grads, loss = value
    if isinstance(loss, Mapping) and not isinstance(grads, Mapping):
        grads, loss = loss, grads
        slips = dict.fromkeys(("loss", *PARAMETERS), "backprop returned (loss, grads), where (grads, loss) belongs")
    if not isinstance(grads, Mapping):
        return NoAnswer(f"its first part is {describe(grads)}, where the dict grads belongs", answer)
    read: dict[str, Fitted | str] = {}
    for name in PARAMETERS:
        key = name if name in grads else next((key for key in KEY_SYNONYMS[name] if key in grads), name)
        if key != name:
            slips.setdefault(name, f"its key is {key!r}, where {name!r} belongs")
        read[name] = fit(grads[key], params[name].shape) if key in grads else f"no key {name!r} in grads, {describe(grads)}"
    return Backpropped(read, fit(loss, ()), slips)
