"""What no bank can list: expressions with coefficients of the student's own, found by least squares.

What may live here: sums of a few known terms in the place of y-t, of 1-h^2 or of the
loss, and numbers such as a learning rate or a clipping limit that only the answers tell.
A sum is believed only with few terms and exactly; what it predicts elsewhere is confirmed by the caller.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from grader.diagnosis.bank import DERIVATIVE, RESIDUAL, Expression, Structure, updated
from grader.diagnosis.chain import Signals
from grader.diagnosis.model import Array
from grader.diagnosis.network import LossVariant
from grader.frozen import frozen

Term = Callable[[Signals], Array]
# A student's expression has no more terms than this; more would fit by chance.
MOST_TERMS = 3
MOST_LOSS_TERMS = 4
SMALLEST_COEFFICIENT = 1e-3

# (N) or (N, H) arrays of a stack, as a student would write them.
RESIDUAL_TERMS: Mapping[str, Term] = {
    "y": lambda s: s.y, "t": lambda s: s.t, "ty": lambda s: s.t * s.y, "z": lambda s: s.z, "": lambda s: np.ones_like(s.y),
    "y^2": lambda s: s.y**2, "tz": lambda s: s.t * s.z,
}
SLOPE_TERMS: Mapping[str, Term] = {
    "": lambda s: np.ones_like(s.H), "h": lambda s: s.H, "h^2": lambda s: s.H**2, "h^3": lambda s: s.H**3,
    "g": lambda s: s.G, "g^2": lambda s: s.G**2, "gh": lambda s: s.G * s.H,
}
# log y is -log(1 + e^-z); z is log y - log(1-y), so it needs no term of its own.
LOSS_TERMS: Mapping[str, Term] = {
    "t log y": lambda s: -s.t * np.logaddexp(0, -s.z), "t log(1-y)": lambda s: -s.t * np.logaddexp(0, s.z),
    "log y": lambda s: -np.logaddexp(0, -s.z), "log(1-y)": lambda s: -np.logaddexp(0, s.z),
    "t": lambda s: s.t, "": lambda s: np.ones_like(s.t), "y": lambda s: s.y, "ty": lambda s: s.t * s.y, "y^2": lambda s: s.y**2,
}

PENALTIES: Mapping[str, Term] = {
    f"(sum of {letter}^2){over}": lambda s, letter=letter, over=over: np.asarray(  # type: ignore[misc]
        (getattr(s, letter) ** 2).reshape(len(s.c), -1).sum(axis=1) / (s.count if over else 1))
    for letter in "UbWc" for over in ("", "/N")
}


def _sum_of(terms: Mapping[str, Term], coefficients: Mapping[str, float]) -> Term:
    return lambda s: np.asarray(sum(value * terms[name](s) for name, value in coefficients.items()))


def written(coefficients: Mapping[str, float]) -> str:
    """A sum of terms as a student would write it: 2y-t+0.1."""
    text, apart = "", " " if any(" " in name for name in coefficients) else ""
    for name, value in coefficients.items():
        size = "" if abs(abs(value) - 1) < 1e-9 and name else f"{abs(value):.4g}"
        gap = " " if " " in name or "(" in name else ""
        sign = "-" if value < 0 else "+" if text else ""
        text += (f"{apart}{sign}{apart}" if text else sign) + size + (gap if size else "") + name
    return text


def few_terms(columns: Mapping[str, Array], values: Array, noise: float, most: int) -> dict[str, float] | None:
    """The coefficients of the fewest columns whose sum is values (one number a row) to noise; None if it takes too many.

    Coefficients must be numbers that people write: three digits at the most.
    """
    names, matrix = list(columns), np.stack([columns[name] for name in columns], axis=1)
    kept = np.isfinite(matrix).all(axis=1) & np.isfinite(values)
    if kept.sum() < 2 * len(names):
        return None
    matrix, values = matrix[kept], values[kept]
    independent = _independent(matrix)
    names, matrix = [names[i] for i in independent], matrix[:, independent]
    tolerance = 30 * noise * max(float(np.abs(values).max()), 1e-300)
    solution = np.linalg.lstsq(matrix, values, rcond=None)[0]
    if np.abs(matrix @ solution - values).max() > tolerance:
        return None
    chosen = [i for i in range(len(names)) if abs(solution[i]) > SMALLEST_COEFFICIENT]
    if not 0 < len(chosen) <= most:
        return None
    rounded = {names[i]: round(float(solution[i]), 3) for i in chosen}
    thirds = {names[i]: round(3 * float(solution[i])) / 3 for i in chosen}
    for nice in (rounded, thirds):
        computed = sum(value * columns[name][kept] for name, value in nice.items())
        if np.abs(computed - values).max() <= max(tolerance, 1e-7 * float(np.abs(values).max())):
            return nice
    return None


def _independent(matrix: Array) -> list[int]:
    """The columns that are no sum of earlier ones."""
    chosen: list[int] = []
    for index in range(matrix.shape[1]):
        if np.linalg.matrix_rank(matrix[:, [*chosen, index]], tol=1e-8 * np.linalg.norm(matrix)) > len(chosen):
            chosen.append(index)
    return chosen


def residual_sum(signals: Signals, residual: Array, noise: float) -> Expression | None:
    """The expression in the place of y-t that is a sum of few terms and gives residual at scalar networks (one number each)."""
    found = few_terms({name: term(signals)[:, 0] for name, term in RESIDUAL_TERMS.items()}, residual, noise, MOST_TERMS)
    if found is None or found == {"y": 1, "t": -1}:
        return None
    name = f"{written(found)} in place of y-t"
    return Expression("other-expression-for-residual", "z_bar", name, _sum_of(RESIDUAL_TERMS, found), RESIDUAL)


def slope_sum(signals: Signals, slope: Array, noise: float) -> Expression | None:
    """The same in the place of 1-h^2."""
    found = few_terms({name: term(signals)[:, 0, 0] for name, term in SLOPE_TERMS.items()}, slope, noise, MOST_TERMS)
    if found is None or found == {"": 1, "h^2": -1}:
        return None
    id = "score-for-hidden-in-tanh-derivative" if found == {"": 1, "g^2": -1} else "other-expression-for-tanh-derivative"
    return Expression(id, "G_bar", f"{written(found)} in place of 1-h^2", _sum_of(SLOPE_TERMS, found), DERIVATIVE)


def loss_sum(signals: Signals, loss: Array, noise: float) -> LossVariant | None:
    """The loss as the mean of a sum of few terms, from scalar networks (one number each)."""
    found = few_terms({name: term(signals)[:, 0] for name, term in LOSS_TERMS.items()}, loss, noise, MOST_LOSS_TERMS)
    if found is None:
        return None
    compute = _sum_of(LOSS_TERMS, found)
    return LossVariant("other-terms-in-loss", f"mean of {written(found)}", lambda s: np.asarray(compute(s).mean(axis=1)))


def penalised_loss(signals: Signals, loss: Array, noise: float) -> LossVariant | None:
    """The asked loss and a penalty on the parameters, from scalar networks (one number each)."""
    asked = -LOSS_TERMS["log(1-y)"](signals)[:, 0] - signals.t[:, 0] * signals.z[:, 0]
    found = few_terms({name: term(signals) for name, term in PENALTIES.items()}, loss - asked, noise, MOST_TERMS)
    if found is None:
        return None
    penalty = _sum_of(PENALTIES, found)
    cross_entropy = _sum_of(LOSS_TERMS, {"log(1-y)": -1})
    return LossVariant(
        "weight-decay-in-loss", f"the mean cross-entropy + {written(found)}",
        lambda s: np.asarray((cross_entropy(s) - s.t * s.z).mean(axis=1) + penalty(s)),
    )


def limited_loss(signals: Signals, loss: Array, noise: float) -> LossVariant | None:
    """A loss whose outputs are clipped, or have a number added inside the logarithm, from scalar networks far out as well."""
    t, y = signals.t[:, 0], signals.y[:, 0]
    inside = np.exp(-loss)  # what the logarithm was taken of
    right = np.where(t > 0.5, y, 1 - y)
    added = [_constant(inside[t == label] - right[t == label], 1e3 * noise) for label in (1, 0)]
    if None not in added and any(added):
        low, high = (float(value or 0.0) for value in added)
        return _shifted_loss(low, high)
    limits = [_limits(inside[t == label], right[t == label], 1e3 * noise) for label in (1, 0)]
    if limits[0] is None or limits[1] is None or all(pair == (0.0, 1.0) for pair in limits):
        return None
    of_ones, of_zeros = limits[0], limits[1]
    if any(low >= high for low, high in (of_ones, of_zeros)):
        return None
    clipped = [(name, pair) for name, pair in (("y", of_ones), ("1-y", of_zeros)) if pair != (0.0, 1.0)]
    parts = [f"{name} clipped to [{low:.4g}, {high:.4g}]" for name, (low, high) in clipped]
    if np.allclose(of_zeros, (1 - of_ones[1], 1 - of_ones[0])):
        parts = parts[:1]
    return LossVariant(
        "loss-clipped", f"mean cross-entropy with {' and '.join(parts)}",
        lambda s: np.asarray((-s.t * np.log(np.clip(s.y, *of_ones)) - (1 - s.t) * np.log(np.clip(1 - s.y, *of_zeros))).mean(axis=1)),
    )


def exchanged(scale: float) -> LossVariant | None:
    """A loss in proportion to |y-t| as what it is where y and t changed places: the logarithm of a tiny number is taken; else None."""
    tiny = float(f"{np.exp(-scale):.1g}")
    if not 0 < tiny < 1e-4 or abs(np.exp(-scale) / tiny - 1) > 1e-5:
        return None
    name = f"mean of -y log t - (1-y) log(1-t), with {tiny:g} where the logarithm would be of 0"
    return LossVariant("outputs-and-labels-exchanged", name, lambda s: np.asarray(scale * np.abs(s.y - s.t).mean(axis=1)))


def _shifted_loss(low: float, high: float) -> LossVariant:
    parts = [f"log({name} + {value:.4g})" if value else f"log({name})" for name, value in (("y", low), ("1-y", high))]
    return LossVariant(
        "number-added-in-logarithm", f"mean of -t {parts[0]} - (1-t) {parts[1]}",
        lambda s: np.asarray((-s.t * np.log(s.y + low) - (1 - s.t) * np.log(1 - s.y + high)).mean(axis=1)),
    )


def _constant(values: Array, tolerance: float) -> float | None:
    """The number that all values are, rounded to what people write; None if they differ."""
    middle = float(np.median(values))
    if not np.isfinite(middle) or np.abs(values - middle).max() > tolerance:
        return None
    return float(f"{middle:.3g}") if abs(middle) > tolerance else 0.0


def _limits(inside: Array, right: Array, tolerance: float) -> tuple[float, float] | None:
    """The limits that right is clipped to, 0.0 and 1.0 where none is reached; None where that is not what happens."""
    if not np.isfinite(inside).all():
        return None
    low, high = float(inside.min()), float(inside.max())
    if np.abs(inside - np.clip(right, low, high)).max() > tolerance:
        return None
    return (
        float(f"{low:.3g}") if low - right.min() > 10 * tolerance else 0.0,
        1 - float(f"{1 - high:.3g}") if right.max() - high > 10 * tolerance else 1.0,
    )


@frozen
class Mix:
    """actual = factor * (first + share * (second - first))."""

    factor: float
    share: float


def mix(actual: Array | None, first: Array, second: Array, rtol: float) -> Mix | None:
    """How an answer lies on the line through two computed ones, or None if it does not."""
    if actual is None or actual.size != first.size or first.shape != second.shape:
        return None
    difference = second - first
    columns = np.stack([first.reshape(-1), difference.reshape(-1)], axis=1)
    if not np.isfinite(columns).all():
        return None
    solution, _, rank, _ = np.linalg.lstsq(columns, actual.reshape(-1), rcond=None)
    off = np.abs(columns @ solution - actual.reshape(-1)).max()
    if rank < 2 or abs(solution[0]) < 1e-12 or off > rtol * np.abs(actual).max(initial=0.0):
        return None
    return Mix(float(solution[0]), float(solution[1] / solution[0]))


def step_inside(rate: float) -> Structure:
    """W after a step of gradient descent with this learning rate, where W itself is asked."""
    rate = float(f"{rate:.4g}")
    return Structure("weights-updated-inside", "H_bar", f"W after a step of {rate:g}", inputs=updated(rate))


def parameter_added(step: str, share: float, over_count: bool = False, factor: float = 1.0, counts: float = 0.0) -> Expression:
    """A share of the parameter added to its own gradient (weight decay), as an expression at one of the four last steps.

    factor, counts  the answer is factor * N^counts times that sum, so the share that was coded, and is told, is that much larger
    """
    share = float(f"{share:.4g}")
    letter = {"c_bar": "c", "W_bar": "W", "b_bar": "b", "U_bar": "U"}[step]
    coded, over = f"{share * factor:.4g}", over_count - counts
    by_count = "" if not over else "/N" if over == 1 else f" N^{-over:g}"
    name = f"{'' if coded == '1' else f'{coded} '}{letter}{by_count} added to the gradient"

    def compute(s: Signals) -> Array:
        each = share / s.count ** (2 if over_count else 1)  # spread evenly over the examples that are summed
        if step == "c_bar":
            return np.asarray(1 + each[:, None] * s.c[:, None] / s.z_bar)
        if step == "W_bar":
            return np.asarray(s.H + each[:, None, None] * s.W[:, None, :] / s.z_bar[:, :, None])
        if step == "b_bar":
            return np.asarray(1 + each[:, None, None] * s.b[:, None, :] / s.G_bar)
        return np.asarray(s.X[:, :, None, :] + each[:, None, None, None] * s.U[:, None] / s.G_bar[..., None])

    own = {"W_bar": {"h": 1}, "U_bar": {"x": 1}}
    return Expression("weight-decay", step, name, compute, own.get(step, {}))
