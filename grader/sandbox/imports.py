"""Where a submission's imports come from. Runs in the child, beside student code.

What may live here: the folders on the search path and the working one, the package that a file lies in, and what an
import finds: libraries before namesakes in the submission, stand-ins for packages that are absent, nothing of ours.
"""
from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import linecache
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType, ModuleType

from grader.sandbox import session

PROTECTED = frozenset({"numpy", "scipy", "matplotlib"})
"""A file of the submission with such a name never stands in for the library."""

DIFFERENTIATES = frozenset({"torch", "jax", "tensorflow", "autograd", "keras", "theano", "mxnet", "tinygrad"})
"""Packages that compute gradients by themselves."""

FOR_SHOW = frozenset({"seaborn", "tqdm", "IPython", "ipywidgets", "plotly", "google"})
"""Packages that scripts import for show. Where one is missing, a stand-in that does nothing takes its place."""

FOR_DATA = frozenset({"pandas", "sklearn", "imageio", "cv2", "requests", "skimage"})
"""Packages whose results are used. Where one is missing, its import goes well and each use says that it is not there."""

ALWAYS_STUBS = frozenset({"IPython", "ipywidgets", "google"})
"""Of these, those that would look for a real notebook around them."""

PASS_THROUGH = frozenset({"tqdm", "IPython", "ipywidgets"})
"""Stand-ins that lose nothing: they come even where the code is ready to do without."""

IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
FOREIGN = "_submission"
"""The package in which relative imports are looked for where the file lies in none."""
_FILE_IN_TEXT = re.compile(rb"""["']([\w.][\w ./-]{0,100}\.\w{1,8})["']""")
MAX_TEXTS = 200


def prepare(path: Path, root: Path, module: ModuleType) -> None:
    """Let a file's imports find what lies beside it and above it, as far as the submission goes.

    root    the folder that holds the submission
    module  the file's, which learns its package
    """
    folder = path.parent
    inside = folder == root or root in folder.parents
    above = [here for here in folder.parents if here == root or root in here.parents] if inside else []
    sys.path.insert(0, str(folder))
    sys.path.extend(str(here) for here in above)
    _forget_ours()
    ahead, last = _Finder({"", *map(str, (folder, *above))}), _ReadableFinder()
    sys.meta_path[:] = [ahead, *(last if finder is importlib.machinery.PathFinder else finder for finder in sys.meta_path)]
    os.chdir(working_folder(path.read_bytes(), folder, above))
    _place_in_package(path, root if inside else folder, module)


def working_folder(text: bytes, folder: Path, above: Sequence[Path]) -> Path:
    """The file's own folder; one above it only if files that the text names are there and not in its own."""
    if not above:
        return folder
    names = {match[1].decode() for match, _ in zip(_FILE_IN_TEXT.finditer(text), range(MAX_TEXTS))}
    return max((folder, *above), key=lambda here: sum((here / name).is_file() for name in names))


def _forget_ours() -> None:
    """A student's own module `grader` is his own, and none of ours can be had by its name."""
    for name in [name for name in sys.modules if name.partition(".")[0] == __name__.partition(".")[0]]:
        del sys.modules[name]


def _place_in_package(path: Path, root: Path, module: ModuleType) -> None:
    """Tell a module in which package it lies, so that `from . import` finds what is beside it."""
    folder, parts = path.parent, list[str]()
    while folder != root and (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    if not parts:
        here, parts = root, [FOREIGN]
        for part in ("", *path.parent.relative_to(root).parts):
            here, parts = here / part, [*parts, part] if part else parts
            package = sys.modules.setdefault(".".join(parts), ModuleType(".".join(parts)))
            package.__path__ = [str(here)]
    module.__package__ = ".".join(parts)
    if path.name == "__init__.py":
        module.__path__ = [str(path.parent)]
        sys.modules[module.__package__] = module


class _Finder:  # not from importlib.abc, whose import costs as much as tempfile's
    """Finds libraries before namesakes in the submission, and stands in for packages that are absent."""

    def __init__(self, folders: set[str]) -> None:
        self.folders = folders

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        name = fullname.partition(".")[0]
        if fullname == "multiprocessing.synchronize":
            return importlib.util.spec_from_loader(fullname, session.LockLoader())  # type: ignore[arg-type]
        if name in PROTECTED and path is None:
            elsewhere = [entry for entry in sys.path if entry not in self.folders]
            return importlib.machinery.PathFinder.find_spec(fullname, elsewhere)
        if name in DIFFERENTIATES and not self._is_own_file(name):
            if _is_only_asked_for():
                return None
            raise ModuleNotFoundError(
                f"{name} computes gradients by itself, and this exercise is about deriving them by hand: it cannot be imported here",
                name=name,
            )
        if name in ALWAYS_STUBS or (name in FOR_SHOW | FOR_DATA and _ReadableFinder.find_spec(name) is None):
            return self._stand_in(name, fullname)
        return None

    def _stand_in(self, name: str, fullname: str) -> importlib.machinery.ModuleSpec | None:
        if self._is_own_file(name) or (name not in PASS_THROUGH and (_is_only_asked_for() or _can_do_without(_importing_frame()))):
            return None
        loader = session.AbsentLoader() if name in FOR_DATA else session.StubLoader()
        return importlib.util.spec_from_loader(fullname, loader, is_package=True)  # type: ignore[arg-type]

    def _is_own_file(self, name: str) -> bool:
        return importlib.machinery.PathFinder.find_spec(name, [folder for folder in self.folders if folder]) is not None


class _ReadableFinder:
    """The interpreter's own, but a package that the host has and the submission may not read is not there at all."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        return spec if spec is None or path is not None or _is_readable(spec) else None

    @staticmethod
    def invalidate_caches() -> None:
        importlib.machinery.PathFinder.invalidate_caches()


def _is_readable(spec: importlib.machinery.ModuleSpec) -> bool:
    if spec.origin is None:
        return any(_can_list(place) for place in spec.submodule_search_locations or ())
    try:
        with open(spec.origin, "rb"):
            return True
    except OSError:
        return False


def _can_list(folder: str) -> bool:
    """Whether a package without a file of its own holds a module that can be read."""
    try:
        modules = [entry.path for entry in os.scandir(folder) if entry.is_file()]
    except OSError:
        return False
    return not modules or os.access(modules[0], os.R_OK)


def _importing_frame() -> FrameType | None:
    """The frame of the import statement, below those of the import system."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (
        frame.f_code.co_filename == __file__
        or frame.f_code.co_filename.startswith("<frozen importlib") or frame.f_code.co_filename.endswith("/importlib/__init__.py")
    ):
        frame = frame.f_back
    return frame


def _is_only_asked_for() -> bool:
    """Whether this is importlib.util.find_spec's question, and no import."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        if frame.f_code.co_name == "find_spec":
            return True
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.endswith("/importlib/util.py")


def _can_do_without(frame: FrameType | None) -> bool:
    """Whether an import stands in a try that catches its failure and then goes on."""
    if frame is None:
        return False
    try:
        tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename)))
    except Exception:  # SyntaxError, ValueError, RecursionError, MemoryError
        return False
    return any(
        node.body[0].lineno <= frame.f_lineno <= (node.body[-1].end_lineno or 0) and any(map(_goes_on, node.handlers))
        for node in ast.walk(tree) if isinstance(node, ast.Try)
    )


def _goes_on(handler: ast.ExceptHandler) -> bool:
    caught = set(_last_names(handler.type)) if handler.type is not None else IMPORT_ERRORS
    parts = [part for statement in handler.body for part in ast.walk(statement)]
    ends = any(isinstance(part, ast.Raise) or {"exit", "quit", "_exit"} & set(_last_names(part)) for part in parts)
    return bool(caught & IMPORT_ERRORS) and not ends


def _last_names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, (ast.Name, ast.Attribute)):
            yield part.id if isinstance(part, ast.Name) else part.attr
