"""A source in UTF-16, with null bytes in every line."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """As some editors save it."""
    target = folder / "submission"
    target.mkdir()
    (target / "backprop.py").write_text("def forward(X, params):\n    return X\n", encoding="utf-16")
    return target
