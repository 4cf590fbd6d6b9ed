"""The findings of all parts as one diagnosis, and the formulas that were coded.

What may live here: putting together what was found; the words themselves are in words.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field

from grader.diagnosis import words as say
from grader.diagnosis.attribution import charge, constant_name, neighbour_name
from grader.diagnosis.chain import ASKED as ASKED_FACTORS
from grader.diagnosis.confirmed import Gradients
from grader.diagnosis.loss import Loss
from grader.diagnosis.model import FORWARD_STEPS, Diagnosis, Finding, Slip
from grader.frozen import frozen


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


def told(wrong: Sequence[str], parts: Sequence[Part]) -> Diagnosis:
    """The diagnosis of the wrong quantities: each slip once, charged to one of them, and a finding for each."""
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


def unexplained(quantity: str, certain: tuple[str, ...]) -> Finding:
    """The finding where no explanation was found, with what is sure all the same."""
    return Finding(quantity, "unexplained", hint=say.unexplained(certain), asked=say.ASKED[quantity], certain=certain)


def _finding(q: str, slips: Sequence[Slip], explained: Collection[str], parts: Sequence[Part]) -> Finding:
    spoiling = [slip for slip in slips if q in slip.spoils]
    if q not in explained or not spoiling:
        return unexplained(q, tuple(fact for part in parts for fact in part.certain.get(q, ())))
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


def coded_formulas(found: Gradients, loss: Loss | None) -> dict[str, str]:
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
        if scale.neighbour:
            sources.append({"N": 1.0, neighbour_name(scale): -1.0})
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
