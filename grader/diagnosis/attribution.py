"""From a hypothesis to slips: named, placed at a step, with what they spoil and where they are charged.

What may live here: turning differences into facts (ids, missing, extra, structure)
and the rule of charging. No search and no words for students.

Charging: every slip is charged once, at the first quantity in the order y, loss, dc, dW, db, dU
that it spoils and that no earlier slip is charged at (if there is none left, at the first that it spoils).
"""
from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from grader.diagnosis.bank import Expression
from grader.diagnosis.chain import AT_HIDDEN, EXAMPLE_FACTORS, FACTORS, TERMINAL_STEP
from grader.diagnosis.gradient import ONE, Choice, Hypothesis, Scale
from grader.diagnosis.model import GRADIENTS, KEYS, QUANTITIES, STEPS, Slip
from grader.diagnosis.network import LossVariant, Plan
from grader.diagnosis.placement import Placed, place
from grader.frozen import frozen

# Which gradients a step's result flows into.
REACHES: Mapping[str, tuple[str, ...]] = {
    "z_bar": GRADIENTS, "H_bar": ("db", "dU"), "G_bar": ("db", "dU"),
    "c_bar": ("dc",), "W_bar": ("dW",), "b_bar": ("db",), "U_bar": ("dU",),
    **dict.fromkeys(("G", "H", "z", "y"), ("y", "loss", *GRADIENTS)),
}
UNIT_FACTORS = frozenset({"h", "g", "1-h", "1+h", "1-g^2"})
DERIVATIVE_FACTORS = frozenset({"1-h", "1+h"})
LARGEST_COUNT = 100_000
SCALE_PARTS = ("N", "D", "H", "constant", "sign", "neighbour")

# (step or "", powers coded less asked) -> the fact's name.
KNOWN: Mapping[tuple[str, frozenset[tuple[str, float]]], str] = {
    (step, frozenset(powers.items())): id
    for step, powers, id in (
        ("", {"N": 1}, "missing-batch-mean"),
        ("z_bar", {"N": -1}, "mean-taken-twice"),
        ("c_bar", {"N": -1}, "mean-taken-twice"),
        ("", {"N": -1}, "mean-taken-twice"),
        ("z_bar", {"-1": 1}, "residual-sign-flipped"),
        ("", {"-1": 1}, "sign-flipped"),
        ("z_bar", {"y": 1, "1-y": 1}, "extra-sigmoid-derivative"),
        ("z_bar", {"y": -1, "1-y": -1}, "missing-sigmoid-derivative"),
        ("z_bar", {"y": -1, "1+y": 1}, "tanh-derivative-for-sigmoid-derivative"),
        ("z_bar", {"y-t": 1}, "residual-squared"),
        ("H_bar", {"w": -1}, "missing-output-weights"),
        ("H_bar", {"w": 1}, "output-weights-twice"),
        ("H_bar", {"w": -1, "b": 1}, "hidden-bias-for-output-weights"),
        ("G_bar", {"1-h": -1, "1+h": -1}, "missing-tanh-derivative"),
        ("G_bar", {"1-h": -0.5, "1+h": -0.5}, "square-root-of-tanh-derivative"),
        ("G_bar", {"1-h": 1, "1+h": 1}, "tanh-derivative-twice"),
        ("G_bar", {"h": 1, "1+h": -1}, "sigmoid-derivative-for-tanh"),
        ("G_bar", {"1+h": -1}, "missing-square-in-tanh-derivative"),
        ("G_bar", {"1-h": -1}, "plus-and-missing-square-in-tanh-derivative"),
        ("G_bar", {"1-h": -1, "1+h": -1, "1-g^2": 1}, "score-for-hidden-in-tanh-derivative"),
        ("G_bar", {"1-h": -1, "1+h": -1, "h": 2}, "square-for-tanh-derivative"),
        ("G_bar", {"1-h": -1, "1+h": -1, "h": 1}, "hidden-for-tanh-derivative"),
        ("G_bar", {"1-h": -2, "1+h": -2}, "divided-by-tanh-derivative"),
        ("W_bar", {"h": -1}, "missing-hidden-output"),
        ("W_bar", {"h": -1, "g": 1}, "score-for-hidden"),
        ("U_bar", {"x": -1}, "missing-input"),
        ("U_bar", {"x": -1, "h": 1}, "hidden-for-input"),
        ("U_bar", {"1-h": -1, "1+h": -1}, "hidden-gradient-for-score-gradient"),
        ("b_bar", {"1-h": -1, "1+h": -1}, "hidden-gradient-for-score-gradient"),
    )
}
FACTOR_WORDS: Mapping[str, str] = {
    "N": "count", "1/N": "batch-mean", "-1": "sign", "y-t": "residual", "w": "output-weight", "h": "hidden-output",
    "g": "hidden-score", "x": "input", "u": "hidden-weight", "b": "hidden-bias", "c": "output-bias", "z": "logit",
    "y": "output", "1-y": "one-minus-output", "1+y": "one-plus-output", "y(1-y)": "sigmoid-derivative", "1-h^2": "tanh-derivative",
    "1-h": "one-minus-hidden", "1+h": "one-plus-hidden", "1-g^2": "one-minus-squared-score", "D": "number-of-inputs",
    "H": "number-of-units", "2": "two", "1/D": "number-of-inputs", "1/H": "number-of-units",
}


def with_power(factor: str, power: float) -> str:
    """A factor with its power where that is not one: h, h^2, (1-h^2)^2, 2^-1."""
    if power == 1:
        return factor
    base = f"({factor})" if any(sign in factor for sign in "+-^/(") else factor
    return f"{base}^{power:g}"


def _merged(powers: Mapping[str, float]) -> dict[str, float]:
    """1 - h with 1 + h is 1 - h^2, y with 1 - y is y(1-y), as far as their powers agree in sign."""
    merged = dict(powers)
    for left, right, both in (("1-h", "1+h", "1-h^2"), ("y", "1-y", "y(1-y)")):
        p, q = merged.get(left, 0.0), merged.get(right, 0.0)
        if p * q > 0:
            shared = min(p, q, key=abs)
            merged[both] = shared
            merged[left], merged[right] = p - shared, q - shared
    return {name: power for name, power in merged.items() if power}


def missing_and_extra(powers: Mapping[str, float]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Powers coded less asked as the factors missing and the factors extra."""
    missing: list[str] = []
    extra: list[str] = []
    for name, power in _merged(powers).items():
        if name in ("N", "D", "H"):
            name, power = f"1/{name}", -power
        if power < 0:
            missing.append(with_power(name, -power))
        else:
            extra.append(with_power(name, power))
    return tuple(missing), tuple(extra)


def _name(powers: Mapping[str, float], step: str) -> str:
    key = frozenset(powers.items())
    known = KNOWN.get((step, key)) or KNOWN.get(("", key)) or (KNOWN.get(("G_bar", key)) if step in ("b_bar", "U_bar") else None)
    if known is not None:
        return known
    missing: list[str] = []
    extra: list[str] = []
    for name, power in _merged(powers).items():
        (missing if power < 0 else extra).append(FACTOR_WORDS.get(name, "constant"))
    if not missing:
        return "extra-" + "-and-".join(extra)
    return f"{'-and-'.join(extra)}-for-{'-and-'.join(missing)}" if extra else "missing-" + "-and-".join(missing)


def _product_slip(powers: Mapping[str, float], step: str) -> Slip:
    missing, extra = missing_and_extra(powers)
    return Slip(_name(powers, step), step, missing, extra)


def _hidden_powers(powers: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The powers of H_bar and G_bar in one, told apart: what replaces w enters at H_bar, what replaces 1 - h^2 at G_bar."""
    weight, slope = powers.get("w", 0) < 0, any(powers.get(name, 0) < 0 for name in DERIVATIVE_FACTORS)
    if not powers:
        return {}
    if weight and slope:
        at_slope = {name: power for name, power in powers.items() if name in UNIT_FACTORS}
        return {"H_bar": {name: p for name, p in powers.items() if name not in UNIT_FACTORS}, "G_bar": at_slope}
    if weight and not DERIVATIVE_FACTORS & set(powers):
        return {"H_bar": dict(powers)}
    if slope or UNIT_FACTORS & set(powers):
        return {"G_bar": dict(powers)}
    return {"H_bar": dict(powers)}


def _constant_powers(scale: Mapping[str, float]) -> dict[str, float]:
    """N, D, H and a constant as powers; a constant that is a power of two is one of 2."""
    powers = {name: scale[name] for name in ("N", "D", "H") if scale.get(name)}
    constant = scale.get("constant", 0.0)
    if abs(constant) > 1e-7:
        twos = constant / np.log(2)
        if abs(twos - round(twos)) < 1e-6:
            powers["2"] = float(round(twos))
        else:
            powers[constant_name(float(np.exp(constant)))] = 1.0
    return powers


def constant_name(value: float) -> str:
    """A positive constant as a student would write it: 3, 1/200, ln 2, 0.37."""
    for known, name in ((np.log(2), "ln 2"), (1 / np.log(2), "1/ln 2"), (1 / np.log(10), "1/ln 10")):
        if abs(value / known - 1) < 1e-7:
            return name
    if abs(value - round(value)) < 1e-6 * value:
        return str(round(value))
    if 1 < 1 / value < LARGEST_COUNT and abs(1 / value - round(1 / value)) < 1e-6 / value:
        return f"1/{round(1 / value)}"
    return f"{value:.6g}"


def neighbour_name(scale: Scale) -> str:
    """The number that a scale with a neighbour of N divides by."""
    return "N-1" if scale.neighbour < 0 else "N+1"


def _part(scale: Scale, part: str) -> float:
    if part == "constant":
        return float(np.log(abs(scale.constant)))
    if part == "sign":
        return float(scale.constant < 0)
    return float(getattr(scale, part))


def _count_slip(powers: Mapping[str, float], step: str) -> Slip:
    slip = _product_slip(powers, step)
    if powers.get("N") == 1 and len(powers) == 2:
        (other,) = (name for name in powers if name != "N")
        id = {"D": "number-of-inputs-for-count", "H": "number-of-units-for-count"}.get(other, "fixed-count")
        is_divisor = powers[other] < 0 or (other.startswith("1/") and other[2:].isdigit())
        return replace(slip, id=id) if is_divisor else slip
    return slip


def _structure_slips(choice: Choice, step: str) -> list[Slip]:
    slips = []
    if choice.expression is not None:
        slips.append(_expression_slip(choice.expression, step or choice.expression.step))
    if choice.structure is not None:
        structure = choice.structure
        slips.append(Slip(structure.id, step or structure.step, structure=structure.name))
    return slips


def _expression_slip(expression: Expression, step: str) -> Slip:
    return Slip(expression.id, step, structure=expression.structure)


# Ids of slips at one step -> the one slip that they are.
JOINED: Mapping[frozenset[str], Slip] = {
    frozenset({"residual-absolute", "residual-sign-flipped"}): Slip("residual-negative", "z_bar", structure="-|y-t| in place of y-t"),
    frozenset({"extra-sigmoid-derivative", "extra-two"}): Slip("squared-error-gradient", "z_bar", extra=("2", "y(1-y)")),
}


def gradient_slips(hypothesis: Hypothesis, hidden_is_own: bool) -> list[Slip]:
    """Every slip of a hypothesis about the gradients, in the order of the chain, without spoils and charges.

    hidden_is_own  the derivative in G_bar is right for the student's own wrong network, hence no slip
    """
    slips = _structure_slips(hypothesis.z, "z_bar")
    if not hidden_is_own:
        at_residual = hypothesis.hidden.expression is not None and hypothesis.hidden.expression.step == "z_bar"
        slips += _structure_slips(hypothesis.hidden, "H_bar" if at_residual else "")
    for q, choice in hypothesis.last.items():
        slips += _structure_slips(choice, TERMINAL_STEP[q])
    plain = not any(slip.structure for slip in slips) and hypothesis.z_scale == ONE and not hypothesis.source and not hidden_is_own
    slips += _jointly_placed(hypothesis) if plain else _separately_placed(hypothesis, hidden_is_own, slips)
    if hypothesis.z_scale != ONE:
        parts = {part: _part(hypothesis.z_scale, part) for part in SCALE_PARTS}
        slips += _step_slips(Placed({"z_bar": {part: value for part, value in parts.items() if value}}))
    for q, scale in hypothesis.scale.items():
        if scale.constant == 0:
            slips.append(Slip("gradient-left-at-zero", TERMINAL_STEP[q], structure="zero everywhere"))
    slips += key_slips(hypothesis.source)
    return sorted(_joined(slips), key=lambda slip: STEPS.index(slip.step))


def _joined(slips: Sequence[Slip]) -> list[Slip]:
    """The slips with those that come of one mistake as one."""
    joined = list(slips)
    for ids, whole in JOINED.items():
        parts = [slip for slip in joined if slip.id in ids and slip.step == whole.step]
        if {slip.id for slip in parts} == ids:
            joined = [slip for slip in joined if slip not in parts] + [whole]
    decays = [slip for slip in joined if slip.id == "weight-decay"]
    shares = {str(slip.structure).split(" added")[0].rpartition(" ")[0] for slip in decays}
    if len(decays) > 1 and len(shares) == 1:
        terms = [str(slip.structure).split(" added")[0] for slip in decays]
        name = f"{', '.join(terms[:-1])} and {terms[-1]} added to the gradients"
        whole = replace(decays[0], structure=name, spoils=tuple(q for slip in decays for q in REACHES[slip.step]))
        joined = [slip for slip in joined if slip not in decays] + [whole]
    return joined


def _separately_placed(hypothesis: Hypothesis, hidden_is_own: bool, known: Iterable[Slip]) -> list[Slip]:
    """Factors where the hypothesis has them, then scales at as few further steps as can be."""
    slips = [] if not hypothesis.z.powers else [_product_slip(hypothesis.z.powers, "z_bar")]
    if not hidden_is_own:
        slips += [_product_slip(p, step) for step, p in _hidden_powers(hypothesis.hidden.powers).items()]
    slips += [_product_slip(choice.powers, TERMINAL_STEP[q]) for q, choice in hypothesis.last.items() if choice.powers]
    occupied = {slip.step for slip in (*known, *slips)}
    scales = {q: s for q, s in hypothesis.scale.items() if s != hypothesis.scale.get(hypothesis.source.get(q, ""))}
    return slips + _step_slips(place(
        _scale_differences(scales), at_z=SCALE_PARTS, at_hidden=SCALE_PARTS, modulo={"sign": 2.0}, occupied=occupied
    ))


def _jointly_placed(hypothesis: Hypothesis) -> list[Slip]:
    """Factors and scales of a hypothesis that is all products, placed together at the fewest steps."""
    differences = _scale_differences(hypothesis.scale)
    for q in differences["N"]:
        flows = [hypothesis.z.powers, hypothesis.hidden.powers if q in ("db", "dU") else {}, hypothesis.last[q].powers]
        for powers in flows:
            for name, power in powers.items():
                of_factor = differences.setdefault(name, dict.fromkeys(differences["N"], 0.0))
                of_factor[q] += power
    return _step_slips(place(
        differences, at_z=EXAMPLE_FACTORS | set(SCALE_PARTS), at_hidden=AT_HIDDEN | set(SCALE_PARTS),
        modulo={"sign": 2.0},
    ))


def _step_slips(placed: Placed) -> list[Slip]:
    """The slips at each step: its factors, its count or constant, its sign."""
    slips: list[Slip] = []
    for step, values in placed.steps.items():
        factors = {name: power for name, power in values.items() if name in FACTORS}
        if step == "H_bar":
            at_hidden = _hidden_powers(factors)
            slips += [_product_slip(powers, at) for at, powers in at_hidden.items()]
            step = next(iter(at_hidden), step) if len(at_hidden) < 2 else step
        elif factors:
            slips.append(_product_slip(factors, step))
        if values.get("sign"):
            slips.append(_product_slip({"-1": 1.0}, step))
        if values.get("neighbour"):
            name = neighbour_name(Scale(neighbour=int(values["neighbour"])))
            slips.append(Slip("wrong-count", step, structure=f"a division by {name} in place of N"))
        powers = _constant_powers(values)
        if powers:
            slips.append(_count_slip(powers, step))
    return slips


def _scale_differences(scales: Mapping[str, Scale]) -> dict[str, dict[str, float]]:
    """Each part of the scales -> gradient -> how much it differs from none."""
    told = {q: scale for q, scale in scales.items() if scale.constant != 0}
    return {part: {q: _part(scale, part) for q, scale in told.items()} for part in SCALE_PARTS}


COUNT_IDS = frozenset({"number-of-inputs-for-count", "number-of-units-for-count", "fixed-count"})
LOSS_IDS = {("1/ln 2", 1.0): "base-2-logarithm", ("N", 1.0): "loss-summed", ("N", -1.0): "loss-divided-by-n-twice"}


def key_slips(source: Mapping[str, str]) -> list[Slip]:
    """Gradients stored under another's key; two that changed places are one slip."""
    slips = []
    for q, stored in source.items():
        if source.get(stored) == q:
            if q < stored:
                name = f"{q} and {stored} stored under each other's keys"
                slips.append(Slip("gradients-under-each-others-keys", "grads", structure=name, spoils=(q, stored)))
        else:
            name = f"{stored} stored under the key {KEYS[q]!r}"
            slips.append(Slip(f"{stored}-stored-under-{KEYS[q]}".lower(), "grads", structure=name, spoils=(q,)))
    return slips


def forward_slips(plan: Plan) -> list[Slip]:
    return [Slip(variant.id, variant.step, structure=f"{variant.step} = {variant.structure}") for variant in plan]


def loss_slips(variant: LossVariant, scale: Scale) -> list[Slip]:
    """The slips of a loss: its expression, its sign, its count or constant."""
    slips = [] if not variant.id else [Slip(variant.id, "loss", structure=variant.structure, spoils=("loss",))]
    if scale == ONE:
        return slips
    powers = _constant_powers({"N": scale.N, "D": scale.D, "H": scale.H, "constant": float(np.log(abs(scale.constant)))})
    whole = _count_slip(powers, "loss") if powers else None
    apart = [powers] if whole is None or whole.id in COUNT_IDS else [{name: power} for name, power in powers.items()]
    if scale.neighbour:
        slips.append(Slip("wrong-count", "loss", structure=f"a division by {neighbour_name(scale)} in place of N", spoils=("loss",)))
    for factor in apart if powers else ():
        slip = _count_slip(factor, "loss")
        slips.append(replace(slip, id=LOSS_IDS.get(next(iter(factor.items())), slip.id) if len(factor) == 1 else slip.id, spoils=("loss",)))
    if scale.constant < 0:
        slips.append(Slip("missing-minus-in-loss", "loss", ("-1",), (), None, ("loss",)))
    return slips


@frozen
class Charged:
    """The slips with their charges, and what is carried."""

    slips: tuple[Slip, ...]
    carried: frozenset[str]


def charge(
    slips: Iterable[Slip], wrong: Collection[str], explained: Collection[str], reproduced: Collection[str]
) -> Charged:
    """Charge every slip at one quantity; a slip that spoils nothing wrong and explained is left out.

    A slip that comes with its charge (a gradient that is right for the wrong loss) keeps it.

    A quantity is carried if it is wrong and reproduced, slips and all, at fresh networks, spoiled by a slip, and
    no slip is charged at it.
    """
    charged: list[Slip] = []
    full: set[str] = set()
    for slip in slips:
        reached = slip.spoils or REACHES.get(slip.step, ())
        spoils = tuple(q for q in QUANTITIES if q in reached and q in wrong and q in explained)
        if not spoils:
            continue
        at = slip.charged_at or next((q for q in spoils if q not in full), spoils[0])
        full.add(at)
        charged.append(replace(slip, spoils=spoils, charged_at=at))
    reached_by_any = {q for slip in charged for q in slip.spoils}
    carried = frozenset(q for q in wrong if q in reproduced and q in reached_by_any and q not in full)
    return Charged(tuple(charged), carried)
