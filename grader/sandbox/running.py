"""Runs one text, a script or a cell of a notebook, for a time, and goes on below where it fails. Runs in the child.

What may live here: running compiled text, where it stopped, and what stands below. Which texts a file holds is loading's.
"""
from __future__ import annotations

import ast
import contextlib
import inspect
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import CodeType, ModuleType
from typing import Any

from grader.sandbox.border import CELL
from grader.sandbox.deadline import own

MAX_RESUMPTIONS = 50
TOP_LEVEL_AWAIT = 0x2000  # ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
BRINGS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
"""Statements that bring in names."""
Tree = Callable[[], ast.Module]


class TimeLimit(BaseException):
    """The file has run for its share of time and was stopped."""


@dataclass
class Ran:
    """What came of running a text.

    raised           the first exception
    went_on          whether statements below it were run that brought in names
    was_interrupted  whether it ran for its share of time, there or below
    """

    raised: BaseException | None = None
    went_on: bool = False
    was_interrupted: bool = False


def run_through(
    compiled: Callable[[], CodeType], tree: Tree, name: str, module: ModuleType, end_s: float,
    may_replace: Callable[[BaseException], bool] = lambda error: True,
) -> Ran:
    """Run a text, and where it fails what stands below, again and again.

    may_replace  whether, after a failure, a function that is there may be replaced by what stands below
    """
    error = _run(compiled, module, _share_s(end_s))
    ran, above = Ran(error, was_interrupted=isinstance(error, TimeLimit)), 0
    if error is None:
        return ran
    standing = {} if may_replace(error) else {key: value for key, value in module.__dict__.items() if callable(value)}
    for _ in range(MAX_RESUMPTIONS):
        stopped_at = _module_line(error, name, tree)
        if stopped_at <= above:
            break
        above = stopped_at
        body = _below(tree().body, above, CELL in name)
        if not body:
            break
        ran.went_on |= any(isinstance(node, BRINGS) for node in body)
        error = _run(partial(compiled_tree, body, name), module, _share_s(end_s))
        ran.was_interrupted |= isinstance(error, TimeLimit)
    module.__dict__.update(standing)
    return ran


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


def _share_s(end_s: float) -> float:
    return max(1.0, (end_s - time.monotonic()) / 2)


def _module_line(error: BaseException | None, file: str, tree: Tree) -> int:
    """The line of the text's own top level at which it failed; 0 where it did not fail, or ended by itself."""
    frames = list(traceback.walk_tb(error.__traceback__)) if error is not None else []
    at = (line for frame, line in frames if frame.f_code.co_filename == file and frame.f_code.co_name == "<module>")
    line = next(at, 0)
    asked_in_vain = any(frame.f_code.co_filename.endswith("/argparse.py") for frame, _ in frames)  # for arguments of the command line
    if asked_in_vain or isinstance(error, (Exception, TimeLimit)):
        return line
    return line if isinstance(error, SystemExit) and any(_counts_arguments(node, line) for node in tree().body) else 0


def _counts_arguments(node: ast.stmt, line: int) -> bool:
    """Whether a statement that holds a line is an `if` that looks at the arguments of the command line."""
    return isinstance(node, ast.If) and node.lineno <= line <= (node.end_lineno or 0) and "argv" in ast.dump(node.test)


def _below(body: list[ast.stmt], line: int, is_cell: bool) -> list[ast.stmt]:
    """The statements of the top level below the one that holds a line, with the future imports; [] if there are none.

    A function whose decorator or annotation failed is defined without any, what stands in a `with` that failed is run without it.
    In a cell nothing is below `raise`: what stands there was put off.
    """
    if is_cell and any(isinstance(node, ast.Raise) and node.lineno <= line <= (node.end_lineno or 0) for node in body):
        return []
    futures = [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    below = [node for node in body if _first_line(node) > line and node not in futures]
    for node in body:
        if isinstance(node, ast.FunctionDef) and _first_line(node) <= line <= (node.end_lineno or 0) and _stripped(node):
            below.insert(0, node)
        if isinstance(node, ast.With) and node.lineno <= line < node.body[0].lineno:
            below = [*node.body, *below]
    return [*futures, *below] if below else []


def _stripped(function: ast.FunctionDef) -> bool:
    """Take decorators and annotations off; whether there were any."""
    arguments = [node for node in ast.walk(function.args) if isinstance(node, ast.arg)]
    had_any = bool(function.decorator_list or function.returns or any(one.annotation for one in arguments))
    function.decorator_list, function.returns = [], None
    for one in arguments:
        one.annotation = None
    return had_any


def compiled_tree(body: list[ast.stmt], name: str) -> CodeType:
    """Statements compiled as a part of the text of this name, of a cell with await at its top."""
    flags = TOP_LEVEL_AWAIT if CELL in name else 0
    code: CodeType = compile(ast.Module(body, []), name, "exec", flags=flags, dont_inherit=True)
    return code


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
