"""Which of the files that were handed in is the main one. They are looked at as bytes, never run and never parsed.

What may live here: words in sources (definitions, blanks, imports) and the choice that is made by them.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePosixPath

from grader.frozen import frozen
from grader.sandbox.names import SET_ASIDE

SOURCE_SUFFIXES = (".py", ".ipynb")
MAX_LOOKED_AT_BYTES = 24 << 20
"""Of the sources: a notebook with its pictures, and many scripts beside it."""
MAX_CELLS_BYTES = 8 << 20
"""Of the text of a notebook's strings that hold such words; all that is longer is not written by hand."""
PIECE_BYTES = 256 << 10
"""Of a notebook, turned into lines at a time; longer than the code of any honest cell."""
MAX_IMPORTS = 50
"""Lines of a file that import names, looked at to find the main file."""
MAX_FILES_THROUGH = 10
"""Files through which a star import is followed."""
MAX_IMPORT_LINES = 5_000
"""Looked at in one source; the longest honest notebook has a hundredth of it."""
MAX_DEFINITIONS = 200

_NAME = rb"(make_dataset|forward|backprop)"
_GIVEN = re.compile(
    rb"^[ \t]*(?:(?:async[ \t]+)?(?:def|class)[ \t]+" + _NAME + rb"[ \t]*[(:]|" + _NAME + rb"[ \t]*(?:=(?!=)(?![ \t]*None\b)|[:,]))",
    re.MULTILINE,
)
"""A definition, or an assignment to a name."""
_HEADER = re.compile(rb"^def[ \t]+" + _NAME + rb"[ \t]*\((?:[^()]|\([^()]{0,300}\)){0,600}\)[ \t]*(?:->[^\n]{0,300}?)?:", re.MULTILINE)
_BODY = re.compile(rb"[^\n]*\n?(?:(?:[ \t][^\n]*|[ \t\r]*|#[^\n]*)\n){0,400}(?:[ \t][^\n]*)?")
_DOCSTRING = re.compile(rb"""\s*[rRuU]?(?:\"\"\".{0,8000}?\"\"\"|'''.{0,8000}?'''|"[^"\n]*"|'[^'\n]*')""", re.DOTALL)
_NOTHING = re.compile(rb"""(?:raise[ \t]+NotImplementedError\b.*|print\([^()]*\)|[\w., \t{}\[\]'":=]*)\Z""")
"""A statement that computes nothing: no call, no operator."""
_RETURN = re.compile(rb"^[ \t]+return\b", re.MULTILINE)
_MENTIONS = re.compile(rb"\b(make_dataset|forward|backprop)\b")
_LOOKED_FOR = re.compile(rb"import|%|make_dataset|forward|backprop")
_FROM = re.compile(
    rb"^[ \t]{0,80}from[ \t]{1,8}\.*([A-Za-z_][\w.]{0,80})[ \t]{1,8}import[ \t]{0,8}(?:\(([^)]{0,500})\)|([^\n#]{0,500}))", re.MULTILINE
)
_IMPORTS = re.compile(
    rb"^[ \t]*(?:from[ \t]{1,80}\.{0,80}([A-Za-z_]\w{0,200})|import[ \t]{1,80}([A-Za-z_][\w \t,.]{0,500}))", re.MULTILINE
)
_RUN = re.compile(rb"^[ \t]*%run[ \t]{1,8}(?:-\w[ \t]{1,8})?[\"']?([\w./ -]{1,100})", re.MULTILINE)
_FINAL = re.compile(r"final|finished|submi|abgabe|solved|solution", re.IGNORECASE)
"""A word in a name by which people mean what they hand in."""


@frozen
class _Source:
    """What is seen of a source.

    own      the graded functions that it defines
    named    these, and those of which it holds a blank
    imports  (module, names) of its lines `from ... import`
    """

    own: set[bytes]
    named: set[bytes]
    imports: Sequence[tuple[str, bytes]]


def choose(files: Mapping[str, bytes]) -> tuple[str, list[str]]:
    """The main file of some of which one is a source, and those with graded functions that it does not import."""
    sources = _sources_in(files)
    chosen = max(sources, key=lambda name: _likelihood(name, sources))
    written = {name for name in sources if name != chosen and sources[name].own}
    return chosen, sorted(written - _imported_from(chosen, files))


def as_lines(name: str, content: bytes) -> bytes:
    """The text of a source, in which each line of code begins a line; of a notebook the strings with words that are looked for,
    each between lines of a null byte. It is made by pieces, so that a notebook of nothing but quotes takes no more memory."""
    if not name.endswith(".ipynb"):
        return content
    texts: list[bytes] = []
    start = text_bytes = 0
    while start < len(content) and text_bytes < MAX_CELLS_BYTES:
        end = _piece_end(content, start)
        texts.append(_cell_lines(content[start:end]))
        text_bytes += len(texts[-1])
        start = end
    return b"".join(texts)


def _piece_end(content: bytes, start: int) -> int:
    """Where a piece of a notebook ends: behind an object of its JSON, where there is one."""
    end = start + PIECE_BYTES
    if end >= len(content):
        return len(content)
    found = ((content.rfind(mark, start, end), len(mark)) for mark in (b"},\n", b"},", b"\n"))
    return next((at + length for at, length in found if at >= 0), end)


def _cell_lines(piece: bytes) -> bytes:
    text = re.sub(rb'\\n",[ \t\r\n]*"', b"\n", piece.replace(b"\\\\", b"\1").replace(b'\\"', b"\2"))
    strings = list(_strings_looked_for(text))
    text = b"\n\0\n".join([b"", *strings, b""]) if strings else b""
    return text.replace(b"\\n", b"\n").replace(b"\\t", b"\t").replace(b"\2", b'"').replace(b"\1", b"\\")


def _strings_looked_for(text: bytes) -> Iterator[bytes]:
    """What stands between two quotes, where it holds such a word."""
    end = -1
    while (word := _LOOKED_FOR.search(text, end + 1)) is not None:
        start = text.rfind(b'"', end + 1, word.start()) + 1 or end + 1
        end = text.find(b'"', word.end())
        end = end if end >= 0 else len(text)
        yield text[start:end]


def imported_names(source: bytes) -> set[str]:
    """Top-level module names in the import lines of a source, read as text."""
    names: set[str] = set()
    for match in islice(_IMPORTS.finditer(source), MAX_IMPORT_LINES):
        for part in (match[1] or match[2]).split(b","):
            word = part.split(b".")[0].split()
            names.add(word[0].decode("ascii", "ignore")) if word else None
    return names


def own_functions(source: bytes) -> tuple[set[bytes], set[bytes]]:
    """The graded functions that a source defines, and these with its blanks, of the template or of another kind."""
    blanks: set[int] = set()
    for match in islice(_HEADER.finditer(source), MAX_DEFINITIONS):
        body = _BODY.match(source, match.end())
        if body is not None and _is_blank(body[0]):
            blanks.add(match.start())
    given = {match.start(): match[1] or match[2] for match in _GIVEN.finditer(source)}
    return {name for start, name in given.items() if start not in blanks}, set(given.values())


def _is_blank(body: bytes) -> bool:
    docstring = _DOCSTRING.match(body)
    code = body[docstring.end() :] if docstring else body
    if b"NotImplementedError" in code and not _RETURN.search(code):
        return True
    statements = (part.partition(b"#")[0].strip() for line in code.splitlines() for part in line.split(b";"))
    return all(_NOTHING.match(statement) for statement in statements)


def _sources_in(files: Mapping[str, bytes]) -> dict[str, _Source]:
    """Each source, the smallest looked at first; beyond a bound in all, nothing is seen of them."""
    found: dict[str, _Source] = {}
    left_bytes = MAX_LOOKED_AT_BYTES
    for name in sorted((name for name in files if name.endswith(SOURCE_SUFFIXES)), key=lambda name: len(files[name])):
        left_bytes -= len(files[name])
        text = as_lines(name, files[name]) if left_bytes >= 0 else b""
        lines = [(match[1], match[2] or match[3]) for match in islice(_FROM.finditer(text), MAX_IMPORTS)]
        imports = [(module.rpartition(b".")[2].decode("ascii", "ignore"), names) for module, names in lines]
        imports += [(_module_name(run), b"*") for run in _run_in(text)]
        found[name] = _Source(*own_functions(text), imports)
    return found


def _likelihood(name: str, sources: Mapping[str, _Source]) -> tuple[int, bool, bool, bool, int, bool, int, bool, int, str]:
    """How likely this is the main file: the functions it holds or imports from beside it, whether its name says that it is
    an old one, or a package, its name, how many functions are its own, whether its name says that it is final, how many are
    blanks, a script before a notebook, how high it lies."""
    path, own = PurePosixPath(name), sources[name].own
    return (
        len(own | _imported_functions(name, sources)), not SET_ASIDE.search(name), path.stem != "__init__", path.stem == "backprop",
        len(own), bool(_FINAL.search(path.stem)), len(sources[name].named), path.suffix == ".py", -name.count("/"), name,
    )


def _imported_functions(name: str, sources: Mapping[str, _Source]) -> set[bytes]:
    """The graded functions that a file imports by name, or with a star, from files beside it."""
    beside = {_module_name(other): other for other in sources if other != name}
    found: set[bytes] = set()
    through = [name]
    for here in through:
        for module, names in sources[here].imports:
            other = beside.get(module)
            if other is not None and names.strip() != b"*":
                found |= set(_MENTIONS.findall(names))
            elif other is not None and other not in through and len(through) < MAX_FILES_THROUGH:
                found |= sources[other].own
                through.append(other)
    return found


def _module_name(name: str) -> str:
    """What a file is imported as: its stem, of __init__.py the folder's name."""
    path = PurePosixPath(name)
    return path.parent.name if path.stem == "__init__" else path.stem


def _run_in(text: bytes) -> list[str]:
    """The files that %run runs."""
    return [match[1].decode("ascii", "ignore").strip() for match in islice(_RUN.finditer(text), MAX_IMPORTS)]


def _imported_from(name: str, files: Mapping[str, bytes]) -> set[str]:
    """The files beside it that a file imports from, and those that they import from."""
    found: set[str] = set()
    queue = [name]
    parts = {other: set(PurePosixPath(other).with_suffix("").parts) for other in files if other.endswith(SOURCE_SUFFIXES)}
    while queue:
        here = queue.pop()
        text = as_lines(here, files[here])
        imported = imported_names(text) | {_module_name(run) for run in _run_in(text)}
        new = {other for other, words in parts.items() if not imported.isdisjoint(words)} - found
        found |= new
        queue += new
    return found - {name}
