"""Stand-ins for what scripts and notebooks expect of an interactive session. Runs in the child, beside student code.

What may live here: get_ipython and its magics, input, display, and packages that are imported for show.
"""
from __future__ import annotations

import builtins
import contextlib
import importlib
import importlib.machinery
import linecache
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.sandbox.border import CELL
from grader.sandbox.notebook import Written, python_of, read_cells

PYLAB = "import numpy\nimport numpy as np\nfrom numpy import *\nfrom numpy.random import *\nfrom numpy.linalg import *\n"
"""What %pylab puts into a notebook's namespace, but for plotting."""


class Stub:
    """Accepts whatever a plotting or notebook call does to it, and does nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Stub()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Stub()

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class Shell(Stub):
    """What get_ipython() returns: it runs what is Python in a magic, where it was called, and ignores the rest."""

    def system(self, *args: Any, **kwargs: Any) -> None:
        return None

    system_piped = system_raw = system

    def getoutput(self, *args: Any, **kwargs: Any) -> list[str]:
        return []

    def run_line_magic(self, name: str, line: str = "", *args: Any, **kwargs: Any) -> Any:
        return _line_magic(name, line, sys._getframe(1).f_globals, sys._getframe(1).f_locals)

    def magic(self, text: str, *args: Any, **kwargs: Any) -> Any:
        name, _, line = text.lstrip("%").partition(" ")
        return _line_magic(name, line, sys._getframe(1).f_globals, sys._getframe(1).f_locals)

    def run_cell_magic(self, name: str, line: str = "", cell: str = "", *args: Any, **kwargs: Any) -> Any:
        text = python_of(f"%%{name} {line}\n{cell}")
        if isinstance(text, str):
            exec(text, sys._getframe(1).f_globals)


def _line_magic(name: str, line: str, module: dict[str, Any], local: Any) -> Any:
    if name == "time" and line.strip():
        text = python_of(line)
        assert isinstance(text, str)
        try:
            return eval(compile(text.strip(), "<%time>", "eval"), module, local)
        except SyntaxError:
            exec(compile(text, "<%time>", "exec"), module, local)
            return None
    if name == "pylab":
        exec(PYLAB, module)
        module["plt"] = module["pyplot"] = sys.modules.get("matplotlib.pyplot", Stub())
    if name == "cd" and line.strip():
        with contextlib.suppress(OSError):
            os.chdir(line.strip().strip("'\""))
    if name == "run" and line.split():
        _run_file(Path(next((word for word in line.split() if not word.startswith("-")), "").strip("'\"")), module)
    return Stub()


def _run_file(path: Path, module: dict[str, Any]) -> None:
    """Do what %run does, but in the namespace of the notebook from the start."""
    if path.suffix != ".ipynb":
        path = path.with_suffix(".py")
        exec(compile(path.read_bytes(), str(path), "exec"), module)
        return
    for cell in read_cells(path.read_bytes()):
        if isinstance(text := python_of(cell.source), str):
            exec(compile(text, cell_name(path, cell.number, cell.source), "exec"), module)


def cell_name(path: Path, number: int, source: str) -> str:
    """The name of the file that a cell is compiled as, by which its lines are found in what it raises."""
    name = f"{path}{CELL}{number}"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return name


def write_file(written: Written) -> None:
    """Do what %%writefile does."""
    path = Path(written.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a" if written.is_added else "w", encoding="utf-8", errors="replace") as file:
        file.write(written.text)
    sys.modules.pop(path.stem, None)
    importlib.invalidate_caches()


def install() -> None:
    """Put the stand-ins among the builtins, where a notebook finds its own."""
    shell = Shell()
    builtins.input = _no_input
    setattr(builtins, "get_ipython", lambda: shell)  # noqa: B010 - not a name that builtins declares
    setattr(builtins, "display", ignore)  # noqa: B010


def silence_plotting() -> None:
    """matplotlib draws into memory, whatever window system a script asks for. It was imported before, if needed."""
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].__dict__["use"] = ignore
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].__dict__["switch_backend"]("agg")
        sys.modules["matplotlib.pyplot"].__dict__.update(switch_backend=ignore, show=ignore, pause=ignore)


class StubLoader:
    """Loads a module of which every part is a Stub."""

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StubModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__path__"] = []


class _StubModule(ModuleType):
    version_info = (9, 0, 0)  # matplotlib compares IPython's

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "get_ipython":
            return vars(builtins)["get_ipython"]
        return _progress if name in ("tqdm", "trange", "tnrange", "tqdm_notebook") else Stub()


class Absent:
    """A part of a package that is not there: it can be imported and looked at, and whatever uses it is told so."""

    def __init__(self, package: str) -> None:
        self.__dict__["_package"] = package

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(self.__dict__["_package"])

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        package = self.__dict__["_package"]
        raise ModuleNotFoundError(f"No module named {package!r}", name=package)

    __call__ = __iter__ = __getitem__ = __setitem__ = __len__ = __bool__ = __enter__ = __mro_entries__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __rmatmul__ = __truediv__ = __rtruediv__ = _refuse


class AbsentLoader(StubLoader):
    """Loads a module of which every part is Absent."""

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _AbsentModule(spec.name)


class _AbsentModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(self.__name__.partition(".")[0])


class LockLoader(StubLoader):
    """Loads multiprocessing.synchronize with the locks of threads: there are no other processes to share them with."""

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return ModuleType(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        kinds = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")
        module.__dict__.update({kind: _without_context(getattr(threading, kind)) for kind in kinds})


def _without_context(kind: Any) -> Any:
    return lambda *args, ctx=None, **kwargs: kind(*args, **kwargs)


def _progress(items: Any = (), *args: Any, **kwargs: Any) -> Any:
    """tqdm's part: hand the items through (trange gives a number)."""
    return range(items) if isinstance(items, int) else items


def _no_input(prompt: object = "") -> str:
    """input() as if the student had pressed return."""
    print(prompt)
    return ""


def ignore(*args: Any, **kwargs: Any) -> None:
    """Take the place of a function that shows something."""
    return None
