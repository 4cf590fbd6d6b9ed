"""What a grading depends on, as one digest: the bytes handed in, the rubric, the grader's own source.

What may live here: digests. A result whose key is the same need not be made again.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from grader.rubric import GRADER_VERSION, Rubric
from grader.submission import Submission

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("grader/frozen.py", "grader/rubric.py", "grader/submission", "grader/oracle.py", "grader/result.py", "grader/grading.py",
         "grader/classroom/task.py", "grader/sandbox", "grader/checks", "grader/diagnosis", "grader/report", "reference")
"""The source that decides a result, its fingerprint or its page; the rest of the class run decides none of them."""


def key(submission: Submission, rubric: Rubric) -> str:
    """The digest of a grading: 64 hexadecimal digits."""
    parts = [submission.main.encode(), *(note.encode("utf-8", "surrogateescape") for note in submission.notes)]
    return _digest([*_ours(rubric), *parts, *_named(submission.files)])


def unusable_key(reason: str, rubric: Rubric) -> str:
    """The digest where nothing can be graded, for this reason."""
    return _digest([*_ours(rubric), reason.encode("utf-8", "surrogateescape")])


def _ours(rubric: Rubric) -> list[bytes]:
    return [grader_digest().encode(), _as_text(rubric)]


@lru_cache(maxsize=4)
def _as_text(rubric: Rubric) -> bytes:
    return json.dumps(asdict(rubric), sort_keys=True).encode()


@lru_cache(maxsize=1)
def grader_digest() -> str:
    """The digest of the grader's version and source: machines that grade one class must agree in it."""
    paths = [path for room in ROOMS for path in _sources(ROOT / room)]
    return _digest([GRADER_VERSION.encode(), *_named({path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths})])


def _sources(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _named(files: Mapping[str, bytes]) -> list[bytes]:
    return [part for name in sorted(files) for part in (name.encode("utf-8", "surrogateescape"), files[name])]


def _digest(parts: Iterable[bytes]) -> str:
    """Of a sequence of byte strings: each goes in with its length, so that no two sequences run together."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()
