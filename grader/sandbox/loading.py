"""Loads a student's file the way students run it. Runs in the child, beside student code.

What may live here: the order in which a script or the cells of a notebook are run, what they give, and what stopped them.
The statements below one that fails run all the same, in a script and in each cell of a notebook, so that a plot between
the functions which fails here and not at the student's costs nothing. Neither runs for longer than its share of time,
so that a slow training costs nothing either.
"""
from __future__ import annotations

import ast
import builtins
import contextlib
import dis
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

from grader.sandbox import elsewhere, imports, notebook, session
from grader.sandbox.border import CELL, FUNCTIONS, MAX_NAMES
from grader.sandbox.elsewhere import Part
from grader.sandbox.failure import problem
from grader.sandbox.messages import MAX_MESSAGE_CHARS
from grader.sandbox.running import TOP_LEVEL_AWAIT, Ran, TimeLimit, Tree, compiled_tree, run_through
from grader.sandbox.sources import source_text, syntax_text
from grader.sandbox.wire import Value

MODULE_NAME = "backprop"
MAX_PROBLEMS = 5


@dataclass
class Loading:
    """What came of running a file.

    namespace        what it defined
    problems         what stopped it; of a notebook, cells below whose failed line others were run, and cells that are to
                     blame for a graded function that is missing or an older one
    unusable         why it cannot be run at all, see border.unusable; () where it was run
    overwritten      graded functions whose names stand for something else in the end
    elsewhere        graded functions that were taken from another file, and its name
    indented         graded functions that are missing, and in what their definition stands, see border.indented
    was_interrupted  whether a part of it ran for its share of time
    """

    namespace: dict[str, Any]
    problems: list[dict[str, Value]] = field(default_factory=list)
    unusable: tuple[str, ...] = ()
    overwritten: list[str] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)
    indented: dict[str, str] = field(default_factory=dict)
    was_interrupted: bool = False


def load(path: Path, root: Path, run_s: float) -> Loading:
    """Run the student's file, a script or a notebook, as the module `backprop`, for at most run_s seconds.

    root  the folder that holds the submission
    """
    end_s = time.monotonic() + run_s
    module = ModuleType(MODULE_NAME)
    module.__file__ = str(path)
    imports.prepare(path, root, module)
    _forget_ipython()
    session.install()
    sys.argv = [str(path)]
    session.silence_plotting()
    sys.modules[MODULE_NAME] = module
    sys.modules.setdefault(path.stem, module)
    with _survived_exit():
        loading, parts = _run_file(path, module, end_s, root)
        if not loading.unusable:
            _complete(loading, parts, path, root, module, end_s)
    return loading


@contextlib.contextmanager
def _survived_exit() -> Iterator[None]:
    """While the file is loaded os._exit ends what sys.exit would end: it restarts a notebook's kernel, and not this process."""
    leave = os._exit

    def stop(status: int = 0) -> NoReturn:
        raise SystemExit(status)

    os._exit = stop
    try:
        yield
    finally:
        os._exit = leave


def _run_file(path: Path, module: ModuleType, end_s: float, root: Path) -> tuple[Loading, list[Part]]:
    data = path.read_bytes()
    run = _run_notebook if notebook.is_notebook(path.name, data) else _run_script
    return run(path, data, module, end_s, root)


def _complete(loading: Loading, parts: list[Part], path: Path, root: Path, module: ModuleType, end_s: float) -> None:
    """Find the graded functions that the file does not hold in the end; what a branch changes beside them stands as it did."""
    namespace = loading.namespace
    loading.overwritten = [name for name in FUNCTIONS if name in namespace and pick(namespace, name) is None]
    elsewhere.restore(FUNCTIONS, parts, namespace)
    missing = _missing(namespace)
    standing = {name: value for name, value in namespace.items() if missing and value is not None and name not in missing}
    for part in elsewhere.branches(missing, parts):
        run_through(partial(compiled_tree, part.tree.body, part.name), part.parsed, part.name, module, end_s)
        elsewhere.restore(FUNCTIONS, [part], namespace)
    namespace.update(standing)
    for name in sorted(_missing(namespace), key=FUNCTIONS.index):
        found = elsewhere.from_modules(name, root, module)
        if found is not None:
            namespace[name], loading.elsewhere[name] = found
    for other in elsewhere.other_files(path, root) if _missing(namespace) else ():
        wanted = elsewhere.written_in(syntax_text(other), _missing(namespace))
        if wanted:
            beside = ModuleType(other.stem)
            beside.__file__, beside.__package__ = str(other), module.__package__
            with contextlib.suppress(notebook.NotANotebook):
                _run_file(other, beside, end_s, root)
            for name in sorted(wanted, key=FUNCTIONS.index):
                if pick(vars(beside), name) is not None:
                    namespace[name], loading.elsewhere[name] = vars(beside)[name], other.name
    loading.overwritten = [name for name in loading.overwritten if name not in loading.elsewhere]
    loading.indented = {name: where for name in _missing(namespace) if (where := elsewhere.indented(name, parts))}


def _missing(namespace: dict[str, Any]) -> set[str]:
    return {name for name in FUNCTIONS if pick(namespace, name) is None}


def _forget_ipython() -> None:
    """The transformer is kept, but student code that imports IPython gets the stand-in."""
    notebook.transformer()
    for name in [name for name in sys.modules if name.partition(".")[0] == "IPython"]:
        del sys.modules[name]


# ---------------------------------------------------------------- scripts


def _run_script(path: Path, data: bytes, module: ModuleType, end_s: float, root: Path) -> tuple[Loading, list[Part]]:
    ran = run_through(partial(_compiled_script, path, data), partial(_script_tree, path), str(path), module, end_s)
    problems = [] if ran.raised is None else [problem(ran.raised, str(root))]
    text = source_text(path)
    tree = _with_older_syntax(ran.raised, text, str(path), module, end_s)
    parts = [Part(str(path), text, tree or partial(_script_tree, path))]
    return Loading(module.__dict__, problems, was_interrupted=ran.was_interrupted), parts


def _script_tree(path: Path) -> ast.Module:
    return ast.parse(notebook.script_text(source_text(path)))


def _compiled_script(path: Path, data: bytes) -> CodeType:
    try:
        return compile(data, str(path), "exec", dont_inherit=True)
    except SyntaxError:
        source = source_text(path)
        text = notebook.script_text(source)
        if text == source:
            raise
    return compile(text, str(path), "exec", dont_inherit=True)


def _with_older_syntax(raised: BaseException | None, text: str, name: str, module: ModuleType, end_s: float) -> Tree | None:
    """Run a text that only a newer Python reads, less the lines that are new; its tree, or None if it is none of that kind."""
    older = notebook.in_older_syntax(text) if isinstance(raised, SyntaxError) else text
    if older == text:
        return None
    tree = partial(_cell_tree if CELL in name else _parsed, older, name)
    run_through(lambda: compiled_tree(tree().body, name), tree, name, module, end_s)
    return tree


def _parsed(text: str, name: str) -> ast.Module:
    return ast.parse(text, name)


# ---------------------------------------------------------------- notebooks


FAILS_HERE_ALONE = (ImportError, OSError, AttributeError, MemoryError, TimeLimit)
"""What stops a cell here and not at the student's: packages, files, versions, bounds that differ."""


@dataclass
class _Failed:
    """A cell that raised, the file that it is compiled as, and how it went on."""

    cell: notebook.Cell
    name: str
    ran: Ran

    def not_its_own(self, namespace: dict[str, Any]) -> list[str]:
        """The graded functions in it which are missing, or which stand as another cell defines them."""
        return sorted(name for name in self.cell.defines if _file_of(namespace.get(name)) != self.name)


def _run_notebook(path: Path, data: bytes, module: ModuleType, end_s: float, root: Path) -> tuple[Loading, list[Part]]:
    try:
        cells = notebook.read_cells(data)
    except notebook.NotANotebook as error:
        return Loading(module.__dict__, unusable=(error.code, error.detail)), []
    failed: list[_Failed] = []
    parts: list[Part] = []
    for cell in cells:
        name = session.cell_name(path, cell.number, cell.source)
        text = notebook.python_of(cell.source)
        if isinstance(text, notebook.Written):
            with contextlib.suppress(OSError, ValueError):
                session.write_file(text)
            continue
        tree: Tree = partial(_cell_tree, text, name)
        compiled = partial(_compiled_cell, text, name)
        failed_here = any(isinstance(one.ran.raised, FAILS_HERE_ALONE) for one in failed)
        ran = run_through(compiled, tree, name, module, end_s, lambda error: failed_here or isinstance(error, FAILS_HERE_ALONE))  # noqa: B023
        if ran.raised is not None:
            failed.append(_Failed(cell, name, ran))
            tree = _with_older_syntax(ran.raised, text, name, module, end_s) or tree
        parts.append(Part(name, text, tree))
    reports, was_interrupted = _cell_reports(failed, module.__dict__, root), any(one.ran.was_interrupted for one in failed)
    return Loading(module.__dict__, reports, was_interrupted=was_interrupted), parts


def _compiled_cell(text: str, name: str) -> CodeType:
    code: CodeType = compile(text, name, "exec", flags=TOP_LEVEL_AWAIT, dont_inherit=True)
    return code


def _cell_tree(text: str, name: str) -> ast.Module:
    tree: ast.Module = compile(text, name, "exec", flags=TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST, dont_inherit=True)
    return tree


def _cell_reports(failed: list[_Failed], namespace: dict[str, Any], root: Path) -> list[dict[str, Value]]:
    """Of the failed cells those that went on, and those to blame for a graded function that is missing or an older one.

    Where a function is missing and no failed cell holds it, the first that failed is among them; so are those that hold a
    name which a graded function reads in vain.
    """
    lacking = _read_in_vain(namespace) if failed else set()
    blamed = {one.name: one.not_its_own(namespace) for one in failed}
    unexplained = _missing(namespace) - {name for names in blamed.values() for name in names}
    told = [
        one for one in failed
        if blamed[one.name] or one.ran.went_on or (unexplained and one is failed[0]) or lacking & set(_WORD.findall(one.cell.source))
    ]
    return [
        {**problem(one.ran.raised, str(root)), "defines": " ".join(blamed[one.name]), "went_on": "yes" * one.ran.went_on}
        for one in told[:MAX_PROBLEMS] if one.ran.raised is not None
    ]


_WORD = re.compile(r"\w+")


def _read_in_vain(namespace: dict[str, Any]) -> set[str]:
    """Names that the graded functions read and that neither the notebook nor Python has."""
    codes = [getattr(namespace.get(name), "__code__", None) for name in FUNCTIONS]
    loads = (load for code in codes if isinstance(code, CodeType) for load in dis.get_instructions(code))
    read = {str(load.argval) for load in loads if load.opname == "LOAD_GLOBAL"}
    return {name for name in read - namespace.keys() if not hasattr(builtins, name)}


def _file_of(function: Any) -> str:
    try:
        return str(function.__code__.co_filename)
    except Exception:
        return ""


# ---------------------------------------------------------------- what was found


def missing_name_hint(namespace: dict[str, Any]) -> tuple[str, ...]:
    """Names of the functions that the file defines itself, a few, for 'did you mean'."""
    names = [
        name
        for name, item in namespace.items()
        if callable(item) and getattr(item, "__module__", None) == MODULE_NAME and isinstance(name, str)
    ]
    return tuple(name for name in names[:MAX_NAMES] if len(name) <= MAX_MESSAGE_CHARS)


def pick(namespace: dict[str, Any], name: str) -> Callable[..., Any] | None:
    """The function that the student wrote under this name, if there is one."""
    function = namespace.get(name)
    return function if callable(function) else None
