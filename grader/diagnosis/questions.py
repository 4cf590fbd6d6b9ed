"""The networks that the student's code is asked about, and its answers put into stacks.

What may live here: choosing inputs, asking, and lining the answers up. No
judgement of the answers.

Two kinds of network are asked about:
- scalar networks: one input, one hidden unit, N identical rows. Every gradient is one
  number, a product of known scalars. y, g, w, x and u are drawn independently of each other
  (c and b are solved from them), away from 0, from |g| = 1 and from saturation, so that the
  logarithms of the factors are far from collinear: the condition number of the design is about 275, 690 at the most in 100 seeds.
- full-size networks: stacks of equal size with weights of order one. Sizes keep N, D and H
  pairwise different, so that no wrong axis goes unseen.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.diagnosis.model import KEYS, Answer, Array, Params, Student
from grader.frozen import frozen

SCALAR_NETWORKS = 56
# stack -> (number of networks, N, D, H). "search" finds, the others find how the scale depends on
# N, D and H, "fresh" and "fresh_other" confirm on networks that had no part in finding. "large" confirms too:
# more than half of the tutorial's 500 examples, so that labels of the module, cut to length, are of both kinds.
STACKS: dict[str, tuple[int, int, int, int]] = {
    "search": (5, 5, 2, 3),
    "more_examples": (2, 11, 2, 3),
    "more_inputs": (2, 7, 4, 3),
    "more_units": (2, 6, 2, 4),
    "fresh": (3, 9, 2, 3),
    "fresh_other": (2, 8, 3, 5),
    "large": (1, 400, 2, 3),
}
Query = tuple[Array, Array, Params]


@frozen
class Inputs:
    """A stack of K equal-sized networks: X (K, N, D), t (K, N), U (K, H, D), b (K, H), W (K, H), c (K,).

    count (K,): how many examples each answer is for; larger than N where one row stands for identical ones.
    """

    X: Array
    t: Array
    U: Array
    b: Array
    W: Array
    c: Array
    count: Array

    def params(self, k: int) -> Params:
        return {"U": self.U[k].copy(), "b": self.b[k].copy(), "W": self.W[k].copy(), "c": np.array(self.c[k])}

    def query(self, k: int) -> Query:
        """Network k as a call's arguments; rows that stand for identical ones are repeated."""
        repeats = int(self.count[k]) // self.X.shape[1]
        return np.repeat(self.X[k], repeats, axis=0), np.repeat(self.t[k], repeats), self.params(k)

    def queries(self) -> list[Query]:
        return [self.query(k) for k in range(len(self.c))]


def full_size(rng: np.random.Generator, networks: int, N: int, D: int, H: int) -> Inputs:
    """A stack of random networks with weights of order one and both labels present."""
    t: Array = np.where(rng.random((networks, N)) < 0.5, 1.0, 0.0)
    t[:, :2] = (np.arange(networks) % 2)[:, None]
    if N > 1:
        t[:, -1] = 1 - t[:, 0]
    return Inputs(
        X=rng.normal(0.0, 1.2, (networks, N, D)),
        t=t,
        U=rng.normal(0.0, 0.8, (networks, H, D)),
        b=rng.normal(0.0, 0.8, (networks, H)),
        W=rng.normal(0.0, 1.0, (networks, H)),
        c=rng.normal(0.0, 0.7, networks),
        count=np.full(networks, float(N)),
    )


def _signed(rng: np.random.Generator, low: float, high: float, size: int) -> Array:
    """Of either sign, the absolute value's logarithm uniform between the limits' logarithms."""
    return np.asarray(np.exp(rng.uniform(np.log(low), np.log(high), size)) * rng.choice([-1.0, 1.0], size))


def scalar(rng: np.random.Generator, networks: int = SCALAR_NETWORKS) -> Inputs:
    """Scalar networks, one row each that stands for 2, 3 or 5 identical ones (see the module's head)."""
    size = 16 * networks
    g, z = _signed(rng, 0.1, 3.0, size), _signed(rng, 0.1, 3.0, size)
    w, x, u = (_signed(rng, 0.2, 4.0, size) for _ in range(3))
    b, c = g - u * x, z - w * np.tanh(g)
    usable = (np.abs(np.abs(g) - 1) > 0.05) & (np.abs(b) > 0.1) & (np.abs(c) > 0.1)
    chosen = np.flatnonzero(usable)[:networks]
    return Inputs(
        X=x[chosen, None, None], t=np.where(np.arange(networks)[:, None] % 2, 1.0, 0.0), U=u[chosen, None, None],
        b=b[chosen, None], W=w[chosen, None], c=c[chosen],
        count=np.array([2.0, 3.0, 5.0])[np.arange(networks) // 2 % 3],
    )


def far_out(rng: np.random.Generator, networks: int = 24) -> Inputs:
    """Networks of the tutorial's size at two identical rows, outputs from the middle to 1e-3 from 0 and 1: limits show there."""
    near = full_size(rng, networks, 1, 2, 3)
    z = np.linspace(0.2, 7.0, networks // 2).repeat(2) * np.where(np.arange(networks) % 2, 1.0, -1.0)
    c = z - np.einsum("kh,kh->k", np.tanh(np.einsum("knd,khd->knh", near.X, near.U)[:, 0] + near.b), near.W)
    t = np.where(np.arange(networks) // 2 % 2, 1.0, 0.0)[:, None]
    return Inputs(near.X, t, near.U, near.b, near.W, c, np.full(networks, 2.0))


@frozen
class Observed:
    """The student's answers to a stack: values[q] is (K, *shape of the answer) or None, loss (K,) or None.

    losses (K,): the loss of each network, NaN and infinite ones too.
    """

    inputs: Inputs
    values: dict[str, Array | None]
    loss: Array | None
    losses: Array
    answered: int


def _stacked(arrays: Sequence[Array | None]) -> Array | None:
    """The arrays as one stack, or None if one is missing, not finite, or shaped unlike the others."""
    present = [np.asarray(array, dtype=np.float64) for array in arrays if array is not None]
    if len(present) != len(arrays) or len({array.shape for array in present}) != 1:
        return None
    stack = np.stack(present)
    return stack if np.isfinite(stack).all() else None


def line_up(inputs: Inputs, answers: Sequence[Answer | None]) -> Observed:
    """Put the answers to a stack of networks into stacks, one for each gradient."""
    values = {
        quantity: _stacked([None if answer is None else answer.grads.get(key) for answer in answers])
        for quantity, key in KEYS.items()
    }
    losses: Array = np.array([np.nan if answer is None else answer.loss for answer in answers])
    return Observed(inputs, values, losses if np.isfinite(losses).all() else None, losses, sum(answer is not None for answer in answers))


def ask_backprop(student: Student, stacks: Sequence[Inputs]) -> list[Observed]:
    """Ask backprop about every network of every stack in one round trip."""
    queries = [query for inputs in stacks for query in inputs.queries()]
    answers = list(student.backprop(queries))
    answers += [None] * (len(queries) - len(answers))
    observed, start = [], 0
    for inputs in stacks:
        stop = start + len(inputs.c)
        observed.append(line_up(inputs, answers[start:stop]))
        start = stop
    return observed


def ask_forward(student: Student, stacks: Sequence[Inputs]) -> list[Array | None]:
    """Ask forward about every network of every stack in one round trip: y (K, *shape) a stack, or None."""
    queries = [(X, params) for inputs in stacks for X, _, params in inputs.queries()]
    answers = list(student.forward(queries))
    answers += [None] * (len(queries) - len(answers))
    stacked, start = [], 0
    for inputs in stacks:
        stop = start + len(inputs.c)
        stacked.append(_stacked(answers[start:stop]))
        start = stop
    return stacked
