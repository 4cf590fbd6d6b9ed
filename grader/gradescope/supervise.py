"""One run on Gradescope: a process that grades, and one that watches it and writes results.json whatever happens.

What may live here: the two processes, the pipe between them, the deadline, and
the words for a grading that did not end as it should.

The grading process sends one JSON line for each row it has finished, holding
all that is known so far, one for the whole result as soon as every process of
the student's is dead, and one more with the pictures. The watching process
imports nothing heavy and runs no check, so it stands when the other one falls.
"""
from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, NoReturn

from grader.frozen import frozen
from grader.gradescope.metadata import Metadata, read_metadata
from grader.gradescope.policy import apply_policy
from grader.report.page import document
from grader.result import CheckResult, Message, Result, from_json, nothing_graded, with_feedback_removed, write_json
from grader.rubric import Rubric

DEFAULT_TIMEOUT_S = 600.0
"""Gradescope's time limit, where TIMEOUT_SECONDS does not say."""
GRADING_SHARE, END_SHARE = 0.5, 0.8
"""Of the time limit: when no further check begins, and when whatever still runs is killed. Gradescope's clock also counts
the start of the container and the download of the submission."""
REAP_S = 10.0
RESERVE_BYTES = 1 << 20
"""A results.json with two pictures has 250 kB at most."""
PR_SET_CHILD_SUBREAPER = 36

NOT_REACHED = "Not reached: the autograder had to stop before this check."
TOO_LATE = (
    "The autograder ran out of time. The rows that it reached are graded; the others say that they were not reached. "
    "If your code runs fast on your own machine, hand in again, and tell your instructor if this comes again."
)
FAULT = "The autograder itself failed. This is not your fault: tell your instructor."
REFUSED = "The autograder is misconfigured, so none of your code was run. This is not your fault: tell your instructor."


@frozen
class Places:
    """Where Gradescope puts things, below /autograder."""

    root: Path

    @property
    def submission(self) -> Path:
        return self.root / "submission"

    @property
    def results(self) -> Path:
        return self.root / "results" / "results.json"

    @property
    def reserve(self) -> Path:
        """Space on the disk for the results, given free before they are written: student code may fill the rest."""
        return self.root / "results" / ".reserve"

    @property
    def metadata(self) -> Path:
        return self.root / "submission_metadata.json"


@dataclass
class Report:
    """What came from the grading process: the last document, whether it holds the whole result, and how it ended."""

    document: dict[str, Any] | None = None
    is_whole: bool = False
    ending: Literal["", "late", "fault", "refused"] = ""


def run(root: Path, timeout: str, rubric: Rubric) -> None:
    """Grade root/submission and write root/results/results.json.

    timeout  TIMEOUT_SECONDS as it stands in the environment; DEFAULT_TIMEOUT_S if it is no positive number

    A grading that ends before its first row, for example because the machine had no memory left, is tried once more.

    Raises OSError if the results cannot be written.
    """
    limit_s = time_limit_s(timeout)
    end_s = time.monotonic() + END_SHARE * limit_s
    places, rubric = Places(root), within(rubric, limit_s)
    metadata = _metadata(places.metadata)

    def grading(send: Callable[[str, Any], None]) -> None:
        grade_and_send(places.submission, rubric, send)

    def save(whole: dict[str, Any]) -> None:
        places.reserve.unlink(missing_ok=True)
        write_json(with_policy(whole, rubric, metadata), places.results)

    with contextlib.suppress(OSError):
        places.reserve.write_bytes(bytes(RESERVE_BYTES))
    report = watch(grading, end_s, save)
    if report.ending == "fault" and report.document is None:
        print("The grading ended before its first row: once more.")
        report = watch(grading, end_s, save)
    if not report.is_whole:
        save(document(unfinished(report, rubric)))


def with_policy(whole: dict[str, Any], rubric: Rubric, metadata: Metadata) -> dict[str, Any]:
    """The document with the policy applied; if that fails, the document as it is, with a line for staff."""
    try:
        return apply_policy(whole, from_json(whole), rubric, metadata)
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        extra = whole["extra_data"]
        event = f"The rubric's policy (late penalty, best of earlier, leaderboard) failed: {type(error).__name__}: {error}"
        return {**whole, "extra_data": {**extra, "events": [*extra["events"], event]}}


def time_limit_s(timeout: str) -> float:
    try:
        limit_s = float(timeout)
    except ValueError:
        return DEFAULT_TIMEOUT_S
    return limit_s if 0 < limit_s < float("inf") else DEFAULT_TIMEOUT_S


def within(rubric: Rubric, limit_s: float) -> Rubric:
    """The rubric with deadlines that leave a run inside Gradescope's time limit."""
    grading_s = min(rubric.grading_s, GRADING_SHARE * limit_s)
    return replace(
        rubric, grading_s=grading_s, load_s=min(rubric.load_s, grading_s / 2),
        training_s=min(rubric.training_s, grading_s / 2), call_s=min(rubric.call_s, grading_s / 10),
    )


def _metadata(path: Path) -> Metadata:
    try:
        return read_metadata(path)
    except (OSError, ValueError) as error:
        print(f"{path.name} cannot be read, so no policy that needs it applies: {error}")
        return Metadata()


def unfinished(report: Report, rubric: Rubric) -> Result:
    """What to say where there is no whole result: the rows so far, or none, and why."""
    words = {"late": TOO_LATE, "refused": REFUSED}.get(report.ending, FAULT)
    if report.document is None:
        return nothing_graded(rubric, words)
    so_far = from_json(report.document)
    return replace(so_far, notes=(words, *so_far.notes))


# ---------------------------------------------------------------- the process that watches


def watch(grading: Callable[[Callable[[str, Any], None]], None], end_s: float, save: Callable[[dict[str, Any]], None]) -> Report:
    """Run `grading` in a process of its own until it ends or time.monotonic() reaches end_s; save each whole document at once.

    grading  is given a function that sends ("so far" | "whole" | "ending", value)

    When this returns, the process and all it started are dead, or REAP_S have passed since they were killed.
    """
    _inherit_orphans()
    reading, writing = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _become_grading_process(grading, writing)
    os.close(writing)
    report = Report(ending="fault")
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        try:
            for line in _lines(pipe, end_s):
                _take(json.loads(line), report, save)
        except TimeoutError:
            report.ending = "late"
        finally:
            _end(pid)
    return report


def _take(message: list[Any], report: Report, save: Callable[[dict[str, Any]], None]) -> None:
    kind, value = message
    if kind == "ending":
        report.ending = value
        return
    report.document, report.is_whole = value, kind == "whole"
    if report.is_whole:
        save(value)


def _lines(pipe: BinaryIO, end_s: float) -> Iterator[bytes]:
    """Whole lines until the other end closes. Raises TimeoutError at end_s."""
    rest = b""
    while True:
        left_s = end_s - time.monotonic()
        if left_s <= 0 or not select.select([pipe], [], [], left_s)[0]:
            raise TimeoutError
        data = pipe.read(1 << 16)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        yield from lines


def _inherit_orphans() -> None:
    """Processes whose parent dies fall to this one, so that it can wait for them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _end(pid: int) -> None:
    """Kill the grading process. Its worker and the student's process die with their parent; wait for all."""
    os.kill(pid, signal.SIGKILL)
    end_s = time.monotonic() + REAP_S
    while time.monotonic() < end_s:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)
        except ChildProcessError:
            return


# ---------------------------------------------------------------- the process that grades


def _become_grading_process(grading: Callable[[Callable[[str, Any], None]], None], writing: int) -> NoReturn:
    def send(kind: str, value: Any) -> None:
        data = memoryview(json.dumps([kind, value]).encode() + b"\n")
        while data:
            data = data[os.write(writing, data) :]

    try:
        grading(send)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(0)


def grade_and_send(submission: Path, rubric: Rubric, send: Callable[[str, Any], None]) -> None:
    """Grade; send what is known after each row, then the whole result, then the same with pictures."""
    from grader.sandbox.warm import Worker

    rows: list[CheckResult] = []

    def on_row(row: CheckResult) -> None:
        rows.append(row)
        send("so far", document(_shown(so_far(rows, rubric), rubric)))

    with Worker(os.environ.get("MPLCONFIGDIR", "")) as worker:  # it imports numpy while we do
        from grader.grading import grade
        from grader.sandbox.cell import IsolationRefused

        try:
            result = grade(submission, worker, rubric, on_row=on_row)
        except IsolationRefused as refused:
            print(refused)
            send("ending", "refused")
            return
    result = _shown(result, rubric)
    send("whole", document(result))
    if rubric.feedback != "score":
        from grader.report.pictures import row_pictures

        send("whole", document(result, dict(row_pictures(result))))


def so_far(rows: list[CheckResult], rubric: Rubric) -> Result:
    """The rows that have ended, and the others as not reached."""
    missing = tuple(
        CheckResult(row.number, row.name, 0.0, row.points, "not run", Message(came=NOT_REACHED), visibility=row.visibility)
        for row in rubric.rows[len(rows) :]
    )
    return Result((*rows, *missing))


def _shown(result: Result, rubric: Rubric) -> Result:
    return with_feedback_removed(result) if rubric.feedback == "score" else result
