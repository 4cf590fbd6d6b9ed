"""Backprop.py is a FIFO: opening it waits for a writer for ever."""
from __future__ import annotations

import os
from pathlib import Path


def make(folder: Path) -> Path:
    """A FIFO where the file should be, and another beside it."""
    target = folder / "submission"
    target.mkdir()
    for name in ("backprop.py", "helper.py"):
        os.mkfifo(target / name)
    return target
