"""File names that are options, formulas, escape sequences, not UTF-8, and as long as can be."""
from __future__ import annotations

import os
from pathlib import Path

NAMES = (b"--help.py", b"-rf", b"=1+1.py", b"\x1b[2J.py", b"\xff\xfe.py", b"a\nb.py", b"$(touch x).py", b";reboot;.py", b"x" * 250 + b".py")


def make(folder: Path) -> Path:
    """No backprop.py among them."""
    target = folder / "submission"
    target.mkdir()
    for name in NAMES:
        with open(os.path.join(os.fsencode(target), name), "wb") as file:
            file.write(b"print('EVIDENCE odd-names')\n")
    return target
