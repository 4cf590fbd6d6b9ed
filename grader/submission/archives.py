"""Zips and tars in a submission, opened within bounds that hold for all of one submission together.

What may live here: those bounds, and reading an archive's members into a Gathering. Whatever is damaged raises
UnusableSubmission, whatever is too much TooMuchZipped.
"""
from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from grader.submission.gathering import IGNORED, MAX_DEPTH, MAX_NAMES, MAX_TOTAL_BYTES, Gathering, limit_bytes
from grader.submission.mainfile import SOURCE_SUFFIXES
from grader.submission.model import UnusableSubmission

if TYPE_CHECKING:
    import zipfile

MAX_ZIP_BYTES = 32 << 20
MAX_ZIP_DIRECTORY_BYTES = 1 << 20
"""Of all zips of a submission together, some ten thousand members; zipfile reads a whole directory into memory before it can be
asked anything."""
MAX_ZIPS = 50
ZIP_END_BYTES, ZIP_LOCATOR_BYTES, MAX_ZIP_COMMENT_BYTES = 22, 20, (1 << 16) - 1
"""Of a zip's end record, of zip64's locator before it, and of the comment behind it (PKWARE's APPNOTE 4.3.15, 4.3.16)."""
ZIP_METHODS = (0, 8)
"""Stored and deflated. zipfile inflates 4 kB of any other method at once, to gigabytes where the zip is made for it."""
MAX_TAR_BYTES = 2 * MAX_TOTAL_BYTES
TARS = (".tar", ".tar.gz", ".tgz")


class TooMuchZipped(UnusableSubmission):
    """Its archives hold more than is looked at."""


class Archives:
    """Opens the archives of one submission, counting what all of them hold.

    gathering  where the files in them are added, and what is left out is noted
    """

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self._archives = self._zip_directory_bytes = self._names = self._tar_bytes = 0

    def read_zip(self, path: Path) -> None:
        """Add what is in a zip. Raises UnusableSubmission."""
        if path.stat().st_size > MAX_ZIP_BYTES:
            raise UnusableSubmission(f"the zip has more than {MAX_ZIP_BYTES >> 20} MB: hand in backprop.py or backprop.ipynb only")
        with open(path, "rb") as file:
            self._read_open_zip(file)

    def read_zips_in(self, folder: Path, names: Iterable[str]) -> None:
        """Add what is in the zips among a folder's files; damaged ones are left out. Raises TooMuchZipped."""
        for name in names:
            found = (folder / name).lstat()
            if not name.lower().endswith(".zip") or not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                continue
            with self._left_out_if_unusable(name):
                self.read_zip(folder / name)

    def unpack(self) -> None:
        """Put what is in the archives that were gathered in their place, one level deep. Raises TooMuchZipped."""
        for name in sorted(self.gathering.files):
            if name.lower().endswith((".zip", *TARS)):
                content = self.gathering.take_out(name)
                with self._left_out_if_unusable(name):
                    if name.lower().endswith(TARS):
                        self._read_tar(content)
                    else:
                        self._read_open_zip(BytesIO(content))

    @contextlib.contextmanager
    def _left_out_if_unusable(self, name: str) -> Iterator[None]:
        """Go on without an archive that cannot be read. Raises TooMuchZipped."""
        try:
            yield
        except TooMuchZipped:
            raise
        except UnusableSubmission as unusable:
            self.gathering.leave_out(name, str(unusable))

    def _read_open_zip(self, file: BinaryIO) -> None:
        import zipfile

        try:
            self._count_archive(_zip_directory_bytes(file))
            with zipfile.ZipFile(file) as archive:
                members = [member for member in archive.infolist() if not member.is_dir() and _is_wanted_member(member.filename)]
                self._count_names(len(members))
                for member in sorted(members, key=lambda member: (not member.filename.endswith(SOURCE_SUFFIXES), member.filename)):
                    self._add_member(archive, member)
        except UnusableSubmission:
            raise
        except Exception:  # zipfile raises a dozen kinds on damaged archives
            raise UnusableSubmission("the zip is damaged and cannot be read") from None

    def _add_member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        name = member.filename.replace("\\", "/")  # as some programs of Windows write it
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or ":" in name or len(parts) > MAX_DEPTH:
            self.gathering.leave_out(name, "its path leads out of the zip or too deep")
        elif stat.S_ISLNK(member.external_attr >> 16):
            self.gathering.leave_out(name, "links are not followed")
        elif member.flag_bits & 1:
            self.gathering.leave_out(name, "it is encrypted")
        elif member.compress_type not in ZIP_METHODS:
            self.gathering.leave_out(name, "it is compressed in an unusual way: zip it with your system's own program")
        elif self.gathering.wants(normal := "/".join(parts), member.file_size):
            with archive.open(member) as file:
                self.gathering.add(normal, file.read(limit_bytes(normal) + 1))

    def _read_tar(self, content: bytes) -> None:
        import tarfile

        try:
            with tarfile.open(fileobj=BytesIO(self._inflated_tar(content)), mode="r:") as archive:
                for member in archive:
                    self._count_names(1)
                    parts = PurePosixPath(member.name).parts
                    if not member.isreg() or member.issparse() or not _is_wanted_member(member.name):
                        continue
                    if member.name.startswith("/") or ".." in parts or len(parts) > MAX_DEPTH:
                        self.gathering.leave_out(member.name, "its path leads out of the archive or too deep")
                    elif self.gathering.wants(normal := "/".join(parts), member.size) and (file := archive.extractfile(member)) is not None:
                        self.gathering.add(normal, file.read(limit_bytes(normal) + 1))
        except TooMuchZipped:
            raise
        except Exception:  # tarfile and zlib raise many kinds on damaged archives
            raise UnusableSubmission("the archive is damaged and cannot be read") from None

    def _inflated_tar(self, content: bytes) -> bytes:
        """A tar's content, inflated as far as all of them together may go. Raises TooMuchZipped."""
        import zlib

        self._count_archive()
        if self._tar_bytes >= MAX_TAR_BYTES:
            raise TooMuchZipped("too much is archived in it: hand in backprop.py or backprop.ipynb only")
        if content.startswith(b"\x1f\x8b"):
            content = zlib.decompressobj(31).decompress(content, MAX_TAR_BYTES - self._tar_bytes)
        self._tar_bytes += len(content)
        return content

    def _count_archive(self, zip_directory_bytes: int = 0) -> None:
        """Count an archive before what is in it is listed. Raises TooMuchZipped."""
        self._archives += 1
        self._zip_directory_bytes += zip_directory_bytes
        if self._archives > MAX_ZIPS:
            raise TooMuchZipped(f"it holds more than {MAX_ZIPS} archives: hand in backprop.py or backprop.ipynb only")
        if self._zip_directory_bytes > MAX_ZIP_DIRECTORY_BYTES:
            raise TooMuchZipped("too many files are zipped in it: hand in backprop.py or backprop.ipynb only")

    def _count_names(self, names: int) -> None:
        """Count what an archive lists. Raises TooMuchZipped."""
        self._names += names
        if self._names > MAX_NAMES:
            raise TooMuchZipped(f"more than {MAX_NAMES:,} files are zipped in it: hand in backprop.py or backprop.ipynb only")


def _zip_directory_bytes(file: BinaryIO) -> int:
    """The size of a zip's directory, before zipfile loads it. Raises UnusableSubmission."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - ZIP_LOCATOR_BYTES - ZIP_END_BYTES - MAX_ZIP_COMMENT_BYTES))
    tail = file.read()
    end = _zip_end(tail)
    directory_bytes = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if end < 0 or b"PK\x06\x07" in tail[max(0, end - ZIP_LOCATOR_BYTES) : end]:
        raise UnusableSubmission("the zip is damaged and cannot be read")
    return directory_bytes


def _zip_end(tail: bytes) -> int:
    """Where zipfile finds the end record: at the very end if it has no comment, else at the last signature; -1 if nowhere."""
    if tail[-ZIP_END_BYTES:].startswith(b"PK\x05\x06") and tail.endswith(b"\0\0"):
        return len(tail) - ZIP_END_BYTES
    return tail.rfind(b"PK\x05\x06")


def _is_wanted_member(name: str) -> bool:
    """Whether it is a file of the student's own: not hidden, in no folder of a tool."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not any(part in IGNORED or (part.startswith(".") and part != "..") for part in parts)
