"""The hostile corpus through the whole grader: some attacks of each kind, as root, as root in a container, as a user.

`make attacks`, which CI runs too, prints the matrix of them all; it takes some minutes.
"""
from __future__ import annotations

import io
import json
import os

import pytest

from grader.selftest import attacks
from grader.selftest.ways import WAYS, ways_here
from tests.conftest import EVERYTHING

IN_CI = os.environ.get("CI", "") not in ("", "false")


SOME = (
    "bad-utf8", "cached-replies", "fork-bomb", "html-output", "kill-everything", "left-behind-files", "lying-frame-lengths",
    "os-exit", "read-reference", "symlink-to-reference", "udp",
)
"""One or two of each kind in the design's list."""
MORE = ("busy-loop", "deleted-open-files", "import-torch", "memory-bomb", "ptrace-grader", "zip-bomb") if EVERYTHING else ()
"""These take long."""


@pytest.fixture(scope="module")
def outcomes():
    """All at once: the ways run at the same time, as gradings on one machine may."""
    return attacks.attack(ways_here(), (*SOME, *MORE), brief=True)


def test_ci_runs_every_way():
    """None may be left out where it counts."""
    if IN_CI:
        assert ways_here() == WAYS


@pytest.mark.parametrize("way", ways_here())
def test_attacks_are_held(outcomes, way):
    """Score, changes outside, processes, limits, time, memory, isolation, reports and the next submission are as they must be."""
    mine = [outcome for outcome in outcomes if outcome.way == way]
    assert [outcome.name for outcome in mine] == [*SOME, *MORE]
    came_off = [f"{outcome.name}: {'; '.join(outcome.faults)}" for outcome in mine if outcome.faults]
    assert not came_off, "\n".join(came_off)


def _come_off(tmp_path, monkeypatch, source, **facts):
    """The faults of an attack of one's own, as the present user."""
    folder = tmp_path / "mine"
    (folder / "submission").mkdir(parents=True)
    (folder / "submission" / "backprop.py").write_text(source)
    (folder / "expected.json").write_text(json.dumps({"about": "x", "max_score": 0, "held": ["bounded"], **facts}))
    monkeypatch.setattr(attacks, "ATTACKS", tmp_path)
    from grader.sandbox.warm import Worker
    from grader.selftest import watching

    with Worker() as worker, watching.yard() as yard:
        return attacks._attack("root" if os.geteuid() == 0 else "user", "mine", worker, yard).faults


@pytest.mark.parametrize("source, facts, fault", [
    ("print('EVIDENCE mine: seen')", {}, "came off"),
    ("x = 1", {"min_score": 5}, "it scored 0"),
    ("x = 1", {"reports": ["5.2"]}, "reports nothing"),
    ("x = 1", {"reports": ["message:torch"]}, "does not say"),
])
def test_what_does_not_hold_is_seen(tmp_path, monkeypatch, source, facts, fault):
    """The judgement of a result can fail."""
    assert any(fault in one for one in _come_off(tmp_path, monkeypatch, source, **facts))


def test_changes_outside_are_seen():
    """So can the look at files, and the names of who was changed are told."""
    from grader.selftest import watching

    with watching.yard() as yard:
        before = watching.files(yard.folder)
        (yard.folder / "results" / "results.json").write_text("forged")
        (yard.folder / "class" / "new").mkdir()
        (yard.folder / "run_autograder").chmod(0o600)
        changed = watching.changes(before, watching.files(yard.folder))
    assert [path.rpartition("/")[2] for path in changed] == ["new", "results.json", "run_autograder"]


def test_without_the_corpus_the_selftest_says_so(tmp_path, monkeypatch):
    """The zip for Gradescope holds no tests: one line, and no failure."""
    monkeypatch.setattr(attacks, "ATTACKS", tmp_path)
    out = io.StringIO()
    assert attacks.run(out) and len(out.getvalue().splitlines()) == 1 and "not shipped" in out.getvalue()
