"""Graded functions that a file does not hold at its end: overwritten, indented, or in another file. Runs in the child.

What may live here: reading syntax trees of the student's own text, and running one statement of it again.
"""
from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.sandbox.names import SET_ASIDE

MAX_FILES = 100
_DEF = re.compile(r"^def[ \t]+(\w+)", re.MULTILINE)


@dataclass
class Part:
    """A script, or a cell of a notebook: the name that it is compiled as, its text, and what parses it."""

    name: str
    text: str
    parsed: Callable[[], ast.Module]

    @cached_property
    def tree(self) -> ast.Module:
        """Its tree, empty where it does not parse; made only where it is needed, since that takes milliseconds."""
        try:
            return self.parsed()
        except Exception:  # SyntaxError, ValueError, RecursionError, MemoryError
            return ast.Module([], [])


def restore(names: Sequence[str], parts: Sequence[Part], namespace: dict[str, Any]) -> None:
    """Define functions again under whose names something stands that cannot be called, such as their own result."""
    defined = {match for part in parts for match in _DEF.findall(part.text)}
    lost = [name for name in sorted({*names, *defined}) if name in namespace and not callable(namespace[name])]
    called = _called_only(set(lost), parts) if lost else set()
    for name in lost:
        if name in names or name in called:
            _define_again(name, parts, namespace)


def _define_again(name: str, parts: Sequence[Part], namespace: dict[str, Any]) -> None:
    before = namespace[name]
    for part in reversed(parts):
        for node in reversed(part.tree.body):
            if _gives(node, name):
                futures = [one for one in part.tree.body if isinstance(one, ast.ImportFrom) and one.module == "__future__"]
                try:
                    exec(compile(ast.Module([*futures, node], []), part.name, "exec", dont_inherit=True), namespace)
                except BaseException:  # a decorator, a default: the file goes without
                    namespace[name] = before
                if callable(namespace.get(name)):
                    return
                namespace[name] = before


def _gives(node: ast.stmt, name: str) -> bool:
    """Whether a statement gives a name a function: a def, or an assignment that calls nothing."""
    if isinstance(node, ast.FunctionDef):
        return node.name == name
    if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Lambda, ast.Name, ast.Attribute)):
        return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
    return False


def _called_only(names: set[str], parts: Sequence[Part]) -> set[str]:
    """Of these names those that functions call, and use in no other way."""
    called, used = set[str](), set[str]()
    for function in (node for part in parts for node in ast.walk(part.tree) if isinstance(node, ast.FunctionDef)):
        inside = list(ast.walk(function))
        calls = {id(node.func) for node in inside if isinstance(node, ast.Call)}
        local = {node.id for node in inside if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        local |= {node.arg for node in inside if isinstance(node, ast.arg)}
        for node in inside:
            if isinstance(node, ast.Name) and node.id in names - local:
                (called if id(node) in calls else used).add(node.id)
    return called - used


def branches(names: set[str], parts: Sequence[Part]) -> list[Part]:
    """The branches of `if` at the left margin that give one of these names a value, such as that of `__name__ == "__main__"`."""
    ifs = [(part, node) for part in (parts if names else ()) for node in part.tree.body if isinstance(node, ast.If)]
    found = [(part, body) for part, node in ifs for body in (node.body, node.orelse)]
    giving = [(part, body) for part, body in found if any(not names.isdisjoint(_named(node)) for node in body)]
    return [Part(part.name, part.text, partial(ast.Module, body, [])) for part, body in giving]


def _named(node: ast.stmt) -> list[str]:
    """The names that a def or an assignment gives something."""
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]


def indented(name: str, parts: Sequence[Part]) -> str:
    """In what a definition stands that is not at the left margin, see border.indented; "" if there is none."""
    for part in parts:
        for outer in ast.walk(part.tree):
            if isinstance(outer, (ast.FunctionDef, ast.ClassDef, ast.If)) and any(
                isinstance(node, ast.FunctionDef) and node.name == name for node in getattr(outer, "body", ())
            ):
                kind = {ast.FunctionDef: "function", ast.ClassDef: "class", ast.If: "if"}[type(outer)]
                return f"{kind} {getattr(outer, 'name', '')}".strip()
    return ""


def from_modules(name: str, root: Path, main: ModuleType) -> tuple[Any, str] | None:
    """A function of this name in a module of the submission that was imported, and its file."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if module is main or not isinstance(file, str) or not file.startswith(f"{root}{os.sep}"):
            continue
        function = vars(module).get(name)
        if callable(function) and getattr(function, "__module__", None) == module.__name__:
            return function, os.path.basename(file)
    return None


def other_files(main: Path, root: Path) -> list[Path]:
    """The sources of the submission beside the main file, the nearest first; none that was put aside by its name."""
    found: list[Path] = []
    for here, folders, files in os.walk(root):
        folders[:] = [name for name in sorted(folders) if not name.startswith((".", "__"))]
        found += [Path(here, name) for name in files if name.endswith((".py", ".ipynb"))]
        if len(found) > MAX_FILES:
            break
    others = [path for path in found if path != main and not SET_ASIDE.search(path.name)]
    return sorted(others, key=lambda path: (path.parent != main.parent, len(path.parts), path.suffix != ".py", str(path)))[:MAX_FILES]


def written_in(text: str, names: set[str]) -> set[str]:
    """Of these names those that a text defines at its left margin, with a body."""
    try:
        tree = ast.parse(text)
    except Exception:  # SyntaxError, ValueError, RecursionError, MemoryError
        return set()
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in names and not _is_blank(node)}


def _is_blank(function: ast.FunctionDef) -> bool:
    """Whether a body computes nothing: no call but that of an exception, no operator."""
    for statement in function.body:
        if not isinstance(statement, ast.Raise) and any(isinstance(node, (ast.Call, ast.BinOp)) for node in ast.walk(statement)):
            return False
    return True
