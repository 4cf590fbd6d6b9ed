"""Gradients that were computed as asked and changed before they were returned.

What may live here: comparing answers with what becomes of the asked gradients, at every network
that was asked about. No formulas: what is wrong in one of them is for the search.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from grader.diagnosis.chain import asked_gradients
from grader.diagnosis.model import GRADIENTS, Array, Slip
from grader.diagnosis.network import run_forward, same
from grader.diagnosis.questions import Observed

DIGITS = range(1, 9)
EXACT = 1e-8
OF_ONE_SHAPE = ("dW", "db")


def rounded_gradients(stacks: Iterable[Observed], quantities: Collection[str]) -> list[Slip]:
    """One slip for those gradients that are the asked ones rounded to as many decimals each, at all stacks; else none."""
    asked = _with_asked(stacks)
    for digits in DIGITS:
        found = tuple(
            q for q in GRADIENTS
            if q in quantities and all(_is_rounded(observed.values[q], expected[q], digits) for observed, expected in asked)
        )
        if found:
            structure = f"gradients rounded to {digits} decimal{'s' * (digits > 1)}"
            return [Slip("gradients-rounded", "grads", structure=structure, spoils=found)]
    return []


def limited_gradients(stacks: Iterable[Observed], quantities: Collection[str]) -> list[Slip]:
    """One slip for those gradients that are the asked ones clipped to one limit, at all stacks; else none."""
    asked = _with_asked(stacks)
    sizes = {q: [float(np.abs(v).max()) for o, _ in asked if (v := o.values[q]) is not None] for q in quantities if q in GRADIENTS}
    limit = max((max(of_stacks) for of_stacks in sizes.values() if of_stacks), default=0.0)
    found = tuple(
        q for q in GRADIENTS if q in sizes and sizes[q].count(limit) > 1
        and all((v := o.values[q]) is not None and same(v, np.clip(expected[q], -limit, limit), EXACT) for o, expected in asked)
    )
    structure = f"gradients clipped to [-{limit:.4g}, {limit:.4g}]"
    return [Slip("gradients-clipped", "grads", structure=structure, spoils=found)] if found else []


def in_one_array(stacks: Iterable[Observed], quantities: Collection[str]) -> list[Slip]:
    """One slip where the gradients of W and b, which have one shape, are each the sum of both, at all stacks; else none."""
    if not set(OF_ONE_SHAPE) <= set(quantities):
        return []
    is_sum = all(
        (actual := observed.values[q]) is not None and same(actual, np.sum([expected[name] for name in OF_ONE_SHAPE], axis=0), EXACT)
        for observed, expected in _with_asked(stacks) for q in OF_ONE_SHAPE
    )
    structure = "dW + db under both keys"
    return [Slip("gradients-in-one-array", "grads", structure=structure, spoils=OF_ONE_SHAPE)] if is_sum else []


def _with_asked(stacks: Iterable[Observed]) -> list[tuple[Observed, dict[str, Array]]]:
    return [(observed, asked_gradients(run_forward(observed.inputs))) for observed in stacks]


def _is_rounded(actual: Array | None, expected: Array, digits: int) -> bool:
    if actual is None or actual.size != expected.size:
        return False
    return bool(np.abs(actual.reshape(expected.shape) - np.round(expected, digits)).max() < 1e-12)
