"""What a student's backprop computes: one hypothesis for all four gradients, and its predictions.

What may live here: hypotheses (a choice at every step of the way back), how they
predict numbers at any networks, and the law by which a constant depends on N, D and H.
The search for the hypothesis is in search.py.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

import numpy as np

from grader.diagnosis.bank import Expression, Structure, squeeze, sum_examples
from grader.diagnosis.chain import FACTORS, Exponents, Signals, times, with_z_bar
from grader.diagnosis.model import Array
from grader.diagnosis.network import ASKED_PLAN, Plan, run_forward
from grader.diagnosis.questions import Inputs
from grader.frozen import frozen


@frozen
class Choice:
    """How one step differs from the asked one: powers of factors, an expression, a structure."""

    powers: Exponents = field(default_factory=dict)
    expression: Expression | None = None
    structure: Structure | None = None

    def plain(self) -> bool:
        return not self.powers and self.expression is None and self.structure is None


ASKED_STEP = Choice()
OWN_FACTOR: Mapping[str, tuple[str, ...]] = {"dc": (), "dW": ("h",), "db": (), "dU": ("x",)}


@frozen
class Scale:
    """A constant factor: constant * N^N * D^D * H^H, or with N - 1 or N + 1 in the place of N once.

    neighbour  0, or -1 or +1: 1/(N + neighbour) stands where 1/N is asked
    """

    constant: float = 1.0
    N: float = 0.0
    D: float = 0.0
    H: float = 0.0
    neighbour: int = 0

    def at(self, sizes: tuple[int, int, int]) -> float:
        N, D, H = sizes
        value = self.constant * float(N) ** self.N * float(D) ** self.D * float(H) ** self.H
        return float(value * N / (N + self.neighbour) if self.neighbour else value)


ONE = Scale()


@frozen
class Hypothesis:
    """A choice at every step. hidden is H_bar and G_bar in one; last and scale go by gradient.

    z_scale  the constant that z_bar itself carries, which matters where a sum stands for a product
    source   gradient -> the gradient whose value is stored in its place
    """

    plan: Plan = ASKED_PLAN
    z: Choice = ASKED_STEP
    hidden: Choice = ASKED_STEP
    last: Mapping[str, Choice] = field(default_factory=dict)
    scale: Mapping[str, Scale] = field(default_factory=dict)
    z_scale: Scale = ONE
    source: Mapping[str, str] = field(default_factory=dict)


def spread(array: Array) -> Array:
    """(K, N), (K, N, H) or (K, N, H, D) with axes of length one added up to four."""
    return array.reshape((*array.shape, *(1,) * (4 - array.ndim)))


def _replaced(term: Array, expression: Expression, signals: Signals) -> Array:
    """term (K, N, H or 1, D or 1) with an expression in the place of the factors it replaces."""
    value = spread(np.asarray(expression.compute(signals), dtype=np.float64))
    return times(term, {name: -power for name, power in expression.replaces.items()}, signals) * value


def z_bar(signals: Signals, choice: Choice) -> Array:
    """z_bar (K, N) by a choice, without z_scale."""
    if choice.structure is not None:
        signals = choice.structure.inputs(signals)
    residual = signals.y - signals.t if choice.expression is None else choice.expression.compute(signals)
    residual = times(spread(np.asarray(residual, dtype=np.float64)), choice.powers, signals)[:, :, 0, 0]
    if choice.structure is not None and choice.structure.output is not None:
        residual = choice.structure.output(residual)
    return np.asarray(residual / signals.count[:, None])


def G_bar(signals: Signals, choice: Choice) -> Array:
    """G_bar (K, N, H) by a choice for H_bar and G_bar, from signals.z_bar."""
    structure, expression = choice.structure, choice.expression
    if structure is not None:
        signals = structure.inputs(signals)
    if expression is not None and expression.whole:
        G = expression.compute(signals)
    else:
        G = signals.z_bar[:, :, None] * signals.W[:, None, :]
        if structure is not None and structure.output is not None and structure.step == "H_bar":
            G = structure.output(G)
        G = G * (1 - signals.H**2)
        if expression is not None:
            G = _replaced(spread(G), expression, signals)[..., 0]
    G = times(spread(G), choice.powers, signals)[..., 0]
    if structure is not None and structure.output is not None and structure.step == "G_bar":
        G = structure.output(G)
    return np.asarray(G)


def last_step(quantity: str, signals: Signals, choice: Choice) -> Array:
    """A gradient (K, ...), axes of length one dropped, by a choice for its own step."""
    if choice.structure is not None:
        signals = choice.structure.inputs(signals)
    powers = dict(choice.powers)
    for name in OWN_FACTOR[quantity]:
        powers[name] = powers.get(name, 0) + 1
    term = spread(signals.z_bar if quantity in ("dc", "dW") else signals.G_bar)
    term = times(term, powers, signals)
    if choice.expression is not None:
        term = _replaced(term, choice.expression, signals)
    if term.shape[1] == 1:
        term = np.repeat(term, signals.X.shape[1], axis=1)
    for name in OWN_FACTOR[quantity]:
        if powers[name] == 0:  # the factor is gone from the product, its shape may be left
            term = term * np.ones_like(FACTORS[name](signals))
    if choice.structure is not None and choice.structure.output is not None:
        return choice.structure.output(term)
    return sum_examples(term)


def collapsed(computed: Array, shape: tuple[int, ...]) -> Array:
    """computed (K, ...) without the axes along which it is constant, if it has shape (K, ...) then."""
    for axis in range(computed.ndim - 1, 0, -1):
        first = np.take(computed, [0], axis=axis)
        if computed.shape != shape and np.array_equal(first + 0 * computed, computed):
            without = np.take(computed, 0, axis=axis)
            if without.ndim >= len(shape):
                computed = without
    return computed


def upstream(inputs: Inputs, hypothesis: Hypothesis) -> Signals:
    """The signals of a stack up to z_bar and G_bar by a hypothesis."""
    signals = run_forward(inputs, hypothesis.plan)
    signals = with_z_bar(signals, z_bar(signals, hypothesis.z) * hypothesis.z_scale.at(signals.sizes))
    return replace(signals, G_bar=G_bar(signals, hypothesis.hidden))


def predict(inputs: Inputs, hypothesis: Hypothesis, quantity: str) -> Array:
    """A gradient by a hypothesis, scale and all."""
    with np.errstate(all="ignore"):
        signals = upstream(inputs, hypothesis)
        computed = hypothesis.source.get(quantity, quantity)
        value = last_step(computed, signals, hypothesis.last.get(quantity, ASKED_STEP))
        return np.asarray(value * hypothesis.scale.get(quantity, ONE).at(signals.sizes))


def ratio(actual: Array | None, computed: Array, rtol: float) -> float | None:
    """The k with actual = k computed to rtol of the largest entry, or None.

    Shapes must agree up to axes of length one.
    """
    if actual is None or not computed.size:
        return None
    actual = squeeze(actual)
    if actual.size < computed.size:
        computed = collapsed(computed, actual.shape)
    if actual.shape != computed.shape:
        return None
    largest = int(np.argmax(np.abs(computed)))
    pivot = float(computed.flat[largest])
    if not np.isfinite(pivot) or pivot == 0:
        return None
    k = float(actual.flat[largest]) / pivot
    if k == 0 or not np.isfinite(k):
        return None
    return k if float(np.abs(actual - k * computed).max()) <= rtol * abs(k * pivot) else None


def _laws() -> list[Scale]:
    """Every power of N up to 3 and of D and H up to 2 in halves, then N - 1 and N + 1; the smallest powers first."""
    halves = [power / 2 for power in range(-6, 7)]
    powers = [Scale(N=n, D=d, H=h) for n in halves for d in halves[2:-2] for h in halves[2:-2]]
    powers.sort(key=lambda scale: abs(scale.N) + 1.5 * abs(scale.D) + 1.5 * abs(scale.H))
    return [*powers, *(Scale(N=N, neighbour=neighbour) for N in (0.0, 1.0, -1.0) for neighbour in (-1, 1))]


LAWS = _laws()


def law(ratios: Mapping[tuple[int, int, int], float], tolerance: float) -> Scale | None:
    """The Scale that gives these constants at these sizes (N, D, H), or None; powers are multiples of a half.

    The sizes must hold two that differ in N alone. Those that also differ in D or in H
    alone give their powers; where the sizes do not tell, a power is zero.
    """
    (base, at_base), *others = ratios.items()
    if any(k * at_base <= 0 for k in ratios.values()):
        return None
    for candidate in LAWS:
        constant = at_base / candidate.at(base)
        if all(abs(constant * candidate.at(sizes) / k - 1) <= tolerance for sizes, k in others):
            return replace(candidate, constant=_snapped(constant, tolerance))
    return None


def _snapped(constant: float, tolerance: float) -> float:
    """The constant, or the whole number or its inverse that it equals to tolerance."""
    for nice in (round(constant), 1 / round(1 / constant) if round(1 / constant) else 0.0):
        if nice and abs(constant / nice - 1) <= tolerance:
            return float(nice)
    return constant
