"""The Python text of a file that was handed in. Runs in the child.

What may live here: reading a script or a notebook as text, and finding a place in it; nothing is run.
"""
from __future__ import annotations

import contextlib
import tokenize
from pathlib import Path

from grader.sandbox import notebook
from grader.sandbox.locate import locate


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
