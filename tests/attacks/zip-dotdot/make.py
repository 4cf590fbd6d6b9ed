"""Zip members named to land outside: .., absolute, drive letters, backslashes, a link and then a file through it."""
from __future__ import annotations

import stat
import zipfile
from pathlib import Path

NAMES = ("../attack-evidence-zip-dotdot", "../../../../../../tmp/attack-evidence-zip-dotdot", "/tmp/attack-evidence-zip-dotdot",
         "a/../../attack-evidence-zip-dotdot", "..\\\\attack-evidence-zip-dotdot", "C:/attack-evidence-zip-dotdot", "./../x.py")


def make(folder: Path) -> Path:
    """Members by such names, each with content that tells it."""
    target = folder / "submission.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for name in NAMES:
            archive.writestr(zipfile.ZipInfo(name), b"EVIDENCE zip-dotdot")
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/tmp")
        archive.writestr("link/attack-evidence-zip-dotdot", b"EVIDENCE zip-dotdot")
    return target
