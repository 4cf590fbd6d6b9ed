"""What the tests of class runs share: making a class from the corpus, and looking at what came of it."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.classroom.task import Done, Order
from grader.report.page import document as document_of
from grader.result import nothing_graded
from grader.rubric import DEFAULT
from grader.selftest.corpus import CORPUS

ROOT = Path(__file__).resolve().parents[1]
QUICK = ("syntax-error", "empty-file", "crash-before-the-functions", "no-python-file")
"""Graded in no time: nothing of them can be called."""


def make(folder: Path, names: Sequence[str], copies: int = 1) -> Path:
    """A class with so many copies of each of these submissions of the corpus, named NAME-0, NAME-1, ..."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        for copy in range(copies):
            shutil.copytree(CORPUS / name / "submission", folder / f"{name}-{copy}")
    return folder


def command(folder: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "grader", "class", str(folder), "--out", str(out), *more]


def run(folder: Path, out: Path, *more: str, **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(folder, out, *more), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False, **how)


def results(out: Path) -> dict[str, dict[str, Any]]:
    """Every results.json by slug; each must be whole."""
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(out.glob("students/*/results.json"))}


def without_times(document: dict[str, Any]) -> str:
    """A results.json as text, a line each value, less what is a time, and less what only a class adds.

    What rows 5.2 and 5.3 say is what they measured, or that the machine was too busy to measure it: their states stay.
    """
    document = json.loads(json.dumps(document))
    document["execution_time"] = document["extra_data"]["seconds"] = document["extra_data"]["student_seconds"] = 0
    document["extra_data"]["training"]["step_s"] = 0
    document["extra_data"].pop("class", None)
    for test in document["tests"]:
        if test["number"] in ("5.2", "5.3"):
            test["output"], test["extra_data"]["message"] = "", {}
    return json.dumps(document, sort_keys=True, indent=0)


def stamps(out: Path) -> dict[str, int]:
    """When each results.json was written: a second grading would change it."""
    found = {}
    for path in out.glob("students/*/results.json"):
        found[path.parent.name] = path.stat().st_mtime_ns
    return found


def descendants(pid: int) -> set[int]:
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


def alive(pids: set[int]) -> set[int]:
    """Those that are neither gone nor zombies."""
    found = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        found |= {pid} if state not in "ZX" else set()
    return found


def await_that(condition: Callable[[], Any], limit_s: float = 60.0) -> bool:
    """Whether it came true within the limit."""
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        if condition():
            return True
        time.sleep(0.02)
    return False


def never_comes_back(order: Order) -> Done:
    """In place of task.carry_out, with a fault of ours by which some submissions hang the process."""
    while order.slug.startswith("hangs"):
        time.sleep(1)
    found = document_of(nothing_graded(DEFAULT, "nothing"))
    found["extra_data"]["class"] = {"key": order.key, "fingerprint": {}}
    return Done(order.slug, found, "<p></html>\n")
