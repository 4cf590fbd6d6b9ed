"""The result of one grading as data, to and from Gradescope's JSON.

What may live here: dataclasses, their JSON form, and writing it whole. Every
report draws from this value alone, so a saved result can be shown again.
"""
from __future__ import annotations

import contextlib
import json
import math
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, field, replace
from pathlib import Path
from typing import Any, Literal

from grader.frozen import frozen
from grader.rubric import GRADER_VERSION, Rubric

State = Literal["passed", "failed", "not run", "information"]

CONTROLS = r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b.|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
"""Control sequences of a terminal, and control characters but tab and newline."""
_CONTROLS = re.compile(CONTROLS)
_HALF = re.compile("[\ud800-\udfff]")
MAX_OUTPUT_CHARS = 90_000
"""Gradescope cuts an output to 100,000 characters and loses its middle."""


@frozen
class Difference:
    """Where an array first differs from what was expected.

    entry     the index as a student writes it, such as [1, 0]; empty for a number
    ratio     actual / expected where it is the same for every entry, else None
    wrong     how many entries differ, of `total`
    """

    entry: str
    expected: float
    actual: float
    ratio: float | None
    wrong: int
    total: int


@frozen
class Message:
    """What a student reads under a check: what was asked, what came, where it differs, what to look at."""

    asked: str = ""
    came: str = ""
    difference: Difference | None = None
    look: str = ""


@frozen
class CheckResult:
    """One row. `printed` is what the student's code printed while this check ran."""

    number: str
    name: str
    score: float
    max_score: float
    state: State
    message: Message = Message()
    printed: str = ""
    visibility: str = "visible"


@frozen
class Training:
    """The course of training on the tutorial's data, for the pictures.

    steps, losses, expected_losses  the true loss at some steps, with the student's gradient and with ours
    params                          the parameters at the end: U, b, W, c
    step_s                          the student's processor time a step, in seconds; None where it is not known
    """

    steps: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    expected_losses: tuple[float, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    step_s: float | None = None


@frozen
class Result:
    """A whole grading.

    headline   one line for the student when nothing could be graded, else empty
    notes      warnings that cost no points
    printed_at_load  what the file printed when it was run, before any check
    isolation  what held, as interface.md says; held  the same in words, for the instructor
    diagnosis  what was coded instead, as interface.md says
    events     each time that the student's process gave no answer: how it ended, or that it was late, for the instructor
    student_s  processor time that the student's processes used, in seconds
    by_heart   functions whose answers are right for the graded inputs only, for the instructor
    """

    checks: tuple[CheckResult, ...]
    headline: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    isolation: Mapping[str, Any] = field(default_factory=dict)
    diagnosis: tuple[Mapping[str, Any], ...] = ()
    training: Training = Training()
    submission: str = ""
    printed_at_load: str = ""
    held: str = ""
    events: tuple[str, ...] = ()
    student_s: float = 0.0
    by_heart: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        return round(sum(check.score for check in self.checks), 2)

    @property
    def max_score(self) -> float:
        return sum(check.max_score for check in self.checks)


def nothing_graded(rubric: Rubric, headline: str, **fields: Any) -> Result:
    """The result where no check could run: every row stands with 0 points and the same one line."""
    checks = tuple(
        CheckResult(row.number, row.name, 0.0, row.points, "not run", Message(came=headline), visibility=row.visibility)
        for row in rubric.rows
    )
    return Result(checks, headline, **fields)


def to_json(result: Result, outputs: Mapping[str, str] | None = None, output: str = "", output_format: str = "text") -> dict[str, Any]:
    """Gradescope's results.json as a dict; JSON can hold every number in it, and a database every text.

    outputs  what to show under each row, by number; output  what to show above all rows
    """
    document = {
        "score": result.score,
        "execution_time": round(result.seconds, 3),
        "output": output[:MAX_OUTPUT_CHARS],
        "output_format": output_format,
        "test_output_format": output_format,
        "stdout_visibility": "hidden",
        "tests": [_test_json(check, (outputs or {}).get(check.number, ""), output_format) for check in result.checks],
        "leaderboard": [],
        "extra_data": {
            "grader_version": GRADER_VERSION,
            "seconds": round(result.seconds, 3),
            "isolation": dict(result.isolation),
            "diagnosis": [dict(entry) for entry in result.diagnosis],
            "headline": result.headline,
            "notes": list(result.notes),
            "training": asdict(result.training),
            "submission": result.submission,
            "printed_at_load": result.printed_at_load,
            "held": result.held,
            "events": list(result.events),
            "student_seconds": round(result.student_s, 3),
            "by_heart": list(result.by_heart),
        },
    }
    plain: dict[str, Any] = _plain(document)
    return plain


def _test_json(check: CheckResult, output: str, output_format: str) -> dict[str, Any]:
    return {
        "number": check.number,
        "name": check.name,
        "score": check.score,
        "max_score": check.max_score,
        "status": "passed" if check.state in ("passed", "information") else "failed",
        "output": output[:MAX_OUTPUT_CHARS],
        "output_format": output_format,
        "visibility": check.visibility,
        "extra_data": {"state": check.state, "message": asdict(check.message), "printed": check.printed},
    }


def from_json(document: Mapping[str, Any]) -> Result:
    """The result in a results.json that this grader wrote. Raises ValueError for any other document."""
    try:
        extra = document["extra_data"]
        checks = tuple(_check_from_json(test) for test in document["tests"])
        course = extra["training"]
        training = Training(
            tuple(course["steps"]), tuple(_numbers(course["losses"])), tuple(_numbers(course["expected_losses"])),
            {name: _numbers(values) for name, values in course["params"].items()}, _numbers(course["step_s"]),
        )
        return Result(
            checks, extra["headline"], tuple(extra["notes"]), extra["seconds"], extra["isolation"],
            tuple(extra["diagnosis"]), training, extra["submission"], extra["printed_at_load"], extra["held"],
            tuple(extra["events"]), extra["student_seconds"], tuple(extra.get("by_heart", ())),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a results.json of this grader: {error}") from None


def _check_from_json(test: Mapping[str, Any]) -> CheckResult:
    extra = test["extra_data"]
    message = dict(extra["message"])
    if message["difference"] is not None:
        message["difference"] = Difference(**{key: _numbers(value) for key, value in message["difference"].items()})
    return CheckResult(
        test["number"], test["name"], test["score"], test["max_score"], extra["state"],
        Message(**message), extra["printed"], test["visibility"],
    )


def _plain(value: Any) -> Any:
    """The value with NaN and infinities as text, which Gradescope accepts when reading and fails on when posting; texts storable."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def storable(text: str) -> str:
    """The text without what steers a terminal, in characters that every database takes: some refuse NUL, and halves."""
    return well_formed(_CONTROLS.sub("", text.replace("\r\n", "\n")))


def well_formed(text: str) -> str:
    """The text with halves of characters written out, as \\xff where they are a byte of a file's name: JSON in UTF-8 holds none."""
    return _HALF.sub(_written_out, text)


def _written_out(half: re.Match[str]) -> str:
    number = ord(half[0])
    return f"\\x{number - 0xDC00:02x}" if 0xDC80 <= number <= 0xDCFF else f"\\u{number:04x}"


def _numbers(value: Any) -> Any:
    """A number, or lists of numbers, as they were before _plain."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return float(value) if value in ("nan", "inf", "-inf") else value


def write_json(document: Mapping[str, Any], path: Path) -> None:
    """Write a results.json whole or not at all. Raises OSError."""
    write_whole(path, json.dumps(document, indent=1, allow_nan=False) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a text whole or not at all: to a temporary file beside it, onto the disk, then by rename. Raises OSError."""
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def with_feedback_removed(result: Result) -> Result:
    """The result with points alone: no message, no diagnosis."""
    checks = tuple(replace(check, message=Message(), printed="") for check in result.checks)
    return replace(result, checks=checks, diagnosis=())
