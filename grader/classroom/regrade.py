"""Whose mark changed against an earlier run, and by which check.

What may live here: comparing two saved results.
"""
from __future__ import annotations

from grader.report.class_summary import Change
from grader.result import Result


def change(slug: str, before: Result, after: Result) -> Change | None:
    """What changed between two results of one submission; None if no points did.

    A check that only one of them has counts with its whole score.
    """
    old = {check.number: check.score for check in before.checks if check.max_score}
    new = {check.number: check.score for check in after.checks if check.max_score}
    gained = {number: round(new.get(number, 0.0) - old.get(number, 0.0), 2) for number in sorted({*old, *new})}
    by_check = tuple((number, points) for number, points in gained.items() if points)
    return Change(slug, before.score, after.score, by_check) if by_check else None
