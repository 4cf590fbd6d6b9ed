"""Reading a formula back: from a gradient at scalar networks to the powers of its factors.

What may live here: the logarithms of the factors as a linear system, its solution,
and the rounding of powers. Nothing that happens between examples, units or inputs.

At N identical rows, one input and one hidden unit, a gradient that is a product of
factors has log|gradient| linear in the factors' logarithms. Least squares on the
difference from the asked formula's logarithm returns by how much each power differs.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.bank import Expression
from grader.diagnosis.chain import ASKED, FACTORS, Signals
from grader.diagnosis.fitted import residual_sum, slope_sum
from grader.diagnosis.model import Array
from grader.frozen import frozen

# Powers are multiples of a half (a square root is the least a student takes).
SMALLEST_POWER = 0.5
# An expression in the place of a factor is taken before a product only if it saves more than this much of powers.
EXPRESSION_SIZE = 2.0
SIGN_SIZE = 0.5
# A column whose part outside the ones before it is smaller than this share of it is left out: it
# says the same (h = g in a network without activation).
DEPENDENT_SHARE = 1e-7
# Rows that must remain when zeros are left out, above the number of unknowns.
SPARE_ROWS = 4

Rows = NDArray[np.bool_]  # which networks count


@frozen
class Reading:
    """How a gradient differs from the asked one at scalar networks.

    powers      factor -> power coded less power asked, and "N" and "-1" likewise; zeros left out. The
                constant is not in it: full-size networks give the scale
    expression  what stands in the place of some asked factors; powers are then beside it
    is_negative  the constant has the sign turned round
    """

    powers: Mapping[str, float]
    expression: Expression | None = None
    is_negative: bool = False

    def size(self) -> float:
        """How much there is to say: the sum of the powers, and EXPRESSION_SIZE for an expression."""
        powers = sum(abs(power) for name, power in self.powers.items() if name != "N")
        return powers + (EXPRESSION_SIZE if self.expression is not None else 0.0) + SIGN_SIZE * self.is_negative


def _rows(array: Array) -> Array:
    """An array of a scalar network, any of the ranks a factor or an expression has, as one number a network."""
    return np.asarray(array, dtype=np.float64).reshape(array.shape[0])


def _stands_beside(expression: Expression, powers: Mapping[str, float]) -> bool:
    """Whether powers bring back all that the expression is said to replace, or take it away once more: (h-h^3)/(1-h^2) is h."""
    return any(all(way * powers.get(name, 0) >= power for name, power in expression.replaces.items()) for way in (1, -1))


class Design:
    """The factors' values at a stack of scalar networks, for one forward pass."""

    def __init__(self, signals: Signals) -> None:
        with np.errstate(all="ignore"):
            self.values = {name: _rows(factor(signals)) for name, factor in FACTORS.items()}
            self.asked = {
                quantity: np.prod([self.values[name] for name in factors], axis=0)
                for quantity, factors in ASKED.items()
            }
            columns = [np.ones(len(signals.c)), np.log(signals.count)]
            columns += [np.log(np.abs(values)) for values in self.values.values()]
        self.names = ("constant", "N", *FACTORS)
        self.columns = np.stack(columns, axis=1)
        self.signals = signals
        self._solvers: dict[bytes, tuple[list[int], Array, Array]] = {}

    def condition(self) -> float:
        """The condition number of the design, columns scaled to length one."""
        return float(np.linalg.cond(self.columns / np.linalg.norm(self.columns, axis=0)))

    def ratio(self, expression: Expression) -> Array:
        """What the asked gradient is multiplied by if the expression stands in it, one number a network."""
        with np.errstate(all="ignore"):
            value = _rows(expression.compute(self.signals)) * (self.signals.count if expression.whole else 1.0)
            return np.asarray(value / np.prod([self.values[name] for name in expression.replaces], axis=0))

    def solver(self, kept: Rows) -> tuple[list[int], Array, Array]:
        """The independent columns among the kept rows, an orthonormal basis of them, and their pseudo-inverse."""
        key = kept.tobytes()
        if key not in self._solvers:
            independent: list[int] = []
            basis = np.zeros((int(kept.sum()), 0))
            for index in range(self.columns.shape[1]):
                column = self.columns[kept, index]
                if not np.isfinite(column).all():
                    continue
                rest = column - basis @ (basis.T @ column)
                rest = rest - basis @ (basis.T @ rest)
                size = float(np.linalg.norm(rest))
                if size > DEPENDENT_SHARE * float(np.linalg.norm(column)) and size > 0:
                    independent.append(index)
                    basis = np.column_stack([basis, rest / size])
            self._solvers[key] = independent, basis, np.linalg.pinv(self.columns[kept][:, independent])
        return self._solvers[key]

    def read(
        self, quantity: str, values: Array, already: Sequence[Expression], offered: Iterable[Expression], noise: float
    ) -> list[Reading]:
        """The Readings of least size that reproduce values (one number a network) to noise; [] if none does.

        Several can be equal here and differ at full size: y/N - t and y - sum of t, up to a constant.

        already  expressions taken as given (found in a gradient further up the chain)
        offered  expressions that may be tried one at a time where factors alone do not do
        noise    relative rounding error of the student's arithmetic
        """
        with np.errstate(all="ignore"):
            base = self.asked[quantity].copy()
            for expression in already:
                base *= self.ratio(expression)
            found = self._powers(values, base, noise)
            readings = [] if found is None else [Reading(found[0], None, found[1])]
            if readings and readings[0].size() <= EXPRESSION_SIZE:
                return readings
            tried = list(offered)
            for expression in tried:
                found = self._powers(values, base * self.ratio(expression), noise)
                if found is not None and not _stands_beside(expression, found[0]):
                    readings.append(Reading(found[0], expression, found[1]))
            if not readings:
                readings = self._sums(values, base, {expression.step for expression in tried}, noise)
        least = min((reading.size() for reading in readings), default=0.0)
        return [reading for reading in readings if reading.size() == least]

    def _sums(self, values: Array, base: Array, steps: set[str], noise: float) -> list[Reading]:
        """Readings with a sum of few terms in the place of y-t or of 1-h^2, where such a step is among these."""
        for step, factors, fit in (("z_bar", ("y-t",), residual_sum), ("G_bar", ("1-h", "1+h"), slope_sum)):
            if step not in steps:
                continue
            rest = base / np.prod([self.values[name] for name in factors], axis=0)
            for power in (0.0, 1.0, -1.0):
                expression = fit(self.signals, values / rest / self.signals.count**power, noise)
                if expression is not None:
                    return [Reading({"N": power} if power else {}, expression)]
        return []

    def _powers(self, values: Array, base: Array, noise: float) -> tuple[dict[str, float], bool] | None:
        """The powers whose product is values / base up to a constant, and whether that is negative.

        Rows where both are zero are left out.
        """
        kept = ((values != 0) | (base != 0)) & np.isfinite(self.columns).all(axis=1)
        ratio = values / base
        if not np.isfinite(ratio[kept]).all() or (ratio[kept] == 0).any():
            return None
        independent, basis, inverse = self.solver(kept)
        if kept.sum() < len(independent) + SPARE_ROWS:
            return None
        target = np.log(np.abs(ratio[kept]))
        if np.abs(target - basis @ (basis.T @ target)).max() > 30 * noise:
            return None
        solution = inverse @ target
        rounded = np.round(solution / SMALLEST_POWER) * SMALLEST_POWER
        rounded[0] = solution[0]
        if np.abs(solution - rounded).max() > max(1e-5, min(0.05, 1e4 * noise)):
            return None
        powers = {self.names[i]: float(p) for i, p in zip(independent, rounded) if i and p}
        sign = self._sign(ratio, kept, powers)
        if sign is None or not self._holds_elsewhere(values, base, kept, powers, sign * float(np.exp(solution[0])), noise):
            return None
        return powers, sign < 0

    def _holds_elsewhere(
        self, values: Array, base: Array, kept: Rows, powers: Mapping[str, float], constant: float, noise: float
    ) -> bool:
        """Whether the powers also give the values where a factor is zero and so has no logarithm (a ReLU's off side)."""
        predicted = constant * base
        for name, power in powers.items():
            column = self.signals.count if name == "N" else self.values[name]
            predicted = predicted * (column ** int(power) if power.is_integer() else np.abs(column) ** power)
        told = ~kept & np.isfinite(predicted) & np.isfinite(values)
        scale = float(np.abs(values[kept]).max(initial=0.0))
        return bool((np.abs(predicted - values)[told] <= 100 * noise * np.maximum(np.abs(values[told]), scale)).all())

    def _sign(self, ratio: Array, kept: Rows, powers: dict[str, float]) -> float | None:
        """The sign that the powers leave over if it is one and the same at every network, else None."""
        sign = np.sign(ratio[kept])
        for name, power in powers.items():
            if name != "N" and power % 2 == 1:
                sign = sign * np.sign(self.values[name][kept])
        return float(sign[0]) if (sign == sign[0]).all() else None


