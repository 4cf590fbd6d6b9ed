"""A class as figures: what of many results an instructor wants to see at once.

What may live here: counting over saved results. What the page looks like is
class_page's to say; who handed in what, and which are alike, is handed in.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.frozen import frozen
from grader.result import CheckResult, Message, Result

GRADIENT_ROWS = frozenset({"3.2", "3.3", "3.4", "3.5"})
NUMERIC_ROW, TRAINING_ROW = "5.2", "4.1"
SAME_COURSE_RTOL = 1e-4
"""The expected losses of training are stored to six decimals; the smallest is 0.033."""
UNEXPLAINED = "unexplained"
LATE = "no answer within "
"""So begins an event that says how long was waited: what was left of the time, which differs."""


@frozen
class Graded:
    """One submission on the class page.

    slug      names its folder
    students  who handed it in
    result    what came of it; None if it could not be graded here, and fault says why
    compared  what kept it from being compared with others', for the instructor; "" if nothing did
    """

    slug: str
    students: tuple[str, ...]
    result: Result | None
    fault: str = ""
    compared: str = ""

    @property
    def title(self) -> str:
        return ", ".join(self.students)


@frozen
class Change:
    """A submission whose mark changed: its score before and after, and by check (number, points gained)."""

    slug: str
    before: float
    after: float
    by_check: tuple[tuple[str, float], ...]

    def text(self) -> str:
        checks = ", ".join(f"{number} {gained:+g}" for number, gained in self.by_check)
        return f"{self.before:g} to {self.after:g} ({checks})"


@frozen
class Alike:
    """Submissions that are nearly the same.

    slugs       two or more; if within, two: the smaller, and the larger that holds it
    share       the least similarity by which one of them belongs to the group, 0 to 1; if within, the share of the smaller
    same_names  whether they are as alike with all names kept; else variables or functions were renamed
    within      whether the second holds this share of the first, and much more besides
    """

    slugs: tuple[str, ...]
    share: float
    same_names: bool
    within: bool = False


@frozen
class ClassSummary:
    """All that the class page shows.

    title       of the page
    submissions by name
    alike       near-identical submissions
    changes     since the earlier run; None if there was none
    notes       what was left aside, a line each
    """

    title: str
    submissions: tuple[Graded, ...]
    alike: tuple[Alike, ...] = ()
    changes: tuple[Change, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def graded(self) -> list[tuple[Graded, Result]]:
        return [(one, one.result) for one in self.submissions if one.result is not None]

    @property
    def scores(self) -> list[float]:
        return [result.score for _, result in self.graded]


@dataclass
class Misconception:
    """A slip, and whose: id as the diagnosis names it, the step of the chain, what is wrong in words, the submissions."""

    id: str
    step: str
    named: str
    slugs: list[str] = field(default_factory=list)


def counted(result: Result, seen: dict[CheckResult, CheckResult]) -> Result:
    """A result without its texts, of which a class holds thousands; seen holds each different row once for all of them."""
    rows = [replace(check, message=Message(), printed="") for check in result.checks]
    checks = tuple(seen.setdefault(row, row) for row in rows)
    training = replace(result.training, params={})
    return replace(result, checks=checks, training=training, notes=(), printed_at_load="", held="")


def misconceptions(submissions: Iterable[tuple[Graded, Result]]) -> list[Misconception]:
    """All slips, most frequent first; last come mistakes that no slip explains, under the id 'unexplained'."""
    found: dict[str, Misconception] = {}
    for one, result in submissions:
        for entry in result.diagnosis:
            name = _slip_id(entry)
            named = str(entry.get("named") or entry.get("hint") or "") if name != UNEXPLAINED else "No slip that is known explains these."
            slip = found.setdefault(name, Misconception(name, str(entry.get("step") or ""), named))
            slip.named = min(slip.named, named, key=len)  # the one with least of a single student's case in it
            if one.slug not in slip.slugs:
                slip.slugs.append(one.slug)
    return sorted(found.values(), key=lambda slip: (slip.id == UNEXPLAINED, -len(slip.slugs), slip.id))


def misconception_ids(result: Result) -> list[str]:
    """The ids of the slips that explain this result, each once; 'unexplained' is last where something is not."""
    return sorted(dict.fromkeys(map(_slip_id, result.diagnosis)), key=lambda name: name == UNEXPLAINED)


def _slip_id(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id") or UNEXPLAINED) if entry.get("verdict") == "explained" else UNEXPLAINED


def flags(result: Result, compared: str = "") -> list[str]:
    """What an instructor should look at, a few words each; none of it changes a mark. compared: as in Graded."""
    checks = {check.number: check for check in result.checks}
    found = []
    if NUMERIC_ROW in checks and checks[NUMERIC_ROW].state == "failed":
        found.append("numeric differentiation")
    if result.by_heart:
        found.append(f"hard-coded answers: {' and '.join(result.by_heart)} right for the graded inputs only")
    elif "answer-constant" in misconception_ids(result):
        found.append("hard-coded answers: the same numbers whatever is given")
    elif _is_right_on_public_data_only(result, checks.values()):
        found.append("hard-coded answers, or global data: right on the tutorial's own data, wrong elsewhere")
    events = ("no answer in time" if event.startswith(LATE) else event for event in result.events)
    found += [f"isolation: {event}" for event in dict.fromkeys(events)]
    if result.isolation.get("level") == "none":
        found.append("isolation: nothing held this code")
    return [*found, compared] if compared else found


def _is_right_on_public_data_only(result: Result, checks: Iterable[CheckResult]) -> bool:
    """Whether training follows the reference's course, which needs right gradients, while most gradients are wrong."""
    wrong = [check for check in checks if check.number in GRADIENT_ROWS and check.score < 0.5 * check.max_score]
    expected, actual = result.training.expected_losses, result.training.losses
    if len(wrong) < 2 or len(actual) < 5 or len(actual) != len(expected):
        return False
    return all(abs(float(a) - e) <= SAME_COURSE_RTOL * abs(e) for a, e in zip(actual, expected))


def points_lost(submissions: Sequence[tuple[Graded, Result]]) -> list[tuple[CheckResult, float, int]]:
    """For each row with points: the row, the mean of the points lost, and how many submissions lost any."""
    if not submissions:
        return []
    lost: dict[str, list[float]] = {}
    for _, result in submissions:
        for check in result.checks:
            lost.setdefault(check.number, []).append(check.max_score - check.score)
    rows = [check for check in submissions[0][1].checks if check.max_score]
    return [(row, sum(lost[row.number]) / len(lost[row.number]), sum(some > 0 for some in lost[row.number])) for row in rows]


def parts(result: Result) -> dict[str, float]:
    """Points by part of the assignment: the number before the dot."""
    found: dict[str, float] = {}
    for check in result.checks:
        if check.max_score:
            part = check.number.split(".")[0]
            found[part] = round(found.get(part, 0.0) + check.score, 2)
    return found
