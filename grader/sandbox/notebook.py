"""From a notebook's bytes to cells of plain Python. Runs in the child: a notebook is hostile input.

What may live here: JSON, the two layouts of notebooks (nbformat 3 and 4, see nbformat.readthedocs.io), and what
becomes of lines and cells that are not Python. Nothing is run here, and outputs are never looked at.

IPython's own transformer, if the worker has loaded it, turns magics, shell lines and questions into calls of
get_ipython(); loading has a stand-in that answers them. Lines keep their numbers.
"""
from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from grader.frozen import frozen
from grader.sandbox import border
from grader.sandbox.border import MAX_CELLS, MAX_CODE_CHARS

TRANSFORMER = "IPython.core.inputtransformer2"
GRADED = re.compile(r"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+|(?=\w+[ \t]*=[^=]))(make_dataset|forward|backprop)\b", re.MULTILINE)
"""A line that defines a graded function, or gives its name a value."""

NOT_PYTHON = frozenset({
    "!", "bash", "sh", "script", "system", "sx", "cmd", "powershell", "perl", "ruby", "R", "julia", "octave", "javascript", "js",
    "html", "HTML", "latex", "markdown", "svg", "sql", "bigquery", "cython", "fortran", "cu", "writetemplate",
})
"""Cell magics whose cell is no Python for this process, even where it would parse; others keep what parses."""


class NotANotebook(Exception):
    """These bytes are no notebook that can be graded: why, by a code and a detail of border.UNUSABLE; the message is its words."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, re.sub(r"[^A-Za-z0-9+#.]+", "-", detail).strip("-")[:20]
        super().__init__(border.unusable(self.code, self.detail))


@frozen
class Cell:
    """A code cell. `number` counts code cells from 1; `source` is what the student wrote."""

    number: int
    source: str

    @property
    def defines(self) -> frozenset[str]:
        """The graded functions that it seems to define."""
        return frozenset(GRADED.findall(self.source))


def is_notebook(name: str, data: bytes) -> bool:
    """Whether a file is a notebook: by its name, or by how it begins where somebody renamed it or a script."""
    begins_so = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    if name.endswith(".ipynb"):
        text = "" if begins_so else data.decode("utf-8", "replace")
        return not (GRADED.search(text) and parses(text))
    return begins_so and b'"nbformat"' in data


def read_cells(data: bytes) -> list[Cell]:
    """The code cells of a notebook, in order. Raises NotANotebook."""
    document = _document(data)
    _refuse_other_versions(document)
    sources = list(_sources(_raw_cells(document)))
    if not sources:
        raise NotANotebook("no code")
    if len(sources) > MAX_CELLS or sum(map(len, sources)) > MAX_CODE_CHARS:
        raise NotANotebook("too much code")
    cells = [Cell(number, source) for number, source in enumerate(sources, 1)]
    language = _language(document)
    if language and not any(cell.defines for cell in cells):
        raise NotANotebook("language", language)
    return cells


def _document(data: bytes) -> Mapping[str, Any]:
    if not data.strip():
        raise NotANotebook("empty")
    try:
        document = json.loads(_decoded(data), parse_int=_small_int, parse_constant=str)
    except RecursionError:
        raise NotANotebook("deep") from None
    except ValueError as error:
        raise _broken(data, error) from None
    if not isinstance(document, dict):
        raise NotANotebook("no notebook")
    return document


def _decoded(data: bytes) -> str:
    """As UTF-8, -16 or -32, by the rules of JSON; bytes that are none of it become question marks."""
    return data.decode(json.detect_encoding(data), "replace")


def _small_int(digits: str) -> int:
    return int(digits) if len(digits) < 10 else 0


def _broken(data: bytes, error: ValueError) -> NotANotebook:
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype", b"<html")):
        return NotANotebook("web page")
    if not start.startswith(b"{"):
        return NotANotebook("no JSON")
    line = str(error.lineno) if isinstance(error, json.JSONDecodeError) else ""
    if re.search(rb"^(<{7}|>{7}|={7})", data, re.MULTILINE):
        return NotANotebook("merge", line)
    return NotANotebook("broken", line)


def _refuse_other_versions(document: Mapping[str, Any]) -> None:
    version = document.get("nbformat")
    if "cells" not in document and "worksheets" not in document:
        raise NotANotebook("no cells")
    if isinstance(version, int) and version > 4:
        raise NotANotebook("version", str(version))


def _raw_cells(document: Mapping[str, Any]) -> Iterator[Any]:
    """nbformat 4 has cells; 3 had them in worksheets."""
    for part in (document, *_list(document.get("worksheets"))):
        if isinstance(part, dict):
            yield from _list(part.get("cells"))


def _sources(cells: Iterator[Any]) -> Iterator[str]:
    """nbformat 4 calls a cell's text source, 3 input; it is one string or a list of lines."""
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        if str(cell.get("language", "python")).lower() not in ("python", "python3", "ipython"):
            continue
        source = cell.get("source", cell.get("input"))
        if isinstance(source, list):
            source = "".join(line for line in source if isinstance(line, str))
        yield source if isinstance(source, str) else ""


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _language(document: Mapping[str, Any]) -> str:
    """The language by the notebook's own account, "" if that is Python or nothing is said."""
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for part, key in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        found = metadata.get(part)
        name = found.get(key) if isinstance(found, dict) else None
        if isinstance(name, str) and name:
            is_environment = (part, key) == ("kernelspec", "name") and not name.lower().startswith(("ir", "julia"))
            return "" if "python" in name.lower() or is_environment else {"ir": "R"}.get(name, name)[:30]
    return ""


# ---------------------------------------------------------------- what is not Python


@frozen
class Written:
    """A cell that only writes a file, by %%writefile."""

    name: str
    text: str
    is_added: bool = False


def python_of(source: str) -> str | Written:
    """A cell's Python, with as many lines before each statement as the student sees there.

    Cell magics that time or capture keep the cell's body; those for other languages leave nothing of it.
    """
    body, header = _after_blank_lines(source)
    while (magic := re.match(r"[ \t]*%%(\S+)[ \t]*(.*)\n?", body)) is not None:
        name, arguments = magic[1], magic[2]
        body, lines = _after_blank_lines(body[magic.end() :])
        if name in ("writefile", "file"):
            words = arguments.split()
            return Written(words[-1].strip("'\"") if words else "", "\n" * lines + body, is_added="-a" in words or "--append" in words)
        if name in NOT_PYTHON:
            return ""
        header += 1 + lines
        if name not in ("time", "timeit", "capture", "prun", "python", "python3") and not parses(_transformed(body)):
            return ""
    return "\n" * header + _transformed(body)


def _after_blank_lines(text: str) -> tuple[str, int]:
    """The text from its first line that is not blank, and how many were before it."""
    blank = re.match(r"(?:[ \t\r]*\n)*", text)
    assert blank is not None
    return text[blank.end() :], blank[0].count("\n")


def _transformed(text: str) -> str:
    transform = transformer()
    if transform is None or not _may_need_it(text):
        return text
    try:
        plain = transform(text)
    except Exception:  # SyntaxError and tokenize's own: as the student wrote it, the compiler will say what is wrong
        return text
    return plain


def _may_need_it(text: str) -> bool:
    return re.search(r"[%!?]|^[ \t]*(?:>>>|In \[|\.\.\.)|\A[ \t]", text, re.MULTILINE) is not None


def transformer() -> Callable[[str], str] | None:
    """IPython's, which the worker has loaded where a submission may need it; see grading.PRELOADS."""
    module = sys.modules.get(TRANSFORMER) or _kept.get(TRANSFORMER)
    if module is None:
        return None
    _kept[TRANSFORMER] = module
    transform: Callable[[str], str] = module.TransformerManager().transform_cell
    return transform


_kept: dict[str, Any] = {}


def parses(source: str) -> bool:
    """Whether this is Python."""
    try:
        ast.parse(source)
    except Exception:  # SyntaxError, ValueError, RecursionError, MemoryError
        return False
    return True


def script_text(source: str) -> str:
    """A script's text, with magics as a notebook's export leaves them turned into calls; as it is if it parses so."""
    if parses(source) or transformer() is None:
        return source
    plain = _transformed(source)
    return plain if parses(plain) else source


_TYPE_STATEMENT = re.compile(r"([ \t]*)type[ \t]+(\w+)[ \t]*(?:\[[^\]\n]*\])?[ \t]*=")
_SHOWN = re.compile(r"([ \t]*)print\(.*\)[ \t]*;?[ \t]*(?:#.*)?$")
_STRING = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_F_STRING = re.compile(r"""\b(?:[fF][rR]?|[rR][fF])(["'])(?!\1\1)""")
MAX_NEW_LINES = 50


def in_older_syntax(source: str) -> str:
    """A text without what only Python 3.12 and newer read: `type` statements, and f-strings with their own quotes in braces.

    As it is, where it still does not parse.
    """
    lines = source.split("\n")
    for _ in range(MAX_NEW_LINES if sys.version_info < (3, 12) else 0):
        try:
            ast.parse("\n".join(lines))
        except SyntaxError as error:
            number = (error.lineno or 0) - 1
            line = lines[number] if 0 <= number < len(lines) else ""
            if named := _TYPE_STATEMENT.match(line):
                lines[number] = f"{named[1]}{named[2]} = object"
            elif (requoted := _requoted(line)) != line:
                lines[number] = requoted
            elif "f-string" in str(error.msg) and (shown := _SHOWN.match(line)):
                lines[number] = f"{shown[1]}pass"
            else:
                return source
        except Exception:  # ValueError, RecursionError, MemoryError
            return source
        else:
            return "\n".join(lines)
    return source


def _requoted(line: str) -> str:
    """A line with the other quotes in the braces of its f-strings, where their own stand."""
    written, at = "", 0
    while at < len(line):
        if (opened := _F_STRING.match(line, at)) is None:
            plain = _STRING.match(line, at)
            end = plain.end() if plain else at + 1
            written, at = written + line[at:end], end
            continue
        quote, depth = opened[1], 0
        written, at = written + opened[0], opened.end()
        while at < len(line) and (depth or line[at] != quote):
            char = line[at]
            is_pair = char == "\\" or (not depth and line[at : at + 2] in ("{{", "}}"))
            depth = depth if is_pair else max(0, depth + (char == "{") - (char == "}"))
            written += line[at : at + 2] if is_pair else {"'": '"', '"': "'"}[quote] if char == quote else char
            at += 1 + is_pair
    return written


def joined(data: bytes) -> str:
    """The Python of all cells that parse, one after the other; "" where these bytes are no notebook."""
    try:
        parts = [python_of(cell.source) for cell in read_cells(data)]
    except NotANotebook:
        return ""
    return "\n".join(part for part in parts if isinstance(part, str) and parses(part))
