"""The chain of computation with the tutorial's letters, for a stack of equal-sized networks at once.

What may live here: arrays of the forward and backward pass as the equations ask
them, the atomic factors they are products of, and the asked exponents. Nothing
about mistakes. Every array has the network's index k first: (K, N), (K, N, H), ...

Formulas from the assignment: G = X U^T + 1 b^T, H = tanh(G), z = H W^T + 1 c,
y = sigma(z), z_bar = (y - t) / N, W_bar = H^T z_bar, c_bar = sum z_bar,
H_bar = z_bar W (outer), G_bar = H_bar o (1 - H^2), U_bar = G_bar^T X, b_bar = sum of rows of G_bar.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from grader.diagnosis.model import Array
from grader.frozen import frozen

Exponents = Mapping[str, float]


@frozen
class Signals:
    """A stack of K networks and all that flows through them.

    X (K, N, D), t (K, N), U (K, H, D), b (K, H), W (K, H), c (K,): what was asked.
    count (K,): the number of examples that the answer is for, N unless identical rows stand as one.
    G, H, slope (K, N, H), z, y (K, N): the forward pass; slope is the activation's own derivative.
    z_bar (K, N), G_bar (K, N, H): filled in as the chain goes on.
    """

    X: Array
    t: Array
    U: Array
    b: Array
    W: Array
    c: Array
    count: Array
    G: Array
    H: Array
    slope: Array
    z: Array
    y: Array
    z_bar: Array
    G_bar: Array

    @property
    def sizes(self) -> tuple[int, int, int]:
        """(N, D, H)."""
        return self.X.shape[1], self.X.shape[2], self.U.shape[1]


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), by the identity sigma(z) = (1 + tanh(z/2)) / 2, which does not overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


def _examples(a: Array) -> Array:
    return np.asarray(a[:, :, None, None])


def _units(a: Array) -> Array:
    return np.asarray(a[:, None, :, None])


def _both(a: Array) -> Array:
    return np.asarray(a[..., None])


# Every atomic factor, spread over (K, N, H, D) with ones where it does not vary.
FACTORS: dict[str, Callable[[Signals], Array]] = {
    "y-t": lambda s: _examples(s.y - s.t),
    "y": lambda s: _examples(s.y),
    "1-y": lambda s: _examples(1 - s.y),
    "1+y": lambda s: _examples(1 + s.y),
    "z": lambda s: _examples(s.z),
    "c": lambda s: np.asarray(s.c[:, None, None, None]),
    "w": lambda s: _units(s.W),
    "b": lambda s: _units(s.b),
    "h": lambda s: _both(s.H),
    "1-h": lambda s: _both(1 - s.H),
    "1+h": lambda s: _both(1 + s.H),
    "g": lambda s: _both(s.G),
    "1-g^2": lambda s: _both(1 - s.G**2),
    "x": lambda s: np.asarray(s.X[:, :, None, :]),
    "u": lambda s: np.asarray(s.U[:, None, :, :]),
}
EXAMPLE_FACTORS = frozenset({"y-t", "y", "1-y", "1+y", "z", "c"})
AT_HIDDEN = frozenset(FACTORS) - {"x"}
"""The factors that H_bar and G_bar may hold; u is the first input's there."""

# What the equations ask of each scalar gradient at N identical rows (the N cancels against the sum).
ASKED: dict[str, dict[str, int]] = {
    "dc": {"y-t": 1},
    "dW": {"y-t": 1, "h": 1},
    "db": {"y-t": 1, "w": 1, "1-h": 1, "1+h": 1},
    "dU": {"y-t": 1, "w": 1, "1-h": 1, "1+h": 1, "x": 1},
}
TERMINAL_STEP: dict[str, str] = {"dc": "c_bar", "dW": "W_bar", "db": "b_bar", "dU": "U_bar"}


def times(array: Array, exponents: Exponents, signals: Signals) -> Array:
    """array (K, N, H or 1, D or 1) times every factor to its power; |factor| where the power is no integer."""
    for name, power in exponents.items():
        if power == 0:
            continue
        factor = FACTORS[name](signals)
        if power == 1:
            array = array * factor
        elif float(power).is_integer():
            array = array * factor ** int(power)
        else:
            array = array * np.abs(factor) ** power
    return array


def flip(array: Array) -> Array:
    """The examples in reverse order."""
    return np.asarray(array[:, ::-1])


def asked_z_bar(signals: Signals) -> Array:
    """(y - t) / N, (K, N)."""
    return np.asarray((signals.y - signals.t) / signals.count[:, None])


def with_z_bar(signals: Signals, z_bar: Array) -> Signals:
    return replace(signals, z_bar=z_bar)


def asked_gradients(signals: Signals) -> dict[str, Array]:
    """The four gradients the equations ask: dc (K,), dW and db (K, H), dU (K, H, D)."""
    z_bar = asked_z_bar(signals)
    G_bar = z_bar[:, :, None] * signals.W[:, None, :] * (1 - signals.H**2)
    return {
        "dc": z_bar.sum(axis=1),
        "dW": np.einsum("knh,kn->kh", signals.H, z_bar),
        "db": G_bar.sum(axis=1),
        "dU": np.einsum("knh,knd->khd", G_bar, signals.X),
    }
