"""Gradescope's metadata as it really comes, and what a policy makes of a mark: late, best of earlier, leaderboard, visibility."""
from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.gradescope import supervise
from grader.gradescope.metadata import Metadata, read_metadata
from grader.gradescope.policy import apply_policy, late_share
from grader.report.page import document
from grader.result import CheckResult, Result, Training, from_json
from grader.rubric import DEFAULT, Rubric

DAY_S = 86_400.0
IN_TIME = Metadata()
ASSIGNMENT = {"due_date": "2026-03-01T23:59:00.000000-08:00"}


def _result(score_of_41: float = 15.0, final_loss: float = 0.033) -> Result:
    checks = tuple(
        CheckResult(row.number, row.name, score_of_41 if row.number == "4.1" else row.points, row.points, "passed") for row in DEFAULT.rows
    )
    return Result(checks, training=Training((0, 1000), (0.7, final_loss), (0.7, 0.033), {}, 1.5e-4))


def _applied(rubric: Rubric = DEFAULT, metadata: Metadata = IN_TIME, result: Result | None = None) -> dict[str, Any]:
    result = result or _result()
    return apply_policy(document(result), result, rubric, metadata)


def _read(tmp_path: Path, content: Any) -> Metadata:
    path = tmp_path / "submission_metadata.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_metadata(path)


@pytest.mark.parametrize(
    "created, users, late_s",
    [
        ("2026-03-01T23:58:00-08:00", [], 0),
        ("2026-03-02T01:59:00-08:00", [], 7200),
        ("2026-03-02T09:59:00Z", [], 7200),
        ("2026-03-02T01:59:00-08:00", [{"assignment": {"due_date": "2026-03-05T00:00:00-08:00"}}], 0),
        ("2026-03-01T12:00:00-08:00", [{"assignment": {"due_date": "2026-03-01T11:00:00-08:00"}}], 3600),
        ("2026-03-01T12:00:00Z", [{"assignment": {"due_date": f"2026-03-0{day}T11:00:00Z"}} for day in (1, 2)], 0),
        ("2026-03-02T01:59:00-08:00", [{"assignment": {"due_date": None}}, {"email": "a@example.edu"}, "odd"], 7200),
        ("no date", [], 0), (None, [], 0), (5, None, 0),
    ],
)
def test_lateness(tmp_path: Path, created: Any, users: Any, late_s: float) -> None:
    """A student's own due date comes before the assignment's, a group's latest counts, and what cannot be read is in time."""
    assert _read(tmp_path, {"created_at": created, "assignment": ASSIGNMENT, "users": users}).late_s == late_s


def test_earlier_scores_may_be_strings(tmp_path: Path) -> None:
    """Gradescope writes scores as numbers or as strings; anything else is left out."""
    scores = ["81.5", 40, None, "nan", "inf", "x", {}, True]
    previous = [{"score": score} for score in scores] + [{}, None, "odd"]
    assert _read(tmp_path, {"previous_submissions": previous}).earlier_scores[:2] == (81.5, 40.0)
    assert max(_read(tmp_path, {"previous_submissions": previous}).earlier_scores) == 81.5


@pytest.mark.parametrize("content", ["", "[]", "{", "null", "\ufeff{}", '{"a": NaN'])
def test_unreadable_metadata_is_a_value_error(tmp_path: Path, content: str) -> None:
    """Whatever stands in the file, the caller has one kind of error to expect."""
    with pytest.raises(ValueError):
        _read(tmp_path, content)


@pytest.mark.parametrize("odd", [{}, {"users": 3, "assignment": [], "previous_submissions": {}}, {"users": [None], "assignment": "x"}])
def test_odd_metadata_counts_as_in_time_and_first(tmp_path: Path, odd: Any) -> None:
    """Missing or misshapen parts never fail a run."""
    assert _read(tmp_path, odd) == Metadata()


def test_everything_is_off_as_shipped() -> None:
    """Late by a year, with a better earlier score: the mark stands as it was earned, without a word or a leaderboard."""
    applied, plain = _applied(metadata=Metadata(365 * DAY_S, (100.0,))), document(_result())
    assert (applied["score"], applied["output"], applied["leaderboard"]) == (100, plain["output"], [])


@pytest.mark.parametrize(
    "late_s, share", [(0, 0), (599, 0), (601, 0.1), (DAY_S, 0.1), (DAY_S + 601, 0.2), (4 * DAY_S, 0.4), (400 * DAY_S, 0.5)],
)
def test_late_share(late_s: float, share: float) -> None:
    """A share for each day begun after the grace, up to the most."""
    rubric = replace(DEFAULT, late_share_per_day=0.1, late_grace_s=600.0, late_most=0.5)
    assert late_share(rubric, late_s) == pytest.approx(share)


def test_late_penalty_is_taken_off_and_told() -> None:
    """The total falls, the rows stay as earned, and the student reads how late and how much."""
    applied = _applied(replace(DEFAULT, late_share_per_day=0.1), Metadata(26 * 3600))
    assert applied["score"] == 80 and sum(test["score"] for test in applied["tests"]) == 100
    assert "1 day 2 hours after the due date: 20%" in applied["output"]
    assert applied["extra_data"]["policy"] == {"earned": 100, "late_seconds": 93600, "late_share": 0.2, "earlier_best": 0.0}


def test_best_of_earlier_submissions_stands() -> None:
    """A better earlier score is kept, compared after the penalty; a worse one changes nothing. The words name no total."""
    rubric = replace(DEFAULT, keep_best=True, late_share_per_day=0.5)
    kept = _applied(rubric, Metadata(10.0, (70.0, 90.0)))
    assert kept["score"] == 90 and "earlier submission" in kept["output"] and "90" not in kept["output"]
    assert _applied(rubric, Metadata(0.0, (70.0,)))["score"] == 100


def test_leaderboard() -> None:
    """Final loss and time a step, lower first; only where the training reached its goal."""
    rubric = replace(DEFAULT, leaderboard=("final loss", "time a step"))
    assert _applied(rubric)["leaderboard"] == [
        {"name": "final loss", "value": 0.033, "order": "asc"}, {"name": "microseconds a step", "value": 150.0, "order": "asc"},
    ]
    assert _applied(rubric, result=_result(0.0, 0.3))["leaderboard"] == []


@pytest.mark.parametrize("visibility", ["hidden", "after_due_date", "after_published"])
def test_visibility_of_a_row(visibility: Any) -> None:
    """A row's visibility reaches results.json, and nothing above the rows tells how it ended."""
    rows = tuple(replace(row, visibility=visibility) if row.number == "4.1" else row for row in DEFAULT.rows)
    checks = tuple(
        CheckResult(row.number, row.name, 0.0 if row.number == "4.1" else row.points, row.points,
                    "failed" if row.number == "4.1" else "passed", visibility=row.visibility)
        for row in rows
    )
    for result in (Result(checks), Result(tuple(replace(check, state="passed") for check in checks))):
        written = document(result)
        assert {test["number"]: test["visibility"] for test in written["tests"]}["4.1"] == visibility
        assert written["output"] == ""


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_course_of_no_numbers_is_read_back_as_it_was(loss):
    """Text stands for NaN in JSON, and a leaderboard that compares it does not fail."""
    result = _result(0.0, loss)
    rubric = replace(DEFAULT, leaderboard=("final loss", "time a step"))
    saved = json.loads(json.dumps(document(result), allow_nan=False))
    read = from_json(saved)
    assert repr(read.training.losses) == repr(result.training.losses)
    assert apply_policy(saved, read, rubric, IN_TIME)["leaderboard"] == []


def test_a_policy_that_fails_leaves_the_marks_and_tells_staff(monkeypatch):
    """The rows are worth more than what is added to them."""
    def fails(*arguments):
        raise TypeError("of ours")

    monkeypatch.setattr(supervise, "apply_policy", fails)
    whole = document(_result())
    found = supervise.with_policy(whole, DEFAULT, IN_TIME)
    assert found["score"] == whole["score"] and found["tests"] == whole["tests"]
    assert "of ours" in found["extra_data"]["events"][-1]
