"""The template is what the reference gives, holds no line of a solution, and works once the blanks are filled."""
from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from grader import template
from grader.sandbox.border import FUNCTIONS

REFERENCE = template.REFERENCE.read_text(encoding="utf-8")
TEMPLATE = template.TEMPLATE.read_text(encoding="utf-8")


def test_committed_template_is_fresh():
    """What is committed is what the reference gives now."""
    assert not template.is_stale()


def test_no_line_of_a_solution():
    """No line between the marks stands in the template."""
    lines = {line.strip() for line in TEMPLATE.splitlines()}
    solution = set(template.solution_lines(REFERENCE))
    assert len(solution) > 20
    assert not solution & lines


def test_an_open_mark_is_refused():
    """A mark that is not closed cannot let a solution slip through."""
    with pytest.raises(ValueError):
        template.render(REFERENCE.replace("    # </solution>\n", "", 1))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_blanks_raise_and_are_documented(name):
    """Each blank raises NotImplementedError and its docstring gives shapes."""
    function = next(node for node in ast.parse(TEMPLATE).body if isinstance(node, ast.FunctionDef) and node.name == name)
    docstring = ast.get_docstring(function)
    assert docstring and "shape" in docstring
    assert len(function.body) == 2 and isinstance(function.body[1], ast.Raise)


def test_filled_template_prints_the_table(tmp_path):
    """The given part of the template works as soon as the three functions are there."""
    given = TEMPLATE[TEMPLATE.index("# ------") :]
    solution = REFERENCE[: REFERENCE.index("# ------")]
    (tmp_path / "backprop.py").write_text(solution + given, encoding="utf-8")
    done = subprocess.run([sys.executable, "backprop.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "step  950   loss 0.03" in done.stdout
    assert (tmp_path / "decision_surface.png").exists()


def test_template_check_command():
    """`template --check` exits 0 on a fresh template."""
    done = subprocess.run([sys.executable, "-m", "grader", "template", "--check"], cwd=template.ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0


def test_a_bar_shows_once_training_takes_longer_than_a_second(capsys):
    """Nothing in the first second; then a bar, drawn anew with each percent, and a line's end at the last step."""
    given: dict[str, object] = {"__name__": "template"}
    exec(compile(TEMPLATE, "backprop.py", "exec"), given)
    show = given["show_progress"]
    show(500, 1000, 0.9)
    assert capsys.readouterr().err == ""
    show(500, 1000, 1.1)
    assert f"[{'#' * 20:<40}] step 500 of 1000" in capsys.readouterr().err
    show(501, 1000, 1.2)
    assert capsys.readouterr().err == ""
    show(1000, 1000, 2.0)
    assert capsys.readouterr().err.endswith("step 1000 of 1000\n")


def test_the_handout_tells_points_shapes_and_how_to_hand_in():
    """The table is the rubric's own, every shape of the exercise is named, and Gradescope too."""
    from grader.rubric import ROWS

    handout = template.HANDOUT.read_text(encoding="utf-8")
    for row in ROWS:
        assert (f"| {row.number} | {row.name} | {row.points:g} |" in handout) == bool(row.points)
    for words in ("(N, D)", "(H, D)", "tanh(G)", "1 \u2212 H\u00b2", "check.py", "Gradescope", "backprop.ipynb"):
        assert words in handout
