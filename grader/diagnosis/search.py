"""The search for the hypothesis that reproduces a student's gradients.

What may live here: the order in which hypotheses are tried, and the placing of a
difference at the step where it enters. What there is to try is in bank.py, what a
hypothesis predicts in gradient.py.

1. Each gradient is read back at scalar networks as powers of factors (formula.py).
2. Every difference is placed at the step of the chain that needs the fewest slips.
3. At full-size networks the composed chain must be proportional to the student's numbers. Where it is
   not, structures are tried at z_bar, then at H_bar and G_bar, then at the gradient's own step.
4. The constants of proportion at several sizes give signs and powers of N, D and H, placed likewise.
5. The whole is confirmed at networks that had no part in it (by the caller, on "fresh" stacks).
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from grader.diagnosis.bank import EXPRESSIONS, G_FEEDS, G_STRUCTURES, LAST_STRUCTURES, Z_STRUCTURES, Expression, squeeze, updated
from grader.diagnosis.chain import AT_HIDDEN, EXAMPLE_FACTORS, FACTORS, TERMINAL_STEP, Signals, with_z_bar
from grader.diagnosis.evidence import FINDING_STACKS, Evidence
from grader.diagnosis.fitted import mix, parameter_added, step_inside
from grader.diagnosis.formula import Design, Reading
from grader.diagnosis.gradient import ASKED_STEP, ONE, Choice, G_bar, Hypothesis, Scale, last_step, law, ratio, z_bar
from grader.diagnosis.model import GRADIENTS, Array
from grader.diagnosis.network import ROUNDED_TO_ZERO, Plan, run_forward
from grader.diagnosis.placement import place
from grader.frozen import frozen


@frozen
class Readings:
    """The formulas read back, and the expressions that stand at z_bar and at H_bar or G_bar."""

    powers: Mapping[str, Mapping[str, float]]
    z: Expression | None
    hidden: Expression | None
    last: Mapping[str, Expression]


Reader = Callable[[str, Sequence[Expression | None], Iterable[Expression]], list[Reading]]


def _one(readings: Sequence[Reading]) -> Reading | None:
    return readings[0] if readings else None


def _never_changes(values: Array | None) -> bool:
    """Whether a gradient is the same, and not zero, at every network: no formula of the arguments."""
    return values is not None and bool(np.any(values)) and bool((values == values[:1]).all())


class Search:
    """One search, for one plan of the forward pass."""

    def __init__(self, evidence: Evidence, plan: Plan) -> None:
        self.evidence = evidence
        self.plan = plan
        self.signals = run_forward(evidence.stacks["search"].inputs, plan)
        self.actual = evidence.stacks["search"].values
        self.powers: dict[str, Mapping[str, float]] = {}

    def run(self) -> Hypothesis:
        """The best hypothesis, scales included; gradients it does not explain have no scale."""
        with np.errstate(all="ignore"):
            all_readings = self._read()
            hypotheses = [self._composed(readings) for readings in all_readings]
            hypothesis = max(hypotheses, key=self._matches)
            found = self._structured(hypothesis)
            readings = all_readings[hypotheses.index(hypothesis)]
            if len({"db", "dU"} & set(readings.powers)) == 1:
                # Only one of the two was read: whether the other shares the difference, full size must say.
                found = max(found, self._structured(self._composed(readings, shared=False)), key=self._matches)
            return self._scaled(found)

    def _matches(self, hypothesis: Hypothesis) -> int:
        """How many gradients a hypothesis is proportional to at the networks of the search."""
        return len(self._matched(self._signals(hypothesis), hypothesis.last, GRADIENTS)) + len(hypothesis.source)

    def _offered(self, *steps: str) -> list[Expression]:
        """The expressions of these steps; tanh(g) only where H is something else."""
        is_tanh = not any(variant.step == "H" for variant in self.plan)
        return [e for e in EXPRESSIONS if e.step in steps and not (is_tanh and e.id == "tanh-of-g-for-h")]

    def _mixes_examples(self) -> bool:
        """Whether the plan's outputs depend on the other examples (a softmax over them), so that a row stands for no identical ones."""
        inputs = self.evidence.stacks["search"].inputs
        twice = replace(inputs, X=np.concatenate([inputs.X, inputs.X], axis=1))
        again = run_forward(twice, self.plan).y[:, : inputs.X.shape[1]]
        return bool(self.plan) and not np.allclose(again, self.signals.y, equal_nan=True)

    def _scalars(self) -> tuple[Design, dict[str, Array | None]]:
        """The design at the scalar networks and the student's gradients there, one number a network.

        z_bar is taken from the student's own dc where there is one, so that sums in the place of
        products are met with the student's z_bar.
        """
        scalar = self.evidence.scalar
        signals = run_forward(scalar.inputs, self.plan)
        values = {
            q: None if v is None or v.size != len(v) or _never_changes(self.actual[q]) else v.reshape(-1)
            for q, v in scalar.values.items()
        }
        own = values["dc"] if values["dc"] is not None else (signals.y - signals.t)[:, 0]
        signals = with_z_bar(signals, own[:, None] / signals.count[:, None])
        return Design(replace(signals, G_bar=G_bar(signals, ASKED_STEP))), values

    def _read(self) -> list[Readings]:
        """The readings of all four gradients, once for each equally simple expression at z_bar."""
        design, values = self._scalars()
        noise = max(1e-10, self.evidence.rtol / 10)

        count = self.evidence.scalar.inputs.count
        of_neighbours: list[Array] = [count / (count - 1), count / (count + 1), (count - 1) / count]
        upper = [(q, values[q]) for q in ("dc", "dW") if values[q] is not None]
        miscounted = next((
            k for k in of_neighbours for q, value in upper if value is not None
            if not design.read(q, value, (), (), noise) and design.read(q, value / k, (), (), noise)
        ), None)

        def read(q: str, already: Sequence[Expression | None], offered: Iterable[Expression]) -> list[Reading]:
            value = values[q]
            given = [expression for expression in already if expression is not None]
            offered = list(offered)
            if value is None:
                return []
            counts = [np.ones_like(count)] if miscounted is None else [miscounted, np.ones_like(count)]
            return next((found for k in counts if (found := design.read(q, value / k, given, offered, noise))), [])

        if self._mixes_examples():
            return [Readings({}, None, None, {})]
        first = read("dc", (), self._offered("z_bar"))
        return [self._read_below(read, reading) for reading in first] or [self._read_below(read, None)]

    def _read_below(self, read: Reader, first: Reading | None) -> Readings:
        """The readings of dW, db and dU, given that of dc."""
        powers: dict[str, Mapping[str, float]] = {}
        last: dict[str, Expression] = {}
        z = None
        if first is not None:
            powers["dc"], z = first.powers, first.expression
        second = _one(read("dW", [z], self._offered("W_bar", *([] if z else ["z_bar"]))))
        if second is None and z is not None:
            second = _one(read("dW", [], []))
            if second is not None:
                last["dc"], z = z, None
        if second is not None:
            powers["dW"] = second.powers
            if second.expression is not None and second.expression.step == "z_bar" and first is None:
                z = second.expression
            elif second.expression is not None:
                last["dW"] = second.expression
        hidden = self._read_hidden(read, z, powers, last)
        if z is None and hidden is not None and hidden.step == "z_bar" and last.get("dW") is hidden:
            # dW, db and dU share it: it stands at z_bar, and dc has something of its own.
            del last["dW"]
            own = _one(read("dc", [hidden], []))
            powers = {q: p for q, p in powers.items() if q != "dc"} | ({} if own is None else {"dc": own.powers})
            z, hidden = hidden, None
        return Readings(powers, z, hidden, last)

    def _read_hidden(
        self, read: Reader, z: Expression | None, powers: dict[str, Mapping[str, float]], last: dict[str, Expression]
    ) -> Expression | None:
        """Read db and dU into powers and last; returns the expression at H_bar or G_bar that they share."""
        offered = self._offered("G_bar", "H_bar", *([] if z else ["z_bar"]))
        third = _one(read("db", [z], offered))
        hidden = third.expression if third is not None else None
        above = [None if hidden is not None and hidden.whole else z, hidden]
        fourth = _one(read("dU", above, [*self._offered("U_bar"), *([] if hidden else offered)]))
        if fourth is None and hidden is not None:
            fourth = _one(read("dU", [z], self._offered("U_bar")))
            if fourth is not None:
                last["db"], hidden = hidden, None
        if third is not None:
            powers["db"] = third.powers
        if fourth is not None:
            powers["dU"] = fourth.powers
            if fourth.expression is not None and fourth.expression.step != "U_bar" and third is None:
                hidden = fourth.expression
            elif fourth.expression is not None:
                last["dU"] = fourth.expression
        return hidden

    def _composed(self, readings: Readings, shared: bool = True) -> Hypothesis:
        """The readings' powers placed at the steps of the chain; none at H_bar and G_bar unless shared."""
        whole = readings.hidden is not None and readings.hidden.whole
        differences = {
            factor: {q: powers.get(factor, 0.0) for q, powers in readings.powers.items()} for factor in FACTORS
        }
        placed = place(
            differences, at_z=EXAMPLE_FACTORS, at_hidden=AT_HIDDEN if shared else (), separate=whole
        )
        z, hidden = placed.at("z_bar"), placed.at("H_bar")
        last = {q: placed.at(TERMINAL_STEP[q]) for q in GRADIENTS}
        return Hypothesis(
            plan=self.plan, z=Choice(z, readings.z), hidden=Choice(hidden, readings.hidden),
            last={q: Choice(last[q], readings.last.get(q)) for q in GRADIENTS},
        )

    # ---- structures

    def _matched(self, signals: Signals, last: Mapping[str, Choice], quantities: Iterable[str]) -> list[str]:
        return [q for q in quantities if self._fits(q, signals, last.get(q, ASKED_STEP))]

    def _match(self, quantity: str, signals: Signals, choice: Choice) -> bool:
        actual = self.actual[quantity]
        return actual is not None and ratio(actual, last_step(quantity, signals, choice), self.evidence.rtol) is not None

    def _z_scales(self, hypothesis: Hypothesis) -> list[Scale]:
        """The constants z_bar may carry: one, and the one dc shows, where a sum makes it matter."""
        uses = [hypothesis.hidden.expression, *(choice.expression for choice in hypothesis.last.values())]
        if not any(e is not None and (e.whole or "z_bar" in e.structure or "_bar" in e.structure) for e in uses):
            return [ONE]
        found = self._law("dc", hypothesis)
        return [ONE] if found is None or found == ONE else [found, ONE]

    def _signals(self, hypothesis: Hypothesis) -> Signals:
        scale = hypothesis.z_scale.at(self.signals.sizes)
        signals = with_z_bar(self.signals, z_bar(self.signals, hypothesis.z) * scale)
        return replace(signals, G_bar=G_bar(signals, hypothesis.hidden))

    def _structured(self, hypothesis: Hypothesis) -> Hypothesis:
        """Add structures where the composed chain is not proportional to the answers."""
        open_ones = [q for q in GRADIENTS if self.actual[q] is not None and np.any(self.actual[q])]
        options = [replace(hypothesis, z_scale=scale) for scale in self._z_scales(hypothesis)]
        hypothesis = max(options, key=lambda h: len(self._matched(self._signals(h), h.last, open_ones)))
        signals = self._signals(hypothesis)
        unmatched = [q for q in open_ones if q not in self._matched(signals, hypothesis.last, open_ones)]
        if unmatched:
            hypothesis = self._with_z_structure(hypothesis, open_ones)
            signals = self._signals(hypothesis)
            unmatched = [q for q in open_ones if q not in self._matched(signals, hypothesis.last, open_ones)]
        if {"db", "dU"} & set(unmatched):
            hypothesis = self._with_hidden_structure(hypothesis, unmatched)
            signals = self._signals(hypothesis)
            unmatched = [q for q in open_ones if q not in self._matched(signals, hypothesis.last, open_ones)]
        last, source = dict(hypothesis.last), {}
        for q in open_ones:
            stored = self._stored_gradient(q, signals, last) if q in unmatched or last[q].powers else None
            if stored is not None:
                source[q] = stored
        for q in source:
            last[q] = ASKED_STEP
        for q in open_ones:
            if q in unmatched and q not in source:
                last[q] = self._last_choice(q, signals, last[q], hypothesis) or last[q]
            elif last[q].expression is not None and q not in source:
                plainer = self._last_choice(q, signals, replace(last[q], expression=None), hypothesis)
                last[q] = plainer or last[q]
        return replace(hypothesis, last=last, source=source)

    def _stored_gradient(self, quantity: str, signals: Signals, last: Mapping[str, Choice]) -> str | None:
        """The gradient whose asked last step gives what is stored as this one; None if there is none."""
        for other in GRADIENTS:
            if other != quantity and ratio(
                self.actual[quantity], last_step(other, signals, ASKED_STEP), self.evidence.rtol
            ) is not None:
                return other
        return None

    def _with_z_structure(self, hypothesis: Hypothesis, quantities: Collection[str]) -> Hypothesis:
        before = self._matched(self._signals(hypothesis), hypothesis.last, quantities)
        most, choices = len(before), [hypothesis.z]
        for structure in Z_STRUCTURES:
            tried = replace(hypothesis, z=replace(hypothesis.z, structure=structure))
            now = self._matched(self._signals(tried), tried.last, quantities)
            matched = len(now)
            # A structure that explains dc alone is one at c_bar; one that explains db and dU alone, at H_bar.
            shows = set(now) - set(before)
            if matched > 1 and matched >= most and set(before) <= set(now) and shows & {"dc", "dW"}:
                choices = [*choices, tried.z] if matched == most else [tried.z]
                most = matched

        def put(choice: Choice) -> Hypothesis:
            return replace(hypothesis, z=choice)

        shows_it = self._matched(self._signals(put(choices[0])), hypothesis.last, quantities)
        shown = next((q for q in shows_it if q not in self.evidence.right), "dc")
        return put(self._simplest(choices, shown, put, hypothesis))

    def _with_hidden_structure(self, hypothesis: Hypothesis, quantities: Collection[str]) -> Hypothesis:
        below = [q for q in ("db", "dU") if q in quantities]
        upper = with_z_bar(self.signals, z_bar(self.signals, hypothesis.z) * hypothesis.z_scale.at(self.signals.sizes))
        before = set(self._matched(self._signals(hypothesis), hypothesis.last, ("db", "dU")))
        most, choices = 0, [hypothesis.hidden]
        inside = self._updated_inside(hypothesis, below)
        if inside is not None:
            return inside
        starts = [hypothesis.hidden, replace(hypothesis.hidden, powers={})] if hypothesis.hidden.powers else [hypothesis.hidden]
        for start, structure in product(starts, G_STRUCTURES):
            if most and start is not hypothesis.hidden:
                break
            tried = replace(start, structure=structure)
            signals = replace(upper, G_bar=G_bar(upper, tried))
            now = self._matched(signals, hypothesis.last, ("db", "dU"))
            matched = len(set(now) & set(below)) if before <= set(now) else 0
            if matched > most:
                most, choices = matched, []
            if matched == most and matched:
                choices.append(tried)

        def put(choice: Choice) -> Hypothesis:
            return replace(hypothesis, hidden=choice)

        shown = below[0] if len(self._matched(self._signals(put(choices[0])), hypothesis.last, below[:1])) else below[-1]
        best = put(self._simplest(choices, shown, put, hypothesis))
        # One that explains only one of the two wrong gradients is left to that gradient's own step, if it can.
        if most == 1 and len(below) == 1:
            (q,) = below
            own = self._last_choice(q, self._signals(hypothesis), hypothesis.last.get(q, ASKED_STEP), hypothesis)
            return hypothesis if own is not None else best
        return best

    def _updated_inside(self, hypothesis: Hypothesis, below: Collection[str]) -> Hypothesis | None:
        """The hypothesis with W after a step of descent in H_bar, at the learning rate that the answers show; None if it is not that."""
        for scale in dict.fromkeys((self._law("dc", replace(hypothesis, z_scale=ONE)) or ONE, ONE)):
            scaled = replace(hypothesis, z_scale=scale)
            upper = with_z_bar(self.signals, z_bar(self.signals, scaled.z) * scale.at(self.signals.sizes))
            shares = []
            for q in below:
                at = [
                    last_step(q, replace(upper, G_bar=G_bar(signals, scaled.hidden)), scaled.last.get(q, ASKED_STEP))
                    for signals in (upper, updated(1.0)(upper))
                ]
                actual = self.actual[q]
                found = None if actual is None else mix(squeeze(actual), at[0], at[1], self.evidence.rtol)
                shares.append(found.share if found is not None else 0.0)
            if shares and abs(shares[0]) > 1e-6 and max(shares) - min(shares) < 1e-5 * abs(shares[0]):
                tried = replace(scaled, hidden=replace(scaled.hidden, structure=step_inside(shares[0])))
                matched = set(self._matched(self._signals(tried), tried.last, below)) == set(below)
                if matched and all(self._law(q, tried) is not None for q in below):
                    return tried
        return None

    def _with_parameter(self, quantity: str, signals: Signals, choice: Choice, known: Hypothesis) -> Choice | None:
        """The choice with a share of the parameter added to its own gradient, if that gives the answer."""
        actual, step = self.actual[quantity], TERMINAL_STEP[quantity]
        if actual is None or choice.expression is not None or choice.powers:
            return None
        first, second = (last_step(quantity, signals, c) for c in (choice, replace(choice, expression=parameter_added(step, 1.0))))
        found = mix(squeeze(actual), first, second, self.evidence.rtol)
        if found is None or abs(found.share) < 1e-6:
            return None
        put = self._put_last(quantity, known)
        for share, over_count in ((found.share, False), (found.share * signals.sizes[0], True)):
            tried = replace(choice, expression=parameter_added(step, share, over_count))
            scale = self._law(quantity, put(tried)) if self._fits(quantity, signals, tried) else None
            if scale is None or scale.D or scale.H or scale.neighbour:
                continue
            if scale.constant < 0 and abs(share * scale.constant - 1) < 1e-6:
                continue  # W less its gradient is no weight decay
            return replace(choice, expression=parameter_added(step, share, over_count, scale.constant, scale.N))
        return None

    def _put_last(self, quantity: str, hypothesis: Hypothesis) -> Callable[[Choice], Hypothesis]:
        return lambda choice: replace(hypothesis, last={**hypothesis.last, quantity: choice})

    def _last_choice(
        self, quantity: str, signals: Signals, choice: Choice, hypothesis: Hypothesis
    ) -> Choice | None:
        """The choice at a gradient's own step, with a structure, that makes it proportional to the answer.

        A structure alone is taken before one beside an expression, and of several that are proportional
        (a sum and a mean) one without a further constant.
        """
        starts = [replace(choice, expression=None), choice] if choice.expression else [choice]
        starts += [replace(choice, powers={})] if choice.powers else []
        for start in starts:
            fitting = [
                tried for structure in (*LAST_STRUCTURES, *(G_FEEDS if quantity in ("db", "dU") else ()))
                if self._fits(quantity, signals, tried := replace(
                    start, structure=replace(structure, step=TERMINAL_STEP[quantity])))
            ]
            if fitting:
                return self._simplest(fitting, quantity, self._put_last(quantity, hypothesis), hypothesis)
        return self._with_parameter(quantity, signals, replace(choice, expression=None, structure=None), hypothesis)

    def _fits(self, quantity: str, signals: Signals, choice: Choice) -> bool:
        try:
            return self._match(quantity, signals, choice)
        except (ValueError, IndexError):
            return False  # the structure needs an axis that this gradient has not

    def _simplest(
        self, choices: Sequence[Choice], quantity: str, put: Callable[[Choice], Hypothesis], known: Hypothesis
    ) -> Choice:
        """The first choice whose constant is one, or that of a gradient explained already; else the first."""
        if len(choices) == 1:
            return choices[0]
        usual = [ONE, *(self._law(q, known) for q in GRADIENTS if q != quantity)]
        return next((choice for choice in choices if self._law(quantity, put(choice)) in usual), choices[0])

    # ---- scales

    def _law(self, quantity: str, hypothesis: Hypothesis) -> Scale | None:
        ratios: dict[tuple[int, int, int], float] = {}
        zeros = 0
        for name in FINDING_STACKS:
            observed = self.evidence.stacks[name]
            actual = observed.values[quantity]
            if actual is None:
                continue
            signals = run_forward(observed.inputs, self.plan)
            scale = hypothesis.z_scale.at(signals.sizes)
            signals = with_z_bar(signals, z_bar(signals, hypothesis.z) * scale)
            signals = replace(signals, G_bar=G_bar(signals, hypothesis.hidden))
            try:
                computed = last_step(
                    hypothesis.source.get(quantity, quantity), signals, hypothesis.last.get(quantity, ASKED_STEP)
                )
            except (ValueError, IndexError):
                return None
            if max(np.abs(actual).max(initial=0.0), np.abs(computed).max(initial=0.0)) < ROUNDED_TO_ZERO:
                zeros += 1  # zero as it should be, which tells no ratio
                continue
            k = ratio(actual, computed, self.evidence.rtol)
            if k is None:
                return None
            ratios[signals.sizes] = k
        sizes = self.signals.sizes
        if zeros > 1 and not ratios:
            return ONE
        if sizes not in ratios or len(ratios) < 2:
            return None
        ratios = {sizes: ratios.pop(sizes), **ratios}
        return law(ratios, 10 * self.evidence.rtol)

    def _scaled(self, hypothesis: Hypothesis) -> Hypothesis:
        scales: dict[str, Scale] = {}
        for q in GRADIENTS:
            actual = self.actual[q]
            found = self._law(q, hypothesis)
            if found is None and actual is not None and not np.any(actual):
                found = Scale(constant=0.0)
            if found is not None:
                scales[q] = found
        return replace(hypothesis, scale=scales)
