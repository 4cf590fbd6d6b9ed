"""The diagnosis from end to end: ask, search, confirm, charge, tell.

What may live here: the order of the parts and what is said where they find
nothing. The parts are in the other modules of this room.
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from itertools import combinations, product

import numpy as np

from grader.diagnosis import words as say
from grader.diagnosis.arguments import ignored_arguments
from grader.diagnosis.attribution import charge, constant_name, forward_slips, gradient_slips, key_slips, loss_slips
from grader.diagnosis.bank import EXPRESSIONS, squeeze
from grader.diagnosis.chain import ASKED as ASKED_FACTORS
from grader.diagnosis.chain import asked_gradients
from grader.diagnosis.dataset import diagnose_dataset
from grader.diagnosis.fitted import exchanged, limited_loss, loss_sum, penalised_loss
from grader.diagnosis.gradient import ONE, Choice, G_bar, Hypothesis, Scale, collapsed, law, predict, ratio, upstream
from grader.diagnosis.model import FORWARD_STEPS, GRADIENTS, KEYS, QUANTITIES, Answer, Array, Diagnosis, Finding, Params, Slip, Student
from grader.diagnosis.network import ASKED_LOSS, ASKED_PLAN, LOSS_BANK, LossVariant, Plan, explain_output, plans, run_forward, same
from grader.diagnosis.questions import STACKS, Inputs, Observed, ask_backprop, ask_forward, far_out, full_size, scalar
from grader.diagnosis.returned import in_one_array, rounded_gradients
from grader.diagnosis.search import FINDING_STACKS, Evidence, Search
from grader.diagnosis.shapes import backprop_misfit, forward_misfit
from grader.frozen import frozen

EXACT, SINGLE_PRECISION = 1e-8, 1e-5
# gradient -> (a gradient whose being right clears the steps that both share, the first step left)
FIRST_STEP_IF_RIGHT: Mapping[str, tuple[str, str]] = {
    "dc": ("dW", "c_bar"), "dW": ("dc", "W_bar"), "db": ("dc", "H_bar"), "dU": ("db", "U_bar"),
}
FRESH = ("fresh", "fresh_other", "large")
ASKED_DERIVATIVE = next(expression for expression in EXPRESSIONS if expression.structure.startswith("1-tanh(g)^2"))
FITS = (("far", limited_loss), ("scalar", penalised_loss), ("scalar", loss_sum))
"""Where each looks for terms or limits of a student's own loss."""
FEWEST_LOSSES = 6
"""Finite losses that must agree where others are no numbers."""
NOTHING = 1e-9
"""Of a gradient of order one."""
OWN_DERIVATIVE = next(expression for expression in EXPRESSIONS if expression.id == "own-activation-derivative")


@frozen
class Part:
    """What one part of the diagnosis found: slips in order, what they explain, formulas, sure facts.

    reproduced  the explained quantities whose numbers were recomputed, slips and all, at fresh networks
    """

    slips: tuple[Slip, ...] = ()
    explained: frozenset[str] = frozenset()
    reproduced: frozenset[str] = frozenset()
    coded: Mapping[str, str] = field(default_factory=dict)
    certain: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
        return Diagnosis(tuple(_unexplained(q, ()) for q in asked_about))


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
    return _told(wrong, parts)


def _output_plans(student: Student, rng: np.random.Generator) -> list[Plan]:
    """The forward plans that reproduce the student's y, smallest ones only; none where none does or none is needed."""
    inputs = [full_size(rng, *STACKS[name]) for name in ("search", "more_inputs", "fresh")]
    outputs = list(zip(inputs, ask_forward(student, inputs)))
    found = explain_output(outputs, EXACT)
    if not found and all(y is not None and np.array_equal(y, y.astype(np.float32)) for _, y in outputs):
        found = explain_output(outputs, SINGLE_PRECISION)
    return [plan for plan in found if plan]


# ---- asking


class _Differenced:
    """A student whose gradients pile up over the calls, asked each question twice: the difference is one call's."""

    def __init__(self, student: Student) -> None:
        self.student = student

    def backprop(self, queries: Sequence[tuple[Array, Array, Params]]) -> list[Answer | None]:
        answers = self.student.backprop([query for query in queries for _ in range(2)])
        return [_difference(first, second) for first, second in zip(answers[::2], answers[1::2])]


def _difference(first: Answer | None, second: Answer | None) -> Answer | None:
    if first is None or second is None:
        return None
    shared = [key for key in second.grads if key in first.grads and first.grads[key].shape == second.grads[key].shape]
    return Answer({key: second.grads[key] - first.grads[key] for key in shared}, second.loss)


def _evidence(student: Student, rng: np.random.Generator, with_limits: bool) -> tuple[Evidence, list[Answer | None]]:
    """Everything asked of backprop in one round trip, and three answers to one and the same question."""
    stacks = {name: full_size(rng, *size) for name, size in STACKS.items()}
    one = stacks["search"]
    same_question = Inputs(*(np.repeat(a[:1], 3, axis=0) for a in (one.X, one.t, one.U, one.b, one.W, one.c, one.count)))
    thrice = list(student.backprop(same_question.queries()))
    piled = _piled_up(thrice)
    source = _Differenced(student) if piled else student
    networks = scalar(rng)
    beyond = [far_out(rng)] if with_limits else []
    observed = ask_backprop(source, [networks, *stacks.values(), *beyond])  # type: ignore[arg-type]
    by_name = dict(zip(stacks, observed[1:]))
    noise = _noise(by_name["search"])
    right = frozenset(q for q in GRADIENTS if all(
        o.values[q] is not None and same(o.values[q], asked_gradients(run_forward(o.inputs))[q], SINGLE_PRECISION)  # type: ignore[arg-type]
        for o in by_name.values()
    ))
    rtol = SINGLE_PRECISION if noise > EXACT / 10 else EXACT
    return Evidence(observed[0], by_name, rtol, right, observed[-1] if beyond else None), thrice


def _piled_up(thrice: Sequence[Answer | None]) -> bool:
    """Whether three answers to one question grow by equal steps."""
    first, second, third = thrice
    if first is None or second is None or third is None:
        return False
    for key in KEYS.values():
        a, b, c = (answer.grads.get(key) for answer in (first, second, third))
        if a is None or b is None or c is None or not a.shape == b.shape == c.shape:
            continue
        step = b - a
        if np.abs(step).max(initial=0.0) > 1e-6 and np.allclose(c - b, step, rtol=1e-6, atol=1e-9):
            return True
    return False


def _noise(observed: Observed) -> float:
    """How inexact the student's arithmetic is: single precision if its numbers are, or if right ones are off by that."""
    expected = asked_gradients(run_forward(observed.inputs))
    found = [value for value in (*observed.values.values(), observed.loss) if value is not None]
    if found and all(np.array_equal(value, value.astype(np.float32)) for value in found) and any(np.any(v % 1) for v in found):
        return SINGLE_PRECISION
    worst = 0.0
    for q, value in observed.values.items():
        if value is not None and value.size == expected[q].size:
            error = float(np.abs(value.reshape(expected[q].shape) - expected[q]).max() / np.abs(expected[q]).max())
            worst = max(worst, error if error < SINGLE_PRECISION else 0.0)
    return worst


# ---- loss and gradients


@frozen
class _Loss:
    """How the loss comes about: the forward plan it tells of, its variant and its scale."""

    plan: Plan
    variant: LossVariant
    scale: Scale

    def cost(self) -> int:
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


def _explained_loss(evidence: Evidence, hints: Sequence[Plan]) -> _Loss | None:
    """The loss's explanation with the fewest slips beyond forward's own: asked plan and forward's, then any other.

    Of several loss variants that differ by a constant, one whose constant is one is taken.
    """
    if _loss_scale(evidence, ASKED_PLAN, ASKED_LOSS) == ONE:
        return _Loss(ASKED_PLAN, ASKED_LOSS, ONE)
    everything = (ASKED_LOSS, *LOSS_BANK)
    singles = [plan for plan in plans(1) if plan not in hints]
    rounds = [([ASKED_PLAN, *hints], everything), (singles, everything[:2]), (list(plans(2)), everything[:1])]
    for tried, variants in rounds:
        found = [
            _Loss(plan, variant, scale) for plan in tried for variant in variants
            if (scale := _loss_scale(evidence, plan, variant)) is not None
        ]
        if found:
            best = min(found, key=lambda loss: loss.cost() - (len(loss.plan) if loss.plan in hints else 0))
            of_labels = exchanged(best.scale.constant) if best.variant.id == "absolute-error-loss" else None
            return best if of_labels is None else _Loss(best.plan, of_labels, replace(best.scale, constant=1.0))
    return _undefined_loss(evidence, hints) or _fitted_loss(evidence, [ASKED_PLAN, *hints])


def _undefined_loss(evidence: Evidence, hints: Sequence[Plan]) -> _Loss | None:
    """A loss that is no number where some output of a plan lies outside of (0, 1), and that plan's cross-entropy elsewhere."""
    asked = [evidence.scalar, *evidence.stacks.values()]
    if all(observed.loss is not None for observed in asked):
        return None
    from_output = LOSS_BANK[0]
    for plan in _unique([*hints, *(plan for plan in plans(1) if plan[0].step == "y")]):
        computed = np.concatenate([from_output.compute(run_forward(observed.inputs, plan)) for observed in asked])
        actual = np.concatenate([observed.losses for observed in asked])
        told = np.isfinite(computed)
        enough = told.sum() >= FEWEST_LOSSES or plan in hints
        if enough and np.array_equal(told, np.isfinite(actual)) and same(actual[told], computed[told], evidence.rtol):
            return _Loss(plan, from_output, ONE)
    return None


def _fitted_loss(evidence: Evidence, tried: Sequence[Plan]) -> _Loss | None:
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
            return _Loss(plan, variant, scale)
    return None


@frozen
class _Gradients:
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


def _gradients(evidence: Evidence, plan: Plan, wrong: Collection[str]) -> _Gradients:
    hypothesis = Search(evidence, plan).run()
    own = _own_derivative(evidence, hypothesis)
    explained = _confirmed(evidence, hypothesis, wrong)
    return _Gradients(hypothesis, explained, charge(gradient_slips(hypothesis, own), wrong, explained, explained).slips)


def _under_each_others_keys(evidence: Evidence, plan: Plan, wrong: Collection[str], to: Mapping[str, str]) -> _Gradients:
    """The explanation if gradients, which may have slips of their own, changed places: to says which stands under whose key."""

    def exchanged(observed: Observed) -> Observed:
        return replace(observed, values={q: observed.values[to.get(q, q)] for q in observed.values})

    stacks = {name: exchanged(observed) for name, observed in evidence.stacks.items()}
    found = _gradients(replace(evidence, scalar=exchanged(evidence.scalar), stacks=stacks), plan, wrong)
    if found.hypothesis.source or not set(to) <= found.explained:
        return replace(found, explained=frozenset())
    last, scale = ({q: by[to.get(q, q)] for q in GRADIENTS if to.get(q, q) in by} for by in (found.hypothesis.last, found.hypothesis.scale))
    hypothesis = replace(found.hypothesis, source=to, last=last, scale=scale)  # type: ignore[arg-type]
    explained = frozenset(to.get(q, q) for q in found.explained)
    return _Gradients(hypothesis, explained, (*found.slips, *key_slips(to)))


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


def _best_gradients(evidence: Evidence, loss: _Loss | None, hints: Sequence[Plan], wrong: Collection[str]) -> _Gradients:
    """The explanation of the gradients that leaves the least open, then has the fewest slips not yet told."""
    told = {loss.plan if loss else ASKED_PLAN, *hints}
    goal = {q for q in wrong if q in GRADIENTS}

    def rank(candidate: _Gradients) -> tuple[int, int]:
        plan = candidate.hypothesis.plan
        return -len(candidate.explained), len(candidate.slips) + (0 if plan in told else len(plan))

    best = min((_gradients(evidence, plan, wrong) for plan in _unique([loss.plan if loss else ASKED_PLAN, *hints[:3]])), key=rank)
    for to in _perhaps_exchanged(evidence, best.hypothesis.source, wrong):
        best = min(_under_each_others_keys(evidence, best.hypothesis.plan, wrong, to), best, key=rank)
    if best.explained == goal and len(best.slips) <= 1:
        return best
    others = [plan for plan in _unique([ASKED_PLAN, *_promising(evidence)]) if plan not in told][:3]
    return min([best, *(_gradients(evidence, plan, wrong) for plan in others)], key=rank)


def _unique(tried: Iterable[Plan]) -> list[Plan]:
    return list(dict.fromkeys(tried))


def _is_gradient_of(compute: Callable[[Inputs], Array], found: _Gradients) -> bool:
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


def _right_for_own_network(plan: Plan, found: _Gradients) -> bool:
    """Whether the gradients are right for the wrong network of the plan."""
    variant = LOSS_BANK[0] if any(v.step == "y" for v in plan) else ASKED_LOSS  # of y itself where y is no sigmoid
    return bool(plan) and _is_gradient_of(lambda inputs: variant.compute(run_forward(inputs, plan)), found)


def _right_for_own_loss(loss: _Loss | None, found: _Gradients) -> bool:
    """Whether the gradients are right for the wrong loss, which is then the one mistake."""
    if loss is None or loss.plan or found.hypothesis.plan or not (loss.variant.id or loss.scale != ONE):
        return False

    def computed(inputs: Inputs) -> Array:
        signals = run_forward(inputs)
        return np.asarray(loss.scale.at(signals.sizes) * loss.variant.compute(signals))

    return _is_gradient_of(computed, found)


def _backward_part(student: Student, wrong: Sequence[str], hints: Sequence[Plan], rng: np.random.Generator) -> tuple[Part, Plan]:
    """What is found about loss and gradients, and the forward plan that the gradients show."""
    evidence, thrice = _evidence(student, rng, with_limits="loss" in wrong)
    loss = _explained_loss(evidence, hints)
    if loss is not None and not loss.plan:  # its z is right, so what is wrong forward is y's own step
        hints = sorted(hints, key=lambda plan: any(variant.step != "y" for variant in plan))
    found = _best_gradients(evidence, loss, hints, wrong)
    explained = set(found.explained)
    slips = list(found.slips)
    plan = found.hypothesis.plan
    at_y = _shared_output_slip(found.hypothesis, hints)
    if at_y and not plan:
        plan, slips = at_y, [slip for slip in slips if slip.id != at_y[0].id]
    is_own = _right_for_own_network(plan, found)
    if is_own:
        slips = []
    if loss is not None and "loss" in wrong and loss.cost():
        explained.add("loss")
        of_loss = loss_slips(loss.variant, loss.scale)
        if slips and _right_for_own_loss(loss, found):
            of_loss = [*of_loss[:-1], replace(of_loss[-1], consistent=True)]
            slips = [replace(slip, charged_at="loss") for slip in slips]
        slips = of_loss + slips
        plan = plan or loss.plan
    shown = _plan_slips(plan, loss, hints, wrong, consistent=is_own)
    if _piled_up(thrice):
        shown.append(Slip("gradients-accumulate-over-calls", "grads",
                          structure="the gradients of earlier calls added to each call's", spoils=GRADIENTS))
    absent = tuple(q for q in GRADIENTS if q in wrong and _lacks_key(q, thrice))
    if absent:
        keys = ", ".join(repr(KEYS[q]) for q in absent)
        shown.append(Slip("missing-key", "grads", structure=f"no number or array for {keys} in the dict of gradients", spoils=absent))
        explained.update(absent)
    left = [q for q in wrong if q not in explained]
    returned = [*rounded_gradients(evidence.stacks.values(), left), *in_one_array(evidence.stacks.values(), left)]
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
    facts = {q: _certain(q, evidence, explained, thrice) for q in wrong}
    if not any(observed.answered for observed in evidence.stacks.values()) and not explained:
        misfits, sure = backprop_misfit(student, open_ones, rng)
        shown.extend(misfits)
        explained.update(q for slip in misfits for q in slip.spoils)
        facts = {q: tuple(say.certain(fact) for fact in sure) or facts[q] for q in wrong}
    reproduced = (found.explained | proved | ({"loss"} & explained if loss is not None else set())) - _nothing(evidence)
    return Part((*shown, *slips), frozenset(explained), reproduced, _coded(found, loss), facts), plan


def _shared_output_slip(hypothesis: Hypothesis, hints: Sequence[Plan]) -> Plan:
    """The plan of forward whose only slip, at y, is the one that z_bar shows as well; the asked plan if there is none."""
    expression = hypothesis.z.expression
    if expression is None or expression.step != "z_bar":
        return ASKED_PLAN
    same_slip = (plan for plan in hints if len(plan) == 1 and plan[0].step == "y" and plan[0].id == expression.id)
    return next(same_slip, ASKED_PLAN)


def _plan_slips(
    plan: Plan, loss: _Loss | None, hints: Sequence[Plan], wrong: Collection[str], *, consistent: bool
) -> list[Slip]:
    """The forward slips, each with what it spoils: y where forward has it too, the loss where that shows it."""
    spoiled = {*GRADIENTS, *(["y"] if plan in hints else []), *(["loss"] if loss is not None and loss.plan == plan else [])}
    spoils = tuple(q for q in QUANTITIES if q in spoiled and q in wrong)
    return [replace(slip, spoils=spoils, consistent=consistent) for slip in forward_slips(plan)]


def _changes(quantity: str, answers: Sequence[Answer | None]) -> bool:
    """Whether one question asked again gets another answer."""
    given = [answer.grads[KEYS[quantity]] for answer in answers if answer is not None and KEYS[quantity] in answer.grads]
    return any(array.shape != given[0].shape or not np.allclose(array, given[0], rtol=1e-6) for array in given[1:])


def _lacks_key(quantity: str, answers: Sequence[Answer | None]) -> bool:
    return any(answers) and all(KEYS[quantity] not in answer.grads for answer in answers if answer is not None)


def _coded(found: _Gradients, loss: _Loss | None) -> dict[str, str]:
    """The formula of each gradient the hypothesis explains, in the tutorial's letters."""
    hypothesis = found.hypothesis
    coded: dict[str, str] = {}
    for q in found.explained:
        powers: dict[str, float] = {}
        computed = hypothesis.source.get(q, q)
        sources: list[Mapping[str, float]] = [ASKED_FACTORS[computed], {"N": -1.0}, hypothesis.z.powers]
        sources += [hypothesis.hidden.powers] if computed in ("db", "dU") else []
        choices = [hypothesis.z, *([hypothesis.hidden] if computed in ("db", "dU") else [])]
        if q in hypothesis.last:
            sources.append(hypothesis.last[q].powers)
            choices.append(hypothesis.last[q])
        scale = hypothesis.scale[q]
        sources.append({"N": scale.N, "D": scale.D, "H": scale.H, "-1": float(scale.constant < 0)})
        sources.append(_constant_factor(abs(scale.constant)))
        for source in sources:
            for name, power in source.items():
                powers[name] = powers.get(name, 0) + power
        written = [c.expression for c in choices if c.expression]
        notes = [e.structure for e in written if " in place of " not in e.structure] + [c.structure.name for c in choices if c.structure]
        for expression in (e for e in written if " in place of " in e.structure):
            own = expression.structure.split(" in place of ")[0]
            for name, power in ({own: -1} | dict(expression.replaces)).items():
                powers[name] = powers.get(name, 0) - power
        if powers.get("1-h") == powers.get("1+h"):
            powers["1-h^2"] = powers.pop("1-h", 0)
            powers.pop("1+h", None)
        coded[q] = say.formula(powers, notes)
    if loss is not None and loss.variant.structure:
        scale = loss.scale
        constants = {"-1": float(scale.constant < 0), **_constant_factor(abs(scale.constant))}
        coded["loss"] = say.scaled({**constants, "N": scale.N, "D": scale.D, "H": scale.H}, loss.variant.structure)
    return coded


def _constant_factor(constant: float) -> dict[str, float]:
    """A positive constant as a factor of a formula: 3, 1/500 as a division by 500; none where it is one."""
    if abs(constant - 1) < 1e-7 or not constant:
        return {}
    name = constant_name(constant)
    return {name.removeprefix("1/"): -1.0} if name.startswith("1/") else {name: 1.0}


def _nothing(evidence: Evidence) -> set[str]:
    """The gradients that are zero wherever they were asked for: a loss that stands still has them, and nobody derived anything."""
    stacks = [(q, array) for stack in evidence.stacks.values() for q, array in stack.values.items() if array is not None]
    return {q for q, _ in stacks} - {q for q, array in stacks if np.abs(array).max(initial=0.0) > NOTHING}


def _of_loss(evidence: Evidence, thrice: Sequence[Answer | None]) -> tuple[str, ...]:
    """What is sure about a wrong loss that is not explained."""
    losses = [answer.loss for answer in thrice if answer is not None]
    if np.isfinite(losses).all() and not np.allclose(losses, losses[:1], rtol=1e-6):
        return (say.certain("state"),)
    is_infinite = any(answer is not None and np.isinf(answer.loss) for answer in thrice)
    return (say.certain("infinite-loss"),) if is_infinite and evidence.stacks["search"].loss is None else ()


def _unusable(q: str, evidence: Evidence, thrice: Sequence[Answer | None]) -> str:
    """Why the answers at the networks of one size make no stack."""
    search = evidence.stacks["search"]
    if search.answered < len(search.inputs.c):
        return say.certain("no-answer-at-times")
    arrays = [answer.grads[KEYS[q]] for answer in thrice if answer is not None and KEYS[q] in answer.grads]
    return say.certain("not-finite" if all(np.shape(array) == np.shape(arrays[0]) for array in arrays) else "other-shapes")


def _certain(
    q: str, evidence: Evidence, explained: Collection[str], thrice: Sequence[Answer | None]
) -> tuple[str, ...]:
    """What is sure about a wrong quantity that is not explained."""
    if q == "loss" and q not in explained:
        return _of_loss(evidence, thrice)
    if q in explained or q not in GRADIENTS:
        return ()
    facts: list[str] = []
    search = evidence.stacks["search"]
    actual = search.values[q]
    if not any(observed.answered for observed in evidence.stacks.values()):
        return ()  # the check that asked first has told why
    if actual is None:
        return (_unusable(q, evidence, thrice),)
    if not _piled_up(thrice) and _changes(q, thrice):
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


# ---- telling


def _told(wrong: Sequence[str], parts: Sequence[Part]) -> Diagnosis:
    explained = frozenset(q for part in parts for q in part.explained if q in wrong)
    order: list[Slip] = []
    for slip in (slip for part in parts for slip in part.slips):
        if not any(slip.id == other.id and slip.step == other.step and slip.structure == other.structure and slip.missing == other.missing
                   and (slip.step in FORWARD_STEPS) for other in order):
            order.append(slip)
    reproduced = frozenset(q for part in parts for q in part.reproduced)
    charged = charge(order, wrong, explained, reproduced)
    findings = tuple(_finding(q, charged.slips, explained, parts) for q in wrong)
    return Diagnosis(findings, charged.slips, charged.carried)


def _unexplained(quantity: str, certain: tuple[str, ...]) -> Finding:
    return Finding(quantity, "unexplained", hint=say.unexplained(certain), asked=say.ASKED[quantity], certain=certain)


def _finding(q: str, slips: Sequence[Slip], explained: Collection[str], parts: Sequence[Part]) -> Finding:
    spoiling = [slip for slip in slips if q in slip.spoils]
    if q not in explained or not spoiling:
        return _unexplained(q, tuple(fact for part in parts for fact in part.certain.get(q, ())))
    main = next((slip for slip in spoiling if slip.charged_at == q), spoiling[0])
    structures = [slip.structure for slip in spoiling if slip.structure]
    return Finding(
        q, "explained",
        missing=tuple(name for slip in spoiling for name in slip.missing),
        extra=tuple(name for slip in spoiling for name in slip.extra),
        structure="; ".join(structures) or None,
        id=main.id, step=main.step, named=say.named(main), hint=say.words(main, "hint"),
        coded=next((part.coded[q] for part in parts if q in part.coded), ""), asked=say.ASKED[q], spoils=main.spoils,
    )
