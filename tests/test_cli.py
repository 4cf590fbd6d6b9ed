"""The commands: exit codes, one line on stderr, results that are whole."""
from __future__ import annotations

import errno
import json
import os
import subprocess
import sys

import pytest

from grader import cli
from tests.conftest import ROOT

REFERENCE = ROOT / "reference" / "backprop.py"


def run(*arguments, **options):
    argv = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, **options)


def test_grade_writes_results_and_pictures(tmp_path):
    """One call prints the report, writes results.json and saves both pictures."""
    done = run("grade", REFERENCE, "--results", tmp_path / "results.json", "--pictures", tmp_path / "pictures")
    assert done.returncode == 0 and "100 of 100 points" in done.stdout and "\x1b" not in done.stdout
    document = json.loads((tmp_path / "results.json").read_text())
    assert document["score"] == 100 and document["extra_data"]["isolation"]["level"] in ("full", "partial")
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == ["decision_surface.png", "loss_curve.png"]


def test_json_is_all_that_is_printed():
    """--json prints Gradescope's document and nothing else."""
    document = json.loads(run("grade", ROOT / "student_template", "--json").stdout)
    assert document["score"] == 0 and len(document["tests"]) == 17


def test_feedback_score_says_nothing_but_points():
    """With --feedback score no message, no number and no diagnosis leaks."""
    path = ROOT / "tests" / "submissions" / "g-for-h-in-dw" / "submission"
    document = json.loads(run("grade", path, "--json", "--feedback", "score").stdout)
    assert document["extra_data"]["diagnosis"] == []
    assert not any(test["extra_data"]["message"]["came"] for test in document["tests"])


@pytest.mark.parametrize("arguments", [
    ["grade", "no/such/thing"], ["grade"], ["grade", REFERENCE, "--results", "no/such/folder/results.json"],
    ["grade", REFERENCE, "--feedback", "loud"], ["no-such-command"], [],
    ["grade", ""], ["grade", REFERENCE, "--results", "/dev/null"], ["package", "--output", "no/such/folder/autograder.zip"],
])
def test_unusable_calls_exit_2_with_one_line(arguments):
    """A call that cannot be used is one line on stderr and exit code 2."""
    done = run(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr and not done.stdout


def test_what_cannot_be_written_costs_nothing_else(monkeypatch, capsys, tmp_path):
    """Where the disk is full, the report is printed all the same, other files are saved, and one line says so."""
    from grader import result

    def full(text, path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(result, "write_whole", full)
    assert cli.main(["grade", str(REFERENCE), "--results", str(tmp_path / "r.json"), "--pictures", str(tmp_path / "pictures")]) == 2
    said = capsys.readouterr()
    assert "100 of 100" in said.out
    assert said.err == f"grader: {tmp_path / 'r.json'} cannot be written: No space left on device\n"
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["decision_surface.png", "loss_curve.png"]


def test_refusal_exits_3_unless_trusted(monkeypatch, capsys):
    """Where nothing holds, no student code runs; the instructor's word lifts it."""
    from grader.sandbox import cell
    from grader.sandbox.layers import NOTHING_HELD

    monkeypatch.setattr(cell, "judge", lambda outcomes: NOTHING_HELD)
    assert cli.main(["grade", str(REFERENCE)]) == 3
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.strip().splitlines()) == 1 and "--trust-student-code" in said.err
    assert cli.main(["grade", str(REFERENCE), "--trust-student-code"]) == 0
    assert "100 of 100" in capsys.readouterr().out


def test_a_fault_of_ours_exits_1(monkeypatch, capsys):
    """A check that breaks by itself is called the grader's fault, not the student's."""
    from grader.checks.forward import ForwardCase

    monkeypatch.setattr(ForwardCase, "_core", lambda self: 1 / 0)
    assert cli.main(["grade", str(REFERENCE)]) == 1
    assert "grader's fault" in capsys.readouterr().err


def test_doctor_tells_every_layer():
    """doctor names the four layers and the level."""
    words = run("doctor").stdout
    assert all(layer in words for layer in ("uid", "landlock", "seccomp", "rlimits", "level"))
