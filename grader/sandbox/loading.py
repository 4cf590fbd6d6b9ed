"""Loads a student's file the way students run it. Runs in the child, beside student code.

What may live here: running a script or the cells of a notebook, finding modules, and saying what stopped it.
Of a script the statements below one that fails run all the same, and of a notebook each cell, so that a plot between
the functions which fails here and not at the student's costs nothing. Neither runs for longer than its share of time,
so that a slow training costs nothing either.
"""
from __future__ import annotations

import ast
import contextlib
import importlib.machinery
import importlib.util
import inspect
import linecache
import signal
import sys
import time
import tokenize
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from grader.sandbox import notebook, session
from grader.sandbox.border import CELL, FUNCTIONS, MAX_NAMES
from grader.sandbox.deadline import own
from grader.sandbox.locate import locate
from grader.sandbox.wire import Value

MODULE_NAME = "backprop"

PROTECTED = frozenset({"numpy", "scipy", "matplotlib"})
"""A file of the submission with such a name never stands in for the library."""

DIFFERENTIATES = frozenset({"torch", "jax", "tensorflow", "autograd", "keras", "theano", "mxnet", "tinygrad"})
"""Packages that compute gradients by themselves."""

DECORATION = frozenset({"seaborn", "pandas", "tqdm", "IPython", "ipywidgets", "plotly", "sklearn", "google", "imageio"})
"""Packages that scripts import for show. Where one is missing, a stand-in that does nothing takes its place."""

ALWAYS_STUBS = frozenset({"IPython", "ipywidgets", "google"})
"""Of these, those that would look for a real notebook around them."""

MAX_MESSAGE_CHARS = 400
MAX_PROBLEMS = 5
MAX_RESUMPTIONS = 50
TOP_LEVEL_AWAIT = 0x2000  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


class TimeLimit(BaseException):
    """The file has run for its share of time and was stopped."""


@dataclass
class Loading:
    """What came of running a file.

    namespace  what it defined
    problems   what stopped it, or cells that are to blame for a graded function that is missing or an older one
    unusable   why it cannot be run at all, see border.unusable; () where it was run
    """

    namespace: dict[str, Any]
    problems: list[dict[str, Value]] = field(default_factory=list)
    unusable: tuple[str, ...] = ()


def load(path: Path, run_s: float) -> Loading:
    """Run the student's file, a script or a notebook, as the module `backprop`, for at most run_s seconds."""
    folder = str(path.parent)
    sys.path.insert(0, folder)
    sys.meta_path.insert(0, _Finder(folder))
    _forget_ipython()
    session.install()
    sys.argv = [str(path)]
    session.silence_plotting()
    module = ModuleType(MODULE_NAME)
    module.__file__ = str(path)
    sys.modules[MODULE_NAME] = module
    sys.modules.setdefault(path.stem, module)
    data = path.read_bytes()
    if notebook.is_notebook(path.name, data):
        return _load_notebook(path, data, module, run_s)
    return _load_script(path, data, module, run_s)


def _forget_ipython() -> None:
    """The transformer is kept, but student code that imports IPython gets the stand-in."""
    notebook.transformer()
    for name in [name for name in sys.modules if name.partition(".")[0] == "IPython"]:
        del sys.modules[name]


def _run(compiled: Callable[[], CodeType], module: ModuleType, run_s: float) -> BaseException | None:
    """Compile and run within a time; returns what was raised."""
    try:
        with _time_limit(run_s):
            code = compiled()
            result = eval(code, module.__dict__)  # the purpose of this process
            if code.co_flags & inspect.CO_COROUTINE:
                _drive(result)
    except BaseException as error:
        return error
    return None


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    deadline = own(seconds)

    def stop(number: int, frame: object) -> None:
        if (left_s := deadline.left_s()) > 0:  # it has waited for a processor
            signal.setitimer(signal.ITIMER_REAL, left_s)
            return
        raise TimeLimit(f"it was still running after {seconds:.0f} seconds and was stopped here")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _drive(coroutine: Any) -> None:
    """Run a cell with await at its top: as far as it goes without an event loop, for which sockets are needed."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        return


# ---------------------------------------------------------------- scripts


def _load_script(path: Path, data: bytes, module: ModuleType, run_s: float) -> Loading:
    end_s = time.monotonic() + run_s
    error = first = _run(partial(_compiled_script, path, data), module, run_s / 2)
    above = 0
    for _ in range(MAX_RESUMPTIONS):
        stopped_at = _module_line(error, str(path))
        if stopped_at <= above:
            break
        above = stopped_at
        error = _run(partial(_compiled_below, path, above), module, max(1.0, (end_s - time.monotonic()) / 2))
    return Loading(module.__dict__, [problem(first, str(path.parent))] if first is not None else [])


def _compiled_script(path: Path, data: bytes) -> CodeType:
    try:
        return compile(data, str(path), "exec", dont_inherit=True)
    except SyntaxError:
        source = source_text(path)
        text = notebook.script_text(source)
        if text == source:
            raise
    return compile(text, str(path), "exec", dont_inherit=True)


def _module_line(error: BaseException | None, file: str) -> int:
    """The line of the script's own top level at which it failed; 0 where it did not fail, or ended by itself."""
    if isinstance(error, (Exception, TimeLimit)):
        for frame, line in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename == file and frame.f_code.co_name == "<module>":
                return line
    return 0


def _compiled_below(path: Path, line: int) -> CodeType:
    """The statements of the top level below the one that holds a line, with the script's future imports.

    A function whose decorator failed is defined without any.
    """
    body = ast.parse(notebook.script_text(source_text(path))).body
    futures = [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    below = [node for node in body if _first_line(node) > line and node not in futures]
    for node in body:
        if isinstance(node, ast.FunctionDef) and _first_line(node) <= line < node.body[0].lineno and node.decorator_list:
            node.decorator_list.clear()
            below.insert(0, node)
    return compile(ast.Module([*futures, *below], []), str(path), "exec", dont_inherit=True)


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


# ---------------------------------------------------------------- notebooks


def _load_notebook(path: Path, data: bytes, module: ModuleType, run_s: float) -> Loading:
    try:
        cells = notebook.read_cells(data)
    except notebook.NotANotebook as error:
        return Loading(module.__dict__, unusable=(error.code, error.detail))
    end_s = time.monotonic() + run_s
    failed: list[Failed] = []
    for cell in cells:
        name = f"{path}{CELL}{cell.number}"
        linecache.cache[name] = (len(cell.source), None, cell.source.splitlines(keepends=True), name)
        text = notebook.python_of(cell.source)
        if isinstance(text, notebook.Written):
            session.write_file(text, path.parent)
            continue
        raised = _run(partial(_compiled_cell, text, name), module, max(1.0, (end_s - time.monotonic()) / 2))
        if raised is not None:
            failed.append((cell, name, raised))
    to_blame = _to_blame(failed, module.__dict__)
    reports = [{**problem(error, str(path.parent)), "defines": " ".join(sorted(cell.defines))} for cell, _, error in to_blame]
    return Loading(module.__dict__, reports[:MAX_PROBLEMS])


def _compiled_cell(text: str, name: str) -> CodeType:
    code: CodeType = compile(text, name, "exec", flags=TOP_LEVEL_AWAIT, dont_inherit=True)
    return code


Failed = tuple[notebook.Cell, str, BaseException]


def _to_blame(failed: list[Failed], namespace: dict[str, Any]) -> list[Failed]:
    """The failed cells that hold a graded function which is missing, or which stands as an earlier cell defined it.

    Where a function is missing and no failed cell holds it, the first that failed is among them.
    """
    missing = {name for name in FUNCTIONS if pick(namespace, name) is None}
    to_blame = [
        failure for failure in failed
        if failure[0].defines & missing or any(_file_of(namespace.get(name)) != failure[1] for name in failure[0].defines)
    ]
    explained = {name for failure in to_blame for name in failure[0].defines}
    return failed[:1] * bool(missing - explained and failed and failed[0] not in to_blame) + to_blame


def _file_of(function: Any) -> str:
    try:
        return str(function.__code__.co_filename)
    except Exception:
        return ""


def place(path: Path, function: str, step: str) -> str | None:
    """Where a step is computed, see locate.locate: a line, or 'cell:line' in a notebook; None if in doubt."""
    data = path.read_bytes()
    if not notebook.is_notebook(path.name, data):
        line = locate(source_text(path), function, step)
        return None if line is None else str(line)
    with contextlib.suppress(notebook.NotANotebook):
        for cell in reversed(notebook.read_cells(data)):
            text = notebook.python_of(cell.source)
            if function in cell.defines and isinstance(text, str) and notebook.parses(text):
                line = locate(text, function, step)
                return None if line is None else f"{cell.number}:{line}"
    return None


# ---------------------------------------------------------------- reports


def missing_name_hint(namespace: dict[str, Any]) -> tuple[str, ...]:
    """Names of the functions that the file defines itself, a few, for 'did you mean'."""
    names = [
        name
        for name, item in namespace.items()
        if callable(item) and getattr(item, "__module__", None) == MODULE_NAME and isinstance(name, str)
    ]
    return tuple(name for name in names[:MAX_NAMES] if len(name) <= MAX_MESSAGE_CHARS)


def problem(error: BaseException, folder: str) -> dict[str, Value]:
    """What went wrong, as text fields: type, message, file, line, function, source."""
    found = {"type": type(error).__name__, "message": "", "file": "", "line": "", "function": "", "source": "", "defines": ""}
    try:
        found["message"] = _without_places(str(error), folder)
        if isinstance(error, SyntaxError):
            found["message"] = str(error.msg)
            found.update(file=str(error.filename or ""), line=str(error.lineno or ""), source=str(error.text or ""))
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(folder)]
        if frames and not (isinstance(error, SyntaxError) and found["line"]):
            last = frames[-1]
            found.update(file=last.filename, line=str(last.lineno), function=last.name, source=last.line or "")
    except Exception:
        found["message"] = found["message"] or "(the error could not be described)"
    found["file"] = found["file"].rpartition("/")[2]
    found["source"] = found["source"].strip()
    return {key: text[:MAX_MESSAGE_CHARS] for key, text in found.items()}


def _without_places(text: str, folder: str) -> str:
    """The text without the folders of this machine in which the submission and the libraries lie."""
    for place in (folder, sys.prefix):
        text = text.replace(f"{place}/", "").replace(place, ".")
    return text


class _Finder:  # not from importlib.abc, whose import costs as much as tempfile's
    """Finds libraries before namesakes in the submission, and stands in for packages that are absent."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        name = fullname.partition(".")[0]
        if name in PROTECTED and path is None:
            elsewhere = [entry for entry in sys.path if entry not in (self.folder, "")]
            return importlib.machinery.PathFinder.find_spec(fullname, elsewhere)
        if name in DIFFERENTIATES:
            if self._is_own_file(name):
                return None
            raise ImportError(
                f"{name} computes gradients by itself, and this exercise is about deriving them by hand: it cannot be imported here"
            )
        if name in DECORATION and (name in ALWAYS_STUBS or not _is_readable(importlib.machinery.PathFinder.find_spec(name))):
            return importlib.util.spec_from_loader(fullname, session.StubLoader(), is_package=True)  # type: ignore[arg-type]
        return None

    def _is_own_file(self, name: str) -> bool:
        return importlib.machinery.PathFinder.find_spec(name, [self.folder]) is not None


def _is_readable(spec: importlib.machinery.ModuleSpec | None) -> bool:
    """Whether a package is there, and confinement lets it be read."""
    if spec is None or spec.origin is None:
        return False
    try:
        with open(spec.origin, "rb"):
            return True
    except OSError:
        return False


def syntax_text(path: Path) -> str:
    """The Python of a file, of a notebook that of its cells; "" where there is none."""
    with contextlib.suppress(OSError):
        data = path.read_bytes()
        if notebook.is_notebook(path.name, data):
            return notebook.joined(data)
    return notebook.script_text(source_text(path))


def source_text(path: Path) -> str:
    """The file's text as the interpreter decodes it; "" where it cannot."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeError):
        return ""


def pick(namespace: dict[str, Any], name: str) -> Callable[..., Any] | None:
    """The function that the student wrote under this name, if there is one."""
    function = namespace.get(name)
    return function if callable(function) else None
