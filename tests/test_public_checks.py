"""The public checks lead a student from blank to done, and agree with the grader."""
from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
import sys

import pytest

from grader import template
from grader.selftest import public
from tests.conftest import EVERYTHING

CHECK = (template.FOLDER / "check.py").read_text(encoding="utf-8")
REFERENCE = template.REFERENCE.read_text(encoding="utf-8")


def filled(*names, change=("", "")):
    """The template with some blanks filled from the reference, and one change made."""
    text, solution = template.render(REFERENCE), REFERENCE
    for name in names:
        found = re.search(rf'    # <solution hint="{name} .*?\n(.*?)    # </solution>', solution, re.DOTALL)
        assert found
        text = text.replace(f'    raise NotImplementedError("{name} is yours to write")\n', found[1])
    helpers = re.search(r"# <only-reference>\n(.*?)# </only-reference>", REFERENCE, re.DOTALL)
    assert helpers and change[0] in text
    return text.replace("def initial_parameters", helpers[1] + "\n\ndef initial_parameters", 1).replace(*change)


@pytest.fixture
def folder(tmp_path):
    for name in ("check.py", "test_backprop.py"):
        shutil.copy(template.FOLDER / name, tmp_path)
    return tmp_path


def run(folder, source, *arguments):
    (folder / "backprop.py").write_text(source, encoding="utf-8")
    done = subprocess.run([sys.executable, *(arguments or ("check.py",))], cwd=folder, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_before_anything_is_written_it_says_what_to_write_first(folder):
    """The untouched template: nothing fails, one thing is next, the rest is locked."""
    done = run(folder, template.TEMPLATE.read_text(encoding="utf-8"))
    assert done.returncode == 1 and "FAIL" not in done.stdout
    assert "Next: write make_dataset." in done.stdout and done.stdout.count("locked") == 3


def test_each_stage_unlocks_the_next(folder):
    """With forward written, backprop is next; training stays locked."""
    done = run(folder, filled("make_dataset", "forward"))
    assert done.stdout.count("  ok  ") == 6
    assert "Next: write backprop." in done.stdout and "training   locked: first backprop" in done.stdout


def test_a_wrong_derivative_is_shown_entry_by_entry(folder):
    """Without tanh's derivative b and U are off in the table, c and W are not, and the words say where to look."""
    done = run(folder, filled("make_dataset", "forward", "backprop", change=("G_bar = H_bar * (1 - H**2)", "G_bar = H_bar")))
    assert "wrong in b, U" in done.stdout and "entry        yours       numeric  relative error" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines() if re.match(r" +[cWbU]\b.* \de-|.*<--", line)]
    assert {row[0][0] for row in rows if row[-1] == "<--"} == {"b", "U"}
    assert "c and W are right" in done.stdout and "training   locked: first backprop" in done.stdout
    assert "H**2" not in done.stdout and "1 - " not in done.stdout


def test_all_right_passes_by_itself_and_by_pytest(folder):
    """The reference's own blanks pass; pytest in the folder says the same."""
    source = filled("make_dataset", "forward", "backprop")
    assert "All public checks pass" in run(folder, source).stdout
    done = run(folder, source, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0 and "11 passed" in done.stdout


def test_they_need_numpy_and_pytest_alone():
    """No import but the standard library's, numpy's and pytest's, and no reference in sight."""
    names = set()
    for file in ("check.py", "test_backprop.py"):
        for node in ast.walk(ast.parse((template.FOLDER / file).read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names |= {(node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0] for alias in node.names}
    assert names - set(sys.stdlib_module_names) <= {"numpy", "pytest", "check"}


def test_they_hold_no_line_and_no_formula_of_a_solution():
    """Neither a line of the reference, nor a function of the network: only numbers computed once."""
    lines = {line.strip() for line in CHECK.splitlines()}
    telling = {line for line in template.solution_lines(REFERENCE) if not re.fullmatch(r"(N = .*|[\w, ]+ = \[\], \[\]|\W*)", line)}
    assert not telling & lines
    assert not re.search(r"tanh|np\.exp|logaddexp|np\.log|sigma|np\.sin|np\.cos|uniform\(|\.T\b|@", re.sub(r'"[^"]*"', "", CHECK))


def test_the_published_numbers_are_the_references():
    """What check.py prints as published is what the reference gives."""
    import numpy as np

    from reference import backprop as reference

    spec = importlib.util.spec_from_file_location("public_check", template.FOLDER / "check.py")
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    for point in check.POINTS:
        params = {name: np.array(point[name]) for name in "UbW"} | {"c": point["c"]}
        X, t = np.array(point["X"]), np.array(point["t"])
        assert np.allclose(reference.forward(X, params), point["y"], rtol=0, atol=1e-11)
        assert abs(reference.backprop(X, t, params)[1] - point["loss"]) < 1e-11
    seed, num_points, data = check.DRAWS
    np.random.seed(seed)
    assert np.allclose(reference.make_dataset(num_points)[0], data, rtol=0, atol=1e-9)


def test_they_agree_with_the_grader_over_the_corpus():
    """What passes scores 95 or more, what fails scores below 100; the scores are those that test_corpus asserts.

    Training is compared over its first 100 steps here, and of the corpus every third submission where not everything is run;
    `python -m grader.selftest.public` compares all of it.
    """
    step = 1 if EVERYTHING else 3
    right = [entry for entry in public.checkable() if entry.is_right][::step]
    wrong = [entry for entry in public.checkable() if not entry.is_right][::step]
    said = {**public.verdicts(right, cpu_s=30, table_rows=3), **public.verdicts(wrong, cpu_s=2, table_rows=3)}
    assert len(said) > 140 / step and sum(verdict.passed for verdict in said.values()) > 40 / step
    assert [entry.name for entry in (*right, *wrong) if said[entry.name].disagrees(*entry.expected["score"])] == []
