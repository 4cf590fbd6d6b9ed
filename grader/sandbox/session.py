"""Stand-ins for what scripts and notebooks expect of an interactive session. Runs in the child, beside student code.

What may live here: get_ipython and its magics, input, display, and packages that are imported for show.
"""
from __future__ import annotations

import builtins
import importlib.machinery
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.sandbox.notebook import Written, python_of

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
    if name == "run" and line.split() and (path := Path(line.split()[0])).suffix in (".py", ""):
        exec(compile(path.with_suffix(".py").read_bytes(), str(path), "exec"), module)
    return Stub()


def write_file(written: Written, folder: Path) -> None:
    """Do what %%writefile does, for a module that later cells may import. Other names are ignored."""
    if written.name.isascii() and written.name.endswith(".py") and written.name[:-3].isidentifier():
        (folder / written.name).write_text(written.text, encoding="utf-8", errors="replace")
        sys.modules.pop(written.name[:-3], None)


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
