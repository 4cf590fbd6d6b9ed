"""Taking away a folder that student code could fill as it liked, also one that a killed grader has left.

What may live here: locks that tell a folder in use from one left behind, and removal that does not recurse, follow links, or take time
that grows faster than the number of entries. shutil.rmtree exceeds Python's
recursion limit on folders nested a thousand deep (before 3.13), and takes half
a minute for ten thousand (after).
"""
from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import stat
import time
from collections.abc import Collection, Iterator
from pathlib import Path

LEFT_S = 3600.0
"""A folder younger than that may not be locked yet, or be one of an earlier version's, which locks none."""


@contextlib.contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Hold the lock that tells sweep() to leave a folder alone; the kernel drops it when this process dies, however it dies."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # a file system without locks; then sweep() gets none either
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing would not, where a fork of this process lives on
    finally:
        os.close(descriptor)


def sweep(parent: Path, prefix: str, owners: Collection[int]) -> None:
    """Remove the folders of that prefix which a process that died has left; one that cannot be removed stays.

    owners  users whose folders these may be, of whom none but this one runs a process outside its own grading
    """
    for folder in parent.glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            if _is_left(folder, owners):
                clear(folder)


def _is_left(folder: Path, owners: Collection[int]) -> bool:
    """Whether nobody uses a folder; it then is this user's, so that nobody else can change it. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if status.st_uid not in owners or time.time() - status.st_ctime < LEFT_S:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if status.st_uid != os.geteuid():
            os.fchown(descriptor, os.geteuid(), -1)
        os.fchmod(descriptor, 0o700)
        return True
    finally:
        os.close(descriptor)


def clear(folder: str | os.PathLike[str]) -> None:
    """Remove a folder with all in it; no process that could still change it may be alive.

    Folders found inside are moved up to the top before they are emptied, so that none lies deeper than two.
    Raises OSError if something cannot be removed, for example because it is another user's and we are not root.
    """
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    names = (f".clearing-{number}" for number in itertools.count())
    try:
        while entries := os.listdir(top):
            for entry in entries:
                _remove(entry, top, names)
    finally:
        os.close(top)
    os.rmdir(folder)


def _remove(entry: str, top: int, names: Iterator[str]) -> None:
    """Remove one entry of the top folder; folders in it move up."""
    if not _is_folder(entry, top):
        os.unlink(entry, dir_fd=top)
        return
    os.chmod(entry, 0o700, dir_fd=top)
    here = os.open(entry, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        for inner in os.listdir(here):
            if _is_folder(inner, here):
                os.chmod(inner, 0o700, dir_fd=here)
                _move_up(inner, here, top, names)
            else:
                os.unlink(inner, dir_fd=here)
    finally:
        os.close(here)
    os.rmdir(entry, dir_fd=top)


def _move_up(inner: str, here: int, top: int, names: Iterator[str]) -> None:
    """To a name that is free: a file or a filled folder there makes rename fail, and the next name is tried."""
    while True:
        try:
            os.rename(inner, next(names), src_dir_fd=here, dst_dir_fd=top)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            continue
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
            continue
        return


def _is_folder(name: str, where: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=where, follow_symlinks=False).st_mode)
