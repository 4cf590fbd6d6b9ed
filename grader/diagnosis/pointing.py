"""Which slips may be shown with a line of the student's file.

What may live here: the rule. It knows steps and slips; finding the line is the worker's (sandbox/locate).

Numbers say at which step a slip enters, but not always in which line: the same numbers can come of
two lines. Where they can, no line is shown, for a wrong line is worse than none.
"""
from __future__ import annotations

from collections.abc import Sequence

from grader.diagnosis.model import GRADIENTS, Slip

# The cause stands elsewhere than the step that it spoils, or in either of two steps.
WITHOUT_A_LINE = frozenset({
    "module-data-for-arguments", "module-points-for-argument", "module-labels-for-argument", "module-parameters-for-arguments",
    "answer-constant", "broadcast-by-accident", "loss-broadcast", "gradients-accumulate-over-calls", "weights-updated-inside",
    "labels-averaged", "outputs-averaged",
    "mean-over-each-batch", "only-last-batch", "points-reversed", "points-shifted", "gradient-rows-reversed",
    "hidden-rows-reversed", "hidden-rows-shifted", "residual-reversed", "mean-taken-twice", "fixed-count", "wrong-count",
    "logit-negated", "sigmoid-sign-flipped", "label-sum-for-count", "divided-in-the-loop", "hidden-bias-after-tanh", "logit-accumulated",
    "weights-accumulated", "first-unit-left-out", "last-unit-left-out", "first-input-left-out", "last-input-left-out",
})
OTHER_OUTPUTS = frozenset({
    "missing-output-sigmoid", "tanh-output", "relu-output", "output-rounded", "sigmoid-twice", "sigmoid-derivative-for-sigmoid",
})
"""Of z_bar: what is subtracted from there may be what an earlier line calls y."""
EXAMPLES_LEFT_OUT = frozenset({
    "only-first-example", "only-last-example", "residual-lacks-first", "residual-lacks-last",
    "first-residual-for-all", "last-residual-for-all", "every-second-example", "only-first-half",
    "residual-lacks-label-0", "residual-lacks-label-1",
})
"""Of z_bar in a loop over the examples: the loop is to blame and not the line."""
LABELS_CHANGED = frozenset({
    "other-expression-for-residual", "labels-swapped", "labels-plus-minus-one", "other-terms-in-loss", "loss-labels-swapped",
})
"""Of z_bar and of the loss together: a line above both may have changed t."""
OWN_STEPS = frozenset({"c_bar", "W_bar", "b_bar", "U_bar"})
DERIVATIVE = frozenset({"1-h^2", "1-h", "1+h"})


def has_a_line(slip: Slip, slips: Sequence[Slip]) -> bool:
    """Whether the line that computes a slip's step is certainly the one to mend, among all slips found."""
    if slip.id in WITHOUT_A_LINE and not (slip.id == "mean-taken-twice" and slip.step in OWN_STEPS):
        return False
    if slip.step == "z_bar" and slip.id in EXAMPLES_LEFT_OUT | OTHER_OUTPUTS:
        return False
    if {"1/D", "1/H"} & {*slip.missing, *slip.extra}:
        return False  # the count has a line of its own
    if slip.id == "missing-batch-mean" and slip.step in OWN_STEPS:
        return False  # a division may be missing where the gradients are returned
    if slip.id in LABELS_CHANGED and {other.step for other in slips if other.id in LABELS_CHANGED} == {"z_bar", "loss"}:
        return False
    if slip.step in ("G", "H", "z") and not {"loss", "y"} & set(slip.spoils):
        return False  # the loss is right, and may be computed from that very line
    if slip.structure and any(other.structure == slip.structure and other.step != slip.step for other in slips):
        return False  # seen at two steps, it may stand above both
    if slip.structure:
        return slip.step not in OWN_STEPS or not slip.structure.endswith("in place of 1-h^2")  # which stands at G_bar
    if slip.step == "z_bar":
        return set(slip.spoils) >= set(GRADIENTS)  # else something below makes up for it
    if slip.step == "H_bar":
        at_its_step = any(name.split("^")[0] == "w" for name in slip.missing)
    elif slip.step == "G_bar":
        at_its_step = bool(DERIVATIVE & set(slip.missing))
    else:
        at_its_step = True
    return at_its_step and not _shared(slip, slips)


def _shared(slip: Slip, slips: Sequence[Slip]) -> bool:
    """Whether products at two of G_bar, b_bar and U_bar could as well stand at another two; or one above makes up for this one."""
    products = {other.step for other in slips if not other.structure and (other.missing or other.extra)}
    below = {"G_bar" if step == "H_bar" else step for step in products} & {"G_bar", "b_bar", "U_bar"}
    if slip.step in ("H_bar", "G_bar", "b_bar", "U_bar"):
        return len(below) > 1
    return slip.step in ("c_bar", "W_bar") and any(
        other.step == "z_bar" and not other.structure and not set(other.spoils) >= set(GRADIENTS) for other in slips
    )
