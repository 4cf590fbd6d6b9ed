"""How much a submission has written, looked at from outside while it runs.

What may live here: measuring a folder that its owner may change meanwhile, and
the free space of its disk. RLIMIT_FSIZE bounds one file; nothing that works
without privileges over the file system (quota, a disk of its own) bounds them
all, so the grader looks, and ends a process that has written too much.

What is deleted while it is open, or mapped into memory, takes space and stands in no
folder. Free space that goes is a reason to ask, and never a charge, since others
write on that disk too: the kernel's account of what the process itself has
written, which can be read when it has ended, tells whose doing it was. In memory
(tmpfs) there is no such account, but space that comes back as the process ends
was its own; twice, lest a neighbour took something away at that moment.
"""
from __future__ import annotations

import contextlib
import functools
import os
import stat
from dataclasses import dataclass, field

MAX_BYTES = 256 << 20
"""Beside what was handed in: pictures and saved arrays of an honest script take a hundredth of it."""
MAX_ENTRIES = 2_000
"""Files and folders. Removing one may take a millisecond."""
MAX_FOLDERS_DEEP = 32
TAKEN_BYTES = 512 << 20
"""Free space that went since the process started, so much that the process is asked for its account."""
FLOOR_BYTES, FLOOR_SHARE = 256 << 20, 0.02
"""Free space, and the share of the disk, below which every process is asked: the lesser, and half of what was free at first."""
MAX_ACQUITTALS = 8
"""Each time the bounds are twice as wide, so a neighbour that fills the disk again and again costs few fresh starts."""
LOOK_EVERY_S = 0.05
"""A process fills some 100 MB in that time."""


@dataclass
class Watch:
    """A scratch folder under watch from now on.

    folder  its path; nothing in it is followed or opened but folders
    """

    folder: str
    max_bytes: int = MAX_BYTES
    taken_bytes: int = TAKEN_BYTES
    acquittals: int = field(init=False, default=0)
    _is_in_memory: bool = field(init=False)
    _suspicions: int = field(init=False, default=0)
    _free_at_start: int = field(init=False)
    _floor_bytes: float = field(init=False)
    _bytes_at_start: int = field(init=False)
    _entries_at_start: int = field(init=False)

    def __post_init__(self) -> None:
        self._is_in_memory = is_in_memory(self.folder)
        self._bytes_at_start, self._entries_at_start = _contents(self.folder, 1 << 62, 1 << 30)
        self._free_at_start, disk_bytes = _free_bytes(self.folder)
        self._floor_bytes = min(FLOOR_BYTES, FLOOR_SHARE * disk_bytes, self._free_at_start / 2)

    def excess(self) -> str:
        """What is too much in the folder, in words; "" if nothing is."""
        most_bytes, most_entries = self._bytes_at_start + self.max_bytes, self._entries_at_start + MAX_ENTRIES
        try:
            found_bytes, entries = _contents(self.folder, most_bytes, most_entries)
        except _Hidden as hidden:
            return str(hidden)
        if found_bytes > most_bytes:
            return f"files of more than {self.max_bytes >> 20} MB in all"
        return f"more than {MAX_ENTRIES} files and folders" if entries > most_entries else ""

    def is_short(self) -> bool:
        """Whether so much of the disk's free space went, or so little is left, that the process is to be asked."""
        free, _ = _free_bytes(self.folder)
        return free < self._floor_bytes or self._free_at_start - free > self.taken_bytes

    def free_bytes(self) -> int:
        """Of the folder's disk."""
        return _free_bytes(self.folder)[0]

    def wrote_too_much(self, written_bytes: int, free_before: int) -> str:
        """What the ended process is charged with, in words; "" acquits it, and widens the bounds.

        written_bytes  by the kernel's account of it
        free_before    free_bytes() before it was ended
        """
        given_back = self.free_bytes() - free_before
        if self._is_in_memory and given_back > self.max_bytes:
            self._suspicions += 1
            written_bytes = given_back if self._suspicions > 1 else written_bytes
        if written_bytes > self.max_bytes:
            return f"more than {self.max_bytes >> 20} MB in all, with what it deleted"
        self.acquittals += 1
        self.taken_bytes, self._floor_bytes = 2 * self.taken_bytes, self._floor_bytes / 2
        self._free_at_start, _ = _free_bytes(self.folder)
        return ""


class _Hidden(Exception):
    """Files may lie where they cannot be counted; says where."""


@functools.lru_cache(maxsize=16)
def is_in_memory(folder: str) -> bool:
    """Whether files below that folder lie in memory."""
    try:
        with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as mounts:
            places = [line.split(" ")[1:3] for line in mounts]
    except OSError:
        return False
    inside = [(len(point), kind) for point, kind in places if f"{folder}/".startswith(f"{point.rstrip('/')}/")]
    return max(inside, default=(0, ""))[1] in ("tmpfs", "ramfs")


def _free_bytes(folder: str) -> tuple[int, int]:
    """What an ordinary user may still write on the folder's disk, and the whole disk."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize


def _contents(folder: str, most_bytes: int, most_entries: int) -> tuple[int, int]:
    """Bytes on disk and entries below a folder; stops counting beyond either bound. Raises _Hidden."""
    found_bytes, entries = 0, 0
    stack = [(folder, 0)]
    while stack:
        here, depth = stack.pop()
        descriptor = _open_folder(here, depth)
        if descriptor is None:
            continue
        try:
            for name in os.listdir(descriptor):
                with contextlib.suppress(FileNotFoundError):
                    status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                    found_bytes, entries = found_bytes + status.st_blocks * 512, entries + 1
                    if stat.S_ISDIR(status.st_mode):
                        stack.append((os.path.join(here, name), depth + 1))
                if found_bytes > most_bytes or entries > most_entries:
                    return found_bytes, entries
        finally:
            os.close(descriptor)
    return found_bytes, entries


def _open_folder(path: str, depth: int) -> int | None:
    """A descriptor; None if the folder has gone. Raises _Hidden if what lies in it cannot be counted."""
    if depth > MAX_FOLDERS_DEEP:
        raise _Hidden(f"folders more than {MAX_FOLDERS_DEEP} deep")
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _Hidden(f"a folder that cannot be looked into ({error.strerror})") from None
