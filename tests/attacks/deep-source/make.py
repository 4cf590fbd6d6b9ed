"""Brackets and operators nested so deep that a parser overflows its stack."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """Ninety thousand brackets, and as many minus signs."""
    target = folder / "submission"
    target.mkdir()
    (target / "backprop.py").write_text("x = " + "-" * 90_000 + "1\ny = " + "(" * 90_000 + ")" * 90_000 + "\n")
    return target
