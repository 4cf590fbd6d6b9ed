"""A zip whose directory understates the sizes of its members."""
from __future__ import annotations

import zipfile
from pathlib import Path


def make(folder: Path) -> Path:
    """64 MB that the directory says are 100 bytes."""
    target = folder / "submission.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("backprop.py", b" " * (64 << 20))
    data = bytearray(target.read_bytes())
    data = data.replace((64 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    target.write_bytes(data)
    return target
