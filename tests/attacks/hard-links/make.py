"""Backprop.py is a hard link to a file outside: whoever changes the copy's owner or mode changes the other's."""
from __future__ import annotations

import os
from pathlib import Path


def make(folder: Path) -> Path:
    """A hard link to folder/outside/solution.py, which must keep its content, owner and mode."""
    target, outside = folder / "submission", folder / "outside"
    target.mkdir()
    outside.mkdir()
    solution = outside / "solution.py"
    solution.write_text("SECRET = 'belongs to somebody else'\n")
    solution.chmod(0o600)
    os.link(solution, target / "backprop.py")
    return target
