"""How a student's loss comes about.

What may live here: the search for the forward plan, the variant and the scale that give the student's loss.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from grader.diagnosis.evidence import FINDING_STACKS, FRESH, Evidence
from grader.diagnosis.fitted import exchanged, limited_loss, loss_sum, penalised_loss
from grader.diagnosis.gradient import ONE, Scale, law, ratio
from grader.diagnosis.network import ASKED_LOSS, ASKED_PLAN, LOSS_BANK, LossVariant, Plan, plans, run_forward, same
from grader.frozen import frozen

FITS = (("far", limited_loss), ("scalar", penalised_loss), ("scalar", loss_sum))
"""Where each looks for terms or limits of a student's own loss."""
FEWEST_LOSSES = 6
"""Finite losses that must agree where others are no numbers."""


@frozen
class Loss:
    """How the student's loss comes about: the forward plan it tells of, its variant and its scale."""

    plan: Plan
    variant: LossVariant
    scale: Scale

    def cost(self) -> int:
        """How many slips it takes."""
        return len(self.plan) + bool(self.variant.id) + (self.scale != ONE)


def _loss_scale(evidence: Evidence, plan: Plan, variant: LossVariant) -> Scale | None:
    """The scale at which a plan and a loss variant give the student's loss at every stack, or None."""
    ratios: dict[tuple[int, int, int], float] = {}
    for name in (*FINDING_STACKS, *FRESH):
        observed = evidence.stacks[name]
        if observed.loss is None:
            if name == "search":
                return None
            continue
        signals = run_forward(observed.inputs, plan)
        k = ratio(observed.loss, variant.compute(signals), evidence.rtol)
        if k is None:
            return None
        ratios[signals.sizes] = k
    found = law(ratios, 10 * evidence.rtol) if len(ratios) > 1 else None
    if found == ONE and variant is ASKED_LOSS and evidence.far is not None and evidence.far.loss is not None:
        expected = variant.compute(run_forward(evidence.far.inputs, plan))  # limits show far out only
        return found if ratio(evidence.far.loss, expected, 10 * evidence.rtol) is not None else None
    return found


def explained_loss(evidence: Evidence, hints: Sequence[Plan]) -> Loss | None:
    """The loss's explanation with the fewest slips beyond forward's own: asked plan and forward's, then any other.

    Of several loss variants that differ by a constant, one whose constant is one is taken.
    """
    if _loss_scale(evidence, ASKED_PLAN, ASKED_LOSS) == ONE:
        return Loss(ASKED_PLAN, ASKED_LOSS, ONE)
    everything = (ASKED_LOSS, *LOSS_BANK)
    singles = [plan for plan in plans(1) if plan not in hints]
    rounds = [([ASKED_PLAN, *hints], everything), (singles, everything[:2]), (list(plans(2)), everything[:1])]
    for tried, variants in rounds:
        found = [
            Loss(plan, variant, scale) for plan in tried for variant in variants
            if (scale := _loss_scale(evidence, plan, variant)) is not None
        ]
        if found:
            best = min(found, key=lambda loss: loss.cost() - (len(loss.plan) if loss.plan in hints else 0))
            of_labels = exchanged(best.scale.constant) if best.variant.id == "absolute-error-loss" else None
            return best if of_labels is None else Loss(best.plan, of_labels, replace(best.scale, constant=1.0))
    return _undefined_loss(evidence, hints) or _fitted_loss(evidence, [ASKED_PLAN, *hints])


def _undefined_loss(evidence: Evidence, hints: Sequence[Plan]) -> Loss | None:
    """A loss that is no number where some output of a plan lies outside of (0, 1), and that plan's cross-entropy elsewhere."""
    asked = [evidence.scalar, *evidence.stacks.values()]
    if all(observed.loss is not None for observed in asked):
        return None
    from_output = LOSS_BANK[0]
    for plan in dict.fromkeys([*hints, *(plan for plan in plans(1) if plan[0].step == "y")]):
        computed = np.concatenate([from_output.compute(run_forward(observed.inputs, plan)) for observed in asked])
        actual = np.concatenate([observed.losses for observed in asked])
        told = np.isfinite(computed)
        enough = told.sum() >= FEWEST_LOSSES or plan in hints
        if enough and np.array_equal(told, np.isfinite(actual)) and same(actual[told], computed[told], evidence.rtol):
            return Loss(plan, from_output, ONE)
    return None


def _fitted_loss(evidence: Evidence, tried: Sequence[Plan]) -> Loss | None:
    """A loss with limits or terms of the student's own, where no variant of the bank does."""
    noise = max(1e-10, evidence.rtol / 10)
    for plan, (name, fit), power in product(tried, FITS, (0, 1, -1)):
        observed = evidence.far if name == "far" else evidence.scalar
        if observed is None or observed.loss is None:
            continue
        signals = run_forward(observed.inputs, plan)
        variant = fit(signals, observed.loss / signals.count**power, noise)
        scale = None if variant is None else _loss_scale(evidence, plan, variant)
        if variant is not None and scale is not None:
            return Loss(plan, variant, scale)
    return None
