"""Where a class run's processes put their temporary files, so that what a killed run left behind is found and goes.

What may live here: one folder a run, held by a lock that the kernel drops however the run ends.
"""
from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.sandbox.clearing import clear
from grader.sandbox.probe import open_folder

PREFIX, LOCK = "backprop-class-", "lock"


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that every user can walk through, for TMPDIR; it goes at the end, as do those of runs that were killed. Raises OSError."""
    parent = Path(open_folder())
    for left in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), _held(left):
            clear(left)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    try:
        folder.chmod(0o711)
        with _held(folder, os.O_CREAT | os.O_EXCL):
            yield folder
    finally:
        with contextlib.suppress(OSError):  # something in it may be dying still; then the next run takes it away
            clear(folder)


@contextlib.contextmanager
def _held(folder: Path, flags: int = 0) -> Iterator[None]:
    """Hold a folder's lock. Raises OSError if it is not ours, has none, or another run holds it."""
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise PermissionError(f"{folder} is someone else's")
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
