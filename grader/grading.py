"""One submission graded from end to end.

What may live here: the order of things (worker, load, checks, diagnosis,
result), and the bookkeeping that keeps every row and every point.
"""
from __future__ import annotations

import contextlib
import io
import math
import time
import unittest
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradescope_utils.autograder_utils.json_test_runner import JSONTestResult, JSONTestRunner

from grader.checks.base import FIRST_ROW, Case, CheckFailed, NotRun, sentence
from grader.checks.dataset import DatasetCase
from grader.checks.forward import ForwardCase
from grader.checks.gradients import GradientCase
from grader.checks.information import InformationCase
from grader.checks.raised import ended_by_itself, exception_words, hint, problem_place, raised_words, seconds_words
from grader.checks.subject import Subject
from grader.checks.training import TrainingCase, course
from grader.frozen import frozen
from grader.result import CheckResult, Message, Result, State, nothing_graded
from grader.rubric import DEFAULT, Rubric
from grader.sandbox.border import CELL
from grader.sandbox.cell import cell, hand_over
from grader.sandbox.client import Client
from grader.sandbox.exchange import Lost
from grader.sandbox.layers import visible
from grader.sandbox.messages import Loaded, Problem
from grader.sandbox.notebook import TRANSFORMER
from grader.sandbox.policy import Limits, Policy
from grader.sandbox.seatbelt import seated
from grader.sandbox.warm import PRELOADS, Worker
from grader.submission import NOT_CHOSEN, Submission, UnusableSubmission, read_submission
from reference import backprop as reference

CASES: tuple[type[Case], ...] = (DatasetCase, ForwardCase, GradientCase, TrainingCase, InformationCase)
REFERENCE = Path(reference.__file__)
OnRow = Callable[[CheckResult], None]
BeforeLoad = Callable[[Client, Path], None]


class GraderFault(Exception):
    """The grader itself failed: nobody else's fault."""


@frozen
class Ended:
    """How one row's method ended: its result, and what a diagnosis may explain."""

    result: CheckResult
    quantity: str | None = None


class RowResult(JSONTestResult):  # type: ignore[misc]  # the library has no types
    """gradescope-utils' result, with each row's score kept here and not on the method, where the next student would find it."""

    def __init__(self, *args: Any, rubric: Rubric, on_row: OnRow) -> None:
        super().__init__(*args)
        self.rubric = rubric
        self.on_row = on_row
        self.ended: dict[str, Ended] = {}
        self.faults: list[str] = []

    def getScore(self, test: Case) -> float:
        return self.ended[test.row_number].result.score

    def getWeight(self, test: Case) -> float:
        return self.rubric.row(test.row_number).points

    def processResult(self, test: Case, err: Any = None) -> None:
        self.ended[test.row_number] = ended = self._ended(test, err[1] if err else None)
        self.on_row(ended.result)
        super().processResult(test, err)

    def _ended(self, test: Case, error: BaseException | None) -> Ended:
        row = self.rubric.row(test.row_number)
        printed = test.subject.client.take_printed().text()
        plain = CheckResult(row.number, row.name, 0.0, row.points, "passed", printed=printed, visibility=row.visibility)
        if error is None:
            state: State = "passed" if row.points else "information"
            return Ended(replace(plain, score=row.points, state=state, message=test.information))
        if isinstance(error, CheckFailed):
            score = round(error.share * row.points, 2)
            return Ended(replace(plain, score=score, state="failed", message=error.message), error.quantity)
        if isinstance(error, NotRun):
            return Ended(replace(plain, state="not run", message=Message(came=str(error))))
        self.faults.append(f"{row.number}: {type(error).__name__}: {error}")
        came = "The grader itself failed in this check. This is not your fault: tell your instructor."
        return Ended(replace(plain, state="not run", message=Message(came=came)))


class RowRunner(JSONTestRunner):  # type: ignore[misc]
    """gradescope-utils' runner with RowResult."""

    def __init__(self, rubric: Rubric, on_row: OnRow) -> None:
        super().__init__(io.StringIO(), buffer=True, failure_prefix="")
        self.rubric, self.on_row = rubric, on_row

    def _makeResult(self) -> RowResult:
        data = self.json_data
        return RowResult(
            self.stream, self.descriptions, self.verbosity, data["tests"], data["leaderboard"], self.failure_prefix,
            rubric=self.rubric, on_row=self.on_row,
        )


def suite(subject: Subject) -> unittest.TestSuite:
    """All rows in the order of the rubric, each a fresh instance."""
    cases: dict[str, Case] = {}
    for kind in CASES:
        for name in dir(kind):
            row_number = getattr(getattr(kind, name), "__number__", None)
            if row_number is not None:
                cases[row_number] = kind(name, subject)
    return unittest.TestSuite(cases[row.number] for row in subject.rubric.rows)


def _ignore(row: CheckResult) -> None:
    """Nobody waits for single rows."""


def grade(path: Path, worker: Worker, rubric: Rubric = DEFAULT, trusted: bool = False, on_row: OnRow = _ignore) -> Result:
    """Grade one submission in a warm worker.

    trusted  whether the instructor vouches for the code, so that it runs even where nothing holds it
    on_row   told of each row as it ends, before a diagnosis adds to it

    Raises FileNotFoundError if there is nothing at path, HostError if this machine cannot run it, IsolationRefused
    if it could not be held, GraderFault if a check failed by itself. Whatever the submission does gives a Result
    with every row.
    """
    try:
        submission = read_submission(path)
    except UnusableSubmission as unusable:
        return unusable_result(unusable, path.name, rubric)
    return grade_read(submission, path.name, worker, rubric, trusted, on_row)


def unusable_result(unusable: UnusableSubmission, name: str, rubric: Rubric) -> Result:
    return nothing_graded(rubric, f"Nothing could be graded: {unusable}.", submission=name)


def grade_read(
    submission: Submission, name: str, worker: Worker, rubric: Rubric = DEFAULT, trusted: bool = False, on_row: OnRow = _ignore,
    before_load: BeforeLoad | None = None,
) -> Result:
    """Grade what was read from a submission of that name; raises as grade() does.

    before_load  told of the client and of the folder where the submission lies, before any student code runs
    """
    start_s = time.monotonic()
    with cell(REFERENCE, Limits(cpu_s=int(rubric.grading_s) + 1)) as place:
        main = submission.lay_out(place.scratch)
        hand_over(place)
        with seated(worker, place.policy, trusted) as seat:
            end_s = start_s + rubric.grading_s
            client, observed = place.start(lambda policy: client_for(seat, submission, main, policy, rubric, end_s), trusted)
            with contextlib.closing(client):
                if before_load is not None:
                    before_load(client, place.scratch)
                result = grade_loaded(client, rubric, start_s, on_row, submission.notes)
    return replace(
        result, seconds=time.monotonic() - start_s, submission=name,
        isolation=observed.as_json(), held=visible(observed), student_s=client.spent_s,
        events=tuple(event_words(lost) for lost in client.losses),
    )


def event_words(lost: Lost) -> str:
    """For the instructor: how a student's process was lost."""
    if lost.how == "late":
        return f"no answer within {seconds_words(lost.detail)}"
    if lost.how == "filled":
        return f"wrote too much: {lost.detail}"
    return f"the process ended: {lost.detail}" if lost.how == "ended" else f"broke the protocol: {lost.detail}"


def client_for(
    worker: Worker, submission: Submission, main: Path, policy: Policy, rubric: Rubric, end_s: float = math.inf
) -> Client:
    preload = [module for word, module in PRELOADS.items() if submission.imports(word)]
    preload += [TRANSFORMER] * submission.may_hold_magics()
    return Client(
        worker, main, policy, load_s=rubric.load_s, output_bytes=rubric.student_output_bytes, preload=preload, end_s=end_s,
    )


def _told(notes: tuple[str, ...], loaded: Loaded) -> tuple[str, ...]:
    """The notes on what was handed in that are still true: a file that was not chosen may have given a function."""
    return tuple(note for note in notes if not (loaded.elsewhere and NOT_CHOSEN in note))


def grade_loaded(client: Client, rubric: Rubric, start_s: float, on_row: OnRow, notes: tuple[str, ...] = ()) -> Result:
    """Load the submission and run every row. notes: on what was handed in."""
    loaded = client.load()
    printed = client.take_printed().text()
    if not isinstance(loaded, Loaded):
        headline = sentence(f"Nothing could be graded: when your file was run, {raised_words(loaded)}")
        return nothing_graded(rubric, headline, notes=notes, printed_at_load=printed)
    if loaded.unusable:
        return nothing_graded(rubric, f"Nothing could be graded: {loaded.unusable}.", notes=notes, printed_at_load=printed)
    subject = Subject(client, rubric, loaded, end_s=start_s + rubric.grading_s)
    rows = RowRunner(rubric, on_row).run(suite(subject))
    if rows.faults:
        raise GraderFault(rows.faults[0])
    checks = tuple(rows.ended[row.number].result for row in rubric.rows)
    wrong = [ended.quantity for ended in rows.ended.values() if ended.quantity is not None]
    findings: tuple[Mapping[str, Any], ...] = ()
    if wrong or subject.raising:
        from grader.checks.explaining import explain, with_causes  # not needed by right submissions

        diagnosis = explain(subject, list(dict.fromkeys(wrong)))
        checks = with_causes(checks, diagnosis, wrong, subject)
        findings = tuple(finding.to_json() for finding in diagnosis.findings)
    training = course(subject.run_of_training, rubric.training_points, rubric.training_steps)
    is_right = all(check.score == check.max_score for check in checks)
    notes = (*_told(notes, loaded), *load_notes(loaded, is_right), *labels_note(subject))
    by_heart = tuple(function for function, is_so in subject.by_heart.items() if is_so)
    return Result(checks, notes=notes, printed_at_load=printed, training=training, diagnosis=findings, by_heart=by_heart)


def labels_note(subject: Subject) -> tuple[str, ...]:
    """A warning where backprop takes labels as ints only."""
    if not subject.wants_ints:
        return ()
    why = subject.wants_ints.rstrip(".")
    return (f"With labels as floats (0.0 and 1.0), {why}. Labels were given as ints instead, so this costs no points.",)


def load_notes(loaded: Loaded, is_right: bool = True) -> tuple[str, ...]:
    """A warning where the file stopped half way, or is not what holds a function, but what it defines is graded.

    is_right  whether no row lost a point
    """
    if not loaded.functions:
        return ()
    is_whole = set(loaded.functions) >= set(FIRST_ROW)
    stopped = [_note(problem, loaded, is_whole and is_right) for problem in loaded.problems if not (is_whole and ended_by_itself(problem))]
    overwritten = [
        f"Further down your file gives the name {name} to something else, as `{name} = {name}(...)` does. The function {name} was graded."
        for name in loaded.overwritten if name in loaded.functions
    ]
    elsewhere = [
        f"{name} was graded as {file} defines it, since your main file does not."
        for name, file in loaded.elsewhere.items()
    ]
    return (*stopped, *overwritten, *elsewhere)


def _note(problem: Problem, loaded: Loaded, costs_nothing: bool) -> str:
    is_cell = CELL in problem.file
    stopped = f"{'A cell' if is_cell else 'Your file'} stopped{problem_place(problem)} with {exception_words(problem)}."
    ours = hint(problem)
    why = f" {ours}{' Stopping there costs nothing by itself.' if costs_nothing else ''}" if ours else ""
    if not is_cell:
        return f"{stopped}{why} What it defines was graded all the same: {', '.join(loaded.functions)}."
    kept = [name for name in problem.defines.split() if name in loaded.functions]
    earlier = f" {', '.join(kept)} was graded as another cell defines it." if kept else ""
    return f"{stopped}{why}{' The lines below it in that cell were run all the same.' if problem.went_on else ''}{earlier}"
