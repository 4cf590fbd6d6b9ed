"""A whole class by the command: the same results as alone, after whatever happened to the run."""
from __future__ import annotations

import csv
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.grading import grade
from grader.report.page import document
from grader.selftest.corpus import CORPUS

ROOT = Path(__file__).resolve().parents[1]
QUICK = ("syntax-error", "not-implemented-left-in", "empty-file", "backprop-missing", "untouched-template")
MIX = (*QUICK, "sign-flipped", "naive-sigmoid-with-warnings", "accumulates-over-calls", "sys-exit-inside-backprop", "wrong-key-names")


def _class(folder: Path, names: tuple[str, ...], copies: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        for copy in range(copies):
            shutil.copytree(CORPUS / name / "submission", folder / f"{name}-{copy}")
    return folder


def _command(folder: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "grader", "class", str(folder), "--out", str(out), *more]


def _run(folder: Path, out: Path, *more: str, **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(folder, out, *more), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False, **how)


def _results(out: Path) -> dict[str, dict[str, Any]]:
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(out.glob("students/*/results.json"))}


def _without_times(document: dict[str, Any]) -> str:
    """A results.json as text, less what is a time, and less what only a class adds."""
    document = json.loads(json.dumps(document))
    document["execution_time"] = document["extra_data"]["seconds"] = document["extra_data"]["student_seconds"] = 0
    document["extra_data"]["training"]["step_s"] = 0
    document["extra_data"].pop("class", None)
    for test in document["tests"]:
        if test["number"] in ("5.2", "5.3"):
            test["output"] = re.sub(r"\d[\d.]*", "0", test["output"])
            test["extra_data"]["message"] = {}
            test["output"] = test["output"].split("Look:")[0] if test["number"] == "5.3" else test["output"]
    return json.dumps(document, sort_keys=True)


def _stamps(out: Path) -> dict[str, int]:
    return {path.parent.name: path.stat().st_mtime_ns for path in out.glob("students/*/results.json")}


def test_as_alone_whatever_the_order_and_the_jobs(tmp_path, worker):
    """Shuffled, and on one or three processes, every result is to the byte what it is alone, but for times.

    The one whose answers depend on the calls before, of which the grader picks some at random, is held to its points.
    """
    names = list(MIX)
    for jobs, seed in ((1, 1), (3, 2)):
        random.Random(seed).shuffle(names)
        folder, out = tmp_path / f"class-{jobs}", tmp_path / f"out-{jobs}"
        folder.mkdir()
        for position, name in enumerate(names):
            shutil.copytree(CORPUS / name / "submission", folder / f"{position:02}" / name)
        done = _run(folder, out, "--jobs", str(jobs))
        assert done.returncode == 0, done.stderr
        for position, name in enumerate(names):
            graded = _results(out)[f"{position:02}"]
            alone = document(grade(folder / f"{position:02}", worker))
            assert [test["score"] for test in graded["tests"]] == [test["score"] for test in alone["tests"]], name
            if name != "accumulates-over-calls":
                assert _without_times(graded) == _without_times(alone), name


def test_formats_groups_and_what_cannot_be_used(tmp_path):
    """An export with a group and a missing folder: a row a student, 0 points with the reason, all named at the end."""
    folder = _class(tmp_path / "export", ("syntax-error",))
    (folder / "syntax-error-0").rename(folder / "submission_1")
    (folder / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - {':name': 'Zoë, A.', ':sid': '1', ':email': a@example.org}\n"
        "  - {':name': '=2+2', ':sid': '2'}\nsubmission_2:\n  :submitters:\n  - {':name': Li, ':sid': '3'}\n", encoding="utf-8"
    )
    for form, column in (("gradescope", "Total Score"), ("canvas", "Backpropagation"), ("csv", "score")):
        done = _run(folder, tmp_path / "out", "--format", form)
        assert done.returncode == 0 and "Li: its folder is missing" in done.stdout
        with open(tmp_path / "out" / "grades.csv", encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if "Points Possible" not in row.values()]
        assert [row[column] for row in rows] == ["0", "0", "0"] and not any(v.startswith("=") for row in rows for v in row.values())
    assert "2 submissions of 3 students: 1 graded, 1 with 0 points" in done.stdout
    assert "Li" in (tmp_path / "out" / "class.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ["{}/none", "--out", "{}/out"], ["{}", "--out", "{}/out", "--jobs", "0"], ["{}", "--out", "{}/out", "--against", "{}/x"],
        ["{}", "--out", "{}/a.py"], ["{}", "--out", "{}"], ["{}", "--out", "{}/out", "--scheduler", "tcp://127.0.0.1:9"],
    ],
)
def test_a_call_that_cannot_be_used(tmp_path, arguments):
    """One line on stderr and exit code 2, no traceback."""
    (tmp_path / "a.py").write_text("")
    call = [word.format(tmp_path) for word in arguments]
    done = subprocess.run([sys.executable, "-m", "grader", "class", *call], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1


def _descendants(pid: int) -> set[int]:
    """Every process below one, by /proc."""
    parents: dict[int, int] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(name)] = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, fresh = set[int](), {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def _alive(pids: set[int]) -> set[int]:
    found = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        found |= {pid} if state not in "ZX" else set()
    return found


def _await(condition: Any, limit_s: float = 60.0) -> bool:
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A class of thirty, and what each result must be, from a run that nothing happened to."""
    folder = _class(tmp_path_factory.mktemp("thirty") / "class", (*QUICK, "sign-flipped"), copies=5)
    out = folder.parent / "undisturbed"
    assert _run(folder, out, "--jobs", "2").returncode == 0
    yield folder, {slug: _without_times(found) for slug, found in _results(out).items()}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_killed_at_random_moments(tmp_path, thirty):
    """SIGKILL at random moments, again and again: every result on disk is whole and right, none is graded twice, none is lost,
    and no process outlives the run."""
    folder, expected = thirty
    moments = random.Random(7)
    known: dict[str, int] = {}
    for _ in range(8):
        process = subprocess.Popen(
            _command(folder, tmp_path, "--jobs", "2"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        count = len(known)
        _await(lambda: len(_stamps(tmp_path)) > count or process.poll() is not None)  # noqa: B023 - called before the next round
        time.sleep(moments.uniform(0, 0.4))
        below = _descendants(process.pid)
        process.kill()
        process.wait()
        assert _await(lambda: not _alive(below), 10), "processes outlive the run"  # noqa: B023
        stamps = _stamps(tmp_path)
        assert known.items() <= stamps.items()
        assert all(_without_times(found) == expected[slug] for slug, found in _results(tmp_path).items())
        known = stamps
    assert len(known) > 0
    assert _run(folder, tmp_path).returncode == 0
    assert known.items() <= _stamps(tmp_path).items()
    assert {slug: _without_times(found) for slug, found in _results(tmp_path).items()} == expected
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ctrl_c(tmp_path, thirty):
    """Ctrl-C goes to the whole foreground group: one line says how far it is, nothing stays running, the next run goes on."""
    folder, expected = thirty
    process = subprocess.Popen(
        _command(folder, tmp_path, "--jobs", "2"), cwd=ROOT, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    assert _await(lambda: len(_stamps(tmp_path)) >= 3)
    below = _descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    lines = [line for line in stderr.splitlines() if " graded" not in line or "grader:" in line]
    assert process.returncode == 1 and stdout == "" and len(lines) == 1, stderr
    graded = len(_stamps(tmp_path))
    assert lines[0] == f"grader: interrupted: {graded} of 30 are graded and safe; the same command goes on from there"
    assert _await(lambda: not _alive(below), 10)
    stamps = _stamps(tmp_path)
    assert _run(folder, tmp_path).returncode == 0 and stamps.items() <= _stamps(tmp_path).items()
    assert {slug: _without_times(found) for slug, found in _results(tmp_path).items()} == expected


def test_full_disk(tmp_path, thirty):
    """Where no file can be written any more, one line says so, what was graded stays, and the run goes on when there is room."""
    folder, expected = thirty
    small = tmp_path / "few"
    small.mkdir()
    for slug in sorted(expected)[:4]:
        shutil.copytree(folder / slug, small / slug)
    out = tmp_path / "out"
    assert _run(small, out).returncode == 0
    stamps = _stamps(out)
    done = _run(folder, out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000)))
    lines = [line for line in done.stderr.splitlines() if line.startswith("grader:")]
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert lines == ["grader: the disk is full; 4 of 30 are graded and safe; the same command goes on from there"]
    assert _stamps(out) == stamps and not list(out.rglob("*.part"))
    assert _run(folder, out).returncode == 0
    assert stamps.items() <= _stamps(out).items()
    assert {slug: _without_times(found) for slug, found in _results(out).items()} == expected


def test_regrade(tmp_path):
    """A second run grades only what changed, and shows whose mark changed by which check; so does --against."""
    folder, out = _class(tmp_path / "class", QUICK), tmp_path / "out"
    assert "changed" not in _run(folder, out).stdout
    shutil.copytree(out, tmp_path / "first")
    stamps = _stamps(out)
    source = CORPUS / "sign-flipped" / "submission" / "backprop.py"
    shutil.copy(source, folder / "syntax-error-0" / "backprop.py")
    done = _run(folder, out)
    assert "1 mark changed:" in done.stdout and re.search(r"syntax-error-0: 0 to [\d.]+ \(1\.1 \+3, 1\.2 \+4", done.stdout)
    assert {slug for slug, stamp in _stamps(out).items() if stamps[slug] != stamp} == {"syntax-error-0"}
    assert "syntax-error-0" in (out / "class.html").read_text(encoding="utf-8").split('id="changes"')[1].split("</section>")[0]
    assert "1 mark changed:" in _run(folder, out).stdout
    assert "1 mark changed:" in _run(folder, out, "--against", str(tmp_path / "first")).stdout
    assert "no mark changed" in _run(folder, out, "--against", str(out)).stdout


def test_what_is_no_longer_handed_in_is_said(tmp_path):
    """A submission that was taken out of the folder is left out of the tables, and named."""
    folder, out = _class(tmp_path / "class", QUICK[:2]), tmp_path / "out"
    _run(folder, out)
    shutil.rmtree(folder / f"{QUICK[0]}-0")
    done = _run(folder, out)
    assert f"{QUICK[0]}-0 was graded before" in done.stdout and QUICK[0] not in (out / "grades.csv").read_text()
