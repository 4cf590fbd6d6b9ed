"""How good is the diagnosis? Mistakes planted by mutants, judged by what is true of each edit.

What may live here: an in-process student, the judge, and the table. The judge
knows the planted edits and reads the diagnosis; it does not ask the engine how it got there.
"""
from __future__ import annotations

import ast
import difflib
import functools
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TextIO

import numpy as np

from grader.diagnosis import Answer, Array, Diagnosis, Params, Slip, diagnose, has_a_line
from grader.sandbox.locate import locate
from grader.selftest import styles
from grader.selftest.edits import ANY_FACT, Edit
from grader.selftest.mutants import Mutant, blind_mutants, compiled, graded_tree, mutants, reference_source

Outcome = Literal["correct", "wrong", "withheld"]
GRADIENT_KEYS: Mapping[str, str] = {"dc": "c", "dW": "W", "db": "b", "dU": "U"}
GRADED_SIZES = ((7, 2, 3), (40, 2, 3), (5, 4, 2), (6, 1, 5), (9, 3, 1))
GRADED_RTOL = 2e-5


class InProcess:
    """A student's source run in this process: for source that is ours only."""

    def __init__(self, source: str) -> None:
        self.module = compiled(source)
        self.calls = 0

    def backprop(self, queries: Sequence[tuple[Array, Array, Params]]) -> list[Answer | None]:
        return [self._backprop(*query) for query in queries]

    def _backprop(self, X: Array, t: Array, params: Params) -> Answer | None:
        self.calls += 1
        try:
            with np.errstate(all="ignore"):
                grads, loss = self.module["backprop"](X, t, dict(params))
            arrays = {key: np.asarray(value, dtype=np.float64) for key, value in grads.items()}
            return Answer(arrays, float(np.asarray(loss).reshape(-1)[0]) if np.size(loss) == 1 else float("nan"))
        except Exception:  # whatever a student's code raises is no answer
            return None

    def errors(self, queries: Sequence[tuple[Array, Array, Params]]) -> list[str]:
        return [self._error(*query) for query in queries]

    def _error(self, X: Array, t: Array, params: Params) -> str:
        try:
            with np.errstate(all="ignore"):
                self.module["backprop"](X, t, dict(params))
            return ""
        except Exception as error:
            return str(error) or type(error).__name__

    def forward(self, queries: Sequence[tuple[Array, Params]]) -> list[Array | None]:
        return [self._forward(*query) for query in queries]

    def _forward(self, X: Array, params: Params) -> Array | None:
        self.calls += 1
        try:
            with np.errstate(all="ignore"):
                return np.asarray(self.module["forward"](X, dict(params)), dtype=np.float64)
        except Exception:
            return None

    def dataset(self, queries: Sequence[tuple[int, int]]) -> list[tuple[Array, Array] | None]:
        return [self._dataset(*query) for query in queries]

    def _dataset(self, num_points: int, seed: int) -> tuple[Array, Array] | None:
        self.calls += 1
        try:
            np.random.seed(seed)
            data, labels = self.module["make_dataset"](num_points)
            return np.asarray(data, dtype=np.float64), np.asarray(labels, dtype=np.float64)
        except Exception:
            return None


def _unequal(actual: Array | None, expected: Array | None) -> bool:
    if actual is None or expected is None or actual.shape != expected.shape or not np.isfinite(actual).all():
        return True
    return bool(np.abs(actual - expected).max(initial=0.0) > GRADED_RTOL * np.abs(expected).max(initial=0.0))


def wrong_quantities(student: InProcess, reference: InProcess, seed: int) -> frozenset[str]:
    """The quantities in which a student's numbers differ from the reference's at random networks."""
    rng = np.random.default_rng(seed)
    wrong: set[str] = set()
    for N, D, H in GRADED_SIZES:
        X, t = rng.normal(size=(N, D)), (np.arange(N) % 3 != 1) * 1.0
        t = rng.permutation(t)
        params = {"U": rng.normal(size=(H, D)), "b": rng.normal(size=H), "W": rng.normal(size=H), "c": np.array(rng.normal())}
        mine, theirs = reference._backprop(X, t, params), student._backprop(X, t, params)
        assert mine is not None
        for quantity, key in GRADIENT_KEYS.items():
            if theirs is None or _unequal(theirs.grads.get(key), mine.grads[key]):
                wrong.add(quantity)
        if theirs is None or _unequal(np.asarray(theirs.loss), np.asarray(mine.loss)):
            wrong.add("loss")
        if _unequal(student._forward(X, params), reference._forward(X, params)):
            wrong.add("y")
    for points in (10, 200):
        ours, answer = reference._dataset(points, seed), student._dataset(points, seed)
        for index, quantity in enumerate(("data", "labels")):
            if ours is None or answer is None or _unequal(answer[index], ours[index]):
                wrong.add(quantity)
    return frozenset(wrong)


# ---- the judge

_ATOMS: Mapping[str, Mapping[str, float]] = {
    "1/N": {"N": -1}, "1/D": {"D": -1}, "1/H": {"H": -1}, "1-h^2": {"1-h": 1, "1+h": 1}, "y(1-y)": {"y": 1, "1-y": 1},
    "1-g^2": {"1-g^2": 1},
}
_REACHES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("G", "H", "z", "y"), ("y", "loss", "dc", "dW", "db", "dU")), "grads": (), "dataset": (),
    "z_bar": ("dc", "dW", "db", "dU"), "H_bar": ("db", "dU"), "G_bar": ("db", "dU"),
    "c_bar": ("dc",), "W_bar": ("dW",), "b_bar": ("db",), "U_bar": ("dU",), "loss": ("loss",),
}
_SAME_PLACE = ({"H_bar", "G_bar"},)


def parsed(factor: str) -> dict[str, float]:
    """A factor as the diagnosis writes it, as powers of atoms: (1-h^2)^2 -> {1-h: 2, 1+h: 2}."""
    name, power = factor, 1.0
    if factor not in _ATOMS and "^" in factor:
        name, _, exponent = factor.rpartition("^")
        name, power = name[1:-1] if name.startswith("(") else name, float(exponent)
    return {atom: count * power for atom, count in _ATOMS.get(name, {name: 1.0}).items()}


def claimed_powers(slips: Iterable[Slip], quantity: str) -> dict[str, float]:
    """By how much a quantity's powers differ from the asked ones, by what the slips that spoil it say."""
    total: dict[str, float] = {}
    for slip in slips:
        if quantity in slip.spoils and (slip.missing or slip.extra):
            for sign, factors in ((-1, slip.missing), (1, slip.extra)):
                for factor in factors:
                    for atom, power in parsed(factor).items():
                        total[atom] = total.get(atom, 0.0) + sign * power
    return _tidy(total)


def planted_powers(edits: Iterable[Edit], quantity: str) -> dict[str, float]:
    """By how much a quantity's powers differ from the asked ones, by the edits."""
    total: dict[str, float] = {}
    cut = {step for edit in edits if quantity in _REACHES[edit.step] for step in edit.cuts}
    for edit in edits:
        if edit.powers is not None and quantity in _REACHES[edit.step] and edit.step not in cut:
            for atom, power in edit.powers.items():
                total[atom] = total.get(atom, 0.0) + power
    return _tidy(total)


def _tidy(powers: dict[str, float]) -> dict[str, float]:
    if "-1" in powers:
        powers["-1"] %= 2
    return {atom: power for atom, power in powers.items() if abs(power) > 1e-9}


def _same_place(step: str, other: str) -> bool:
    return step == other or any({step, other} <= places for places in _SAME_PLACE)


def _names(slip: Slip, edit: Edit) -> bool:
    """Whether a slip names the fact of an edit at its step."""
    if ANY_FACT in edit.facts and slip.step == "grads":  # another gradient in its place: the same numbers
        return any(quantity in slip.spoils for quantity in _REACHES[edit.step])
    return bool(edit.facts & {slip.id, f"{slip.id}: {slip.structure}", ANY_FACT}) and _same_place(slip.step, edit.step)


def agrees(diagnosis: Diagnosis, edits: Sequence[Edit], wrong: Collection[str], in_part: bool = False) -> bool:
    """Whether the slips say what was planted: the same powers in every wrong quantity, placed at the planted steps
    or at others no more in number (equal powers are equal numbers everywhere, so both are one explanation),
    the fact of every other edit at its step, and nothing more.

    in_part  edits that are no products may go unmentioned, but all that is said must be right
    """
    products = [edit for edit in edits if edit.powers]
    facts = [edit for edit in edits if edit.facts]
    by_fact = [slip for slip in diagnosis.slips if any(_names(slip, edit) for edit in facts)]
    rest = [slip for slip in diagnosis.slips if slip not in by_fact]
    if any(slip.structure for slip in rest):
        return False
    if not in_part and any(not any(_names(slip, edit) for slip in by_fact) for edit in facts):
        return False
    elsewhere = any(not any(_same_place(slip.step, edit.step) for edit in products) for slip in rest)
    if elsewhere and len({slip.step for slip in rest}) > len({edit.step for edit in products}):
        return False
    return all(claimed_powers(rest, q) == planted_powers(products, q) for q in wrong)


def judge(diagnosis: Diagnosis, mutant: Mutant, wrong: Collection[str]) -> Outcome:
    """correct if all is explained as planted (in one of the ways that make equal numbers), withheld if
    something is left unexplained and nothing that is said is false, wrong otherwise."""
    if any(agrees(diagnosis, truth, wrong) for truth in mutant.truths):
        if all(finding.verdict == "explained" for finding in diagnosis.findings):
            return "correct"
    explained = [finding.quantity for finding in diagnosis.findings if finding.verdict == "explained"]
    if len(explained) == len(diagnosis.findings):
        return "wrong"
    return "withheld" if any(agrees(diagnosis, truth, explained, in_part=True) for truth in mutant.truths) else "wrong"


# ---- the table

Part = Literal["working", "apart", "all"]
EVERYTHING = ("data", "labels", "y", "loss", "dc", "dW", "db", "dU")
# Least share explained and correct, by kind; the rest goes by the same rules but has no target of its own.
TARGETS: Mapping[str, float] = {"product": 0.97, "product pair": 0.92, "structure": 0.85}
MOST_WRONG = 0.005
LEAST_MUTANTS = 400
MOST_SECONDS = 0.3


@dataclass
class Tally:
    """Counts of one kind of mutant. seconds: of processor time, one a diagnosis."""

    total: int = 0
    right_verdicts: int = 0
    correct: int = 0
    wrong: int = 0
    withheld: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, outcome: Outcome, right_verdict: bool, seconds: float) -> None:
        self.total += 1
        self.right_verdicts += right_verdict
        self.correct += outcome == "correct"
        self.wrong += outcome == "wrong"
        self.withheld += outcome == "withheld"
        self.seconds.append(seconds)

    def line(self, kind: str) -> str:
        counts = f"{self.total:>5}{self.right_verdicts:>10}{self.correct:>9}{self.correct / self.total:>8.1%}"
        times = "".join(f"{value:>9.3f}" for value in (np.median(self.seconds), np.quantile(self.seconds, 0.95), max(self.seconds)))
        return f"{kind:<16}{counts}{self.wrong:>7}{self.withheld:>10}{times}"


@dataclass
class Table:
    """What run() measured.

    made            distinct mutants, in both parts
    tallies         by kind
    pointed         lines pointed at that are, and that are not, among those that an edit changed; and slips without a line
    false_alarms    right submissions that a slip was found in
    failures        what was not explained, of the working part only
    """

    part: Part = "all"
    made: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    pointed: Counter[str] = field(default_factory=Counter)
    right_submissions: int = 0
    alarm_seconds: float = 0.0
    false_alarms: list[str] = field(default_factory=list)
    failures: list[tuple[Outcome, Mutant, Diagnosis]] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The table as text, a line a kind."""
        columns = ("kind", "n", "verdicts", "correct", "share", "wrong", "withheld", "median s", "95% s", "most s")
        lines = [f"{self.made} distinct mistakes; of these the part '{self.part}':"]
        lines.append("{:<16}{:>5}{:>10}{:>9}{:>8}{:>7}{:>10}{:>9}{:>9}{:>9}".format(*columns))
        lines += [tally.line(kind) for kind, tally in sorted(self.tallies.items())]
        lines.append(self.whole().line("all"))
        lines.append(f"lines pointed at: right {self.pointed['right']}, wrong {self.pointed['wrong']}, none {self.pointed['none']}")
        lines.append(
            f"false alarms: {len(self.false_alarms)} on {self.right_submissions} right submissions "
            f"({self.alarm_seconds / max(1, self.right_submissions):.3f} s each, asked as if all were wrong)"
        )
        return lines

    def whole(self) -> Tally:
        """All kinds in one."""
        whole = Tally()
        for tally in self.tallies.values():
            for name in ("total", "right_verdicts", "correct", "wrong", "withheld"):
                setattr(whole, name, getattr(whole, name) + getattr(tally, name))
            whole.seconds += tally.seconds
        return whole

    def missed(self) -> list[str]:
        """The targets that are not met, as sentences."""
        whole = self.whole()
        missed = [
            f"{kind}: {tally.correct} of {tally.total} correct, {least:.0%} asked"
            for kind, least in TARGETS.items() if (tally := self.tallies.get(kind, Tally())).correct < least * tally.total
        ]
        if whole.wrong > MOST_WRONG * whole.total:
            missed.append(f"{whole.wrong} of {whole.total} explained and wrong, {MOST_WRONG:.1%} allowed")
        if whole.right_verdicts < whole.total:
            missed.append(f"{whole.total - whole.right_verdicts} verdicts wrong")
        if self.pointed["wrong"]:
            missed.append(f"{self.pointed['wrong']} wrong lines pointed at")
        if self.false_alarms:
            missed.append(f"false alarms: {', '.join(self.false_alarms)}")
        if self.made < LEAST_MUTANTS:
            missed.append(f"{self.made} distinct mistakes, {LEAST_MUTANTS} asked")
        if np.quantile(whole.seconds, 0.95) > MOST_SECONDS:
            missed.append(f"a diagnosis takes over {MOST_SECONDS} s")
        return missed


def _right_verdict(diagnosis: Diagnosis, wrong: Collection[str]) -> bool:
    """One finding for every wrong quantity, none for another, and no slip that spoils a right one."""
    return {f.quantity for f in diagnosis.findings} == set(wrong) and all(set(s.spoils) <= set(wrong) for s in diagnosis.slips)


@functools.cache
def _unedited() -> tuple[str, ...]:
    return tuple(ast.unparse(graded_tree()).splitlines())


def changed_lines(source: str, original: Sequence[str]) -> frozenset[int]:
    """The lines of source (from 1) that the original has not."""
    matcher = difflib.SequenceMatcher(None, original, source.splitlines(), autojunk=False)
    return frozenset(line + 1 for tag, _, _, start, end in matcher.get_opcodes() if tag != "equal" for line in range(start, end))


def pointing(source: str, slips: Iterable[Slip], changed: Collection[int]) -> Iterator[str]:
    """right, wrong or none, for the line that each slip points at."""
    told = list(slips)
    for slip in told:
        function = {"dataset": "make_dataset"}.get(slip.step, "forward" if slip.charged_at == "y" else "backprop")
        line = locate(source, function, slip.step) if has_a_line(slip, told) else None
        yield "none" if line is None else "right" if line in changed else "wrong"


def run(seed: int, pairs: int = 400, every: int = 1, part: Part = "all") -> Table:
    """Plant, diagnose, judge. The mistakes kept apart are counted but never kept for looking at.

    every  judge only every so many mutants, for a quick look
    """
    reference = InProcess(reference_source())
    made = [*mutants(seed, pairs), *blind_mutants(seed)]
    table = Table(part, len(made))
    for mutant in [mutant for mutant in made if part == "all" or mutant.kept_apart == (part == "apart")][::every]:
        student = InProcess(mutant.source)
        wrong = wrong_quantities(student, reference, seed)
        if not wrong:
            continue
        start = time.process_time()
        diagnosis = diagnose(student, wrong, seed=seed)
        seconds = time.process_time() - start
        outcome = judge(diagnosis, mutant, wrong)
        table.tallies.setdefault(mutant.kind, Tally()).add(outcome, _right_verdict(diagnosis, wrong), seconds)
        if outcome == "correct":
            table.pointed.update(pointing(mutant.source, diagnosis.slips, changed_lines(mutant.source, _unedited())))
        elif not mutant.kept_apart:
            table.failures.append((outcome, mutant, diagnosis))
    for name, source in styles.RIGHT.items():
        table.right_submissions += 1
        start = time.process_time()
        diagnosis = diagnose(InProcess(source), EVERYTHING, seed=seed)
        table.alarm_seconds += time.process_time() - start
        if diagnosis.slips or any(finding.verdict == "explained" for finding in diagnosis.findings):
            table.false_alarms.append(name)
    return table


def report(out: TextIO, part: Part, seed: int) -> bool:
    """Measure, print the table and what misses its target; whether nothing does."""
    table = run(seed, part=part)
    missed = table.missed()
    print("\n".join([*table.lines(), *(f"target missed: {miss}" for miss in missed)]), file=out)
    return not missed
