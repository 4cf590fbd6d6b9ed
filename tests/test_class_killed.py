"""A class run that is killed, interrupted or has no room, at any moment: what was graded is safe, and the next run goes on."""
from __future__ import annotations

import contextlib
import csv
import errno
import io
import itertools
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from grader.classroom import run as scheduling
from grader.classroom import scratch, task
from grader.classroom import store as storing
from grader.classroom.class_run import CannotWrite, Plan, class_run
from grader.classroom.run import executor_crew
from grader.classroom.task import Done
from grader.report import class_page
from grader.sandbox.probe import open_folder
from tests import classes
from tests.classes import QUICK, alive, await_that, descendants, results, stamps, without_times
from tests.conftest import EVERYTHING

KILLS_OF_THE_COMMAND, KILLS_WHILE_GRADING, KILLS_AT_THE_END = (3, 8, 10) if EVERYTHING else (1, 3, 4)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and reads /proc")


def _in_process(folder: Path, out: Path) -> None:
    """A whole class run in this process, one submission after another."""
    with ThreadPoolExecutor(1) as executor:
        class_run(Plan(folder, out), lambda waiting: executor_crew(executor, 2), io.StringIO(), lambda begun: None)
    task.drop_worker()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, str]]:
    """A class, the output folder of a run that nothing happened to, and what each result must be."""
    folder = classes.make(tmp_path_factory.mktemp("class") / "class", QUICK, copies=5)
    classes.make(folder, ("sign-flipped",))
    out = folder.parent / "undisturbed"
    _in_process(folder, out)
    return folder, out, {slug: without_times(found) for slug, found in results(out).items()}


def _assert_safe(out: Path, expected: Mapping[str, str], known: Mapping[str, int]) -> dict[str, int]:
    """Every result on the disk is whole and right, none was made twice, tables and page are whole if they are there; gives the stamps."""
    found = stamps(out)
    assert known.items() <= found.items()
    for slug, document in results(out).items():
        assert without_times(document) == expected[slug]
        assert (out / "students" / slug / "index.html").read_text().endswith("</html>\n")
    if (out / "grades.csv").exists():
        assert len(list(csv.reader(io.StringIO((out / "grades.csv").read_text())))) == len(expected) + 1
    if (out / "class.html").exists():
        assert (out / "class.html").read_text().endswith("</html>\n")
    return found


def _forked(work: Callable[[], None]) -> int:
    """The pid of a child that does this work and ends."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            work()
        os._exit(0)
    return pid


def _kill(pid: int) -> None:
    """SIGKILL, after which no process below it may live on."""
    below = descendants(pid)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert await_that(lambda: not alive(below), 10), "processes outlive the run"


def test_the_command_killed(tmp_path, undisturbed):
    """SIGKILL to the command with two processes: what is on the disk is right, nothing stays running, the next run goes on."""
    folder, _, expected = undisturbed
    moments, known = random.Random(7), dict[str, int]()
    for _ in range(KILLS_OF_THE_COMMAND):
        process = subprocess.Popen(
            classes.command(folder, tmp_path, "--jobs", "2"), cwd=classes.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        count = len(known)
        await_that(lambda: len(stamps(tmp_path)) > count or process.poll() is not None)  # noqa: B023 - called in this round
        time.sleep(moments.uniform(0, 0.1))
        below = descendants(process.pid)
        process.kill()
        process.wait()
        assert await_that(lambda: not alive(below), 10), "processes outlive the run"  # noqa: B023
        known = _assert_safe(tmp_path, expected, known)
    assert classes.run(folder, tmp_path).returncode == 0
    assert _assert_safe(tmp_path, expected, known).keys() == expected.keys()
    assert not list(tmp_path.rglob("*.part"))
    for left in Path(open_folder()).glob(f"{scratch.PREFIX}*"):
        with pytest.raises(BlockingIOError), scratch._held(left):
            pass  # of a run that is under way now


def test_killed_while_grading(tmp_path, undisturbed):
    """SIGKILL at random moments from the first: each run goes on where the last one was, and the lock of a dead run holds nobody up."""
    folder, _, expected = undisturbed
    moments, known = random.Random(8), dict[str, int]()
    for _ in range(KILLS_WHILE_GRADING):
        pid = _forked(lambda: _in_process(folder, tmp_path))
        time.sleep(moments.uniform(0, 1.2))
        _kill(pid)
        known = _assert_safe(tmp_path, expected, known)
    _in_process(folder, tmp_path)
    assert _assert_safe(tmp_path, expected, known).keys() == expected.keys()


def test_killed_at_the_end(tmp_path, undisturbed):
    """SIGKILL while submissions are compared, the tables and the page are made: nothing graded is lost, no file is half."""
    folder, whole, expected = undisturbed
    moments, out = random.Random(9), tmp_path / "out"
    shutil.copytree(whole, out)
    start_s = time.monotonic()
    os.waitpid(_forked(lambda: _in_process(folder, out)), 0)
    takes_s = time.monotonic() - start_s
    known = stamps(out)
    for _ in range(KILLS_AT_THE_END):
        for path in (out / "grades.csv", out / "class.html", out / ".template"):
            path.unlink(missing_ok=True)
        pid = _forked(lambda: _in_process(folder, out))
        time.sleep(moments.uniform(0, 1.1 * takes_s))
        _kill(pid)
        assert _assert_safe(out, expected, known) == known
    _in_process(folder, out)
    assert _assert_safe(out, expected, known) == known and (out / "class.html").exists() and not list(out.rglob("*.part"))


def test_ctrl_c(tmp_path, undisturbed):
    """Ctrl-C goes to the whole foreground group: one line says how far it is, nothing stays running, the next run goes on."""
    folder, _, expected = undisturbed
    process = subprocess.Popen(
        classes.command(folder, tmp_path, "--jobs", "2"), cwd=classes.ROOT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    assert await_that(lambda: len(stamps(tmp_path)) >= 3)
    below = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    lines = [line for line in stderr.splitlines() if " graded" not in line or "grader:" in line]
    assert process.returncode == 1 and stdout == "" and len(lines) == 1, stderr
    graded = len(stamps(tmp_path))
    assert lines[0] == f"grader: interrupted: {graded} of {len(expected)} are graded and safe; the same command goes on from there"
    assert await_that(lambda: not alive(below), 10)
    known = _assert_safe(tmp_path, expected, {})
    _in_process(folder, tmp_path)
    assert _assert_safe(tmp_path, expected, known).keys() == expected.keys()


def test_no_file_can_grow(tmp_path, undisturbed):
    """Where no file can be written any more, one line says so, and what was graded stays."""
    folder, _, expected = undisturbed
    shutil.copytree(folder / "sign-flipped-0", tmp_path / "few" / "sign-flipped-0")
    out = tmp_path / "out"
    _in_process(tmp_path / "few", out)
    (out / "grades.csv").unlink()
    known = stamps(out)
    done = classes.run(folder, out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000)))
    lines = [line for line in done.stderr.splitlines() if line.startswith("grader:")]
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert lines == [f"grader: the disk is full; 1 of {len(expected)} are graded and safe; the same command goes on from there"]
    assert _assert_safe(out, expected, known) == known and not list(out.rglob("*.part"))


class _FullDisk:
    """Lets so many calls through; all after it find no room."""

    def __init__(self, room: int) -> None:
        self.room, self.real = room, os.fsync

    def __call__(self, descriptor: int) -> None:
        self.room -= 1
        if self.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.real(descriptor)


def test_a_full_disk_at_any_moment(tmp_path, monkeypatch, undisturbed):
    """Whichever write is the first to find no room, it is said, nothing is half, and the next run goes on with what is there."""
    folder, whole, expected = undisturbed
    graded: dict[str, dict[str, Any]] = results(whole)
    few = sorted(expected)[:2]
    for slug in few:
        shutil.copytree(folder / slug, tmp_path / "few" / slug)
    # an order is carried out by looking up what came of it before
    monkeypatch.setattr(scheduling, "carry_out", lambda order: Done(order.slug, graded[order.slug], "<p></html>\n"))
    monkeypatch.setattr(class_page, "_picture", lambda title, draw: "")
    monkeypatch.setattr("grader.classroom.class_run.FULL_S", 0.0)
    failed = 0
    for room in itertools.count():
        out = tmp_path / f"out-{room}"
        out.mkdir()
        shutil.copy(whole / ".template", out)
        with monkeypatch.context() as full:
            full.setattr(storing.os, "fsync", _FullDisk(room))
            with contextlib.suppress(CannotWrite):
                _in_process(tmp_path / "few", out)
                break
        failed += 1
        known = stamps(out)
        assert not list(out.rglob("*.part"))
        _in_process(tmp_path / "few", out)
        assert known.items() <= stamps(out).items() and stamps(out).keys() == set(few) and (out / "class.html").exists()
    assert failed > 10
