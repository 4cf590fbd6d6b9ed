"""The class command: who carries it out, what is printed at the end, how it ends early.

What may live here: words on the terminal and exit codes.
"""
from __future__ import annotations

import os
import sys
from collections.abc import Iterator

from grader.classroom.class_run import CannotWrite, ClassRun, OtherVersion, Plan, class_run
from grader.classroom.cluster import NoCluster, dask_crew
from grader.classroom.intake import NoClass
from grader.classroom.names import shown
from grader.classroom.run import Crew, ExecutorLost, local_crew
from grader.classroom.store import InUse, NoStore
from grader.report.class_summary import ClassSummary

UNUSABLE = (NoClass, InUse, NoStore, NoCluster)
"""The call or its input cannot be used."""
DONE, FAULT = 0, 1
MAX_LINES = 30
"""Lines of one list at the end; grades.csv and class.html hold them all."""


def grade_class(plan: Plan, jobs: int | None, scheduler: str | None) -> int:
    """Grade a class and print what came of it; returns the exit code.

    jobs       processes of this machine; None: one a core
    scheduler  address of a Dask scheduler that is used instead; None: this machine

    Raises those of UNUSABLE, and IsolationRefused.
    """
    under_way: list[ClassRun] = []

    def crew_of(waiting: int) -> Crew:
        return dask_crew(scheduler) if scheduler else local_crew(min(jobs or _cores(), waiting))

    if plan.against is not None and not (plan.against / "students").is_dir():
        raise NoClass(f"{plan.against} is not the output folder of an earlier run")
    try:
        summary = class_run(plan, crew_of, sys.stderr, under_way.append)
    except KeyboardInterrupt:
        words = under_way[0].words if under_way else "nothing was graded yet"
        return _end(f"interrupted: {words}")
    except (CannotWrite, OtherVersion, ExecutorLost) as error:
        return _end(f"{error}; {under_way[0].words}")
    print("\n".join(_report(plan, summary)))
    return FAULT if any(one.result is None for one in summary.submissions) else DONE


def _end(line: str) -> int:
    print("grader: " + shown(line), file=sys.stderr)
    return FAULT


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _report(plan: Plan, summary: ClassSummary) -> Iterator[str]:
    """What stands at the end: who was graded, who was not and why, and what changed."""
    unusable = [(one.title, result.headline) for one, result in summary.graded if result.headline]
    faults = [(one.title, one.fault) for one in summary.submissions if one.result is None]
    people = sum(len(one.students) for one in summary.submissions)
    yield (
        f"{_count(len(summary.submissions), 'submission')} of {_count(people, 'student')}: "
        f"{len(summary.graded) - len(unusable):,} graded, {len(unusable):,} with 0 points because nothing could be graded, "
        f"{len(faults):,} not graded"
    )
    yield from _list("nothing could be graded:", [f"{name}: {why.removeprefix('Nothing could be graded: ')}" for name, why in unusable])
    yield from _list("not graded, through no fault of the student (the same command tries again):", [f"{n}: {w}" for n, w in faults])
    yield from _list("left aside, or to know:", list(summary.notes))
    if summary.changes is not None:
        titles = {one.slug: one.title for one in summary.submissions}
        head = f"{_count(len(summary.changes), 'mark')} changed:" if summary.changes else "no mark changed"
        yield from _list(head, [f"{titles[found.slug]}: {found.text()}" for found in summary.changes]) if summary.changes else [head]
    yield f"{plan.out / 'grades.csv'}: the marks"
    yield f"{plan.out / 'class.html'}: the class, with a link to each student's page"


def _list(head: str, lines: list[str]) -> Iterator[str]:
    if not lines:
        return
    yield head
    yield from (f"  {shown(line)}" for line in lines[:MAX_LINES])
    if len(lines) > MAX_LINES:
        yield f"  and {len(lines) - MAX_LINES:,} more: see class.html"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


__all__ = ["UNUSABLE", "Plan", "grade_class"]
