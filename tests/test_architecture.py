"""The direction of the imports, and that a worker holds nothing of the answers."""
from __future__ import annotations

import ast

import pytest

from tests.conftest import ROOT

ALLOWED = {
    "reference": {"reference"},
    "grader.frozen": set(),
    "grader.rubric": set(),
    "grader.submission": {"grader.submission", "grader.sandbox.names"},
    "grader.oracle": set(),
    "grader.sandbox": {"grader.sandbox"},
    "grader.diagnosis": {"grader.diagnosis", "grader.oracle", "grader.rubric"},
    "grader.result": {"grader.rubric"},
    "grader.checks": {
        "grader.checks", "reference", "grader.oracle", "grader.diagnosis", "grader.rubric", "grader.result", "grader.sandbox",
    },
    "grader.report": {"grader.report", "grader.result"},
}


def modules():
    for path in sorted([*(ROOT / "grader").rglob("*.py"), *(ROOT / "reference").rglob("*.py")]):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def room_of(name):
    parts = name.split(".")
    return parts[0] if parts[0] == "reference" else ".".join(parts[:2])


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "grader":
            yield from (f"grader.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("name, path", [pair for pair in modules() if room_of(pair[0]) in ALLOWED], ids=lambda value: str(value)[-40:])
def test_rooms_import_only_what_they_may(name, path):
    """No arrow points the wrong way."""
    ours = {module for module in imported(path) if module.split(".")[0] in ("grader", "reference")}
    allowed = {*ALLOWED[room_of(name)], "grader.frozen"}
    assert {module for module in ours if not {module, room_of(module)} & allowed} == set()


def test_a_live_worker_holds_no_answers(grade_source):
    """A submission that looks for the reference or the grader among its modules finds none."""
    source = (
        "import sys\n"
        "def forward(X, params):\n"
        "    held = [m for m in sys.modules if m.startswith(('reference', 'grader'))]\n"
        "    raise ValueError(' '.join(held))\n"
    )
    row = next(check for check in grade_source(source).checks if check.number == "2.1")
    assert "ValueError" in row.message.came
    assert not any(word in row.message.came for word in ("reference.", "grader.", "grader.checks", "grader.sandbox"))
