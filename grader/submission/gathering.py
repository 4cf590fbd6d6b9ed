"""The files of one submission as they are found, within the bounds of what is read of one.

What may live here: those bounds, which names are usable, and the notes on what was left out; nothing that opens a file.
"""
from __future__ import annotations

import codecs
import contextlib
import unicodedata
from pathlib import PurePosixPath

from grader.submission.mainfile import SOURCE_SUFFIXES

MAX_FILES = 300
MAX_NAMES = 20 * MAX_FILES
"""Of files, and of folders, that are looked at in one submission, since not all can be used; those in all of its zips together."""
MAX_FILE_BYTES = 4 << 20
MAX_TOTAL_BYTES = 32 << 20
MAX_SOURCE_BYTES = 1 << 20
"""A hundred times the longest real solution; beyond it a .py is not one."""
MAX_NOTEBOOK_BYTES = 20 << 20
"""Pictures are embedded in outputs, a plot some 50 kB: room for hundreds. JSON of this size, parsed, fits into a child's memory."""
MAX_DEPTH = 6
MAX_NAME_CHARS = 400
MAX_NOTES = 10

IGNORED = frozenset({"__pycache__", "__MACOSX", ".git", ".venv", "venv", "env", "node_modules", ".ipynb_checkpoints", "site-packages"})
"""Folders that tools make: nobody writes a solution in them."""


def limit_bytes(name: str) -> int:
    """How much is read of one file of this name."""
    if name.endswith(".ipynb"):
        return MAX_NOTEBOOK_BYTES
    return MAX_SOURCE_BYTES if name.endswith(".py") else MAX_FILE_BYTES


class Gathering:
    """Collects files within the bounds, and notes on what was left out."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.notes: list[str] = []
        self.total_bytes = 0
        self.has_hidden = False
        self._folders: set[str] = set()

    def has_source(self) -> bool:
        """Whether a Python file or a notebook is among them."""
        return any(name.endswith(SOURCE_SUFFIXES) for name in self.files)

    def plain(self, name: str) -> str:
        """The name with_plain_suffix, unless that is taken."""
        plain = with_plain_suffix(name)
        return name if self._clashes(plain) else plain

    def wants(self, name: str, size_bytes: int) -> bool:
        """Whether a file may be added; if not, a note says why."""
        name = self.plain(name)
        limit = limit_bytes(name)
        if not is_usable_name(name):
            self.leave_out(name, "its name cannot be used")
        elif self._clashes(name):
            self.leave_out(name, "another file or folder has its name")
        elif size_bytes > limit:
            self.leave_out(name, f"it has {size_bytes:,} bytes, at most {limit:,} are read")
        elif len(self.files) >= MAX_FILES or self.total_bytes + size_bytes > MAX_TOTAL_BYTES:
            self.leave_out(name, "there is too much beside it")
        else:
            return True
        return False

    def add(self, name: str, content: bytes) -> None:
        """Add a file if it is wanted."""
        name = self.plain(name)
        content = as_utf8(content) if name.endswith(".py") and len(content) <= MAX_SOURCE_BYTES else content
        if self.wants(name, len(content)):
            self.files[name] = content
            self.total_bytes += len(content)
            self._folders.update(_parents(name))

    def _clashes(self, name: str) -> bool:
        """Whether a file stands where this one's folder would be, or the other way round."""
        return name in self.files or name in self._folders or any(parent in self.files for parent in _parents(name))

    def take_out(self, name: str) -> bytes:
        """Take a file out again, to be read in another way."""
        content = self.files.pop(name)
        self.total_bytes -= len(content)
        return content

    def leave_out(self, name: str, why: str) -> None:
        """Note that a file was left out, unless there are MAX_NOTES already."""
        note = f"{printable(name) or 'a file without a name'} was left out: {why}."
        if len(self.notes) < MAX_NOTES and note not in self.notes:
            self.notes.append(note)


def as_utf8(content: bytes) -> bytes:
    """A script that an editor of Windows saved as UTF-16, with its mark, as Python reads it; any other as it is."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        with contextlib.suppress(UnicodeError):
            return content.decode("utf-16").encode()
    return content


def _parents(name: str) -> list[str]:
    """The folders above a relative path."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def is_usable_name(name: str) -> bool:
    """Whether a relative path can be laid out again and shown: not empty, no control characters, of bounded length."""
    if not name or len(name) > MAX_NAME_CHARS:
        return False
    if not all(char.isprintable() or unicodedata.category(char) == "Zs" for char in name):  # Zs: spaces, as macOS writes them
        return False
    return all(len(part.encode()) <= 255 for part in name.split("/"))


def with_plain_suffix(name: str) -> str:
    """BACKPROP.PY, as some programs of Windows write it, is a script too, and so is backprop.py.txt, as some browsers save it."""
    path = PurePosixPath(name)
    if path.suffix.lower() in (".txt", ".json") and PurePosixPath(path.stem).suffix.lower() in SOURCE_SUFFIXES:
        path = path.with_suffix("")
    return str(path.with_suffix(path.suffix.lower())) if path.suffix.lower() in SOURCE_SUFFIXES else name


def printable(text: str) -> str:
    """A file's name as it can be shown: no control characters, at most 80 characters."""
    return "".join(char if char.isprintable() else "?" for char in text)[:80]
