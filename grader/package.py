"""The zip for Gradescope: the same bytes for the same tree, on every machine.

What may live here: which files a run needs, and how they are packed.
"""
from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.frozen import frozen

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ("run_autograder", "setup.sh")
FILES = (*SCRIPTS, "LICENSE", "requirements.lock")
FOLDERS = ("grader", "reference")
NOT_IN_A_RUN = ("grader/classroom", "grader/selftest", "grader/package.py", "grader/template.py")
"""Commands for an instructor's own machine; nothing that grades one submission imports them."""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can hold, in place of each file's own."""


@frozen
class Package:
    """A zip that was written: where, how large in bytes, how many files, and the hash of its content."""

    path: Path
    size_bytes: int
    files: int
    sha256: str


def build(output: Path, root: Path = ROOT) -> Package:
    """Write the zip of a tree, whole or not at all. Raises FileNotFoundError if a file it needs is missing, or OSError.

    Members are stored and not compressed: what deflate makes of the same bytes differs between versions of zlib.
    """
    names = list(members(root))
    descriptor, temporary = tempfile.mkstemp(dir=output.absolute().parent, prefix=f".{output.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name in names:
                archive.writestr(_entry(name), (root / name).read_bytes())
        os.chmod(temporary, 0o644)
        os.replace(temporary, output)
    except BaseException:
        os.unlink(temporary)
        raise
    content = output.read_bytes()
    return Package(output, len(content), len(names), hashlib.sha256(content).hexdigest())


def members(root: Path) -> Iterator[str]:
    """Names of all files that a run needs, sorted, with forward slashes."""
    sources = [path.relative_to(root).as_posix() for folder in FOLDERS for path in (root / folder).rglob("*.py")]
    needed = [name for name in sources if not f"{name}/".startswith(tuple(f"{left_out}/" for left_out in NOT_IN_A_RUN))]
    yield from sorted([*FILES, *needed])


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.create_system = 3  # Unix, whatever this machine is: the modes below are Unix's
    entry.external_attr = (0o100755 if name in SCRIPTS else 0o100644) << 16
    return entry
