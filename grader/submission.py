"""Finding and copying what was handed in. Files are read as bytes, never run and never parsed.

What may live here: reading a file, folder or zip within bounds, choosing the
student's main file, laying it all out in a scratch folder. Whatever is left
out is said in a note; nothing usable raises UnusableSubmission with one line.
"""
from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from grader.mainfile import MAX_IMPORT_LINES, SOURCE_SUFFIXES, as_lines, choose, imported_names, own_functions

if TYPE_CHECKING:
    import zipfile

MAX_FILES = 300
MAX_NAMES = 20 * MAX_FILES
"""Of files, and of folders, that are looked at in one submission, since not all can be used; those in all of its zips together."""
MAX_FILE_BYTES = 4 << 20
MAX_TOTAL_BYTES = 32 << 20
MAX_SOURCE_BYTES = 1 << 20
"""A hundred times the longest real solution; beyond it a .py is not one."""
MAX_NOTEBOOK_BYTES = 20 << 20
"""Pictures are embedded in outputs, a plot some 50 kB: room for hundreds. JSON of this size, parsed, fits into a child's memory."""
MAX_ZIP_BYTES = 32 << 20
MAX_ZIP_DIRECTORY_BYTES = 1 << 20
"""Of all zips of a submission together, some ten thousand members; zipfile reads a whole directory into memory before it can be
asked anything."""
MAX_ZIPS = 50
ZIP_END_BYTES, ZIP_LOCATOR_BYTES, MAX_ZIP_COMMENT_BYTES = 22, 20, (1 << 16) - 1
"""Of a zip's end record, of zip64's locator before it, and of the comment behind it (PKWARE's APPNOTE 4.3.15, 4.3.16)."""
ZIP_METHODS = (0, 8)
"""Stored and deflated. zipfile inflates 4 kB of any other method at once, to gigabytes where the zip is made for it."""
MAX_DEPTH = 6
MAX_NAME_CHARS = 400
MAX_TAR_BYTES = 2 * MAX_TOTAL_BYTES
TARS = (".tar", ".tar.gz", ".tgz")
MAX_NOTES = 10

IGNORED = frozenset({"__pycache__", "__MACOSX", ".git", ".venv", "venv", "env", "node_modules", ".ipynb_checkpoints", "site-packages"})
_MAGIC = re.compile(rb"^[ \t]*(?:[%!]|>>>|[\w.]+[ \t]*=[ \t]*[%!]|\?\w)|\?[ \t\r]*$", re.MULTILINE)
NOT_CHOSEN = " was graded, and not "
"""In the note on which file was graded, where others hold graded functions too."""
_BLANKS_AND_MARK = b" \t\r\n\f\v\xef\xbb\xbf"
_TOP_IMPORT = re.compile(rb"^(?:%?(?:from|import)([ \t][^#\n]{0,500})|%(\w{1,200}))", re.MULTILINE)


class UnusableSubmission(Exception):
    """Nothing here can be graded; the message is one line for the student."""


class TooMuchZipped(UnusableSubmission):
    """Its zips hold more than is looked at."""


@dataclass(frozen=True)
class Submission:
    """What was handed in, in memory.

    files  relative POSIX path to content
    main   the key in files of the student's main file
    notes  what was left out and why, for the student
    """

    files: dict[str, bytes]
    main: str
    notes: tuple[str, ...] = ()

    def imports(self, module: bytes) -> bool:
        """Whether a line of any Python file or notebook that is not indented imports this module or a part of it."""
        return module in self._imported_words

    @cached_property
    def _imported_words(self) -> frozenset[bytes]:
        """The first parts of all names in import lines that are not indented, and of line magics, in any source."""
        words: set[bytes] = set()
        for name, content in self.files.items():
            if name.endswith(SOURCE_SUFFIXES):
                for match in islice(_TOP_IMPORT.finditer(as_lines(name, content)), MAX_IMPORT_LINES):
                    found = [match[2]] if match[2] else match[1].replace(b",", b" ").split()
                    words.update(word.partition(b".")[0].strip(b"();\\") for word in found)
        return frozenset(words)

    def may_hold_magics(self) -> bool:
        """Whether it holds a notebook, or a line that is Python only in one: then the worker must know how to read them."""
        return any(
            name.endswith(".ipynb") or (name.endswith(".py") and (content.lstrip(_BLANKS_AND_MARK)[:1] == b"{" or _MAGIC.search(content)))
            for name, content in self.files.items()
        )

    def lay_out(self, folder: Path) -> Path:
        """Write every file below an empty folder; returns the path of the main file."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder / self.main


def _limit_bytes(name: str) -> int:
    if name.endswith(".ipynb"):
        return MAX_NOTEBOOK_BYTES
    return MAX_SOURCE_BYTES if name.endswith(".py") else MAX_FILE_BYTES


class _Gathering:
    """Collects files within the bounds, and notes on what was left out."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.notes: list[str] = []
        self.total_bytes = 0
        self.has_hidden = False
        self._folders: set[str] = set()
        self._zips = self._zip_directory_bytes = self._zip_names = 0
        self._tar_bytes = 0

    def open_zip(self, directory_bytes: int) -> None:
        """Count a zip before what is in it is listed. Raises TooMuchZipped."""
        self._zips += 1
        self._zip_directory_bytes += directory_bytes
        if self._zips > MAX_ZIPS:
            raise TooMuchZipped(f"it holds more than {MAX_ZIPS} archives: hand in backprop.py or backprop.ipynb only")
        if self._zip_directory_bytes > MAX_ZIP_DIRECTORY_BYTES:
            raise TooMuchZipped("too many files are zipped in it: hand in backprop.py or backprop.ipynb only")

    def open_tar(self, content: bytes) -> bytes:
        """Count an archive, and inflate it as far as all of them together may go. Raises TooMuchZipped."""
        import zlib

        self.open_zip(0)
        if self._tar_bytes >= MAX_TAR_BYTES:
            raise TooMuchZipped("too much is archived in it: hand in backprop.py or backprop.ipynb only")
        if content.startswith(b"\x1f\x8b"):
            content = zlib.decompressobj(31).decompress(content, MAX_TAR_BYTES - self._tar_bytes)
        self._tar_bytes += len(content)
        return content

    def count_zipped(self, names: int) -> None:
        """Count what is in a zip. Raises TooMuchZipped."""
        self._zip_names += names
        if self._zip_names > MAX_NAMES:
            raise TooMuchZipped(f"more than {MAX_NAMES:,} files are zipped in it: hand in backprop.py or backprop.ipynb only")

    def plain(self, name: str) -> str:
        """The name with_plain_suffix, unless that is taken."""
        plain = with_plain_suffix(name)
        return name if self._clashes(plain) else plain

    def wants(self, name: str, size_bytes: int) -> bool:
        name = self.plain(name)
        limit = _limit_bytes(name)
        if not is_usable_name(name):
            self.leave_out(name, "its name cannot be used")
        elif self._clashes(name):
            self.leave_out(name, "another file or folder has its name")
        elif size_bytes > limit:
            self.leave_out(name, f"it has {size_bytes:,} bytes, at most {limit:,} are read")
        elif len(self.files) >= MAX_FILES or self.total_bytes + size_bytes > MAX_TOTAL_BYTES:
            self.leave_out(name, "there is too much beside it")
        else:
            return True
        return False

    def add(self, name: str, content: bytes) -> None:
        name = self.plain(name)
        if self.wants(name, len(content)):
            self.files[name] = content
            self.total_bytes += len(content)
            self._folders.update(_parents(name))

    def _clashes(self, name: str) -> bool:
        """Whether a file stands where this one's folder would be, or the other way round."""
        return name in self.files or name in self._folders or any(parent in self.files for parent in _parents(name))

    def take_out(self, name: str) -> bytes:
        content = self.files.pop(name)
        self.total_bytes -= len(content)
        return content

    def leave_out(self, name: str, why: str) -> None:
        note = f"{printable(name) or 'a file without a name'} was left out: {why}."
        if len(self.notes) < MAX_NOTES and note not in self.notes:
            self.notes.append(note)


def read_submission(path: Path, neighbours: bool = True) -> Submission:
    """Read a folder, a .py, a .ipynb or a .zip.

    neighbours  whether with a single file come the modules beside it that it imports

    Raises UnusableSubmission with a line for the student, or FileNotFoundError if there is nothing at path.
    """
    gathering = _Gathering()
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        names = list(_walk(path, gathering))
        for name in names:
            _add_file(path / name, name, gathering)
        if not any(with_plain_suffix(name).endswith(SOURCE_SUFFIXES) for name in names):
            _read_zips_in_it(path, names, gathering)
        return _submission(gathering)
    if not stat.S_ISREG(mode):
        raise UnusableSubmission("this is neither a file nor a folder")
    if path.suffix.lower() == ".zip":
        _read_zip(path, gathering)
        return _submission(gathering)
    name = with_plain_suffix(path.name if is_usable_name(path.name) else f"backprop{path.suffix}")
    _add_file(path, name, gathering)
    if neighbours:
        _add_imported_neighbours(path, gathering)
    return _submission(gathering, name)


def read_files(files: Mapping[str, Path]) -> Submission:
    """Read a submission that is several files, each by the name that it is to have; of a zip, what is in it.

    Raises UnusableSubmission, FileNotFoundError or PermissionError.
    """
    gathering = _Gathering()
    for name, path in files.items():
        if not stat.S_ISREG(_mode(path)):
            gathering.leave_out(name, "it is not a plain file")
        elif path.suffix.lower() == ".zip":
            _read_zip(path, gathering)
        else:
            _add_file(path, name, gathering)
    return _submission(gathering)


def _mode(path: Path) -> int:
    """What stands at path, by stat(2). Raises PermissionError if it cannot be read, FileNotFoundError if nothing is there."""
    if path.is_symlink():
        raise UnusableSubmission("this is a link, and links are not followed")
    try:
        mode = path.stat().st_mode
    except PermissionError:
        raise
    except (OSError, ValueError) as error:  # a loop of links, a name too long, a file in a folder's place
        raise FileNotFoundError(str(error)) from None
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return mode


def _walk(folder: Path, gathering: _Gathering) -> Iterator[str]:
    """Relative names of all regular files below, sources first, then by depth and name; links are never followed."""
    names: list[str] = []
    walk = os.walk(folder, onerror=lambda error: gathering.leave_out(Path(error.filename).name, "it cannot be read"))
    for met, (here, folders, files) in enumerate(walk):
        relative = Path(here).relative_to(folder)
        folders[:] = sorted(name for name in folders if _is_wanted_folder(Path(here), name, gathering))
        if len(relative.parts) >= MAX_DEPTH:
            folders.clear()
        prefix = "" if here == str(folder) else f"{relative.as_posix()}/"
        names += [prefix + name for name in files if not name.startswith(".")]
        gathering.has_hidden |= len(files) > 0
        if len(names) > MAX_NAMES or met > MAX_NAMES:
            kind = "files" if len(names) > MAX_NAMES else "folders"
            gathering.notes.append(f"there are more than {MAX_NAMES} {kind}: the rest was left out.")
            break
    names.sort(key=lambda name: (not name.endswith(SOURCE_SUFFIXES), name.count("/"), PurePosixPath(name).stem != "backprop", name))
    return iter(names[:MAX_NAMES])


def _is_wanted_folder(here: Path, name: str, gathering: _Gathering) -> bool:
    if name in IGNORED or name.startswith("."):
        return False
    if (here / name).is_symlink():
        gathering.leave_out(name, "links are not followed")
        return False
    return True


def _add_file(path: Path, name: str, gathering: _Gathering) -> None:
    """Read one regular file, by a descriptor that cannot be a link, a device or a pipe that blocks."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        is_link = path.is_symlink()
        gathering.leave_out(name, "links are not followed" if is_link else str(error.strerror).lower())
        return
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            gathering.leave_out(name, "it is not a plain file")
        elif status.st_nlink > 1:
            gathering.leave_out(name, "it is a hard link")
        elif gathering.wants(name, status.st_size):
            gathering.add(name, file.read(_limit_bytes(name) + 1))


def _add_imported_neighbours(path: Path, gathering: _Gathering) -> None:
    """For a single source: the modules beside it that it imports, and those that they import."""
    queue = [as_lines(name, content) for name, content in gathering.files.items()]
    beside = set(os.listdir(path.parent))
    while queue:
        for module in imported_names(queue.pop()):
            name = f"{module}.py"
            if name not in beside and module not in beside:
                continue
            if name not in gathering.files and (path.parent / name).is_file():
                _add_file(path.parent / name, name, gathering)
                queue += [gathering.files[name]] if name in gathering.files else []
            elif (path.parent / module / "__init__.py").is_file() and not (path.parent / module).is_symlink():
                for inner in _walk(path.parent / module, gathering):
                    full = f"{module}/{inner}"
                    if full not in gathering.files:
                        _add_file(path.parent / full, full, gathering)
                        queue += [gathering.files[full]] if full.endswith(".py") and full in gathering.files else []


def _read_zip(path: Path, gathering: _Gathering) -> None:
    if path.stat().st_size > MAX_ZIP_BYTES:
        raise UnusableSubmission(f"the zip has more than {MAX_ZIP_BYTES >> 20} MB: hand in backprop.py or backprop.ipynb only")
    with open(path, "rb") as file:
        _read_open_zip(file, gathering)


def _read_open_zip(file: BinaryIO, gathering: _Gathering) -> None:
    import zipfile

    try:
        gathering.open_zip(_zip_directory_bytes(file))
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir() and _is_wanted_member(member.filename)]
            gathering.count_zipped(len(members))
            for member in sorted(members, key=lambda member: (not member.filename.endswith(SOURCE_SUFFIXES), member.filename)):
                _add_member(archive, member, gathering)
    except UnusableSubmission:
        raise
    except Exception:  # zipfile raises a dozen kinds on damaged archives
        raise UnusableSubmission("the zip is damaged and cannot be read") from None


def _read_zips_in_it(folder: Path, names: Iterable[str], gathering: _Gathering) -> None:
    """A folder whose only content is a zip, as some upload forms leave it, is that zip. A damaged one is left out."""
    for name in names:
        found = (folder / name).lstat()
        if not name.lower().endswith(".zip") or not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            continue
        with _left_out_if_unusable(name, gathering):
            _read_zip(folder / name, gathering)


def _unpack(gathering: _Gathering) -> None:
    """Where no source was found: what is in the archives that were, one level deep and within the same bounds."""
    for name in sorted(gathering.files):
        if name.lower().endswith((".zip", *TARS)):
            content = gathering.take_out(name)
            with _left_out_if_unusable(name, gathering):
                (_read_tar if name.lower().endswith(TARS) else _read_open_zip)(BytesIO(content), gathering)


@contextlib.contextmanager
def _left_out_if_unusable(name: str, gathering: _Gathering) -> Iterator[None]:
    """Go on without an archive that cannot be read. Raises TooMuchZipped."""
    try:
        yield
    except TooMuchZipped:
        raise
    except UnusableSubmission as unusable:
        gathering.leave_out(name, str(unusable))


def _take_texts_for_scripts(gathering: _Gathering) -> None:
    """Where no source was found: a .txt in which graded functions are defined is a script."""
    for name in sorted(gathering.files):
        if name.lower().endswith(".txt") and len(gathering.files[name]) <= MAX_SOURCE_BYTES and own_functions(gathering.files[name])[0]:
            gathering.add(f"{name[:-4]}.py", gathering.take_out(name))
            gathering.notes.append(f"{printable(name)} was read as Python: hand in a .py next time.")


def _read_tar(file: BinaryIO, gathering: _Gathering) -> None:
    import tarfile

    try:
        with tarfile.open(fileobj=BytesIO(gathering.open_tar(file.read())), mode="r:") as archive:
            for member in archive:
                gathering.count_zipped(1)
                parts = PurePosixPath(member.name).parts
                if not member.isreg() or member.issparse() or not _is_wanted_member(member.name):
                    continue
                if member.name.startswith("/") or ".." in parts or len(parts) > MAX_DEPTH:
                    gathering.leave_out(member.name, "its path leads out of the archive or too deep")
                elif gathering.wants(normal := "/".join(parts), member.size) and (inside := archive.extractfile(member)) is not None:
                    gathering.add(normal, inside.read(_limit_bytes(normal) + 1))
    except TooMuchZipped:
        raise
    except Exception:  # tarfile and zlib raise many kinds on damaged archives
        raise UnusableSubmission("the archive is damaged and cannot be read") from None


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
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not any(part in IGNORED or (part.startswith(".") and part != "..") for part in parts)


def _add_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, gathering: _Gathering) -> None:
    name = member.filename.replace("\\", "/")  # as some programs of Windows write it
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or ":" in name or len(parts) > MAX_DEPTH:
        gathering.leave_out(name, "its path leads out of the zip or too deep")
    elif stat.S_ISLNK(member.external_attr >> 16):
        gathering.leave_out(name, "links are not followed")
    elif member.flag_bits & 1:
        gathering.leave_out(name, "it is encrypted")
    elif member.compress_type not in ZIP_METHODS:
        gathering.leave_out(name, "it is compressed in an unusual way")
    elif gathering.wants(normal := "/".join(parts), member.file_size):
        with archive.open(member) as file:
            gathering.add(normal, file.read(_limit_bytes(normal) + 1))


def _submission(gathering: _Gathering, main: str | None = None) -> Submission:
    for look_further in (_unpack, _take_texts_for_scripts):
        if not any(name.endswith(SOURCE_SUFFIXES) for name in gathering.files):
            look_further(gathering)
    sources = [name for name in gathering.files if name.endswith(SOURCE_SUFFIXES)]
    if not sources:
        raise UnusableSubmission(_why_no_source(gathering))
    chosen, rivals = (main, []) if main in sources else choose(gathering.files)
    notes = [f"{printable(chosen)}{NOT_CHOSEN}{' or '.join(map(printable, rivals[:2]))}."] if rivals else []
    return Submission(gathering.files, chosen, (*notes, *gathering.notes))


def _why_no_source(gathering: _Gathering) -> str:
    left_out = [note for note in gathering.notes if ".py " in note or ".ipynb " in note]
    if left_out:
        return left_out[0].rstrip(".")
    if gathering.files:
        names = ", ".join(printable(name) for name in sorted(gathering.files)[:3])
        return f"there is no Python file in it (found: {names}): hand in backprop.py or backprop.ipynb"
    if gathering.notes:
        return f"nothing in it can be used: {gathering.notes[0].rstrip('.')}"
    if gathering.has_hidden:
        return "there are only hidden files in it, whose names begin with a dot: hand in backprop.py or backprop.ipynb"
    return "it is empty: hand in backprop.py or backprop.ipynb"


def _parents(name: str) -> list[str]:
    """The folders above a relative path."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def is_usable_name(name: str) -> bool:
    """Whether a relative path can be laid out again and shown: not empty, no control characters, of bounded length."""
    if not name or len(name) > MAX_NAME_CHARS:
        return False
    if not all(char.isprintable() or unicodedata.category(char) == "Zs" for char in name):  # Zs: spaces, as macOS writes them
        return False
    return all(len(part.encode()) <= 255 for part in name.split("/"))


def with_plain_suffix(name: str) -> str:
    """BACKPROP.PY, as some programs of Windows write it, is a script too, and so is backprop.py.txt, as some browsers save it."""
    path = PurePosixPath(name)
    if path.suffix.lower() in (".txt", ".json") and PurePosixPath(path.stem).suffix.lower() in SOURCE_SUFFIXES:
        path = path.with_suffix("")
    return str(path.with_suffix(path.suffix.lower())) if path.suffix.lower() in SOURCE_SUFFIXES else name


def printable(text: str) -> str:
    """A file's name as it can be shown: no control characters, at most 80 characters."""
    return "".join(char if char.isprintable() else "?" for char in text)[:80]
