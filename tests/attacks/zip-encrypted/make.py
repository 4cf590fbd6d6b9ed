"""A zip that needs a password, a truncated one inside, and a member compressed in an unknown way."""
from __future__ import annotations

import warnings
import zipfile
from pathlib import Path


def make(folder: Path) -> Path:
    """A zip that no reader can read, with a name in the directory twice."""
    target = folder / "submission.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("backprop.py", b"x = 1")
        archive.writestr("backprop.py", b"x = 2")
        archive.writestr("inner.zip", b"PK\\x03\\x04")
    data = bytearray(target.read_bytes())
    for signature, flags, method in ((b"PK\x03\x04", 6, 8), (b"PK\x01\x02", 8, 10)):
        at = data.find(signature)
        while at >= 0:
            data[at + flags] |= 1
            data[at + method] = 99
            at = data.find(signature, at + 4)
    target.write_bytes(data)
    return target
