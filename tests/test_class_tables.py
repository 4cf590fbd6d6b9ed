"""grades.csv in its three forms."""
from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.intake import Entry, Student
from grader.classroom.tables import FORMS, cell, grades
from grader.result import CheckResult, Result, nothing_graded
from grader.rubric import DEFAULT

GROUP = Entry(
    "submission_7", Path("x"), (Student("Anna Maria Ruiz", "007", "ana@example.org"), Student("=HYPERLINK(1)", "", "x@example.org")),
    number="7", submitted_at="2026-02-02 20:20:20+00:00", attempts=3,
)
SINGLE = Entry("li", Path("y"), (Student('O"Neil, Zoë'),))
LOST = Entry("lost", Path("z"), (Student("Bo"),))


def _results() -> dict[str, Result]:
    checks = tuple(CheckResult(row.number, row.name, row.points, row.points, "passed") for row in DEFAULT.rows)
    slip = {"verdict": "explained", "id": "missing-batch-mean", "quantity": "dc"}
    right = Result(checks, diagnosis=(slip, {**slip, "quantity": "dW"}))
    return {"submission_7": right, "li": replace(nothing_graded(DEFAULT, "Nothing could be graded: +1"), submission="li")}


def _rows(form: str) -> list[list[str]]:
    text = grades([GROUP, SINGLE, LOST], _results(), form)  # type: ignore[arg-type]
    text.encode("utf-8")
    return list(csv.reader(io.StringIO(text)))


def test_gradescope_form():
    """Gradescope's columns in order, a column a check with its points, a row a student of a group."""
    head, ana, formula, li, lost = _rows("gradescope")
    assert head[:11] == [
        "First Name", "Last Name", "SID", "Email", "Sections", "Total Score", "Max Points", "Status", "Submission ID",
        "Submission Time", "Lateness (H:M:S)",
    ]
    assert "1.1: dataset: shapes, types, labels in order (3.0 pts)" in head and not any("5.1" in name for name in head)
    assert ana[:5] == ["Anna Maria", "Ruiz", "007", "ana@example.org", ""] and ana[5:9] == ["100", "100", "Graded", "7"]
    assert formula[0] == "'=HYPERLINK(1)" and formula[5] == "100"
    assert li[:2] == ['O"Neil,', "Zoë"] and li[5] == "0"
    assert lost[5:8] == ["", "", "Ungraded"]
    assert {len(row) for row in (head, ana, formula, li, lost)} == {len(head)}


def test_canvas_form():
    """Canvas's import form, with the row of points possible that its own exports have."""
    head, possible, ana, *_ = _rows("canvas")
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Backpropagation"]
    assert possible[0] == "Points Possible" and possible[5] == "100"
    assert ana == ["Anna Maria Ruiz", "", "007", "ana@example.org", "", "100"]


def test_canvas_finds_who_was_downloaded_from_it():
    """The number in the name of a download is Canvas's own for the student, by which its import looks first."""
    entry = replace(SINGLE, students=(Student("doejane", canvas_id="12345"),))
    *_, row = csv.reader(io.StringIO(grades([entry], _results(), "canvas")))
    assert row == ["doejane", "12345", "", "", "", "0"]


def test_canvas_keeps_the_score_of_who_could_not_be_graded():
    """An empty cell would take away a score that is there: who has none now stands in no row."""
    assert [row[0] for row in _rows("canvas")] == ["Student", "Points Possible", "Anna Maria Ruiz", "'=HYPERLINK(1)", 'O"Neil, Zoë']


@pytest.mark.parametrize("separator", ";\t|\n")
def test_no_formula_where_a_spreadsheet_splits_elsewhere(separator):
    """With a comma for decimals Excel splits at semicolons, inside of quotes too where the line began without."""
    for name in ("doe{}=HYPERLINK(1)", "doe, x{} @A1", 'a"{}"+1', "{0}{0}-1", "a{}\uff1d1", "b{}'=1"):
        entry = replace(SINGLE, students=(Student(name.format(separator)),))
        for line in grades([entry], _results(), "csv").splitlines()[1:]:
            assert not any(part.lstrip(" \"").startswith(tuple("=+-@\uff1d")) for part in re.split("[;|\t]", line)), line


def test_plain_form():
    """Who, what, why and which slips, and a column a check."""
    head, ana, _, li, lost = _rows("csv")
    row = dict(zip(head, ana))
    assert row["student"] == "Anna Maria Ruiz" and row["3.5"] == "11" and row["misconceptions"] == "missing-batch-mean"
    assert dict(zip(head, li))["status"] == "unusable" and dict(zip(head, lost))["status"] == "not graded"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\n@", "\uff1d"])
def test_no_cell_from_people_starts_a_formula(form, start):
    """A name, number or address that a spreadsheet would run is made text in every form."""
    entry = replace(SINGLE, students=(Student(f"{start}cmd|' /C calc'!A0", f"{start}1", f"{start}x"),))
    for row in list(csv.reader(io.StringIO(grades([entry], _results(), form))))[1:]:
        assert not any(value.lstrip().startswith(tuple("=+-@\uff1d")) for value in row), row


def test_cell_keeps_plain_text():
    """Commas, quotes and accents stay; line breaks and control characters become blanks."""
    assert cell('O"Neil, Zoë') == 'O"Neil, Zoë' and cell("a\r\nb\x00c") == "a b c" and cell("a=b") == "a=b"
