"""Notebooks are graded as Jupyter would run them, whatever stands in them beside Python."""
from __future__ import annotations

import json
import zipfile

import IPython.core.inputtransformer2  # noqa: F401 - the worker loads it before a notebook comes
import pytest

from grader.grading import grade
from grader.sandbox import notebook
from grader.sandbox.notebook import NotANotebook, Written, python_of, read_cells
from grader.sandbox.session import Shell
from grader.submission import UnusableSubmission, read_submission
from grader.submission.gathering import MAX_NOTEBOOK_BYTES

SETUP = "import numpy as np\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"
DATASET = """def make_dataset(num_points):
    data = []
    for i in range(num_points):
        r = np.random.uniform(0, 2.5) if i < num_points // 2 else np.random.uniform(3.5, 5)
        a = np.random.uniform(0, 2 * np.pi)
        data.append([r * np.sin(a), r * np.cos(a)])
    return np.array(data), np.repeat([1, 0], num_points // 2)
"""
FORWARD = """def forward(X, params):
    return sigmoid(np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"])
"""
BACKPROP = """def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    y = sigmoid(H @ params["W"] + params["c"])
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    z_bar = (y - t) / len(X)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    return {"U": G_bar.T @ X, "b": G_bar.sum(0), "W": H.T @ z_bar, "c": z_bar.sum()}, loss
"""
WHOLE = [SETUP, DATASET, FORWARD, BACKPROP]


def document(sources, **more):
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text} for text in sources]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}


def save(path, sources, **more):
    path.write_text(json.dumps(document(sources, **more)))
    return path


def score_of(path, worker):
    return grade(path, worker).score


# ---------------------------------------------------------------- lines and cells that are not Python


@pytest.mark.parametrize("source, defined", [
    ("%matplotlib inline\nx = 1", {"x": 1}),
    ("!pip install numpy \\\n   scipy\nx = 1", {"x": 1}),
    ("files = !ls {x} | head\nt = %timeit -o 1", {"files": []}),
    ("?len\nlen?\nlen??\nx = 1", {"x": 1}),
    ("def f():\n    !ls\n    %time y = 1\n    return 2\nx = f()", {"x": 2}),
    ("if True:\n    !ls\nx = 1", {"x": 1}),
    ("x = (5\n  %3)\ny = 10 \\\n % 4", {"x": 2, "y": 2}),
    ("x = '%d' % 3", {"x": "3"}),
    ('x = ("%d"\n  %3)', {"x": "3"}),
    ('x = """\n%time\n!ls\n"""', {"x": "\n%time\n!ls\n"}),
    ("%%time\nx = 1", {"x": 1}),
    ("\n\n%%capture out\n\n%%time\nx = 1\n!ls", {"x": 1}),
    ("%time x = 1", {"x": 1}),
    ("x = %time 1 + 1", {"x": 2}),
    ("%%bash\nx=1", {}),
    ("%%html\nx = 1", {}),
    ("%%writefile notes.txt\nx = 1", {}),
    ("%%a_magic_nobody_knows\nx = 1", {"x": 1}),
    ("%%a_magic_nobody_knows\nx <- 1 2", {}),
    ("%pylab inline\nx = float(sin(0))", {"x": 0.0}),
    (">>> x = 1\n>>> y = 2", {"x": 1, "y": 2}),
    ("get_ipython().magic('matplotlib inline')\nx = 1", {"x": 1}),
    ("get_ipython().run_cell_magic('time', '', 'x = 1')", {"x": 1}),
    ("x: int = 1; print(x);", {"x": 1}),
])
def test_a_cell_becomes_the_python_that_jupyter_would_run(source, defined):
    """Magics that run Python run it; magics of other languages, shell lines and questions leave nothing behind."""
    text = python_of(source)
    found = {"get_ipython": Shell, "x": None}
    exec(compile("" if isinstance(text, Written) else text, "cell", "exec"), found)
    for name in ("x", "y", "files"):
        assert found.get(name) == defined.get(name), name


@pytest.mark.parametrize("header", ["", "\n\n", "%%time\n", " %%time\n", "%%capture out\n\n%%time\n", "%matplotlib inline\n", "!ls\n"])
def test_lines_keep_their_numbers(header):
    """An error is told at the line that the student sees."""
    wanted = header.count("\n") + 2
    with pytest.raises(ZeroDivisionError) as caught:
        exec(compile(python_of(header + "x = 1\ny = 1 / 0\n"), "cell", "exec"), {"get_ipython": Shell})
    assert caught.traceback[-1].lineno + 1 == wanted


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("data, words", [
    (b"", "empty file"),
    (b"  \n", "empty file"),
    (b"{", "JSON breaks at line 1"),
    (b'{"cells": [\n{"cell_type": "code", "sou', "JSON breaks at line 2"),
    (b"<!DOCTYPE html><html></html>", "web page"),
    (b"def forward(X, params): pass", "no notebook"),
    (b"[1, 2]", "no notebook"),
    (b'{"a": 1}', "no cells"),
    (b'{"cells": 3, "nbformat": 4}', "no code cell"),
    (b'{"cells": [{"cell_type": "markdown", "source": "def forward(): 1"}], "nbformat": 4}', "no code cell"),
    (b'{"cells": [], "nbformat": 9}', "format 9"),
    (b'{"cells": [1, null, [], {"cell_type": {}}], "nbformat": 4}', "no code cell"),
    (b'{"nbformat": 4, "cells": ' + b"[" * 200_000, "nested too deep"),
    (b'{"cells": [\n<<<<<<< HEAD\n', "merge"),
])
def test_what_is_no_notebook_is_said_in_one_line(data, words):
    """Each way in which a file is no notebook has words of its own."""
    with pytest.raises(NotANotebook, match=words) as caught:
        read_cells(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("language", [
    {"language_info": {"name": "R"}}, {"kernelspec": {"name": "ir"}}, {"kernelspec": {"language": "julia"}},
])
def test_other_languages_are_named(language):
    """A notebook of another kernel is refused with its language's name, unless it defines what is asked for."""
    with pytest.raises(NotANotebook, match=r"in (R|julia)"):
        read_cells(json.dumps(document(["x <- 1"], metadata=language)).encode())
    assert read_cells(json.dumps(document([FORWARD], metadata=language)).encode())


@pytest.mark.parametrize("change", [
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: text.replace("import numpy as np", "import numpy as np  # f\u00fcr").encode("latin-1"),
    lambda text: text.replace('"nbformat_minor": 5', '"nbformat_minor": ' + "9" * 5000).encode(),
    lambda text: text.replace('"nbformat_minor": 5', '"x": NaN').encode(),
    lambda text: text.replace('"metadata": {}', '"metadata": "\\ud800"').encode(),
    lambda text: text.replace('"source"', '"input"').replace('"cells"', '"worksheets": [{"cells"').replace("}], ", "}]}], ", 1).encode(),
    lambda text: text.replace("\\n", "\\r\\n").encode(),
])
def test_odd_bytes_are_read_all_the_same(change):
    """Marks of byte order, other encodings, huge numbers and the old format lose no cell."""
    cells = read_cells(change(json.dumps(document(WHOLE), ensure_ascii=False)))
    names = {}
    for cell in cells:
        exec(compile(python_of(cell.source), "cell", "exec"), names)
    assert {"make_dataset", "forward", "backprop"} <= set(names)


def test_source_may_be_a_list_or_one_text():
    """Both forms of the format give the same cells."""
    as_lists = document([text.splitlines(keepends=True) for text in WHOLE])
    assert read_cells(json.dumps(as_lists).encode()) == read_cells(json.dumps(document(WHOLE)).encode())


# ---------------------------------------------------------------- what is chosen


def test_a_notebook_comes_as_file_folder_and_zip(tmp_path, worker):
    """A notebook is graded wherever a script is, with the modules beside it."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "maths.py").write_text(SETUP)
    path = save(folder / "my homework.ipynb", ["from maths import *\n", DATASET, FORWARD, BACKPROP])
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"hw/{file.name}")
    assert [score_of(here, worker) for here in (path, folder, tmp_path / "all.zip")] == [100, 100, 100]


def test_of_script_and_notebook_the_fuller_one_counts(tmp_path):
    """More functions win, then the script; a blank of the template is no function."""
    save(tmp_path / "backprop.ipynb", WHOLE)
    (tmp_path / "backprop.py").write_text(SETUP + DATASET)
    assert read_submission(tmp_path).main == "backprop.ipynb"
    (tmp_path / "backprop.py").write_text("".join(WHOLE))
    found = read_submission(tmp_path)
    assert found.main == "backprop.py" and "backprop.ipynb" in found.notes[0]
    names = ("make_dataset", "forward", "backprop")
    blanks = "\n".join(f'def {name}(*_):\n    raise NotImplementedError("{name} is yours to write")' for name in names)
    (tmp_path / "backprop.py").write_text(blanks)
    assert read_submission(tmp_path).main == "backprop.ipynb"
    save(tmp_path / "backprop.ipynb", [blanks])
    (tmp_path / "backprop.py").write_text("".join(WHOLE))
    assert read_submission(tmp_path).main == "backprop.py"


def test_pictures_in_outputs_have_room_and_a_bound(tmp_path):
    """Ten megabytes of outputs are read; beyond the bound one line says why not."""
    path = save(tmp_path / "big.ipynb", WHOLE, metadata={"picture": "A" * 10_000_000})
    assert read_submission(path).main == "big.ipynb"
    path.write_bytes(path.read_bytes() + b" " * MAX_NOTEBOOK_BYTES)
    with pytest.raises(UnusableSubmission, match="at most 20,971,520"):
        read_submission(path)


def test_a_notebook_by_the_name_of_a_script_is_a_notebook(tmp_path, worker):
    """Somebody renamed it: it is graded all the same."""
    assert score_of(save(tmp_path / "backprop.py", ["%matplotlib inline\n", *WHOLE]), worker) == 100
    (tmp_path / "a.ipynb").write_text("".join(WHOLE))
    assert score_of(tmp_path / "a.ipynb", worker) == 100


# ---------------------------------------------------------------- what is said


def test_a_problem_is_told_by_cell_and_line(tmp_path, worker):
    """Errors in a call, errors of a cell, and slips found by the diagnosis point at a cell and a line in it."""
    wrong = BACKPROP.replace("len(X)", "1").replace("    H = np.tanh(X", "    # a comment\n    H = np.tanh(X")
    result = grade(save(tmp_path / "a.ipynb", ["%%time\n" + SETUP, DATASET, "%%time\n" + FORWARD.replace("X @", "X.foo @"), wrong]), worker)
    rows = {check.number: check.message for check in result.checks}
    assert "at code cell 3, line 3 (`return sigmoid(np.tanh(X.foo" in rows["2.1"].came
    assert "See code cell 4, line 6." in rows["3.2"].look
    result = grade(save(tmp_path / "b.ipynb", [SETUP, DATASET, "x = 1\nfrom nowhere import forward\n", BACKPROP]), worker)
    rows = {check.number: check.message for check in result.checks}
    assert "at code cell 3, line 2 (`from nowhere import forward`): No module named 'nowhere'" in rows["2.1"].came
    assert rows["3.1"].came == ""
    assert "Restart" not in rows["2.1"].look


def test_a_cell_that_was_to_bring_a_name_is_told_where_the_name_is_missed(tmp_path, worker):
    """The functions are all there and fail, because what they use stands in a cell that Python cannot read."""
    result = grade(save(tmp_path / "a.ipynb", [f"{SETUP}\nprint(", "x = (", DATASET, FORWARD, BACKPROP]), worker)
    came = next(check.message.came for check in result.checks if check.number == "2.1")
    assert "No line that was run defines sigmoid" in came
    assert len(result.notes) == 1 and "code cell 1" in result.notes[0]


def test_cells_that_fail_for_nothing_are_not_mentioned(tmp_path, worker):
    """With all functions there, a plot that fails is no matter of the grader's."""
    cells = ["import nowhere", *WHOLE, "import nowhere\nnowhere.plot()", "await nothing()", "raise SystemExit"]
    assert grade(save(tmp_path / "a.ipynb", cells), worker).notes == ()


@pytest.mark.parametrize("first, cell", [
    ("", "import torch\n"), ("", "import nowhere, os\n"), ("", "open('/content/data.csv')\n"), ("", "assert False\n"),
    ("import os\nos._exit(00)", ""),
])
def test_what_stands_below_a_line_that_fails_in_a_cell_is_run(tmp_path, worker, first, cell):
    """One line of a cell may fail here for want of a file or a package: the lines below it in the cell count, and it is noted."""
    result = grade(save(tmp_path / "a.ipynb", [first, cell + SETUP, *WHOLE[1:]]), worker)
    assert result.score == 100
    assert ("below it in that cell were run all the same" in " ".join(result.notes)) == bool(cell)


@pytest.mark.parametrize("line", ["raise ValueError('older versions below')", "assert False, 'older versions below'", "undefined"])
def test_a_function_that_is_there_is_not_replaced_by_what_the_student_never_ran(tmp_path, worker, line):
    """What stands in a cell below a line that fails at the student's too replaces no function of an earlier cell."""
    assert score_of(save(tmp_path / "a.ipynb", [*WHOLE, f"{line}\ndef forward(X, params):\n    return 0\n"]), worker) == 100


def test_files_that_cells_write_and_run_are_there(tmp_path, worker):
    """%%writefile writes modules and data alike, %run runs notebooks too, and functions in a module that was imported are graded."""
    save(tmp_path / "part1.ipynb", [SETUP, DATASET])
    cells = ["%run part1.ipynb", "%%writefile r.json\n[2.5]", "import json\nassert json.load(open('r.json')) == [2.5]\n" + FORWARD]
    save(tmp_path / "main.ipynb", [*cells, "%%writefile rest.py\n" + SETUP + BACKPROP, "import rest\nrest.backprop"])
    result = grade(tmp_path, worker)
    assert result.score == 100 and result.notes == ("backprop was graded as rest.py defines it, since your main file does not.",)


def test_a_cell_that_trains_for_long_costs_nothing(tmp_path, worker, rubric_of_small_patience):
    """A slow cell is interrupted, the next ones run; so is a slow script."""
    result = grade(save(tmp_path / "a.ipynb", [SETUP, "while True: pass", *WHOLE[1:]]), worker, rubric_of_small_patience)
    assert result.score == 100
    (tmp_path / "b.py").write_text("".join(WHOLE) + "while True: pass\n")
    result = grade(tmp_path / "b.py", worker, rubric_of_small_patience)
    assert result.score == 100 and "still running after" in result.notes[0]


@pytest.fixture
def rubric_of_small_patience():
    from dataclasses import replace

    from grader.rubric import DEFAULT

    return replace(DEFAULT, load_s=2.4)


def test_notebooks_have_the_fingerprint_of_their_code():
    """The same code as script and as notebook shares its hashes; outputs and magics have none."""
    from grader.sandbox.fingerprint import fingerprint

    data = json.dumps(document(["%matplotlib inline\n", *WHOLE, "%%bash\nls *"])).encode()
    of_notebook, of_script = fingerprint([notebook.joined(data)])[0], fingerprint(["\n".join(WHOLE)])[0]
    assert len(set(of_notebook) & set(of_script)) >= 0.9 * len(of_script) > 20
