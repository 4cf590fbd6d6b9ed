"""A submission as a value, or why there is none.

What may live here: what was handed in, the worker that words in its sources ask for, and laying it out.
"""
from __future__ import annotations

import re
from functools import cached_property
from itertools import islice
from pathlib import Path

from grader.frozen import frozen
from grader.submission.mainfile import MAX_IMPORT_LINES, SOURCE_SUFFIXES, as_lines

_MAGIC = re.compile(rb"^[ \t]*(?:[%!]|>>>|[\w.]+[ \t]*=[ \t]*[%!]|\?\w)|\?[ \t\r]*$", re.MULTILINE)
_BLANKS_AND_MARK = b" \t\r\n\f\v\xef\xbb\xbf"
_TOP_IMPORT = re.compile(rb"^(?:%?(?:from|import)([ \t][^#\n]{0,500})|%(\w{1,200}))", re.MULTILINE)


class UnusableSubmission(Exception):
    """Nothing here can be graded; the message is one line for the student."""


@frozen
class Submission:
    """What was handed in, in memory.

    files  relative POSIX path to content
    main   the key in files of the student's main file
    notes  what was left out and why, for the student
    """

    files: dict[str, bytes]
    main: str
    notes: tuple[str, ...] = ()

    def imports(self, module: bytes) -> bool:
        """Whether a line of any Python file or notebook that is not indented imports this module or a part of it."""
        return module in self._imported_words

    @cached_property
    def _imported_words(self) -> frozenset[bytes]:
        """The first parts of all names in import lines that are not indented, and of line magics, in any source."""
        words: set[bytes] = set()
        for name, content in self.files.items():
            if name.endswith(SOURCE_SUFFIXES):
                for match in islice(_TOP_IMPORT.finditer(as_lines(name, content)), MAX_IMPORT_LINES):
                    found = [match[2]] if match[2] else match[1].replace(b",", b" ").split()
                    words.update(word.partition(b".")[0].strip(b"();\\") for word in found)
        return frozenset(words)

    def may_hold_magics(self) -> bool:
        """Whether it holds a notebook, or a line that is Python only in one: then the worker must know how to read them."""
        return any(
            name.endswith(".ipynb") or (name.endswith(".py") and (content.lstrip(_BLANKS_AND_MARK)[:1] == b"{" or _MAGIC.search(content)))
            for name, content in self.files.items()
        )

    def lay_out(self, folder: Path) -> Path:
        """Write every file below an empty folder; returns the path of the main file."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder / self.main
