"""Which of a student's gradients are explained, by networks that had no part in the search.

What may live here: the choice among forward plans and exchanged keys, and the proof of what the search found.
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from grader.diagnosis.attribution import charge, gradient_slips, key_slips
from grader.diagnosis.bank import EXPRESSIONS, squeeze
from grader.diagnosis.chain import asked_gradients
from grader.diagnosis.evidence import FRESH, Evidence
from grader.diagnosis.gradient import ONE, Choice, G_bar, Hypothesis, collapsed, predict, ratio, upstream
from grader.diagnosis.loss import Loss
from grader.diagnosis.model import GRADIENTS, Array, Slip
from grader.diagnosis.network import ASKED_LOSS, ASKED_PLAN, LOSS_BANK, Plan, plans, run_forward, same
from grader.diagnosis.questions import Inputs, Observed, full_size
from grader.diagnosis.search import Search
from grader.frozen import frozen

ASKED_DERIVATIVE = next(expression for expression in EXPRESSIONS if expression.structure.startswith("1-tanh(g)^2"))
OWN_DERIVATIVE = next(expression for expression in EXPRESSIONS if expression.id == "own-activation-derivative")


@frozen
class Gradients:
    """A hypothesis, the wrong gradients it reproduces at fresh networks, and the slips it needs."""

    hypothesis: Hypothesis
    explained: frozenset[str]
    slips: tuple[Slip, ...]


def _confirmed(evidence: Evidence, hypothesis: Hypothesis, wrong: Collection[str]) -> frozenset[str]:
    """The wrong gradients that the hypothesis reproduces at networks that had no part in finding it."""
    explained = []
    for q in GRADIENTS:
        if q not in wrong or q not in hypothesis.scale:
            continue
        fresh, *others = (evidence.stacks[name] for name in FRESH)
        try:
            agrees = [_reproduces(o, hypothesis, q, 3 * evidence.rtol) for o in (fresh, *others)]
        except (ValueError, IndexError):
            continue
        if fresh.values[q] is not None and all(agrees):
            explained.append(q)
    return frozenset(explained)


def _reproduces(observed: Observed, hypothesis: Hypothesis, quantity: str, rtol: float) -> bool:
    """Whether the hypothesis gives the student's numbers, scale and all; true where the student gave none."""
    actual = observed.values[quantity]
    if actual is None:
        return True
    predicted = predict(observed.inputs, hypothesis, quantity)
    return same(actual, collapsed(predicted, squeeze(actual).shape), rtol)


def _own_derivative(evidence: Evidence, hypothesis: Hypothesis) -> bool:
    """Whether G_bar goes back through the student's own activation where that is not tanh, or through the tanh that is asked."""
    if not any(variant.step == "H" for variant in hypothesis.plan):
        return False
    signals = upstream(evidence.stacks["search"].inputs, hypothesis)
    usual = (OWN_DERIVATIVE, ASKED_DERIVATIVE)
    return any(same(signals.G_bar, G_bar(signals, Choice(expression=derivative)), 1e-9) for derivative in usual)


def _explained(evidence: Evidence, plan: Plan, wrong: Collection[str]) -> Gradients:
    hypothesis = Search(evidence, plan).run()
    own = _own_derivative(evidence, hypothesis)
    explained = _confirmed(evidence, hypothesis, wrong)
    slips = charge(gradient_slips(hypothesis, own), wrong, explained, explained).slips
    if len(explained) == 1 and _only_seen_below(slips, set(wrong) & set(GRADIENTS)):
        return Gradients(hypothesis, frozenset(), ())
    return Gradients(hypothesis, explained, slips)


def _only_seen_below(slips: Sequence[Slip], wrong: Collection[str]) -> bool:
    """Whether other numbers in the place of y-t, said to be z_bar's, may as well be the own ones of the one gradient that shows them."""
    return len(wrong) > 1 and any(slip.step == "z_bar" and (slip.structure or "y-t" in slip.missing) for slip in slips)


def _under_each_others_keys(evidence: Evidence, plan: Plan, wrong: Collection[str], to: Mapping[str, str]) -> Gradients:
    """The explanation if gradients, which may have slips of their own, changed places: to says which stands under whose key."""

    def exchanged(observed: Observed) -> Observed:
        return replace(observed, values={q: observed.values[to.get(q, q)] for q in observed.values})

    stacks = {name: exchanged(observed) for name, observed in evidence.stacks.items()}
    found = _explained(replace(evidence, scalar=exchanged(evidence.scalar), stacks=stacks), plan, wrong)
    if found.hypothesis.source or not set(to) <= found.explained:
        return replace(found, explained=frozenset())
    last, scale = ({q: by[to.get(q, q)] for q in GRADIENTS if to.get(q, q) in by} for by in (found.hypothesis.last, found.hypothesis.scale))
    hypothesis = replace(found.hypothesis, source=to, last=last, scale=scale)  # type: ignore[arg-type]
    explained = frozenset(to.get(q, q) for q in found.explained)
    return Gradients(hypothesis, explained, (*found.slips, *key_slips(to)))


def _perhaps_exchanged(evidence: Evidence, source: Mapping[str, str], wrong: Collection[str]) -> list[Mapping[str, str]]:
    """Wrong gradients that may be stored under each other's keys: one has the other's value, or both each other's shape."""
    observed = evidence.stacks["more_units"]
    shapes = {q: squeeze(value).shape for q, value in observed.values.items() if value is not None}
    asked = {q: squeeze(value).shape for q, value in asked_gradients(run_forward(observed.inputs)).items()}
    pairs: list[Mapping[str, str]] = []
    for one, other in combinations([q for q in GRADIENTS if q in wrong], 2):
        by_shape = asked[one] != asked[other] and shapes.get(one) == asked[other] and shapes.get(other) == asked[one]
        if by_shape or source.get(one) == other or source.get(other) == one:
            pairs.append({one: other, other: one})
    return [*pairs, *({**first, **second} for first, second in combinations(pairs, 2) if not set(first) & set(second))]


def _promising(evidence: Evidence) -> list[Plan]:
    """Single forward variants under which the asked dc or dW is proportional to the student's."""
    found = []
    observed = evidence.stacks["search"]
    for plan in plans(1):
        asked = asked_gradients(run_forward(observed.inputs, plan))
        if any(ratio(observed.values[q], asked[q], evidence.rtol) is not None for q in ("dc", "dW") if q not in evidence.right):
            found.append(plan)
    return found


def best_gradients(evidence: Evidence, loss: Loss | None, hints: Sequence[Plan], wrong: Collection[str]) -> Gradients:
    """The explanation of the gradients that leaves the least open, then has the fewest slips not yet told."""
    told = {loss.plan if loss else ASKED_PLAN, *hints}
    goal = {q for q in wrong if q in GRADIENTS}

    def rank(candidate: Gradients) -> tuple[int, int]:
        plan = candidate.hypothesis.plan
        return -len(candidate.explained), len(candidate.slips) + (0 if plan in told else len(plan))

    best = min((_explained(evidence, plan, wrong) for plan in dict.fromkeys([loss.plan if loss else ASKED_PLAN, *hints[:3]])), key=rank)
    for to in _perhaps_exchanged(evidence, best.hypothesis.source, wrong):
        best = min(_under_each_others_keys(evidence, best.hypothesis.plan, wrong, to), best, key=rank)
    if best.explained == goal and len(best.slips) <= 1:
        return best
    others = [plan for plan in dict.fromkeys([ASKED_PLAN, *_promising(evidence)]) if plan not in told][:3]
    return min([best, *(_explained(evidence, plan, wrong) for plan in others)], key=rank)


def _is_gradient_of(compute: Callable[[Inputs], Array], found: Gradients) -> bool:
    """Whether the four gradients are the derivatives of a loss (K,) of the inputs (central differences)."""
    if not set(GRADIENTS) <= set(found.hypothesis.scale):
        return False
    inputs = full_size(np.random.default_rng(0), 2, 5, 2, 3)
    for q, name in (("dU", "U"), ("db", "b"), ("dW", "W"), ("dc", "c")):
        expected = np.asarray(getattr(inputs, name), dtype=np.float64)
        numeric = np.zeros_like(expected)
        for index in np.ndindex(*expected.shape[1:]):
            moved = []
            for step in (1e-5, -1e-5):
                changed = expected.copy()
                changed[(slice(None), *index)] += step
                moved.append(compute(replace(inputs, **{name: changed})))
            numeric[(slice(None), *index)] = (moved[0] - moved[1]) / 2e-5
        tolerance = 1e-6 * max(1.0, float(np.abs(numeric).max()))
        predicted = predict(inputs, found.hypothesis, q)
        if predicted.size != numeric.size or not np.abs(predicted.reshape(numeric.shape) - numeric).max() <= tolerance:
            return False
    return True


def right_for_own_network(plan: Plan, found: Gradients) -> bool:
    """Whether the gradients are right for the wrong network of the plan."""
    variant = LOSS_BANK[0] if any(v.step == "y" for v in plan) else ASKED_LOSS  # of y itself where y is no sigmoid
    return bool(plan) and _is_gradient_of(lambda inputs: variant.compute(run_forward(inputs, plan)), found)


def right_for_own_loss(loss: Loss | None, found: Gradients) -> bool:
    """Whether the gradients are right for the wrong loss, which is then the one mistake."""
    if loss is None or loss.plan or found.hypothesis.plan or not (loss.variant.id or loss.scale != ONE):
        return False

    def computed(inputs: Inputs) -> Array:
        signals = run_forward(inputs)
        return np.asarray(loss.scale.at(signals.sizes) * loss.variant.compute(signals))

    return _is_gradient_of(computed, found)
