"""Taking away a folder that student code could fill as it liked.

What may live here: removal that does not recurse, follow links, or take time
that grows faster than the number of entries. shutil.rmtree exceeds Python's
recursion limit on folders nested a thousand deep (before 3.13), and takes half
a minute for ten thousand (after).
"""
from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Iterator


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
