"""Gradients that are right but for values of the module that stand in an argument's place.

What may live here: networks at which such values come down to a few unknown numbers, which are solved
for, and the comparison of everything else with the equations. Nothing is guessed: what has other numbers
than the equations give with those few is not proved.

- X from the module: with U = 0 every example has the same h = tanh(b) and z = W h + c, whatever X is. Unknown are the mean
  label p, the mean of x and that of t x; known is the rest of the loss, dc, dW, db and dU.
- t from the module: with the first half of the rows equal and the second half equal, unknown are the two halves' mean labels.
  In both cases each gradient must also be the slope of the loss at a network like any other.
- parameters from the module: single examples with t = 0 and t = 1 give z and h of each, from which the parameters are solved.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from grader.diagnosis.chain import asked_gradients, sigmoid
from grader.diagnosis.model import GRADIENTS, KEYS, Array, Student
from grader.diagnosis.network import ASKED_LOSS, run_forward, same
from grader.diagnosis.questions import Inputs, Observed, ask_backprop, ask_forward, full_size
from grader.frozen import frozen

NETWORKS, EXAMPLES = 16, 32
STEP, SLOPE_RTOL = 1e-5, 1e-6
"""Central differences of a float64 loss with this step err by 1e-9."""
SATURATED = 0.999
"""A unit's h beyond this tells too little of its g."""


@frozen
class Groups:
    """Networks (K) whose examples come in groups (G) of equal ones: z (K, G), h (K, G, H), share of the examples (G,), x (G, D).

    x is None where the points are not known.
    """

    z: Array
    h: Array
    W: Array
    share: Array
    x: Array | None


def right_but_for_module_values(
    student: Student, id: str, size: tuple[int, int, int], rtol: float, rng: np.random.Generator
) -> frozenset[str]:
    """Which of y, loss and gradients are right but for the arguments that the slip of this id ignores; size (N, D, H) is answered."""
    if id == "module-parameters-for-arguments":
        return _but_for_parameters(student, rtol, rng)
    if id in ("module-data-for-arguments", "module-points-for-argument", "module-labels-for-argument"):
        return _but_for_data(student, size, id == "module-labels-for-argument", rtol, rng)
    return frozenset()


def _repeated(inputs: Inputs, networks: int) -> Inputs:
    return Inputs(**{name: np.repeat(value[:1], networks, axis=0) for name, value in vars(inputs).items()})


def _but_for_data(student: Student, size: tuple[int, int, int], points_used: bool, rtol: float, rng: np.random.Generator) -> frozenset[str]:
    one, many = full_size(rng, 1, *size), full_size(rng, NETWORKS, *size)
    asked = replace(many, X=np.repeat(one.X, NETWORKS, axis=0), t=np.repeat(one.t, NETWORKS, axis=0))
    first = (size[0] + 1) // 2
    if points_used:
        asked.X[:, :first], asked.X[:, first:] = one.X[0, 0], one.X[0, -1]
        x, share = np.stack([one.X[0, 0], one.X[0, -1]]), np.array([first, size[0] - first]) / size[0]
    else:
        asked, x, share = replace(asked, U=0 * asked.U), None, np.ones(1)
    points = asked.X[:, : 2 * first : first] if points_used else asked.X[:, :1]
    h = np.tanh(np.einsum("kgd,khd->kgh", points, asked.U) + asked.b[:, None, :])
    groups = Groups(np.einsum("kgh,kh->kg", h, asked.W) + asked.c[:, None], h, asked.W, share, x)
    sliced, sloped = ask_backprop(student, [asked, _moved(one)])
    slopes = _slopes(sloped)
    if sliced.loss is None or slopes is None:
        return frozenset()
    proved = _agreeing(sliced, groups, rtol)
    gradients = {q for q in GRADIENTS if q in proved and _is_slope(sloped.values[q], slopes[q])}
    return frozenset({*gradients, *(["loss"] if "loss" in proved else [])})


def _agreeing(observed: Observed, groups: Groups, rtol: float) -> frozenset[str]:
    """The loss, and the gradients, that are as asked with the mean labels that the loss shows; nothing if the loss is not."""
    assert observed.loss is not None
    z, h, W, share = groups.z, groups.h, groups.W, groups.share
    p, is_right = _solved(-z * share, observed.loss - np.logaddexp(0, z) @ share, rtol)
    if not is_right or p.min() < -1e-6 or p.max() > 1 + 1e-6:
        return frozenset()
    z_bar = (sigmoid(z) - p) * share
    slope = W[:, None, :] * (1 - h**2)
    expected = {"dc": z_bar.sum(axis=1), "dW": np.einsum("kg,kgh->kh", z_bar, h), "db": np.einsum("kg,kgh->kh", z_bar, slope)}
    if groups.x is not None:
        expected["dU"] = np.einsum("kg,kgh,gd->khd", z_bar, slope, groups.x)
    agreeing = {"loss", *(q for q, numbers in expected.items() if _agrees(observed.values[q], numbers, rtol))}
    dU = observed.values["dU"]
    if groups.x is None and dU is not None and dU.ndim == 3 and dU.shape[:2] == slope[:, 0].shape:
        design = np.stack([(sigmoid(z) * slope[:, 0]).ravel(), -slope[:, 0].ravel()], axis=1)  # times the means of x and of t x
        if all(_solved(design, dU[:, :, d].ravel(), rtol)[1] for d in range(dU.shape[2])):
            agreeing.add("dU")
    return frozenset(agreeing)


def _agrees(actual: Array | None, expected: Array, rtol: float) -> bool:
    return actual is not None and same(actual, expected, 10 * rtol)


def _solved(design: Array, values: Array, rtol: float) -> tuple[Array, bool]:
    """The least squares solution, and whether it leaves nothing."""
    solution: Array = np.linalg.lstsq(design, values, rcond=None)[0].astype(np.float64)
    return solution, bool(np.abs(design @ solution - values).max() <= 10 * rtol * max(1e-3, np.abs(values).max()))


def _moved(one: Inputs) -> Inputs:
    """The network itself and then, two by two, with each parameter moved up and down by STEP."""
    count = 1 + 2 * sum(getattr(one, KEYS[q]).size for q in GRADIENTS)
    moved = _repeated(one, count)
    k = 1
    for q in GRADIENTS:
        values = getattr(moved, KEYS[q])
        for index in np.ndindex(*values.shape[1:]):
            values[(k, *index)] += STEP
            values[(k + 1, *index)] -= STEP
            k += 2
    return moved


def _slopes(observed: Observed) -> Mapping[str, Array] | None:
    """The slopes of the loss at the networks of _moved, a gradient each."""
    if observed.loss is None:
        return None
    differences = (observed.loss[1::2] - observed.loss[2::2]) / (2 * STEP)
    slopes, start = {}, 0
    for q in GRADIENTS:
        shape = getattr(observed.inputs, KEYS[q]).shape[1:]
        stop = start + int(np.prod(shape))
        slopes[q] = differences[start:stop].reshape(shape)
        start = stop
    return slopes


def _is_slope(gradient: Array | None, slope: Array) -> bool:
    if gradient is None or gradient[0].size != slope.size:
        return False
    return bool(np.abs(gradient[0].reshape(slope.shape) - slope).max() <= SLOPE_RTOL * max(1.0, float(np.abs(slope).max())))


def _but_for_parameters(student: Student, rtol: float, rng: np.random.Generator) -> frozenset[str]:
    zeros = full_size(rng, EXAMPLES, 1, 2, 3)
    zeros = replace(_repeated(zeros, EXAMPLES), X=0.5 * rng.normal(size=zeros.X.shape), t=np.zeros((EXAMPLES, 1)))
    fresh = full_size(rng, 3, 6, 2, 3)
    of_zeros, of_ones, at_fresh = ask_backprop(student, [zeros, replace(zeros, t=zeros.t + 1), fresh])
    own = _solved_parameters(of_zeros, of_ones)
    if own is None:
        return frozenset()
    signals = run_forward(replace(fresh, **{name: np.repeat(value[None], 3, axis=0) for name, value in own.items()}))
    expected = {**asked_gradients(signals), "loss": ASKED_LOSS.compute(signals)}
    actual = {**at_fresh.values, "loss": at_fresh.loss}
    rtol = max(rtol, 1e-7)  # what is solved for is less exact than what is computed
    found = {q for q, numbers in expected.items() if _agrees(actual[q], numbers, rtol)}
    (y,) = ask_forward(student, [fresh])
    return frozenset({*found, *(["y"] if _agrees(y, signals.y, rtol) else [])})


def _solved_parameters(of_zeros: Observed, of_ones: Observed) -> dict[str, Array] | None:
    """U, b, W and c of the network whose loss is softplus(z) at t = 0 and softplus(-z) at t = 1, and whose dW is (y - t) h."""
    losses, products = (of_zeros.loss, of_ones.loss), (of_zeros.values["dW"], of_ones.values["dW"])
    if losses[0] is None or losses[1] is None or products[0] is None or products[1] is None:
        return None
    z = losses[0] - losses[1]
    h = (products[0] - products[1]).reshape(len(z), -1)
    if h.shape[1] != 3 or np.abs(h).max() >= 1:
        return None
    x = np.column_stack([of_zeros.inputs.X[:, 0], np.ones(len(z))])
    into: Sequence[Array] = [_fitted(x, np.arctanh(unit), np.abs(unit) < SATURATED) for unit in h.T]
    out = _fitted(np.column_stack([h, np.ones(len(z))]), z, np.ones(len(z), dtype=bool))
    U = np.stack(into)
    return {"U": U[:, :-1], "b": U[:, -1], "W": out[:-1], "c": out[-1]}


def _fitted(design: Array, values: Array, usable: NDArray[np.bool_]) -> Array:
    return np.asarray(np.linalg.lstsq(design[usable], values[usable], rcond=None)[0])
