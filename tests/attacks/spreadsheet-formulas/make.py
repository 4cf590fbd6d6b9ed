"""Prints and raises texts that a spreadsheet takes for formulas; its folder's name is one too (see make.py)."""
from __future__ import annotations

import shutil
from pathlib import Path

NAME = "=cmd|' ,C calc'!A0"


def make(folder: Path) -> Path:
    """A folder whose name begins with an equals sign, holding the submission beside this file."""
    target = folder / NAME
    shutil.copytree(Path(__file__).parent / "submission", target)
    (target / "@SUM(1+1).txt").write_text("=1+1\n")
    (target / "-2+3\t\x1b[31m.txt").write_text("named by an escape sequence\n")
    return target
