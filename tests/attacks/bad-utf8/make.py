"""A source that is not UTF-8 and says nothing of its encoding."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """Latin-1 letters, which Python refuses without a declaration."""
    target = folder / "submission"
    target.mkdir()
    (target / "backprop.py").write_bytes("# Gradienten f\xfcr \xdcbung\ndef forward(X, params):\n    return X\n".encode("latin-1"))
    return target
