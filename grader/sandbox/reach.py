"""Imports by open folders, for a child whose new uid may not walk the path to them.

What may live here: the paths through which Python imports. A Python below
/root, or a repository in a closed home folder, cannot be reached by another
user; a descriptor of the folder, opened before the change of uid, still can.
"""
from __future__ import annotations

import os
import stat
import sys

_EXECUTABLE_BY_ALL = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH

held_fds: list[int] = []
"""Descriptors of the folders; they must stay open as long as imports are to work."""


def is_open_to_all(path: str) -> bool:
    """Whether any user may walk to this path: each folder above it lets everyone through."""
    folder = os.path.realpath(path)
    while folder != "/":
        folder = os.path.dirname(folder)
        if os.stat(folder).st_mode & _EXECUTABLE_BY_ALL != _EXECUTABLE_BY_ALL:
            return False
    return True


def keep_imports_reachable() -> None:
    """Replace each folder on sys.path that others cannot walk to by /proc/self/fd/N of a descriptor held open.

    Also in the packages already imported, whose submodules may be imported later.
    Such a path leads to the folder itself and does not ask the folders above it.
    Landlock still judges every file by its real place.
    """
    replaced = {}
    for entry in sys.path:
        if os.path.isdir(entry) and not entry.startswith("/proc/") and not is_open_to_all(entry):
            fd = os.open(entry, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            held_fds.append(fd)
            replaced[entry] = f"/proc/self/fd/{fd}"
    if not replaced:
        return
    sys.path[:] = [replaced.get(entry, entry) for entry in sys.path]
    for module in list(sys.modules.values()):
        names = vars(module)
        folders = names.get("__path__")
        if isinstance(folders, list):
            folders[:] = [_moved(folder, replaced) for folder in folders]
        if isinstance(names.get("__file__"), str):
            names["__file__"] = _moved(names["__file__"], replaced)
    sys.path_importer_cache.clear()


def _moved(path: str, replaced: dict[str, str]) -> str:
    for old, new in replaced.items():
        if path == old or path.startswith(old + "/"):
            return new + path[len(old) :]
    return path
