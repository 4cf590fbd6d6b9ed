"""grades.csv in three forms: Gradescope's columns, Canvas's import form, plain.

What may live here: rows and cells. A cell that a spreadsheet would take for a
formula is made plain text; everything is UTF-8, one row a student.
"""
from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from grader.classroom.intake import Entry, Student
from grader.classroom.names import shown
from grader.report.class_summary import misconception_ids
from grader.result import Result

Form = Literal["gradescope", "canvas", "csv"]
FORMS: tuple[Form, ...] = ("gradescope", "canvas", "csv")
TITLE = "Backpropagation"
FORMULA_STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"
"""What starts a formula in Excel, LibreOffice or Google Sheets, and the wide forms that some take for the same
(OWASP, "CSV Injection")."""
LATER_FORMULA = re.compile(rf"([;|][\s\"']*)(?=[{re.escape(FORMULA_STARTS)}])")
"""Where a spreadsheet that is set to another separator begins a new cell, quoted or not: in Excel the language decides."""

Row = list[str]


def grades(entries: Sequence[Entry], results: Mapping[str, Result], form: Form, title: str = TITLE) -> str:
    """The text of grades.csv.

    results  by slug; a submission without one (it could not be graded here) keeps its students' rows, without a score, but
             in Canvas's form, where an empty score would take away one that is there
    title    of the assignment, in Canvas's form; "Title (123)" names the assignment with that id
    """
    writers: Mapping[Form, Callable[..., list[Row]]] = {"gradescope": _gradescope, "canvas": _canvas, "csv": _plain}
    rows = writers[form](entries, results, title)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[cell(value) for value in row] for row in rows])
    return text.getvalue()


def cell(text: str) -> str:
    """The text on one line, and with an apostrophe before what could be a formula."""
    line = shown("".join(char if char.isprintable() else " " for char in text))
    line = LATER_FORMULA.sub(r"\1'", line)
    return f"'{line}" if line.startswith(tuple(FORMULA_STARTS)) else line


def _people(entries: Sequence[Entry]) -> list[tuple[Student, Entry]]:
    return [(student, entry) for entry in entries for student in entry.students]


def _gradescope(entries: Sequence[Entry], results: Mapping[str, Result], title: str) -> list[Row]:
    """As in Gradescope's own export of an assignment's grades. What it knows and we do not stays empty."""
    checks = _checks(results)
    head = ["First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points", "Status", "Submission ID",
            "Submission Time", "Lateness (H:M:S)", "View Count", "Submission Count"]
    rows = [[*head, *(f"{number}: {name} ({most:.1f} pts)" for number, (name, most) in checks.items())]]
    for student, entry in _people(entries):
        result = results.get(entry.slug)
        first, _, last = student.name.rpartition(" ")
        row = [first or last, last if first else "", student.sid, student.email, "", *_total(result)]
        row += ["Graded" if result else "Ungraded", entry.number or entry.slug, entry.submitted_at, "", "", str(entry.attempts)]
        rows.append([*row, *_scores(result, checks)])
    return rows


def _canvas(entries: Sequence[Entry], results: Mapping[str, Result], title: str) -> list[Row]:
    """As Canvas's gradebook imports, see its lib/gradebook_importer.rb.

    A student is found by ID, which names of downloads from Canvas hold, else by SIS User ID (Gradescope's SID), else by SIS
    Login ID (the email, where that is what students log in by), else by the name.
    """
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]]
    most = next((_number(result.max_score) for result in results.values()), "")
    rows.append(["Points Possible", "", "", "", "", most])
    for student, entry in _people(entries):
        if (result := results.get(entry.slug)) is not None:
            rows.append([student.name, student.canvas_id, student.sid, student.email, "", _total(result)[0]])
    return rows


def _plain(entries: Sequence[Entry], results: Mapping[str, Result], title: str) -> list[Row]:
    checks = _checks(results)
    rows = [["student", "sid", "email", "submission", "score", "max_score", "status", "reason", "misconceptions", *checks]]
    for student, entry in _people(entries):
        result = results.get(entry.slug)
        status = "not graded" if result is None else "unusable" if result.headline else "graded"
        reason = result.headline if result else "see the end of the run"
        rows.append([
            student.name, student.sid or student.canvas_id, student.email, entry.slug, *_total(result), status, reason,
            " ".join(misconception_ids(result)) if result else "", *_scores(result, checks),
        ])
    return rows


def _checks(results: Mapping[str, Result]) -> dict[str, tuple[str, float]]:
    """Name and points of the rows that have points, by number."""
    result: Any = next(iter(results.values()), None)
    return {} if result is None else {check.number: (check.name, check.max_score) for check in result.checks if check.max_score}


def _total(result: Result | None) -> list[str]:
    return ["", ""] if result is None else [_number(result.score), _number(result.max_score)]


def _scores(result: Result | None, checks: Mapping[str, object]) -> list[str]:
    if result is None:
        return [""] * len(checks)
    scores = {check.number: _number(check.score) for check in result.checks}
    return [scores.get(number, "") for number in checks]


def _number(value: float) -> str:
    return f"{value:g}"
