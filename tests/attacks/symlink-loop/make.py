"""Links that lead to themselves, to each other, and to the folder above."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """A folder of links without end."""
    target = folder / "submission"
    target.mkdir()
    (target / "backprop.py").symlink_to("backprop.py")
    (target / "a").symlink_to("b")
    (target / "b").symlink_to("a")
    (target / "deep").symlink_to("..")
    return target
