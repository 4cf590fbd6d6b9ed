"""Ten thousand files, and folders two hundred deep."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """More than anybody hands in."""
    target = folder / "submission"
    deep = target
    for _ in range(200):
        deep = deep / "d"
    deep.mkdir(parents=True)
    for index in range(10_000):
        (target / f"f{index}.py").touch()
    return target
