"""A null byte in the source, and one file that is all null bytes."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """Valid code up to a null byte."""
    target = folder / "submission"
    target.mkdir()
    (target / "backprop.py").write_bytes(b"def forward(X, params):\n    return X\0\n")
    (target / "helper.py").write_bytes(bytes(4096))
    return target
