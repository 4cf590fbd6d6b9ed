"""A source that declares encodings which do not exist or run code when they are used."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """A declaration that no codec answers to, and utf-7 and rot13 beside it."""
    target = folder / "submission"
    target.mkdir()
    (target / "backprop.py").write_bytes(b"# -*- coding: no-such-codec -*-\ndef forward(X, params):\n    return X\n")
    (target / "helper.py").write_bytes(b"# coding: rot13\nqrs sbejneq(): cnff\n")
    (target / "other.py").write_bytes(b"# coding: utf-7\n+AGkAbQBwAG8AcgB0- os\n")
    return target
