"""Answers that stand in the code earn nothing, however many of the graded ones they cover; computed ones lose nothing."""
from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from grader.checks.subject import draw_point
from grader.grading import grade
from grader.rubric import DEFAULT
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A folder with every graded answer in a table, made from the grader's own public code."""
    path = ROOT / "tests" / "attacks" / "hard-coded-term" / "make.py"
    spec = importlib.util.spec_from_file_location("make", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make(tmp_path_factory.mktemp("table"))


def rows(result):
    return {check.number: check for check in result.checks}


def test_a_table_of_all_graded_answers_earns_nothing(table, worker):
    """It used to be worth 96 points; the student reads why it is worth none."""
    result = grade(table, worker)
    assert result.score == 0
    assert all("fresh" in rows(result)[number].message.came for number in ("1.3", "2.2", "3.1", "3.5", "4.1"))


@pytest.mark.parametrize("unknown", ["raise ValueError('not in my table')", "return None", "return float('nan')", "import os; os._exit(0)"])
def test_a_table_that_gives_no_answer_elsewhere_earns_nothing(table, worker, tmp_path, unknown):
    """What a table cannot answer it may refuse, by raising, by returning nothing of use or by ending: by heart all the same."""
    source = (table / "backprop.py").read_text().replace("if found is None:", f"if found is None:\n        {unknown}")
    source = source.replace("return data, ", f"if found is None and num_points <= 200:\n        {unknown}\n    return data, ")
    source = source.replace("    return np.full", f"    if found is None:\n        {unknown}\n    return np.full")
    for name, content in {"backprop.py": source, "answers.json": (table / "answers.json").read_text()}.items():
        Path(tmp_path, name).write_text(content)
    assert grade(tmp_path, worker).score == 0


def test_a_table_for_the_training_alone_does_not_train(table, worker, tmp_path, reference_source):
    """Row 4.1's recipe is public: a gradient that is known along its course and zero elsewhere earns no point there."""
    source = (table / "backprop.py").read_text().replace("def backprop(", "def looked_up(")
    source += "\n\nimport solution\n\n\ndef backprop(X, t, params):\n    if len(X) == 500:\n        return looked_up(X, t, params)\n"
    source += "    grads, loss = solution.backprop(X, t, params)\n    return {name: 0 * grads[name] for name in grads}, loss\n"
    answers = (table / "answers.json").read_text()
    for name, content in {"backprop.py": source, "solution.py": reference_source, "answers.json": answers}.items():
        Path(tmp_path, name).write_text(content)
    result = rows(grade(tmp_path, worker))
    assert result["4.1"].score == 0 and "fresh data" in result["4.1"].message.came
    assert result["3.1"].score == 8


def test_a_wrong_gradient_that_trains_still_earns_the_training(grade_source, reference_source):
    """A gradient 1.2 times too large is wrong in four rows and reaches the goal: no table, so row 4.1 stands."""
    source = reference_source + "\n\n_right = backprop\n\n\ndef backprop(X, t, params):\n    grads, loss = _right(X, t, params)\n"
    source += "    return {name: 1.2 * grads[name] for name in grads}, loss\n"
    result = rows(grade_source(source))
    assert result["3.5"].score < 11 and result["4.1"].score == 15


def test_what_fresh_inputs_print_is_not_shown(grade_source, reference_source):
    """Secret inputs stay secret, and grading a file again shows the same prints."""
    source = reference_source + "\n\n_right = forward\n\n\ndef forward(X, params):\n    print(X.ravel()[0])\n    return _right(X, params)\n"
    first, second = (rows(grade_source(source)) for _ in range(2))
    assert [check.printed for check in first.values()] == [check.printed for check in second.values()]
    assert first["2.1"].printed


def test_a_table_for_the_other_sizes_earns_nothing(grade_source, reference_source):
    """Right for the tutorial's own network, and a table for the other graded sizes: the last points of each row are no gift."""
    source = reference_source + "\n\n_right = backprop\n\n\ndef backprop(X, t, params):\n    grads, loss = _right(X, t, params)\n"
    source += "    if params['U'].shape != (3, 2) and round(float(X.ravel()[0]), 6) not in TABLE:\n"
    source += "        return {k: 0 * g for k, g in grads.items()}, loss\n"
    source += "    return grads, loss\n"
    points = [draw_point(DEFAULT.seed("point", i), size, i) for i, size in enumerate(DEFAULT.gradient_sizes)]
    source += f"\n\nTABLE = {[round(float(point.X.ravel()[0]), 6) for point in points]}\n"
    result = rows(grade_source(source))
    assert result["3.5"].score == 0 and "fresh" in result["3.5"].message.came and result["2.3"].score == 3


def test_code_for_three_units_only_is_no_table(grade_source, reference_source):
    """What is wrong for other sizes is wrong at the graded ones too, and costs no more than that."""
    source = reference_source + "\n\n_right = backprop\n\n\ndef backprop(X, t, params):\n    grads, loss = _right(X, t, params)\n"
    source += "    return {**grads, 'b': grads['b'][:3]}, loss\n"
    result = rows(grade_source(source))
    assert result["3.4"].score == 7.2 and result["3.5"].score == 11
