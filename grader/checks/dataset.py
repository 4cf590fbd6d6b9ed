"""Rows 1.1 to 1.3: make_dataset.

What may live here: checks of shape, order, distribution and draws.
"""
from __future__ import annotations

import numpy as np

from grader.checks.base import Case, CheckFailed, check, sentence
from grader.checks.compare import Fitted, describe, difference, fit
from grader.checks.subject import NoAnswer, expected_dataset
from grader.oracle import Array
from grader.result import Message
from grader.sandbox.wire import Tensor, Value

RINGS = ((1, 0.0, 2.5), (0, 3.5, 5.0))
"""Label, smallest and largest radius."""
FALSE_ALARM = 1e-9
"""Probability that a right dataset misses one bound below."""


class DatasetCase(Case):
    @check("1.1")
    def check_shapes_types_and_order(self) -> None:
        slips: list[str] = []
        for size, answer in zip(self.rubric.dataset_sizes, self.subject.small_datasets):
            asked = f"make_dataset({size}) returning data of shape ({size}, 2) and labels of shape ({size},)"
            if isinstance(answer, NoAnswer):
                raise self.no_answer(answer, asked)
            data, labels = answer
            _checked_data(data, size, asked, slips)
            _checked_labels(labels, size, asked, slips)
        if slips:
            raise CheckFailed(Message("data and labels as numpy arrays of the shapes given", sentence(slips[0])))

    @check("1.2")
    def check_distribution(self) -> None:
        size = self.rubric.distribution_points
        asked = f"two rings in {size} points: label 1 with radius uniform in [0, 2.5), label 0 in [3.5, 5), every angle as likely"
        (answer,) = self.subject.datasets([size], "distribution")
        if isinstance(answer, NoAnswer):
            raise self.no_answer(answer, asked)
        data, labels = fit(answer[0], (size, 2)), fit(answer[1], (size,))
        if isinstance(data, str) or isinstance(labels, str):
            raise CheckFailed(Message(asked, sentence(f"make_dataset({size}) returned {describe(answer)}")))
        for label, low, high in RINGS:
            fault = ring_fault(data.values[labels.values == label], size // 2, low, high)
            if fault:
                raise CheckFailed(Message(asked, f"The points labelled {label}: {fault}."), quantity="data")
        if data.slip or labels.slip:
            raise CheckFailed(
                Message(asked, f"The numbers are right. {sentence(data.slip or labels.slip)}"), self.rubric.wrong_shape_share
            )

    @check("1.3")
    def check_draws(self) -> None:
        slip = ""
        for index, (size, answer) in enumerate(zip(self.rubric.dataset_sizes, self.subject.small_datasets)):
            seed = self.rubric.seed("dataset", index)
            asked = f"after np.random.seed({seed}), make_dataset({size}): for each point its radius drawn first, then its angle"
            if isinstance(answer, NoAnswer):
                raise self.no_answer(answer, asked)
            data = fit(answer[0], (size, 2))
            if isinstance(data, str):
                raise CheckFailed(Message(asked, f"Data is {data}."))
            off = difference(expected_dataset(seed, size), data.values, self.rubric.dataset_atol)
            if off:
                look = "Draw point after point with np.random.uniform, radius before angle, the first half of the points first."
                raise CheckFailed(Message(asked, "Other points came.", off, look), quantity="data")
            slip = slip or data.slip
        if slip:
            raise CheckFailed(
                Message("the tutorial's draws", f"The numbers are right. {sentence(slip)}"), self.rubric.wrong_shape_share
            )


def _checked_data(value: Value, size: int, asked: str, slips: list[str]) -> None:
    data = fit(value, (size, 2))
    if isinstance(data, str):
        raise CheckFailed(Message(asked, f"Data is {data}."), quantity="data")
    assert isinstance(value, Tensor)
    if value.dtype in ("int", "bool", "object"):
        raise CheckFailed(Message(asked, f"Data holds {value.dtype} entries, where floats belong."))
    if not np.isfinite(data.values).all():
        raise CheckFailed(Message(asked, "Data holds NaN or infinity."))
    slips += [f"data {data.slip.removeprefix('it ')}"] if data.slip else []


def _checked_labels(value: Value, size: int, asked: str, slips: list[str]) -> None:
    labels = fit(value, (size,))
    if isinstance(labels, str):
        raise CheckFailed(Message(asked, f"Labels are {labels}."), quantity="labels")
    expected = (np.arange(size) < size // 2).astype(float)
    off = difference(expected, labels.values, 0.0)
    if off:
        raise CheckFailed(
            Message("labels: 1 for the first half of the points, 0 for the second", "Other labels came.", off), quantity="labels"
        )
    slips += [f"labels are {labels.slip.removeprefix('it is ')}"] if isinstance(labels, Fitted) and labels.slip else []


def ring_fault(points: Array, count: int, low: float, high: float) -> str:
    """What is wrong with one ring's points, shape (n, 2), in words; "" if nothing.

    Distribution functions are compared by the bound of Dvoretzky, Kiefer and Wolfowitz with Massart's
    constant (Annals of Probability 18(3), 1990), at FALSE_ALARM.
    """
    if len(points) != count:
        return f"there are {len(points)} of them, where {count} belong"
    radius = np.hypot(points[:, 0], points[:, 1])
    angle = np.arctan2(points[:, 0], points[:, 1]) % (2 * np.pi)
    if not np.isfinite(radius).all():
        return "there are NaN or infinite coordinates"
    if radius.min() < low - 1e-5 or radius.max() > high + 1e-5:
        return f"their distances from the origin run from {radius.min():.3g} to {radius.max():.3g}, where {low:g} to {high:g} was asked"
    bound = float(np.sqrt(np.log(2 / FALSE_ALARM) / (2 * count)))
    if _distance_from_uniform((radius - low) / (high - low)) > bound:
        return f"their distances from the origin are not uniform between {low:g} and {high:g} (the mean is {radius.mean():.3g})"
    if _distance_from_uniform(angle / (2 * np.pi)) > bound:
        return "their angles are not uniform over the whole circle"
    if abs(np.corrcoef(radius, angle)[0, 1]) > 6.1 / np.sqrt(count):
        return "radius and angle depend on each other: each needs a draw of its own"
    return ""


def _distance_from_uniform(values: Array) -> float:
    """Largest gap between the values' distribution function and the uniform one on [0, 1]."""
    ordered = np.sort(values)
    steps = np.arange(len(ordered) + 1) / len(ordered)
    return float(max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max()))
