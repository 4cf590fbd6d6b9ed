"""Arguments that make no difference: values taken from module globals in their place.

What may live here: asking with one argument changed at a time. What the answers are
does not matter, only whether they change.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from grader.diagnosis.chain import TERMINAL_STEP
from grader.diagnosis.model import ARGUMENTS, GRADIENTS, KEYS, Answer, Array, Slip, Student
from grader.diagnosis.module_values import right_but_for_module_values
from grader.diagnosis.network import ROUNDED_TO_ZERO
from grader.diagnosis.questions import Inputs, full_size

# The tutorial trains on 500 points: code that mixes arguments with its module's data answers at this size only.
SIZES = ((5, 2, 3), (500, 2, 3))


def ignored_arguments(
    student: Student, quantities: Sequence[str], rtol: float, rng: np.random.Generator
) -> tuple[list[Slip], frozenset[str]]:
    """One slip for the arguments that change none of these quantities (loss and gradients), or none; and what is right but for it.

    Such a slip is charged where the use of the arguments is graded.
    """
    for size in SIZES:
        base = full_size(rng, 1, *size)
        other = full_size(rng, 1, *size)
        asked: list[Inputs] = [
            base, replace(base, X=other.X), replace(base, t=1 - base.t), replace(base, X=other.X, t=1 - base.t),
            replace(base, U=other.U, b=other.b, W=other.W, c=other.c),
        ]
        answers = list(student.backprop([inputs.query(0) for inputs in asked]))
        if len(answers) == len(asked) and answers[0] is not None:
            slips = _meaning(quantities, answers)
            if not slips or not slips[0].id.startswith("module-"):
                return slips, frozenset()
            proved = right_but_for_module_values(student, slips[0].id, size, rtol, rng)
            return [replace(slips[0], charged_at=ARGUMENTS)], proved
    return [], frozenset()


def _meaning(quantities: Sequence[str], answers: Sequence[Answer | None]) -> list[Slip]:
    """The slip that explains every one of the quantities, if there is one.

    Values of the module are blamed only where no gradient at all changes; a single gradient that
    does not change is left to its own step, any other set is left open.
    """
    base, *changed = answers
    unchanged = [
        frozenset(q for q in ("loss", *GRADIENTS) if base is not None and answer is not None and _equal(q, base, answer))
        for answer in changed
    ]
    with_points, with_labels, with_both, with_params = unchanged
    meanings = (
        (with_both & with_params, "answer-constant", "grads", "the same numbers whatever is given"),
        (with_both, "module-data-for-arguments", "G", "the same answer whatever X and t are given"),
        (with_params, "module-parameters-for-arguments", "G", "the same answer whatever params are given"),
        (with_points, "module-points-for-argument", "G", "the same answer whatever X is given"),
        (with_labels, "module-labels-for-argument", "z_bar", "the same answer whatever t is given"),
    )
    for same, id, step, structure in meanings:
        told = tuple(q for q in quantities if q in same)
        if told and same >= set(GRADIENTS):
            return [Slip(id, step, structure=structure, spoils=told)]
        if told == tuple(quantities) and len(told) == 1:
            own = TERMINAL_STEP.get(told[0], "loss")
            return [Slip(f"{told[0].lower()}-ignores-arguments", own, structure=structure, spoils=told)]
    return []


def _is_telling(values: Array) -> bool:
    """Whether values are finite and not zero but for rounding: zeros may be equal by chance."""
    return bool(np.isfinite(values).all()) and bool(np.abs(values).max(initial=0.0) > ROUNDED_TO_ZERO)


def _equal(quantity: str, first: Answer, second: Answer) -> bool:
    """Whether both answers hold the same finite, not all-zero numbers for a quantity."""
    a = np.asarray(first.loss) if quantity == "loss" else first.grads.get(KEYS[quantity])
    b = np.asarray(second.loss) if quantity == "loss" else second.grads.get(KEYS[quantity])
    return a is not None and b is not None and _is_telling(a) and np.array_equal(a, b)
