"""What is believed of a text that comes from a student's process: never more than a part of one line.

What may live here: the forms that such texts may have, and the grader's own words for the codes that stand for them.
Behind it no text but what was printed holds a line's end or a control character. Both sides import this; only the
grader's side counts.
"""
from __future__ import annotations

import re
from collections.abc import Iterable

CUT = " [...]"
FUNCTIONS = ("make_dataset", "forward", "backprop")
"""The graded functions: no other name is believed to be one."""
MAX_CELLS, MAX_CODE_CHARS = 2_000, 2_000_000
"""Of a notebook; as for a script, a hundred times the longest real solution."""
MAX_NAMES, MAX_NAME_CHARS, MAX_KEY_CHARS = 20, 40, 40

CELL = ", code cell "
"""Between a notebook's name and a cell's number, in the name of the file that the cell is compiled as."""
MAX_FILE_CHARS = 80
_CELL_NUMBER = re.compile(re.escape(CELL) + r"\d{1,5}$")

UNUSABLE = {
    "no code": "this notebook has no code cell",
    "too much code": f"this notebook has more than {MAX_CELLS:,} code cells or {MAX_CODE_CHARS:,} characters of code",
    "language": "this notebook is in {detail}, and Python is asked for",
    "empty": "this notebook is an empty file: save the notebook and hand it in again",
    "deep": "this notebook's JSON is nested too deep",
    "no notebook": "this file's JSON holds no notebook",
    "no cells": "this file's JSON holds no cells",
    "version": "this notebook has the format {detail}, and 3 and 4 can be read",
    "web page": "this file is a web page: download the notebook itself (.ipynb) and hand that in",
    "no JSON": "this file is no notebook: one is JSON and begins with {{",
    "merge": "this notebook's JSON breaks{at_line}: marks of a merge that was not ended stand in it",
    "broken": "this notebook's JSON breaks{at_line}: was it cut off while saving or sending? Save the notebook and hand it in again",
}
"""Why a file cannot be run at all, in half a sentence, by a code; a detail is a word or a number."""
_DETAIL = re.compile(r"[A-Za-z0-9+#.-]{0,20}")

_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_NAME = r"[\w.\[\]<>]{1,40}"
_TOLD = re.compile(
    rf"{_NAME}|(?:an array|a Python list) of shape \((?:\d{{1,19}}(?:, \d{{1,19}}){{0,3}},?)?\)|an array of \d{{1,3}} axes"
    rf"|an array of [\w.\[\]<>=|]{{1,24}}|a dict of \d{{1,12}} entries|a {_NAME} of \d{{1,12}} things"
    rf"|a {_NAME} that does not (?:fit into an array|hold plain numbers)"
)
"""What a value is that holds no numbers: the name of its type, or one of the sentences of answer.py."""
UNTOLD = "an object of another type"


def one_line(text: str, max_chars: int) -> str:
    """The first line of a text that has any, at most so long, of characters that can be seen; cut where there was more."""
    lines = [line for line in (_seen(line) for line in text.splitlines()) if line] or [""]
    whole = lines[0].removesuffix(CUT) if len(lines) == 1 else lines[0]
    if len(lines) == 1 and len(whole) <= max_chars:
        return lines[0]
    return f"{whole[:max_chars].rstrip()}{CUT}"


def _seen(text: str) -> str:
    spaced = "".join(char if char.isprintable() else " " * char.isspace() for char in _SEQUENCE.sub("", text))
    return " ".join(spaced.split())


def graded(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are graded functions, each once."""
    return tuple(name for name in dict.fromkeys(names) if name in FUNCTIONS)


def identifiers(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that Python would take as such and that are not too long, the first of them."""
    fit = [name for name in names if len(name) <= MAX_NAME_CHARS and name.isidentifier() and name.isprintable()]
    return tuple(fit[:MAX_NAMES])


def indented(text: str) -> str:
    """In what a definition stands: 'function NAME', 'class NAME' or 'if'; any other text is none."""
    kind, _, name = text.partition(" ")
    return text if text == "if" or (kind in ("function", "class") and identifiers([name])) else ""


def type_name(text: str) -> str:
    """An exception's type; any other text is none."""
    return text if re.fullmatch(r"[\w.]{1,60}", text) else "Exception"


def line_number(text: str) -> str:
    return text if re.fullmatch(r"[0-9]{1,7}", text) else ""


def file_name(text: str) -> str:
    """A file's name, in a notebook with its cell's number; set in quotes if it could be read as a sentence."""
    cell = _CELL_NUMBER.search(text)
    name, place = (text[: cell.start()], cell[0]) if cell else (text.replace(CELL, " "), "")
    name = one_line(name.replace('"', ""), MAX_FILE_CHARS)
    return (f'"{name}"' if re.search(r"[^\w.<>()-]", name) else name) + place


def key_name(text: str) -> str:
    """A key of a dict; set in quotes if it could be read as a sentence."""
    if len(text) <= MAX_KEY_CHARS and text.isascii() and text.isidentifier():  # what nearly all are, at a tenth of the time
        return text
    name = one_line(text, MAX_KEY_CHARS)
    return name if re.fullmatch(r"[\w.<>-]{1,40}", name) else repr(name)


def told(text: str) -> str:
    """What stands for a value that holds no numbers."""
    return text if _TOLD.fullmatch(text) else UNTOLD


def unusable(code: str, detail: str = "") -> str:
    """Why a file cannot be run, in the grader's own words. Raises ValueError for what is no code or no detail."""
    if code not in UNUSABLE or not _DETAIL.fullmatch(detail):
        raise ValueError("no reason why a file cannot be run")
    return UNUSABLE[code].format(detail=detail or "another language", at_line=f" at line {detail}" if detail.isdigit() else "")
