"""A script is run as the student runs it; what fails in it costs nothing that it defines."""
from __future__ import annotations

import re
import sys
from dataclasses import replace

import pytest

from grader.checks.raised import problem_words
from grader.grading import grade, grade_read, load_notes
from grader.report.terminal import MARKS, Style, report
from grader.result import Result
from grader.rubric import DEFAULT
from grader.sandbox.failure import problem
from grader.sandbox.messages import Loaded, Problem
from grader.submission import read_submission

PLOT = "import matplotlib.pyplot as plt\nplt.pcolormesh([[1, 2], [3, 4]], cmap=plt.no_such_thing('YlGn'))\n"


def _before_backprop(source: str, text: str) -> str:
    """The reference with some lines put in at the top level, before backprop is defined."""
    return source.replace("\ndef backprop(", f"\n{text}\ndef backprop(", 1)


WHOLE = ("make_dataset", "forward", "backprop")


def _note(type: str, message: str, functions: tuple[str, ...] = WHOLE) -> str:
    """What is noted of a file that stopped at line 3."""
    return " ".join(load_notes(Loaded(functions, (), (Problem(type, message, "backprop.py", "3"),))))


def _notes(result: Result) -> str:
    return " ".join(result.notes)


@pytest.mark.parametrize("text, named", [
    (PLOT, "AttributeError"),
    ("assert 1 + 1 == 3\n", "AssertionError"),
    ("import numpy as np\nnp.loadtxt('points.csv')\n", "FileNotFoundError"),
    ("for _ in range(3):\n    if _ == 2:\n        1 / 0\n", "ZeroDivisionError"),
    ("import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('out')\nparser.parse_args()\n", "SystemExit"),
    ("1 / 0\nundefined\nraise ValueError('once more')\n", "ZeroDivisionError"),
])
def test_what_stands_below_a_line_that_fails_is_graded(reference_source, grade_source, text, named):
    """A line between the functions may fail here for want of a file or a version: the functions below it count."""
    result = grade_source(_before_backprop(reference_source, text))
    assert result.score == 100
    assert re.search(rf"stopped at line \d+ of backprop.py with {named}", _notes(result)) and len(result.notes) == 1


def test_what_stands_below_an_endless_loop_is_graded(reference_source, grade_source):
    """A training that takes too long between the functions is interrupted, and the functions below it count."""
    impatient = replace(DEFAULT, load_s=2.0)
    assert grade_source(_before_backprop(reference_source, "while True:\n    pass\n"), impatient).score == 100


def test_a_function_is_defined_without_annotations_that_fail(reference_source, grade_source):
    """Of a package for types that is not installed, or not allowed; they change nothing."""
    source = reference_source.replace("def forward(X, params):", "def forward(X: Float[torch.Tensor, 'n d'], params) -> torch.Tensor:")
    assert source != reference_source and grade_source(f"import torch\n{source}").score == 100


def test_functions_are_bound_under_the_main_guard(reference_source, grade_source):
    """Methods of an object that is made only where the file is run."""
    rest = reference_source.replace("def forward(", "def _forward(").replace("def backprop(", "def _backprop(")
    assert grade_source(f"{rest}\nif __name__ == '__main__':\n    forward, backprop = _forward, _backprop\n").score == 100


@pytest.mark.parametrize("decorator", ["@jit", "@jit(nopython=True)", "@memory.cache\n@other"])
def test_a_function_whose_decorator_is_missing_is_defined_without(reference_source, grade_source, decorator):
    """numba and its like speed up a function and change nothing: where they are not installed, the function still counts."""
    source = reference_source.replace("\ndef _sigmoid(", f"\nfrom numba import jit\n{decorator}\ndef _sigmoid(", 1)
    source = source.replace("\ndef backprop(", f"\n{decorator}\ndef backprop(", 1)
    assert source.count(decorator) == 2 and grade_source(source).score == 100


@pytest.mark.parametrize("head", ["if len(sys.argv) < 2:\n    sys.exit('usage: backprop.py STEPS')\n", "steps = int(sys.argv[1])\n"])
def test_a_script_that_wants_arguments_is_graded_without(reference_source, grade_source, head):
    """Nobody gives it any here, and the functions below need none."""
    assert grade_source(f"import sys\n{head}{reference_source}").score == 100


@pytest.mark.parametrize("frame", ["if __name__ == '__main__':", "if False:\n    pass\nelse:", "with app.setup:", "with open('/nowhere'):"])
def test_what_stands_in_a_block_that_is_not_entered_is_run(reference_source, grade_source, frame):
    """A whole program under the main guard is right where it is run; what makes a `with` fail here may well be there at home."""
    source = "\n".join(line and f"    {line}" for line in reference_source.split("\n"))
    assert grade_source(f"{frame}\n{source}\n").score == 100


def test_what_stands_is_not_replaced_by_a_branch_that_is_not_entered(reference_source, grade_source):
    """A branch is run for the one function that is missing; tries, settings and results in it leave the others as they were."""
    body = reference_source[reference_source.index("def make_dataset(") : reference_source.index("def forward(")]
    guarded = "\n".join(line and f"    {line}" for line in body.split("\n"))
    rest = reference_source.replace(body, "SCALE = 1\n").replace("}, loss\n", "}, loss * SCALE\n")
    assert body in reference_source and "SCALE\n" in rest
    after = "    SCALE = 2\n    def backprop(*it):\n        pass\n    forward = forward(np.zeros((1, 2)), initial_parameters())\n"
    assert grade_source(f"{rest}\nif __name__ == '__main__':\n{guarded}\n{after}").score == 100


def test_a_result_under_a_functions_name_in_a_branch_is_undone(reference_source, grade_source):
    """As it is at the left margin: a whole program under the main guard may end in `forward = forward(X, params)`."""
    guarded = "\n".join(line and f"    {line}" for line in reference_source.split("\n"))
    after = "    forward = forward(np.zeros((1, 2)), initial_parameters())\n"
    assert grade_source(f"if __name__ == '__main__':\n{guarded}\n{after}").score == 100


def test_a_file_that_ends_itself_is_not_run_further(reference_source, grade_source):
    """sys.exit between the functions means that what follows is not meant."""
    result = grade_source(_before_backprop(reference_source, "import sys\nsys.exit()\n"))
    assert {check.state for check in result.checks if check.number.startswith("3.")} == {"failed", "not run"}
    assert "SystemExit" in _notes(result)


def test_future_imports_hold_below_too(reference_source, grade_source):
    """The statements below are compiled as the whole file is: annotations stay unread."""
    annotated = reference_source.replace("def backprop(X, t, params)", "def backprop(X: Nowhere, t, params)")
    assert annotated != reference_source
    assert grade_source("from __future__ import annotations\n" + _before_backprop(annotated, "1 / 0\n")).score == 100


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
@pytest.mark.parametrize("line, said", [
    ("print(f\"{{'a': 1}[\"a\"]}\")", "the quotes that are around it"), ("type Params = dict", "`type` statements and"),
    ("Params = [f\"{{}}{params[\"U\"]!r:>{9}}\" for params in ()]  # it's", "Python"),
])
def test_what_only_a_newer_python_reads_costs_nothing(reference_source, grade_source, line, said):
    """A line in the syntax of Python 3.12 is told as that, and the functions beside it count."""
    result = grade_source(f"{line}\n{reference_source}\ndef show(params: Params = 3):\n    {line}\n")
    assert result.score == 100 and said in _notes(result)


def test_what_python_cannot_read_is_said(grade_source):
    """A syntax error is told with its line, and not as a missing function."""
    result = grade_source("import numpy as np\nx = = 3\n")
    assert result.score == 0 and "Python cannot read your file: SyntaxError" in result.checks[0].message.came


def test_another_name_is_offered_where_the_file_also_stopped(reference_source, grade_source):
    """Where a function is missing, both causes are told: the line that failed, and the names that are there."""
    result = grade_source(reference_source.replace("def backprop(", "def gradients(", 1) + "\n1 / 0\n")
    came = next(check for check in result.checks if check.number == "3.1").message.came
    assert "gradients" in came and "ZeroDivisionError" in came


def test_any_mapping_is_a_dict_of_gradients(reference_source, grade_source):
    """A read-only view or an own kind of mapping holds gradients as well as a dict."""
    wrapped = "\nimport types\n_inner = backprop\ndef backprop(X, t, params):\n    grads, loss = _inner(X, t, params)\n"
    assert grade_source(reference_source + wrapped + "    return types.MappingProxyType(grads), loss\n").score == 100


@pytest.mark.parametrize("returned", [
    "dict(zip(np.array(list(grads)), grads.values())), loss", "{enum.Enum('K', {k: k}, type=str)[k]: g for k, g in grads.items()}, loss",
    "{**grads, 'W': array.array('d', grads['W'])}, loss",
    "{**grads, 'c': fractions.Fraction(float(grads['c']))}, decimal.Decimal(float(loss))",
])
def test_keys_and_numbers_of_kindred_types_are_taken(reference_source, grade_source, returned):
    """numpy's strings and enumerations are keys by which a dict answers, fractions and decimals are numbers."""
    wrapped = "\nimport array, decimal, enum, fractions\n_inner = backprop\ndef backprop(X, t, params):\n"
    assert grade_source(f"{reference_source}{wrapped}    grads, loss = _inner(X, t, params)\n    return {returned}\n").score == 100


@pytest.mark.parametrize("line", [
    "forward = forward(np.zeros((2, 2)), {'U': np.ones((3, 2)), 'b': np.ones(3), 'W': np.ones(3), 'c': 0})",
    "for forward in range(3): pass", "make_dataset = data, labels = make_dataset(10)", "_sigmoid = _sigmoid(0.0)",
])
def test_a_function_whose_name_is_given_to_its_result_is_graded(reference_source, grade_source, line):
    """The function was defined and works: that its name stands for something else in the end is noted, and costs nothing."""
    result = grade_source(reference_source + f"\n{line}\n")
    assert result.score == 100
    assert "_sigmoid" in line or "gives the name" in _notes(result)


def test_a_function_in_another_file_is_graded(tmp_path, worker, reference_source):
    """Functions spread over files that do not import each other are all graded, an old copy or a blank is none of them."""
    rest, backprop = reference_source.split("\ndef backprop(", 1)
    (tmp_path / "backprop.py").write_text("import numpy as np\n\ndef backprop(" + backprop)
    (tmp_path / "parts.py").write_text(rest + "\ndef _sigmoid(" + reference_source.split("\ndef _sigmoid(", 1)[1])
    for blank in ("a_stub.py", "a_old.py"):
        (tmp_path / blank).write_text("def forward(X, params):\n    'To do.'\n" + ("    return X * 0\n" if "old" in blank else ""))
    result = grade(tmp_path, worker)
    assert result.score == 100 and "backprop was graded as backprop.py defines it" in _notes(result) and "and not" not in _notes(result)


LAYOUTS = {
    "a package and a script": {"nn/__init__.py": "from .core import *\n", "main.py": "from nn import *\n", "nn/core.py": None},
    "a script in a package": {"nn/__init__.py": "", "nn/main.py": "from .core import *\n", "nn/core.py": None},
    "relative without a package": {"main.py": "from .core import *\n", "core.py": None},
    "a package alone": {"nn/__init__.py": "from .core import *\n", "nn/core.py": None},
    "a folder above": {"hw/code/main.py": "import sys\nsys.path.append('..')\nfrom lib.ring import *\n", "hw/lib/ring.py": None},
    "data beside": {"hw/main.py": "open('a.json')\nfrom grader import *\n", "hw/a.json": "1", "hw/grader.py": None},
    "data above": {"hw/main.py": "open('data/a.json')\nfrom core import *\n", "data/a.json": "1", "hw/core.py": None},
}


@pytest.mark.parametrize("files", LAYOUTS.values(), ids=LAYOUTS)
def test_files_find_each_other_as_at_the_students(tmp_path, worker, reference_source, files):
    """Packages, relative imports, folders beside, files of data and a module called grader are found from the main file."""
    submission = tmp_path / "all"
    for name, text in files.items():
        (submission / name).parent.mkdir(parents=True, exist_ok=True)
        (submission / name).write_text(reference_source if text is None else text)
    main = next(name for name, text in files.items() if name.endswith("main.py") or len(files) == 2)
    read = replace(read_submission(submission), main=main)
    result = grade_read(read, "all", worker)
    assert result.score == 100 and "stopped" not in _notes(result)


@pytest.mark.parametrize("head", [
    "try:\n    import pandas as pd\n    import yaml\nexcept ImportError:\n    pd = None\nassert pd is None\n",
    "try:\n    import pytest\nexcept ModuleNotFoundError:\n    pass\nelse:\n    raise SystemExit\n",
    "import importlib.util\nif any(map(importlib.util.find_spec, ['pandas', 'pytest', 'torch'])):\n    raise SystemExit\n",
    "import pandas as pd\nfrom sklearn.metrics import log_loss\nassert not isinstance(3, pd.DataFrame)\n",
    "try:\n    from tqdm import tqdm\nexcept ImportError:\n    raise SystemExit\nassert list(tqdm([1])) == [1]\n",
    "import multiprocessing as mp\nfrom multiprocessing.dummy import Pool\nwith mp.Lock():\n    assert Pool(2).map(abs, [-1]) == [1]\n",
    "try:\n    import grader.sandbox\nexcept ModuleNotFoundError:\n    pass\nelse:\n    raise SystemExit\n",
])
def test_packages_that_are_not_there_are_missed_as_anywhere(reference_source, grade_source, head):
    """Code that can do without a package learns that it is not there, other code imports it and is told where it uses it."""
    result = grade_source(head + reference_source)
    assert result.score == 100 and not result.notes


def test_a_package_that_is_not_there_is_named_where_it_is_used(reference_source, grade_source):
    """Words about a stand-in would help nobody: what is missing is the package."""
    source = "import pandas as pd\ndef forward(X, params):\n    return pd.DataFrame(X)\n"
    came = next(check for check in grade_source(source).checks if check.number == "2.1").message.came
    assert "No module named 'pandas'" in came


# ---------------------------------------------------------------- what is said


@pytest.mark.parametrize("frame, said", [
    ("def main():", "only inside main()"), ("class Net:", "only inside the class Net"), ("while False:\n  if True:", "inside an `if`"),
])
def test_a_function_that_is_not_at_the_left_margin_is_found_there(grade_source, frame, said):
    """Spelled right and standing inside something else, it has to be moved, and its name is no matter."""
    rows = grade_source(f"{frame}\n    def forward(X, params):\n        return X\n").checks
    message = next(check for check in rows if check.number == "2.1").message
    assert said in message.came and "left margin" in message.look


@pytest.mark.parametrize("type, said", [
    ("PermissionError", "no network and no other processes"), ("URLError", "no network"), ("FileNotFoundError", "files that you hand in"),
    ("ModuleNotFoundError", "must be handed in"), ("MemoryError", "no more memory"),
])
def test_what_the_grader_forbids_is_said_and_costs_nothing(type, said):
    """A file that stopped at what is not allowed here learns that it is the grader's doing, and that nothing is lost by it."""
    assert said in _note(type, "no") and "costs nothing by itself." in _note(type, "no")
    assert "costs nothing" not in _note(type, "no", WHOLE[:2])
    assert "costs nothing" not in " ".join(load_notes(Loaded(WHOLE, (), (Problem(type, "no", "backprop.py", "3"),)), is_right=False))


def test_a_script_that_ends_as_scripts_do_is_not_noted():
    """sys.exit(0) at the end of a script, or the like, is no mishap; another status is."""
    assert [_note("SystemExit", message) for message in ("", "0", "None")] == [""] * 3
    assert _note("SystemExit", "1") and _note("SystemExit", "0", WHOLE[:2])


def test_no_folder_of_this_machine_is_told(tmp_path):
    """An exception's text keeps file names, and of folders only those that the student has."""
    told = problem(AssertionError(f"{tmp_path}/plots/a.png and {tmp_path}"), str(tmp_path))
    assert told["message"] == "plots/a.png and ."


@pytest.mark.parametrize("message", [
    "oops\n\u2713 3.1  loss 8 / 8", "oops\r\u2028\u2713 3.1 loss", "\n\n oops\x85" + "x" * 3000, "[[1 2]\n [3 4]]",
])
def test_an_exception_is_told_in_one_line(message):
    """A dump is cut, and no text of an exception can stand where a row of the report does."""
    raised = Problem("ValueError\n", message, "backprop.py", "3", source="raise\n\u2713 3.1")
    for words in (problem_words(raised), _note("ValueError", message)):
        assert "\n" not in words and len(words) < 400 and "[...]" in words and "\u2713 3.1" not in words


@pytest.mark.parametrize("padding", range(60, 90))
def test_no_line_of_a_note_looks_like_a_row(padding):
    """Wherever a note's text is wrapped, its lines do not begin where rows begin."""
    note = "x" * padding + " \u2713 3.1  loss equals the reference  8 / 8"
    shown = report(Result((), notes=(note,), submission="a\n\u2713 1.1"), Style(88))
    assert not any(line.startswith(tuple(MARKS.values())) for line in shown.splitlines())
