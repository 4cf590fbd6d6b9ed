"""A zip with thirty thousand members."""
from __future__ import annotations

import zipfile
from pathlib import Path


def make(folder: Path) -> Path:
    """Thirty thousand empty members, in folders twenty deep."""
    target = folder / "submission.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for index in range(30_000):
            archive.writestr("d/" * (index % 20) + f"{index}.py", b"")
    return target
