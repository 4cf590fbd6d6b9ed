"""Finding what was handed in: a folder, one file, or several.

What may live here: reading files and folders from disk, and how a submission is made of what was gathered.
"""
from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from grader.submission.archives import Archives
from grader.submission.gathering import (
    IGNORED,
    MAX_DEPTH,
    MAX_NAMES,
    MAX_SOURCE_BYTES,
    Gathering,
    as_utf8,
    is_usable_name,
    limit_bytes,
    printable,
    with_plain_suffix,
)
from grader.submission.mainfile import SOURCE_SUFFIXES, as_lines, choose, imported_names, own_functions
from grader.submission.model import Submission, UnusableSubmission

PACKED = (".7z", ".rar", ".gz", ".bz2", ".xz", ".zst", ".tgz")
NOT_CHOSEN = " was graded, and not "
"""In the note on which file was graded, where others hold graded functions too."""


def read_submission(path: Path, neighbours: bool = True) -> Submission:
    """Read a folder, a .py, a .ipynb or a .zip.

    neighbours  whether with a single file come the modules beside it that it imports

    Raises UnusableSubmission with a line for the student, or FileNotFoundError if there is nothing at path.
    """
    gathering = Gathering()
    archives = Archives(gathering)
    mode = _mode(path)
    if stat.S_ISDIR(mode):
        names = list(_walk(path, gathering))
        for name in names:
            _add_file(path / name, name, gathering)
        if not any(with_plain_suffix(name).endswith(SOURCE_SUFFIXES) for name in names):
            archives.read_zips_in(path, names)  # as some upload forms leave them
        return _submission(archives)
    if not stat.S_ISREG(mode):
        raise UnusableSubmission("this is neither a file nor a folder")
    if path.suffix.lower() == ".zip":
        archives.read_zip(path)
        return _submission(archives)
    name = with_plain_suffix(path.name if is_usable_name(path.name) else f"backprop{path.suffix}")
    _add_file(path, name, gathering)
    if neighbours:
        _add_imported_neighbours(path, gathering)
    return _submission(archives, name)


def read_files(files: Mapping[str, Path]) -> Submission:
    """Read a submission that is several files, each by the name that it is to have; of a zip, what is in it.

    Raises UnusableSubmission, FileNotFoundError or PermissionError.
    """
    gathering = Gathering()
    archives = Archives(gathering)
    for name, path in files.items():
        if not stat.S_ISREG(_mode(path)):
            gathering.leave_out(name, "it is not a plain file")
        elif path.suffix.lower() == ".zip":
            archives.read_zip(path)
        else:
            _add_file(path, name, gathering)
    return _submission(archives)


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


def _walk(folder: Path, gathering: Gathering) -> Iterator[str]:
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
        gathering.has_hidden |= any(name.startswith(".") for name in files)
        if len(names) > MAX_NAMES or met > MAX_NAMES:
            kind = "files" if len(names) > MAX_NAMES else "folders"
            gathering.notes.append(f"there are more than {MAX_NAMES} {kind}: the rest was left out.")
            break
    names.sort(key=lambda name: (not name.endswith(SOURCE_SUFFIXES), name.count("/"), PurePosixPath(name).stem != "backprop", name))
    return iter(names[:MAX_NAMES])


def _is_wanted_folder(here: Path, name: str, gathering: Gathering) -> bool:
    if name in IGNORED or name.startswith("."):
        return False
    if (here / name).is_symlink():
        gathering.leave_out(name, "links are not followed")
        return False
    return True


def _add_file(path: Path, name: str, gathering: Gathering) -> None:
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
            gathering.add(name, file.read(limit_bytes(name) + 1))


def _add_imported_neighbours(path: Path, gathering: Gathering) -> None:
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


def _take_texts_for_scripts(gathering: Gathering) -> None:
    """A .txt, .pyw or file without a suffix in which graded functions are defined is a script."""
    for name in sorted(gathering.files):
        path = PurePosixPath(name)
        is_text = path.suffix.lower() in ("", ".txt", ".pyw") and len(gathering.files[name]) <= MAX_SOURCE_BYTES
        if is_text and own_functions(as_utf8(gathering.files[name]))[0]:
            gathering.add(str(path.with_suffix(".py")), gathering.take_out(name))
            gathering.notes.append(f"{printable(name)} was read as Python: hand in a .py next time.")


def _submission(archives: Archives, main: str | None = None) -> Submission:
    """What was gathered as a submission; where it holds no source, archives and texts are looked into. Raises UnusableSubmission."""
    gathering = archives.gathering
    if not gathering.has_source():
        archives.unpack()
    if not gathering.has_source():
        _take_texts_for_scripts(gathering)
    sources = [name for name in gathering.files if name.endswith(SOURCE_SUFFIXES)]
    if not sources:
        raise UnusableSubmission(_why_no_source(gathering))
    chosen, rivals = (main, []) if main in sources else choose(gathering.files)
    notes = [f"{printable(chosen)}{NOT_CHOSEN}{' or '.join(map(printable, rivals[:2]))}."] if rivals else []
    return Submission(gathering.files, chosen, (*notes, *gathering.notes))


def _why_no_source(gathering: Gathering) -> str:
    left_out = [note for note in gathering.notes if ".py " in note or ".ipynb " in note]
    if left_out:
        return left_out[0].rstrip(".")
    packed = next((name for name in sorted(gathering.files) if name.lower().endswith(PACKED)), "")
    if packed:
        return f"{printable(packed)} cannot be opened here: hand in backprop.py or backprop.ipynb itself, or a .zip"
    if gathering.files:
        names = ", ".join(printable(name) for name in sorted(gathering.files)[:3])
        return f"there is no Python file in it (found: {names}): hand in backprop.py or backprop.ipynb"
    if gathering.notes:
        return f"nothing in it can be used: {gathering.notes[0].rstrip('.')}"
    if gathering.has_hidden:
        return "there are only hidden files in it, whose names begin with a dot: hand in backprop.py or backprop.ipynb"
    return "it is empty: hand in backprop.py or backprop.ipynb"
