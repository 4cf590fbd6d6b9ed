"""Gradients that are the asked ones, rounded.

What may live here: comparing answers with rounded numbers, at every network that was asked about.
"""
from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from grader.diagnosis.chain import asked_gradients
from grader.diagnosis.model import GRADIENTS, Array, Slip
from grader.diagnosis.network import run_forward
from grader.diagnosis.questions import Observed

DIGITS = range(1, 9)


def rounded_gradients(stacks: Iterable[Observed], quantities: Collection[str]) -> list[Slip]:
    """One slip for those gradients that are the asked ones rounded to as many decimals each, at all stacks; else none."""
    asked = [(observed, asked_gradients(run_forward(observed.inputs))) for observed in stacks]
    for digits in DIGITS:
        found = tuple(
            q for q in GRADIENTS
            if q in quantities and all(_is_rounded(observed.values[q], expected[q], digits) for observed, expected in asked)
        )
        if found:
            structure = f"gradients rounded to {digits} decimal{'s' * (digits > 1)}"
            return [Slip("gradients-rounded", "grads", structure=structure, spoils=found)]
    return []


def _is_rounded(actual: Array | None, expected: Array, digits: int) -> bool:
    if actual is None or actual.size != expected.size:
        return False
    return bool(np.abs(actual.reshape(expected.shape) - np.round(expected, digits)).max() < 1e-12)
