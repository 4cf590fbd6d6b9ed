"""Whatever a submission does: the same rows, 100 points, valid JSON; and one cause is told once."""
from __future__ import annotations

import json
from dataclasses import replace

import pytest

from grader.grading import grade
from grader.report import terminal
from grader.result import from_json, to_json, write_json
from grader.rubric import DEFAULT
from tests.classes import without_times

QUICK = replace(DEFAULT, load_s=4.0, call_s=1.0, training_s=10.0)
WELL = "import numpy as np\ndef make_dataset(n): return np.ones((n, 2)), np.ones(n)\ndef forward(X, params): return np.full(len(X), 0.5)\n"
HOSTILE = {
    "empty": "",
    "syntax error": "def backprop(X, t, params:\n",
    "tabs and spaces": "def f():\n\tx = 1\n        return x\n",
    "import error": "import no_such_package\n",
    "missing function": "def forward(X, params):\n    return X\n",
    "wrong signature": WELL + "def backprop(X): return {}, 0\n",
    "sys.exit at import": "import sys\nsys.exit(0)\n",
    "sys.exit in a call": WELL + "import sys\ndef backprop(X, t, params): sys.exit(3)\n",
    "os._exit": WELL + "import os\ndef backprop(X, t, params): os._exit(0)\n",
    "segfault": WELL + "import ctypes\ndef backprop(X, t, params): ctypes.string_at(0)\n",
    "hang at import": "while True: pass\n",
    "hang in a call": WELL + "def backprop(X, t, params):\n    while True: pass\n",
    "NaN": WELL + "def backprop(X, t, params): return {k: v * np.nan for k, v in params.items()}, np.nan\n",
    "infinities": WELL + "def backprop(X, t, params): return {k: v * np.inf for k, v in params.items()}, -np.inf\n",
    "wrong shapes": WELL + "def backprop(X, t, params): return {k: np.ones((5, 5)) for k in params}, np.ones(3)\n",
    "wrong types": WELL + "def backprop(X, t, params): return {k: 'text' for k in params}, object()\n",
    "None": WELL + "def backprop(X, t, params): pass\n",
    "megabytes": WELL + "def backprop(X, t, params):\n    print('x' * 3_000_000)\n    return params, 0.0\n",
    "recursion": WELL + "def backprop(X, t, params): return backprop(X, t, params)\n",
    "huge answer": WELL + "def backprop(X, t, params): return np.ones((3000, 3000)), 0.0\n",
    "generator": WELL + "def backprop(X, t, params): yield 1\n",
    "not a function": "backprop = forward = make_dataset = 7\n",
    "lone surrogate": WELL + "def backprop(X, t, params): raise ValueError('\\ud800')\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_rows_and_points_are_conserved(name, grade_source):
    """Seventeen rows, 100 points in all, a score that is their sum, and JSON that any strict reader takes."""
    result = grade_source(HOSTILE[name], replace(QUICK, training_steps=60))
    document = json.loads(json.dumps(to_json(result), allow_nan=False))
    assert [test["number"] for test in document["tests"]] == [row.number for row in DEFAULT.rows]
    assert sum(test["max_score"] for test in document["tests"]) == 100
    assert document["score"] == pytest.approx(sum(test["score"] for test in document["tests"]))
    assert 0 <= document["score"] < 60
    assert terminal.report(from_json(document))


@pytest.mark.parametrize("name", ["missing function", "sys.exit in a call", "os._exit", "None"])
def test_one_cause_is_told_once(name, grade_source):
    """Where backprop gives nothing, 3.1 says why and the other rows refer to it."""
    result = grade_source(HOSTILE[name], QUICK)
    rows = {check.number: check for check in result.checks}
    assert rows["3.1"].state == "failed"
    assert {rows[number].state for number in ("3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "4.1")} == {"not run"}


def test_stopping_at_step_700_costs_the_training_alone(grade_source, reference_source):
    """A backprop that stops answering late in training loses row 4.1 and no other."""
    late = reference_source + (
        "\n_right, _calls = backprop, 0\ndef backprop(X, t, params):\n    global _calls\n"
        "    _calls += len(X) == 500\n    while _calls > 700: pass\n    return _right(X, t, params)\n"
    )
    result = grade_source(late, QUICK)
    assert [check.number for check in result.checks if check.max_score and check.state != "passed"] == ["4.1"]


def test_what_is_printed_stands_beside_its_check(grade_source, reference_source):
    """A print in forward shows under forward's row and not under backprop's."""
    chatty = reference_source.replace("    return _sigmoid(_hidden_and_logit(X, params)[1])", "    print('here I am')\n    return X")
    rows = {check.number: check for check in grade_source(chatty, QUICK).checks}
    assert "here I am" in rows["2.1"].printed and "here I am" not in rows["3.1"].printed


def test_the_same_twice(worker, tmp_path, reference_source):
    """Grading a file again gives the same document but for times."""
    path = tmp_path / "backprop.py"
    path.write_text(reference_source.replace("(1 - H**2)", "(1 - H)"))

    def document():
        return without_times(to_json(grade(path, worker)))

    assert document().splitlines() == document().splitlines()


def test_results_are_written_whole_or_not_at_all(tmp_path):
    """A document that cannot be JSON leaves the old file as it was and nothing beside it."""
    path = tmp_path / "results.json"
    path.write_text("old")
    with pytest.raises(ValueError):
        write_json({"score": float("nan")}, path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
