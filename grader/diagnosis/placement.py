"""Placing differences: at which steps of the chain must something differ, if these gradients differ so?

What may live here: the one rule that decides between steps. A difference that dc, dW, db and dU
share is one slip at z_bar, one that db and dU share is one at H_bar or G_bar (called H_bar
here), any other is one at the gradient's own step.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice, product

from grader.diagnosis.chain import TERMINAL_STEP
from grader.frozen import frozen

Differences = Mapping[str, Mapping[str, float]]

# A step's slip that makes another gradient right again is believed for less at c_bar than elsewhere: c_bar
# is often written from y - t directly.
COMPENSATION = {"dc": 0.6, "dW": 1.1, "db": 1.1, "dU": 1.1}
# A slip at H_bar or G_bar that only makes db and dU right again.
UNDONE = 0.1
# How much dearer than its cheapest a factor's placing may be when it shares a step with another factor's.
SLACK = 1.0
# More combinations than this are not compared (a gradient with that many differing factors is not a product).
COMBINATIONS = 3000
SMALL = 1e-9


@frozen
class Placed:
    """step -> factor -> difference."""

    steps: Mapping[str, Mapping[str, float]]

    def at(self, step: str) -> dict[str, float]:
        return dict(self.steps.get(step, {}))


Option = tuple[float, dict[str, float]]  # what it costs, and step -> difference


def _options(
    difference: Mapping[str, float], at_z: bool, at_hidden: bool, separate: bool, modulo: float | None
) -> list[Option]:
    """Every placing of one factor's difference, cheapest first, within SLACK of the cheapest."""
    def less(value: float) -> float:
        return value if modulo is None else value % modulo

    values = sorted(set(difference.values()) | {0.0}, key=abs)
    lower = [difference[q] for q in ("db", "dU") if q in difference]
    options: list[Option] = []
    for z in values if at_z else [0.0]:
        into_hidden = 0.0 if separate else z
        below = sorted({round(less(d - into_hidden), 9) for d in lower} | {0.0}, key=abs)
        for hidden in below if at_hidden else [0.0]:
            steps = {"z_bar": z, "H_bar": hidden}
            for q, d in difference.items():
                steps[TERMINAL_STEP[q]] = less(d - (into_hidden + hidden if q in ("db", "dU") else z))
            steps = {step: value for step, value in steps.items() if abs(value) > SMALL}
            right = {TERMINAL_STEP[q]: COMPENSATION[q] for q, d in difference.items() if abs(d) < SMALL}
            undone = UNDONE if "H_bar" in steps and all(abs(d) < SMALL for d in lower) else 0.0
            options.append((sum(right.get(step, 1.0) for step in steps) + undone, steps))
    options.sort(key=lambda option: option[0])
    return [option for option in options if option[0] <= options[0][0] + SLACK]


def _dearness(combination: tuple[Option, ...], occupied: Collection[str]) -> tuple[float, float, float]:
    """Steps that differ (a compensation in part), then the sum of differences, then how far down the chain."""
    steps = {step for _, placed in combination for step in placed}
    extra = sum(cost - len(placed) for cost, placed in combination)
    size = sum(abs(value) for _, placed in combination for value in placed.values())
    late = sum(step not in ("z_bar", "H_bar") for _, placed in combination for step in placed)
    return len(steps - set(occupied)) + extra, size, late


def place(
    differences: Differences, *, at_z: Collection[str], at_hidden: Collection[str],
    separate: bool = False, modulo: Mapping[str, float] | None = None, occupied: Collection[str] = (),
) -> Placed:
    """Place the differences of all factors together at the fewest steps.

    differences  factor -> gradient -> how much it differs from the asked one; a gradient not read is left out
    at_z         the factors that may enter at z_bar; at_hidden: those that may enter at H_bar or G_bar
    separate     what enters at z_bar does not reach db and dU by multiplication
    modulo       factor -> the number it counts modulo (a sign: 2)
    occupied     steps where something is known to differ already
    """
    differing = {name: d for name, d in differences.items() if any(abs(value) > SMALL for value in d.values())}
    options = [
        _options(d, name in at_z, name in at_hidden, separate, (modulo or {}).get(name)) for name, d in differing.items()
    ]
    best = min(islice(product(*options), COMBINATIONS), key=lambda combination: _dearness(combination, occupied))
    steps: dict[str, dict[str, float]] = {}
    for name, (_, placed) in zip(differing, best):
        for step, value in placed.items():
            steps.setdefault(step, {})[name] = value
    return Placed(steps)
