"""Code that raises at the usual sizes because its shapes do not fit: what it does at sizes where they do.

What may live here: single examples, square networks and cubes (N = D = H), where almost
any order of a product can be computed, and what the answers there tell.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from grader.diagnosis.chain import asked_gradients, sigmoid
from grader.diagnosis.model import GRADIENTS, KEYS, Array, Slip, Student
from grader.diagnosis.network import run_forward, same
from grader.diagnosis.questions import Inputs, ask_forward, full_size
from grader.frozen import frozen

CUBES = ((3, 3, 3), (4, 4, 4))
RTOL = 1e-8


@frozen
class Misfit:
    """A forward pass whose shapes fit at cubes only; compute gives y (K, N)."""

    id: str
    structure: str
    compute: Callable[[Inputs], Array]


def _hidden(s: Inputs, scores: Array) -> Array:
    return np.tanh(scores + s.b[:, None, :])


def _output(s: Inputs, H: Array) -> Array:
    return sigmoid(np.einsum("knh,kh->kn", H, s.W) + s.c[:, None])


def _exchanged(s: Inputs, product: str) -> Array:
    h = np.tanh(np.einsum("knd,kd->kn", s.X, s.W) + s.b)
    return sigmoid(np.einsum(product, h, s.U) + s.c[:, None])


MISFITS: tuple[Misfit, ...] = (
    Misfit("hidden-weights-not-transposed", "X U + 1b^T", lambda s: _output(s, _hidden(s, np.einsum("knd,kdh->knh", s.X, s.U)))),
    Misfit("points-not-transposed", "U X + 1b^T", lambda s: _output(s, _hidden(s, np.einsum("khd,kdn->khn", s.U, s.X)))),
    Misfit("points-transposed", "X^T U^T + 1b^T", lambda s: _output(s, _hidden(s, np.einsum("kdn,khd->knh", s.X, s.U)))),
    Misfit("weights-exchanged", "X W^T + 1b^T, with U in the place of W at the output", lambda s: _exchanged(s, "kn,kmn->km")),
    Misfit("weights-exchanged", "X W^T + 1b^T, with U in the place of W at the output", lambda s: _exchanged(s, "kn,knm->km")),
)


def forward_misfit(student: Student, rng: np.random.Generator) -> tuple[Slip, ...]:
    """The slips of a forward that answers at cubes alone, found there; () where nothing explains it."""
    stacks = [full_size(rng, 2, *size) for size in CUBES]
    outputs = ask_forward(student, stacks)
    asked = [(inputs, y) for inputs, y in zip(stacks, outputs) if y is not None]
    if len(asked) < len(CUBES):
        return ()
    for misfit in MISFITS:
        if all(same(y, misfit.compute(inputs), RTOL) for inputs, y in asked):
            return (Slip(misfit.id, "G", structure=f"G = {misfit.structure}", spoils=("y",)),)
    return ()


def backprop_misfit(student: Student, wrong: Sequence[str], rng: np.random.Generator) -> tuple[tuple[Slip, ...], tuple[str, ...]]:
    """The slips of a backprop that raises for several examples, and what is certain (by name, for words.py).

    A column (N, 1) that meets a row (N,) makes an (N, N) array, which does no harm for one example: the error
    at two sizes tells of it.
    """
    alone = full_size(rng, 2, 1, 2, 3)
    if any(student.errors(alone.queries())):
        return (), ()
    several = [full_size(rng, 1, N, 2, 3).query(0) for N in (6, 11)]
    messages = student.errors(several)
    if all(re.search(rf"\({N}, ?{N}\)", message) for N, message in zip((6, 11), messages)) and len(messages) == 2:
        structure = "an (N, N) array, from a column (N, 1) that meets a row (N,)"
        return (Slip("broadcast-by-accident", "z_bar", structure=structure, spoils=tuple(wrong)),), ()
    expected = asked_gradients(run_forward(alone))
    answers = student.backprop(alone.queries())
    right = all(
        answer is not None and KEYS[q] in answer.grads and same(answer.grads[KEYS[q]][None], expected[q][k : k + 1], RTOL)
        for q in GRADIENTS for k, answer in enumerate(answers)
    )
    return (), ("right-for-one-example",) if right and all(messages) else ()
