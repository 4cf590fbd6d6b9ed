"""What is sure about a quantity without an explanation of it.

What may live here: facts that the answers show by themselves.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from grader.diagnosis import words as say
from grader.diagnosis.chain import asked_gradients
from grader.diagnosis.evidence import Evidence, piled_up
from grader.diagnosis.gradient import ratio
from grader.diagnosis.model import GRADIENTS, KEYS, Answer
from grader.diagnosis.network import run_forward

# gradient -> (a gradient whose being right clears the steps that both share, the first step left)
FIRST_STEP_IF_RIGHT: Mapping[str, tuple[str, str]] = {
    "dc": ("dW", "c_bar"), "dW": ("dc", "W_bar"), "db": ("dc", "H_bar"), "dU": ("db", "U_bar"),
}
NOTHING = 1e-9
"""Of a gradient of order one."""


def certain(q: str, evidence: Evidence, explained: Collection[str]) -> tuple[str, ...]:
    """What is sure about a wrong quantity that is not explained."""
    if q == "loss" and q not in explained:
        return _of_loss(evidence)
    if q in explained or q not in GRADIENTS:
        return ()
    facts: list[str] = []
    search = evidence.stacks["search"]
    actual = search.values[q]
    if not any(observed.answered for observed in evidence.stacks.values()):
        return ()  # the check that asked first has told why
    if actual is None:
        return (_unusable(q, evidence),)
    if not piled_up(evidence.repeated) and _changes(q, evidence.repeated):
        return (say.certain("state"),)
    expected = asked_gradients(run_forward(search.inputs))[q]
    if q in evidence.right:
        facts.append(say.certain("not-reproduced"))
    if actual.size != expected.size:
        facts.append(say.certain("shape", actual=actual.shape[1:], expected=expected.shape[1:]))
    k = ratio(actual, expected, evidence.rtol)
    if k is not None and abs(k - 1) > 1e-6:
        facts.append(say.certain("sign") if abs(k + 1) < 1e-6 else say.certain("constant-ratio", ratio=k))
    before = FIRST_STEP_IF_RIGHT[q]
    if before[0] in evidence.right:
        facts.append(say.certain("first-step", step=say.STEP_NAMES[before[1]]))
    if evidence.right:
        facts.append(say.certain("right", quantities=", ".join(g for g in GRADIENTS if g in evidence.right)))
    return tuple(facts)


def _changes(quantity: str, answers: Sequence[Answer | None]) -> bool:
    """Whether one question asked again gets another answer."""
    given = [answer.grads[KEYS[quantity]] for answer in answers if answer is not None and KEYS[quantity] in answer.grads]
    return any(array.shape != given[0].shape or not np.allclose(array, given[0], rtol=1e-6) for array in given[1:])


def _of_loss(evidence: Evidence) -> tuple[str, ...]:
    """What is sure about a wrong loss that is not explained."""
    losses = [answer.loss for answer in evidence.repeated if answer is not None]
    if np.isfinite(losses).all() and not np.allclose(losses, losses[:1], rtol=1e-6):
        return (say.certain("state"),)
    is_infinite = any(answer is not None and np.isinf(answer.loss) for answer in evidence.repeated)
    return (say.certain("infinite-loss"),) if is_infinite and evidence.stacks["search"].loss is None else ()


def _unusable(q: str, evidence: Evidence) -> str:
    """Why the answers at the networks of one size make no stack."""
    search = evidence.stacks["search"]
    if search.answered < len(search.inputs.c):
        return say.certain("no-answer-at-times")
    arrays = [answer.grads[KEYS[q]] for answer in evidence.repeated if answer is not None and KEYS[q] in answer.grads]
    return say.certain("not-finite" if all(np.shape(array) == np.shape(arrays[0]) for array in arrays) else "other-shapes")


def lacks_key(quantity: str, answers: Sequence[Answer | None]) -> bool:
    """Whether no answer holds a gradient of this quantity."""
    return any(answers) and all(KEYS[quantity] not in answer.grads for answer in answers if answer is not None)


def zero_everywhere(evidence: Evidence) -> set[str]:
    """The gradients that are zero wherever they were asked for: a loss that stands still has them, and nobody derived anything."""
    stacks = [(q, array) for stack in evidence.stacks.values() for q, array in stack.values.items() if array is not None]
    return {q for q, _ in stacks} - {q for q, array in stacks if np.abs(array).max(initial=0.0) > NOTHING}
