"""Backprop.py is a device without end (or, for who cannot make one, a link to it)."""
from __future__ import annotations

import os
import stat
from pathlib import Path

ZERO = os.makedev(1, 5)


def make(folder: Path) -> Path:
    """/dev/zero where the file should be."""
    target = folder / "submission"
    target.mkdir()
    try:
        os.mknod(target / "backprop.py", stat.S_IFCHR | 0o666, ZERO)
    except PermissionError:
        (target / "backprop.py").symlink_to("/dev/zero")
    return target
