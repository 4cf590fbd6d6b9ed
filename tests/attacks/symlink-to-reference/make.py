"""Backprop.py is a symbolic link to the solution, which a grader that copies as root would follow."""
from __future__ import annotations

from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[3] / "reference" / "backprop.py"


def make(folder: Path) -> Path:
    """A submission that consists of links: to the solution, and to a folder with secrets."""
    target = folder / "submission"
    target.mkdir()
    (target / "backprop.py").symlink_to(REFERENCE)
    (target / "grader").symlink_to(REFERENCE.parents[1] / "grader")
    (target / "passwd.py").symlink_to("/etc/passwd")
    return target
