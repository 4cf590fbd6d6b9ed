"""The diagnosis from end to end: ask, search, confirm, charge, tell.

What may live here: the order of the parts and what is said where they find
nothing. The parts are in the other modules of this room.
"""
from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from grader.diagnosis import words as say
from grader.diagnosis.arguments import ignored_arguments
from grader.diagnosis.attribution import forward_slips, loss_slips
from grader.diagnosis.confirmed import Gradients, best_gradients, right_for_own_loss, right_for_own_network
from grader.diagnosis.dataset import diagnose_dataset
from grader.diagnosis.evidence import EXACT, SINGLE_PRECISION, Evidence, gather, piled_up
from grader.diagnosis.facts import certain, lacks_key, zero_everywhere
from grader.diagnosis.gradient import Hypothesis
from grader.diagnosis.loss import Loss, explained_loss
from grader.diagnosis.model import GRADIENTS, KEYS, QUANTITIES, Diagnosis, Slip, Student
from grader.diagnosis.network import ASKED_PLAN, Plan, explain_output
from grader.diagnosis.questions import STACKS, ask_forward, full_size
from grader.diagnosis.returned import in_one_array, limited_gradients, rounded_gradients
from grader.diagnosis.shapes import backprop_misfit, forward_misfit
from grader.diagnosis.telling import Part, coded_formulas, told, unexplained


def diagnose(student: Student, wrong: Collection[str], *, seed: int) -> Diagnosis:
    """Say what the student's code computes in place of the wrong quantities.

    wrong  those of QUANTITIES that the checks found wrong
    seed   fixes every network that is asked about

    Never raises: whatever goes wrong here leaves the quantities unexplained.
    """
    asked_about = [q for q in QUANTITIES if q in wrong]
    try:
        with np.errstate(all="ignore"):
            return _diagnosed(student, asked_about, seed)
    except Exception:  # a student's answers may break any assumption; a diagnosis must not cost the grading
        return Diagnosis(tuple(unexplained(q, ()) for q in asked_about))


def _diagnosed(student: Student, wrong: Sequence[str], seed: int) -> Diagnosis:
    rng = np.random.default_rng(seed)
    parts: list[Part] = []
    if {"data", "labels"} & set(wrong):
        reading = diagnose_dataset(student, wrong, int(rng.integers(1 << 31)))
        if reading.points_are_right:  # the labels beside them are not, which the check of the rings goes by
            wrong = [q for q in wrong if q != "data"]
        parts.append(Part(reading.slips, reading.explained))
    hints = _output_plans(student, rng) if "y" in wrong else []
    if not {"loss", *GRADIENTS} & set(wrong):  # backprop's z is right: sigma(-z) is a slip at y
        hints.sort(key=lambda plan: any(variant.step != "y" for variant in plan))
    shared: Plan = hints[0] if hints else ASKED_PLAN
    misfits = forward_misfit(student, rng) if "y" in wrong and not hints else ()
    if misfits:
        parts.append(Part(misfits, frozenset({"y"})))
    if {"loss", *GRADIENTS} & set(wrong):
        part, plan = _backward_part(student, wrong, hints, rng)
        shared = plan if plan in hints else shared
        parts.append(part)
    if shared:
        parts.append(Part(tuple(replace(slip, spoils=("y",)) for slip in forward_slips(shared)), frozenset({"y"})))
    return told(wrong, parts)


def _output_plans(student: Student, rng: np.random.Generator) -> list[Plan]:
    """The forward plans that reproduce the student's y, smallest ones only; none where none does or none is needed."""
    inputs = [full_size(rng, *STACKS[name]) for name in ("search", "more_inputs", "fresh")]
    outputs = list(zip(inputs, ask_forward(student, inputs)))
    found = explain_output(outputs, EXACT)
    if not found and all(y is not None and np.array_equal(y, y.astype(np.float32)) for _, y in outputs):
        found = explain_output(outputs, SINGLE_PRECISION)
    return [plan for plan in found if plan]


def _backward_part(student: Student, wrong: Sequence[str], hints: Sequence[Plan], rng: np.random.Generator) -> tuple[Part, Plan]:
    """What is found about loss and gradients, and the forward plan that the gradients show."""
    evidence = gather(student, rng, with_limits="loss" in wrong)
    loss = explained_loss(evidence, hints)
    if loss is not None and not loss.plan:  # its z is right, so what is wrong forward is y's own step
        hints = sorted(hints, key=lambda plan: any(variant.step != "y" for variant in plan))
    found = best_gradients(evidence, loss, hints, wrong)
    explained = set(found.explained)
    slips = list(found.slips)
    plan = found.hypothesis.plan
    at_y = _shared_output_slip(found.hypothesis, hints)
    if at_y and not plan:
        plan, slips = at_y, [slip for slip in slips if slip.id != at_y[0].id]
    is_own = right_for_own_network(plan, found)
    if is_own:
        slips = []
    if loss is not None and "loss" in wrong and loss.cost():
        explained.add("loss")
        slips = _with_those_of_loss(loss, found, slips)
        plan = plan or loss.plan
    shown = _plan_slips(plan, loss, hints, wrong, consistent=is_own)
    if piled_up(evidence.repeated):
        shown.append(Slip("gradients-accumulate-over-calls", "grads",
                          structure="the gradients of earlier calls added to each call's", spoils=GRADIENTS))
    for slip in _missing_keys(evidence, wrong):
        shown.append(slip)
        explained.update(slip.spoils)
    left = [q for q in wrong if q not in explained]
    changes = (rounded_gradients, limited_gradients, in_one_array)
    returned = [slip for found_by in changes for slip in found_by(evidence.stacks.values(), left)]
    shown += returned
    proved = frozenset(q for slip in returned for q in slip.spoils)
    explained |= proved
    open_ones = tuple(q for q in ("loss", *GRADIENTS) if q in wrong and q not in explained)
    if open_ones:
        ignored, right_but_for_them = ignored_arguments(student, open_ones, evidence.rtol, rng)
        proved |= right_but_for_them
        if "y" in wrong and "y" in proved:
            ignored = [replace(slip, spoils=("y", *slip.spoils), charged_at="y") for slip in ignored]
        shown += ignored
        explained.update(q for slip in ignored for q in slip.spoils)
    facts = {q: certain(q, evidence, explained) for q in wrong}
    if not any(observed.answered for observed in evidence.stacks.values()) and not explained:
        misfits, sure = backprop_misfit(student, open_ones, rng)
        shown.extend(misfits)
        explained.update(q for slip in misfits for q in slip.spoils)
        facts = {q: tuple(say.certain(fact) for fact in sure) or facts[q] for q in wrong}
    reproduced = (found.explained | proved | ({"loss"} & explained if loss is not None else set())) - zero_everywhere(evidence)
    return Part((*shown, *slips), frozenset(explained), reproduced, coded_formulas(found, loss), facts), plan


def _with_those_of_loss(loss: Loss, found: Gradients, slips: Sequence[Slip]) -> list[Slip]:
    """The slips behind those of a wrong loss, to which they are charged where the gradients are right for it."""
    of_loss = loss_slips(loss.variant, loss.scale)
    if slips and right_for_own_loss(loss, found):
        of_loss = [*of_loss[:-1], replace(of_loss[-1], consistent=True)]
        slips = [replace(slip, charged_at="loss") for slip in slips]
    return [*of_loss, *slips]


def _missing_keys(evidence: Evidence, wrong: Collection[str]) -> list[Slip]:
    absent = tuple(q for q in GRADIENTS if q in wrong and lacks_key(q, evidence.repeated))
    keys = ", ".join(repr(KEYS[q]) for q in absent)
    structure = f"no number or array for {keys} in the dict of gradients"
    return [Slip("missing-key", "grads", structure=structure, spoils=absent)] if absent else []


def _shared_output_slip(hypothesis: Hypothesis, hints: Sequence[Plan]) -> Plan:
    """The plan of forward whose only slip, at y, is the one that z_bar shows as well; the asked plan if there is none."""
    expression = hypothesis.z.expression
    if expression is None or expression.step != "z_bar":
        return ASKED_PLAN
    same_slip = (plan for plan in hints if len(plan) == 1 and plan[0].step == "y" and plan[0].id == expression.id)
    return next(same_slip, ASKED_PLAN)


def _plan_slips(
    plan: Plan, loss: Loss | None, hints: Sequence[Plan], wrong: Collection[str], *, consistent: bool
) -> list[Slip]:
    """The forward slips, each with what it spoils: y where forward has it too, the loss where that shows it."""
    spoiled = {*GRADIENTS, *(["y"] if plan in hints else []), *(["loss"] if loss is not None and loss.plan == plan else [])}
    spoils = tuple(q for q in QUANTITIES if q in spoiled and q in wrong)
    return [replace(slip, spoils=spoils, consistent=consistent) for slip in forward_slips(plan)]
