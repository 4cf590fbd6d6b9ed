"""The hostile corpus against the sandbox alone: every attack in a confined child, the ways a grader can run."""
from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

ATTACKS = Path(__file__).parent / "attacks"
sys.path.insert(0, str(ATTACKS))
import arena  # noqa: E402

from tests.conftest import EVERYTHING  # noqa: E402

IN_CI = os.environ.get("CI", "") not in ("", "false")
linux = pytest.mark.skipif(not IN_CI and not arena.host_has_layers(), reason="no Landlock or seccomp here")

NAMES = sorted(path.parent.name for path in ATTACKS.glob("*/expected.json"))
LIGHT = [name for name in NAMES if name not in ("zip-bomb", "zip-of-many", "many-files", "source-100-mb", "hard-coded-term")]
RUN = [name for name in NAMES if (ATTACKS / name / "submission" / "backprop.py").exists()]
MADE = [name for name in NAMES if (ATTACKS / name / "make.py").exists()]
HELD = {
    "no-outside-change", "nothing-left-running", "bounded", "grader-alive", "next-unaffected", "no-leak", "plain-output"
}
ENDLESS = {name for name in NAMES if json.loads((ATTACKS / name / "expected.json").read_text()).get("endless")}
"""These do not end by themselves, or take long to; the sandbox's user has to end them."""
WALL_S = {**dict.fromkeys(ENDLESS, 0.5), "thread-bomb": 3.0}
"""Out of memory in the middle of a start, Python's threading may wait for ever, so a thread bomb may not end either."""

DEMANDED = (
    "forge-results-json", "chmod-results-json", "replace-results-json", "rewrite-run-autograder", "fake-report",
    "sys-exit", "os-exit", "lying-frame-lengths", "prewritten-replies", "slow-drip", "nan", "infinities",
    "huge-arrays", "object-arrays", "ndarray-subclass", "float-subclass", "monkeypatch-numpy",
    "monkeypatch-unittest", "monkeypatch-json", "sys-getframe", "gc-hunt", "inspect-sources", "atexit", "threads",
    "del-hook", "mutated-inputs", "cached-replies", "read-reference", "read-checks", "read-metadata",
    "read-other-students", "proc-mem", "proc-environ", "proc-maps", "proc-fd", "symlink-to-reference", "fifo",
    "device", "hard-links", "shadowing", "left-behind-files", "left-behind-ipc", "zip-bomb", "zip-dotdot",
    "source-100-mb", "null-byte", "bad-utf8", "unknown-encoding", "ptrace-grader", "kill-parent", "kill-everything",
    "prlimit-grader", "affinity-grader", "fork-bomb", "daemon", "held-open-pipe", "memory-bomb", "busy-loop",
    "sleep", "ignored-sigxcpu", "output-flood", "segfault", "stack-overflow", "tcp", "udp", "io-uring",
    "ansi-output", "html-output", "spreadsheet-formulas", "hard-coded-seeds", "numeric-differentiation",
    "complex-step", "import-torch", "import-jax", "import-autograd", "many-large-files", "deleted-open-files",
)
"""The attacks that the design demands, in its order."""


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ATTACKS / name / "expected.json").read_text())
    return found


def source(name: str) -> str:
    return (ATTACKS / name / "submission" / "backprop.py").read_text()


# ---------------------------------------------------------------- the corpus itself


def test_every_demanded_attack_is_there() -> None:
    """The list of attacks to hold is complete."""
    assert set(DEMANDED) - set(NAMES) == set()


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_says_what_must_hold(name: str) -> None:
    """Each folder is complete: words, the most it may score, what must hold, and one way to get the submission."""
    facts = expected(name)
    assert set(facts) <= {"about", "max_score", "min_score", "held", "reports", "works_unconfined", "endless"}
    assert facts["about"] and not facts["about"].endswith(".")
    assert 0 <= facts.get("min_score", 0) <= facts["max_score"] <= 100
    assert facts["held"] and set(facts["held"]) <= HELD
    assert name in RUN or name in MADE


@pytest.mark.parametrize("name", [name for name in RUN if "def evidence(" in source(name)])
def test_evidence_bears_the_name_of_its_attack(name: str) -> None:
    """A trace leads to the attack that left it."""
    assert f"/tmp/attack-evidence-{name}" in source(name) and f"EVIDENCE {name}:" in source(name)


@pytest.mark.parametrize("name", [name for name in MADE if EVERYTHING or name in LIGHT])
def test_special_submissions_can_be_built(name: str, tmp_path: Path) -> None:
    """make() builds below the folder it is given, and nowhere else."""
    spec = importlib.util.spec_from_file_location("make", ATTACKS / name / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.make(tmp_path)
    assert made.parent == tmp_path and (made.exists() or made.is_symlink())


# ---------------------------------------------------------------- the attacks, confined


@linux
@pytest.mark.parametrize("way", arena.ways_here())
def test_no_attack_comes_off(way: str) -> None:
    """Under all layers no attack leaves a trace, a process, or a grader that is hurt; each ends or can be ended.

    All of them as the user who has least to hold them with, some the other ways.
    """
    names = RUN if EVERYTHING or way == "user" else RUN[::6]
    jobs = [
        arena.Job(("uid", "rlimits", "landlock", "seccomp"), file=source(name), wall_s=WALL_S.get(name, 15))
        for name in names
    ]
    results = dict(zip(names, arena.run(way, jobs), strict=True))
    came_off = {name: result.printed[:200] for name, result in results.items() if "EVIDENCE" in result.printed}
    assert came_off == {}
    assert [name for name, result in results.items() if result.word.startswith("not confined")] == []
    assert [name for name, result in results.items() if result.left] == []
    assert [name for name, result in results.items() if result.word == "late" and name not in WALL_S] == []
    assert sorted(Path("/tmp").glob("attack-evidence-*")) == []


@linux
@pytest.mark.parametrize("name", [name for name in NAMES if expected(name).get("works_unconfined")])
def test_the_attacks_are_real(name: str, tmp_path: Path) -> None:
    """Harmless ones, run without any layer, come off and leave their trace: the test above can fail."""
    mark = f"left-{os.getpid()}"
    code = source(name).replace("/tmp/attack-evidence", str(tmp_path / "evidence")).replace("left-behind", mark)
    try:
        (result,) = arena.run("user", [arena.Job((), file=code)])
    finally:
        for place in filter(Path.is_dir, map(Path, re.findall(r'"(/[a-z/]+)"', code))):
            (place / f"{mark}.py").unlink(missing_ok=True)
    assert "EVIDENCE" in result.printed
