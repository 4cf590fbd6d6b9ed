"""A run on Gradescope: whatever happens, results.json is valid and whole, and nothing of the harness reaches student code."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.gradescope import supervise
from grader.gradescope.supervise import FAULT, NOT_REACHED, TOO_LATE, so_far, time_limit_s, within
from grader.report.page import document
from grader.result import CheckResult, Result
from grader.rubric import DEFAULT
from tests.conftest import ROOT

Send = Callable[[str, Any], None]
FIRST_ROWS = [CheckResult(row.number, row.name, row.points, row.points, "passed") for row in DEFAULT.rows[:6]]
WHOLE = Result(tuple(CheckResult(row.number, row.name, row.points, row.points, "passed") for row in DEFAULT.rows))
TOKEN = "the-token-of-the-harness"
SEEKS_TOKEN = """
import glob, os
found = [repr(sorted(os.environ.items()))]
for pattern in ("/proc/[0-9]*/environ", "/proc/self/environ", METADATA):
    for path in glob.glob(pattern):
        try:
            found.append(open(path, "rb").read().decode("latin-1"))
        except OSError as error:
            found.append(type(error).__name__)
print("SEARCHED", len(found), [text for text in found if "token" in text or "student@" in text])

def make_dataset(num_points): raise ValueError(repr(found)[:3000])
"""


@pytest.fixture
def autograder(tmp_path: Path) -> Path:
    """A stand-in for /autograder with an empty submission."""
    for name in ("submission", "results"):
        (tmp_path / name).mkdir()
    (tmp_path / "submission_metadata.json").write_text('{"users": [{"email": "student@example.edu"}]}')
    return tmp_path


@pytest.fixture
def run(autograder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Run with this in place of the grading; returns results.json as it stands afterwards."""

    def ran(grading: Callable[[Send], None], timeout: str = "20") -> dict[str, Any]:
        monkeypatch.setattr(supervise, "grade_and_send", lambda path, rubric, send: grading(send))
        pid = os.fork()  # run() waits for all children of its process, and those of this one are other tests'
        if pid == 0:
            try:
                supervise.run(autograder, timeout, DEFAULT)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        return read(autograder)

    return ran


def read(autograder: Path) -> dict[str, Any]:
    """The results, refused if Gradescope would; nothing else lies in their folder but what was printed."""
    assert [path.name for path in (autograder / "results").iterdir() if path.name != "stdout"] == ["results.json"]

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    whole: dict[str, Any] = json.loads((autograder / "results" / "results.json").read_text(encoding="utf-8"), parse_constant=refuse)
    return whole


def rows_so_far(send: Send) -> None:
    send("so far", document(so_far(FIRST_ROWS, DEFAULT)))


def test_killed_grading_keeps_the_rows_it_had(run: Callable[..., dict[str, Any]]) -> None:
    """The kernel kills the grading for its memory: what was graded stands, and the words blame nobody's code."""

    def killed(send: Send) -> None:
        rows_so_far(send)
        os.kill(os.getpid(), signal.SIGKILL)

    done = run(killed)
    assert done["score"] == 30 and FAULT in done["output"] and len(done["tests"]) == 17
    assert NOT_REACHED in done["tests"][6]["output"]


@pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt, OSError("disk"), RecursionError])
def test_failed_grading_is_tried_once_more(run: Callable[..., dict[str, Any]], tmp_path: Path, error: Any) -> None:
    """A grading that fails before any row starts again; one that fails again leaves a whole result all the same."""
    tries = tmp_path / "tries"

    def failing(send: Send) -> None:
        with tries.open("a") as file:
            file.write("x")
        raise error

    done = run(failing)
    assert tries.read_text() == "xx" and done["score"] == 0 and FAULT in done["output"] and len(done["tests"]) == 17

    def failing_once(send: Send) -> None:
        if tries.exists():
            tries.unlink()
            raise error
        send("whole", document(WHOLE))

    assert run(failing_once)["score"] == 100


def test_half_a_line_is_no_result(run: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A grading that dies while it sends leaves what it sent whole before."""

    def torn(send: Send) -> None:
        rows_so_far(send)
        writing = max(int(name) for name in os.listdir("/proc/self/fd") if _is_pipe(int(name)))
        os.write(writing, b'["whole", {"score": 100,')
        os.kill(os.getpid(), signal.SIGKILL)

    done = run(torn)
    assert done["score"] == 30 and FAULT in done["output"]


def _is_pipe(fd: int) -> bool:
    try:
        return os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:")
    except OSError:
        return False


def test_late_grading_is_stopped_in_time(run: Callable[..., dict[str, Any]]) -> None:
    """Past the own deadline the rows so far are the result."""

    def endless(send: Send) -> None:
        rows_so_far(send)
        while True:
            time.sleep(1)

    done = run(endless, timeout="1")
    assert done["score"] == 30 and TOO_LATE in done["output"]


def test_pictures_that_take_too_long_are_dropped(run: Callable[..., dict[str, Any]]) -> None:
    """The score was safe before the pictures began; what happens to them takes nothing from it."""

    def hanging(send: Send) -> None:
        send("whole", document(WHOLE))
        while True:
            time.sleep(1)

    def killed(send: Send) -> None:
        send("whole", document(WHOLE))
        os.kill(os.getpid(), signal.SIGKILL)

    for grading in (hanging, killed):
        done = run(grading, timeout="1")
        assert done["score"] == 100 and "Every check passed" in done["output"]


def test_orphans_of_the_grading_are_dead_at_the_end(run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    """A process that the grading leaves behind and that dies with its parent is reaped before the run ends."""
    pid_file = tmp_path / "pid"

    def leaving(send: Send) -> None:
        program = "import ctypes, time; ctypes.CDLL(None).prctl(1, 9); print('up', flush=True); time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert process.stdout is not None and process.stdout.readline()
        pid_file.write_text(str(process.pid))
        send("whole", document(WHOLE))

    run(leaving)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


@pytest.mark.parametrize("metadata", [None, "", "{", '{"users": [{"email": ', "[1]", '{"created_at": 5, "previous_submissions": "x"}'])
def test_missing_or_broken_metadata(run: Callable[..., dict[str, Any]], autograder: Path, metadata: str | None) -> None:
    """Without metadata no policy applies, and the mark stands."""
    path = autograder / "submission_metadata.json"
    path.unlink() if metadata is None else path.write_text(metadata)
    assert run(lambda send: send("whole", document(WHOLE)))["score"] == 100


def test_full_disk(run: Callable[..., dict[str, Any]], autograder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full for all but what the run set aside still takes the results."""
    reserve = autograder / "results" / ".reserve"
    write = supervise.write_json

    def on_a_full_disk(whole: Any, path: Path) -> None:
        if reserve.exists():
            raise OSError(28, "No space left on device")
        write(whole, path)

    monkeypatch.setattr(supervise, "write_json", on_a_full_disk)

    def filling(send: Send) -> None:
        assert reserve.stat().st_blocks * 512 >= supervise.RESERVE_BYTES
        send("whole", document(WHOLE))

    assert run(filling)["score"] == 100


@pytest.mark.parametrize(
    "said, seconds", [("600", 600), ("1200.5", 1200.5), ("", 600), ("ten", 600), ("-3", 600), ("nan", 600), ("inf", 600)],
)
def test_time_limit(said: str, seconds: float) -> None:
    """What TIMEOUT_SECONDS says, or Gradescope's default."""
    assert time_limit_s(said) == seconds


@pytest.mark.parametrize("limit_s", [60, 600, 3600])
def test_deadlines_lie_within_the_limit(limit_s: float) -> None:
    """Loading, a call, training and the whole end before the watching process would kill, and that before Gradescope does."""
    rubric = within(DEFAULT, limit_s)
    assert max(rubric.load_s, rubric.training_s, rubric.call_s) < rubric.grading_s < supervise.END_SHARE * limit_s < limit_s
    assert within(replace(DEFAULT, grading_s=1.0), limit_s).grading_s == 1.0


# ---------------------------------------------------------------- the script


def script(autograder: Path, python: str = sys.executable) -> str:
    """run_autograder with its three absolute paths put here."""
    text = (ROOT / "run_autograder").read_text(encoding="utf-8")
    for old, new in (
        ("cd /autograder ", f"cd {autograder} "), ("/opt/backprop-grader/venv/bin/python", python),
        ("grader.gradescope run", f"grader.gradescope run --root {autograder}"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def run_script(autograder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (autograder / "source").mkdir(exist_ok=True)
    for name in ("grader", "reference"):
        if not (autograder / "source" / name).exists():
            (autograder / "source" / name).symlink_to(ROOT / name)
    return subprocess.run(
        ["bash", "-c", text], capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": os.environ["PATH"], "TIMEOUT_SECONDS": "60", "HARNESS_TOKEN": TOKEN},
    )


@pytest.mark.parametrize(
    "odd",
    ["", "rm -rf results", "rm -rf results; echo x >results", "mkdir -p results/results.json/x", "ln -s /nowhere results/results.json"],
)
def test_script_leaves_a_result_where_nothing_starts(autograder: Path, odd: str) -> None:
    """Without a Python, and whatever lies in the results' place, students read a sentence and score 0."""
    subprocess.run(["bash", "-c", odd], cwd=autograder, check=True)
    done = run_script(autograder, script(autograder, "/nowhere/python"))
    assert done.returncode != 0
    written = read(autograder)
    assert written["score"] == 0 and "tell your instructor" in written["output"] and written["stdout_visibility"] == "hidden"


def test_nothing_of_gradescope_reaches_student_code(autograder: Path) -> None:
    """A submission that searches its environment, every process's and the metadata for the harness's token finds nothing."""
    source = SEEKS_TOKEN.replace("METADATA", repr(str(autograder / "submission_metadata.json")))
    (autograder / "submission" / "backprop.py").write_text(source)
    done = run_script(autograder, script(autograder))
    assert done.returncode == 0, done.stderr
    written = json.dumps(read(autograder))
    assert "SEARCHED" in written
    for secret in (TOKEN, "HARNESS", "TIMEOUT_SECONDS", "student@example.edu"):
        assert secret not in written + done.stdout
