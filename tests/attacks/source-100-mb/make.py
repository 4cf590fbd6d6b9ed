"""A source file of 100 MB, whose parsing alone takes gigabytes."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """A hundred megabytes of lines that all have to be parsed."""
    target = folder / "submission"
    target.mkdir()
    line = b"x = [1, 2, 3]\n"
    with open(target / "backprop.py", "wb") as file:
        for _ in range(100):
            file.write(line * ((1 << 20) // len(line)))
    return target
