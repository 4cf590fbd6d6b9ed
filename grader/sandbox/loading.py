"""Loads a student's file the way students run it. Runs in the child, beside student code.

What may live here: finding modules, and stand-ins for what a script expects of
an interactive session (input, a notebook's get_ipython, plotting packages that
are not installed). A file that stops half way is graded on what it had defined.
"""
from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import tokenize
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from grader.sandbox.wire import Value

MODULE_NAME = "backprop"
FUNCTIONS = ("make_dataset", "forward", "backprop")

PROTECTED = frozenset({"numpy", "scipy", "matplotlib"})
"""A file of the submission with such a name never stands in for the library."""

DIFFERENTIATES = frozenset({"torch", "jax", "tensorflow", "autograd", "keras", "theano", "mxnet", "tinygrad"})
"""Packages that compute gradients by themselves."""

DECORATION = frozenset({"seaborn", "pandas", "tqdm", "IPython", "ipywidgets", "plotly", "sklearn", "google", "imageio"})
"""Packages that scripts import for show. Where one is missing, a stand-in that does nothing takes its place."""

MAX_MESSAGE_CHARS = 400


def load(path: Path) -> tuple[dict[str, Any], dict[str, Value] | None]:
    """Run the student's file as the module `backprop`.

    Returns its namespace and a report: None, or the problem that stopped it.
    """
    folder = str(path.parent)
    sys.path.insert(0, folder)
    sys.meta_path.insert(0, _Finder(folder))
    builtins.input = _no_input
    setattr(builtins, "get_ipython", Stub)  # noqa: B010 - not a name that builtins declares
    setattr(builtins, "display", _ignore)  # noqa: B010
    sys.argv = [str(path)]
    _silence_plotting()
    module = ModuleType(MODULE_NAME)
    module.__file__ = str(path)
    sys.modules[MODULE_NAME] = module
    sys.modules.setdefault(path.stem, module)
    try:
        code: CodeType = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        exec(code, module.__dict__)  # the purpose of this process
    except BaseException as error:
        return module.__dict__, problem(error, folder)
    return module.__dict__, None


def _silence_plotting() -> None:
    """matplotlib draws into memory, whatever window system a script asks for. It was imported before, if needed."""
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].__dict__["use"] = _ignore
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].__dict__["switch_backend"]("agg")
        sys.modules["matplotlib.pyplot"].__dict__.update(switch_backend=_ignore, show=_ignore, pause=_ignore)


def missing_name_hint(namespace: dict[str, Any]) -> tuple[str, ...]:
    """Names of the functions that the file defines itself, at most 20, for 'did you mean'."""
    names = [
        name
        for name, item in namespace.items()
        if callable(item) and getattr(item, "__module__", None) == MODULE_NAME and isinstance(name, str)
    ]
    return tuple(name[:60] for name in names[:20])


def problem(error: BaseException, folder: str) -> dict[str, Value]:
    """What went wrong, as text fields: type, message, file, line, function, source."""
    found = {"type": type(error).__name__, "message": "", "file": "", "line": "", "function": "", "source": ""}
    try:
        found["message"] = str(error)
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


class _Finder(importlib.abc.MetaPathFinder):
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
                f"{name} is not available here, because it computes gradients by itself: "
                "this exercise is about deriving them by hand, with numpy"
            )
        if name in DECORATION and importlib.machinery.PathFinder.find_spec(name) is None:
            return importlib.util.spec_from_loader(fullname, _StubLoader(), is_package=True)
        return None

    def _is_own_file(self, name: str) -> bool:
        return importlib.machinery.PathFinder.find_spec(name, [self.folder]) is not None


class _StubLoader(importlib.abc.Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StubModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__path__"] = []


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


class _StubModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _progress if name in ("tqdm", "trange", "tnrange", "tqdm_notebook") else Stub()


def _progress(items: Any = (), *args: Any, **kwargs: Any) -> Any:
    """tqdm's part: hand the items through (trange gives a number)."""
    return range(items) if isinstance(items, int) else items


def _no_input(prompt: object = "") -> str:
    """input() as if the student had pressed return."""
    print(prompt)
    return ""


def _ignore(*args: Any, **kwargs: Any) -> None:
    return None


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
