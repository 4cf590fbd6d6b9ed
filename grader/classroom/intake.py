"""Who handed in what: a Gradescope export, or a folder with one submission a student.

What may live here: listing files and folders, and the names that Gradescope,
Canvas and Moodle give them. What lies in a submission is not opened here. Every
entry of the folder becomes a submission or a part of one, or is named as left aside.
"""
from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from grader.classroom.metadata import BadMetadata, Described, read_metadata
from grader.classroom.names import shown, slugs, told_apart
from grader.classroom.store import is_store
from grader.frozen import frozen
from grader.submission import TARS, with_plain_suffix

METADATA = "submission_metadata.yml"
ASIDE = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", METADATA})
ENDINGS = (".py", ".ipynb", ".zip", *TARS)
_FOLDER = re.compile(r"submission_\d+")
_CANVAS = re.compile(
    r"(?:(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d{3,})|(?:LATE_)?(?P<anonymous>anon_[^\W_]+))_(?:\d{3,}_(?P<file>.+)|(?P<typed>text|link)\.html)"
)
"""As Canvas names what an instructor downloads: doejane_12345_67890_backprop.py, anon_8fY2k_67890_backprop.py, doejane_12345_text.html."""
_MOODLE = re.compile(r"(?P<name>[^_]+)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<file>.*))?")
"""As Moodle names folders, or files where it makes no folders: Jane Doe_12345_assignsubmission_file_backprop.py."""
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(?:(Z|UTC)|([+-]\d\d):?(\d\d))?")


class NoClass(Exception):
    """The folder cannot be read as a class; one line, that can be shown, says why."""

    def __init__(self, line: str) -> None:
        super().__init__(shown(line))


@frozen
class Student:
    """A person, as far as is known. Text as it came, from people; never to be trusted in a page or a table."""

    name: str
    sid: str = ""
    email: str = ""
    canvas_id: str = ""


@frozen
class Entry:
    """One submission of a class.

    slug          names its folder in the output; ASCII letters, digits, dot, dash, underscore; one of its kind
    path          what was handed in: a folder, a file, or the first of several files
    parts         where it is several files: each by the name that the student gave it
    students      who handed it in together
    reason        why it cannot be used, found before it was opened; "" if nothing was
    number        Gradescope's number of the submission; "" elsewhere
    submitted_at  when, as the export says it
    attempts      how many times this was handed in, as far as the export tells
    """

    slug: str
    path: Path
    students: tuple[Student, ...]
    reason: str = ""
    number: str = ""
    submitted_at: str = ""
    attempts: int = 1
    parts: Mapping[str, Path] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The names of all who handed it in."""
        return ", ".join(student.name for student in self.students)


@frozen
class Class:
    """All submissions of a class, by name of their students; notes on what was left aside, a line each."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


def read_class(folder: Path, out: Path) -> Class:
    """Read a Gradescope export (its folder, or the folder around it alone) or a folder with one submission a student.

    out  where the results go, which may lie inside and is no submission

    Raises NoClass if there is nothing to grade or the metadata cannot be read.
    """
    try:
        found = _read(folder, out.resolve())
    except OSError as error:
        raise NoClass(f"{error.filename or folder} cannot be read: {error.strerror}") from None
    if not found.entries:
        raise NoClass(f"there is no submission in {folder}")
    return Class(_named(found.entries), tuple(map(shown, found.notes)))


def _named(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries by name, each with a slug of its own, and with names of people that can be shown and told apart."""
    with_slugs = [replace(entry, slug=slug) for entry, slug in zip(entries, slugs((one.slug, one.path.name) for one in entries))]
    people = [(student.name, entry.slug) for entry in with_slugs for student in entry.students]
    names = iter(told_apart(people))
    named = [
        replace(entry, students=tuple(replace(student, name=next(names)) for student in entry.students)) for entry in with_slugs
    ]
    return tuple(sorted(named, key=lambda entry: (entry.title.casefold(), entry.slug)))


def _read(folder: Path, out: Path) -> Class:
    """Raises NoClass or OSError.

    An export or a download inside is read as one only where nothing else is: among others it is one student's, who may write
    what he likes.
    """
    if not folder.is_dir():
        hint = ": unpack it first" if folder.suffix.lower() == ".zip" else ""
        raise NoClass(f"{folder} is not a folder{hint}" if folder.exists() else f"there is no folder {folder}")
    if folder.resolve() == out:
        raise NoClass(f"the results cannot go into {folder} itself, among the submissions: give --out a folder of its own")
    if (folder / METADATA).is_file():
        return _export(folder, out)
    wanted = [path for path in sorted(folder.iterdir()) if not _is_aside(path.name) and not _is_same(path, out)]
    exports = [path for path in wanted if os.path.isfile(path / METADATA) and not path.is_symlink()]
    if len(exports) > 1 and exports == wanted:
        raise NoClass(f"{folder} holds {len(exports)} exports and nothing else: give one of them, such as {exports[0]}")
    if exports == wanted and exports:
        return _export(exports[0], out)
    if len(wanted) == 1 and wanted[0].is_dir() and not wanted[0].is_symlink() and any(map(_download, os.listdir(wanted[0]))):
        folder = wanted[0]
    found = _plain(folder, out)
    notes = [
        f"{path.name} holds a {METADATA} and is graded as one student's: if it is an export, give that folder itself" for path in exports
    ]
    return replace(found, notes=(*found.notes, *notes))


def _is_same(path: Path, out: Path) -> bool:
    return os.path.realpath(path) == str(out)  # of links that lead in a circle, too


# ---------------------------------------------------------------- a plain folder


def _plain(folder: Path, out: Path) -> Class:
    names = sorted(path.name for path in folder.iterdir() if not _is_same(path, out))
    aside = [name for name in names if _is_aside(name)]
    earlier = [name for name in names if is_store(folder / name)]
    wanted = [name for name in names if name not in aside and name not in earlier]
    typed = _typed_beside_files(wanted)
    downloads, others = _downloads(folder, [name for name in wanted if name not in typed])
    labels = _labels(folder, others, {entry.title for entry in downloads})
    entries = [Entry(label, folder / name, (Student(label),)) for name, label in zip(others, labels)]
    notes = [f"{name} was left aside: it is no submission" for name in aside]
    notes += [f"{name} was left aside: it holds the results of another run" for name in earlier]
    notes += [f"{name} was left aside: it is text typed into Moodle, and a file was handed in as well" for name in typed]
    return Class((*downloads, *entries), tuple(notes))


def _labels(folder: Path, names: Sequence[str], others: AbstractSet[str]) -> list[str]:
    """Names of files without their ending, but for those that would be another's too."""
    stems = [_stem(folder / name) for name in names]
    met = Counter([*stems, *others, *(name for name, stem in zip(names, stems) if name != stem)])
    return [stem if met[stem] == 1 else name for name, stem in zip(names, stems)]


def _typed_beside_files(names: Sequence[str]) -> list[str]:
    """Texts typed into Moodle by students who handed in a file as well."""
    found = [(match, name) for name in names if (match := _MOODLE.fullmatch(name))]
    with_files = {(match["name"], match["id"]) for match, _ in found if match["kind"] == "file"}
    return [name for match, name in found if match["kind"] != "file" and (match["name"], match["id"]) in with_files]


def _downloads(folder: Path, names: Sequence[str]) -> tuple[list[Entry], list[str]]:
    """What has a name by Canvas or Moodle, a submission a student, who may have handed in several files; and all other names."""
    files: dict[tuple[str, str, bool], dict[str, str]] = {}
    others = []
    for name in names:
        found = _download(name)
        of_student = files.get(found[:3], {}) if found else {}
        if found is None or (not found.file and not (folder / name).is_dir()) or found.file in of_student:
            others.append(name)  # of one name twice: then these are no parts of one submission
        else:
            files.setdefault(found[:3], {})[found.file] = name
    names_of = Counter(name for name, _, _ in files)
    entries = []
    for (name, number, is_canvas), parts in files.items():
        label = name if names_of[name] == 1 else f"{name} ({number})"
        student = Student(label, canvas_id=number) if is_canvas else Student(label, number)
        paths = {inner: folder / whole for inner, whole in parts.items()}
        entries.append(Entry(f"{name}_{number}".rstrip("_"), min(paths.values()), (student,), parts=paths if len(paths) > 1 else {}))
    return entries, others


class _Download(NamedTuple):
    """A name that Moodle or Canvas gives, taken apart; file: what the student called it, "" of a folder."""

    name: str
    number: str
    is_canvas: bool
    file: str


def _download(name: str) -> _Download | None:
    if moodle := _MOODLE.fullmatch(name):
        return _Download(moodle["name"], moodle["id"] or "", False, moodle["file"] or "")
    if canvas := _CANVAS.fullmatch(name):
        return _Download(canvas["name"] or canvas["anonymous"], canvas["id"] or "", True, canvas["file"] or canvas["typed"])
    return None


def _is_aside(name: str) -> bool:
    return name in ASIDE or name.startswith(".")


def _stem(path: Path) -> str:
    """The name without the ending by which it can be graded."""
    name = with_plain_suffix(path.name)
    ending = next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
    return path.name if path.is_dir() or name == ending else name.removesuffix(name[len(name) - len(ending) :])


# ---------------------------------------------------------------- a Gradescope export


def _export(folder: Path, out: Path) -> Class:
    """The active submissions of an export: the outer keys of its metadata are the folders' names."""
    try:
        metadata = read_metadata(folder / METADATA)
    except BadMetadata as bad:
        raise NoClass(f"{folder / METADATA} is not the metadata of a Gradescope export: {bad}") from None
    entries, notes = [], []
    for name, described in metadata.items():
        if not _FOLDER.fullmatch(name) or described is None:
            notes.append(f"{METADATA}: {name} was left aside: it is no submission")
            continue
        path = folder / name
        reason = "" if path.is_dir() else "its folder is missing from the export"
        entries.append(_exported(name, path, described, reason))
    for path in sorted(folder.iterdir()):
        if path.name in metadata or path.name == METADATA or _is_same(path, out):
            continue
        if path.is_dir() and _FOLDER.fullmatch(path.name):
            entries.append(Entry(path.name, path, (Student(path.name),), number=_number(path.name)))
            notes.append(f"{path.name} is graded, but {METADATA} does not say whose it is")
        else:
            notes.append(f"{path.name} was left aside: it is no submission")
    entries, dropped = _active(entries)
    return Class(tuple(entries), (*notes, *dropped))


def _exported(name: str, path: Path, described: Described, reason: str) -> Entry:
    students = tuple(
        Student(person.get(":name") or person.get(":email") or name, person.get(":sid", ""), person.get(":email", ""))
        for person in described.people
    )
    return Entry(
        name, path, students or (Student(name),), reason, _number(name), _plain_time(described.created), described.attempts,
    )


def _plain_time(text: str) -> str:
    """A time with whole seconds and its offset, such as 2026-02-02 20:20:20 +0000; another text as it is."""
    match = _TIME.fullmatch(text)
    if match is None:
        return text
    day, time, _, hours, minutes = match.groups()
    return f"{day} {time} {hours or '+00'}{minutes or '00'}"


def _active(entries: list[Entry]) -> tuple[list[Entry], list[str]]:
    """A student in several submissions counts in the latest alone; a submission left without students goes, with a note."""
    latest: dict[Student, Entry] = {}
    for entry in sorted(entries, key=lambda entry: (_seconds(entry.submitted_at), len(entry.number), entry.number)):
        latest.update({student: entry for student in entry.students if student.sid or student.email})
    kept, notes = [], []
    for entry in entries:
        students = tuple(student for student in entry.students if latest.get(student, entry) is entry)
        notes += [
            f"{student.name} is in several submissions: {entry.slug} does not count, the later {latest[student].slug} does"
            for student in entry.students if student not in students
        ]
        kept += [replace(entry, students=students)] if students else []
    return kept, notes


def _seconds(time: str) -> float:
    """Seconds since the epoch, for sorting; 0 where the export says nothing that can be read."""
    try:
        return datetime.strptime(time, "%Y-%m-%d %H:%M:%S %z").timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _number(name: str) -> str:
    return name.removeprefix("submission_")
