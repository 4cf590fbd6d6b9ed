"""Backpropagation exercise."""
from __future__ import annotations

from typing import Callable, Protocol, TypedDict

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Params(TypedDict):
    U: Array
    b: Array
    W: Array
    c: float


class Activation(Protocol):
    def __call__(self, x: Array, /) -> Array: ...


tanh: Activation = np.tanh
sigmoid: Callable[[Array], Array] = lambda z: 0.5 * (np.tanh(0.5 * z) + 1.0)  # noqa: E731


def _polar(r: float, a: float) -> tuple[float, float]:
    return float(r * np.sin(a)), float(r * np.cos(a))


def make_dataset(num_points: int) -> tuple[Array, npt.NDArray[np.int64]]:
    half: int = num_points // 2
    data: Array = np.empty((num_points, 2), dtype=np.float64)
    for i in range(num_points):
        low, high = (0.0, 2.5) if i < half else (3.5, 5.0)
        r: float = np.random.uniform(low, high)
        data[i] = _polar(r, np.random.uniform(0.0, 2.0 * np.pi))
    labels: npt.NDArray[np.int64] = np.array([1, 0], dtype=np.int64).repeat(half)
    return data, labels


def _hidden(X: Array, params: Params) -> Array:
    return tanh(X @ params["U"].T + params["b"])


def forward(X: Array, params: Params) -> Array:
    return sigmoid(_hidden(X, params) @ params["W"] + params["c"])


def backprop(X: Array, t: npt.ArrayLike, params: Params) -> tuple[Params, float]:
    target: Array = np.asarray(t, dtype=np.float64)
    H: Array = _hidden(X, params)
    z: Array = H @ params["W"] + params["c"]
    z_bar: Array = (sigmoid(z) - target) / len(target)
    G_bar: Array = z_bar[:, None] * params["W"] * (1.0 - H**2)
    grads: Params = {
        "U": G_bar.T @ X,
        "b": G_bar.sum(axis=0),
        "W": z_bar @ H,
        "c": float(z_bar.sum()),
    }
    loss: float = float(np.mean(np.logaddexp(0.0, z) - target * z))
    return grads, loss
