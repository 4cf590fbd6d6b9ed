"""Gradients without backpropagation: finite differences and complex step, for any loss of the parameters.

What may live here: numerical differentiation and the errors to expect of it.
A loss is asked at many parameters at once, because a student's loss is
behind a process boundary and every question costs a round trip.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Params = dict[str, Array]
"""U (H, D), b (H,), W (H,), c (): one float64 array each."""

Stencil = tuple[tuple[float, float], ...]
"""Pairs (offset in steps, weight): f'(x) is about the sum of weight f(x + offset step) / step."""

CENTRAL: Stencil = ((-1.0, -0.5), (1.0, 0.5))
"""Truncation step^2 f'''/6; with step 1e-5 about 4e-11 on this network in float64."""
FIVE_POINT: Stencil = ((-2.0, 1 / 12), (-1.0, -2 / 3), (1.0, 2 / 3), (2.0, -1 / 12))
"""Truncation step^4 f'''''/30; with step 0.02 about 1e-8, and a loss in float32 (6e-8) adds some 5e-6.

Fornberg, Generation of Finite Difference Formulas on Arbitrarily Spaced Grids, 1988, table 1."""


def perturbed(params: Params, stencil: Stencil, step: float) -> list[Params]:
    """All parameters at which the loss is needed, entry by entry, offset by offset."""
    points: list[Params] = []
    for name, index in entries(params):
        for offset, _ in stencil:
            moved = {key: value.copy() for key, value in params.items()}
            moved[name][index] += offset * step
            points.append(moved)
    return points


def combine(losses: Sequence[float], params: Params, stencil: Stencil, step: float) -> Params:
    """The gradient from the losses at `perturbed(params, stencil, step)`, in that order; shapes of params."""
    weights = np.array([weight for _, weight in stencil])
    with np.errstate(invalid="ignore"):  # losses may be infinite or NaN, and then the slopes are
        slopes = np.asarray(losses, dtype=float).reshape(-1, len(weights)) @ weights / step
    gradient = {key: np.zeros_like(value) for key, value in params.items()}
    for slope, (name, index) in zip(slopes, entries(params)):
        gradient[name][index] = slope
    return gradient


def differences(loss: Callable[[Params], float], params: Params, stencil: Stencil = CENTRAL, step: float = 1e-5) -> Params:
    """The gradient of a loss that can be called directly; shapes of params."""
    return combine([loss(point) for point in perturbed(params, stencil, step)], params, stencil, step)


def complex_step(loss: Callable[[dict[str, NDArray[np.complex128]]], complex], params: Params) -> Params:
    """The gradient of an analytic loss to rounding (3e-16 here), shapes of params.

    f'(x) = Im f(x + ih) / h, Squire and Trapp, SIAM Review 40(1), 1998.
    """
    step = 1e-30
    gradient = {key: np.zeros_like(value) for key, value in params.items()}
    for name, index in entries(params):
        moved = {key: value.astype(np.complex128) for key, value in params.items()}
        moved[name][index] += 1j * step
        gradient[name][index] = np.imag(loss(moved)) / step
    return gradient


def entries(params: Params) -> list[tuple[str, tuple[int, ...]]]:
    """Every entry of every parameter, in a fixed order."""
    return [(name, index) for name in params for index in np.ndindex(params[name].shape)]
