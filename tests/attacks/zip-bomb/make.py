"""A zip of a quarter of a megabyte that unpacks to a thousand times as much, under names that look like sources."""
from __future__ import annotations

import zipfile
from pathlib import Path


def make(folder: Path) -> Path:
    """A quarter of a gigabyte of blanks in two members."""
    target = folder / "submission.zip"
    block = b" " * (1 << 20)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in ("backprop.py", "helper.py"):
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as content:
                for _ in range(128):
                    content.write(block)
    return target
