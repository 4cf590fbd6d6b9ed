"""Who handed in what: a Gradescope export, or a folder with one submission a student.

What may live here: reading the export's metadata, and listing files and
folders. What lies in a submission is not opened here. Every entry of the folder
becomes a submission, or is named as left aside.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

METADATA = "submission_metadata.yml"
ASIDE = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", METADATA})
SUBMISSION_SUFFIXES = frozenset({".py", ".ipynb", ".zip"})
MAX_SLUG_CHARS = 80
_UNSAFE = re.compile(r"[^\w.-]+")
_FOLDER = re.compile(r"submission_\d+")


class NoClass(Exception):
    """The folder cannot be read as a class; one line says why."""


@dataclass(frozen=True)
class Student:
    """A person, as far as is known. Text as it came, from people; never to be trusted in a page or a table."""

    name: str
    sid: str = ""
    email: str = ""


@dataclass(frozen=True)
class Entry:
    """One submission of a class.

    slug          names its folder in the output; ASCII letters, digits, dot, dash, underscore; one of its kind
    path          what was handed in
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

    @property
    def title(self) -> str:
        """The names of all who handed it in."""
        return ", ".join(student.name for student in self.students)


@dataclass(frozen=True)
class Class:
    """All submissions of a class, by name of their students; notes on what was left aside, a line each."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


def read_class(folder: Path, out: Path) -> Class:
    """Read a Gradescope export (its folder, or the folder around it) or a folder with one submission a student.

    out  where the results go, which may lie inside and is no submission

    Raises NoClass if there is nothing to grade or the metadata cannot be read.
    """
    if not folder.is_dir():
        raise NoClass(f"{folder} is not a folder" if folder.exists() else f"there is no folder {folder}")
    around = [path.parent for path in folder.glob(f"*/{METADATA}")]
    if (folder / METADATA).is_file():
        found = _export(folder)
    elif len(around) == 1:
        found = _export(around[0])
    else:
        found = _plain(folder, out.resolve())
    if not found.entries:
        raise NoClass(f"there is no submission in {folder}")
    entries = sorted(found.entries, key=lambda entry: (entry.title.casefold(), entry.slug))
    return replace(found, entries=_with_slugs(entries))


# ---------------------------------------------------------------- a plain folder


def _plain(folder: Path, out: Path) -> Class:
    names = sorted(path.name for path in folder.iterdir() if path.resolve() != out)
    aside = [name for name in names if _is_aside(name)]
    wanted = [name for name in names if not _is_aside(name)]
    stems = [_stem(folder / name) for name in wanted]
    labels = [stem if stems.count(stem) == 1 else name for name, stem in zip(wanted, stems)]
    entries = [Entry(label, folder / name, (Student(label),), _reason(folder / name)) for name, label in zip(wanted, labels)]
    return Class(tuple(entries), tuple(f"{name} was left aside: it is no submission" for name in aside))


def _is_aside(name: str) -> bool:
    return name in ASIDE or name.startswith(".")


def _stem(path: Path) -> str:
    return path.stem if path.suffix.lower() in SUBMISSION_SUFFIXES and not path.is_dir() else path.name


def _reason(path: Path) -> str:
    """Why this cannot be used, as far as can be seen from outside."""
    if path.is_symlink():
        return "it is a link: links are not followed"
    if path.is_file() and path.suffix.lower() not in SUBMISSION_SUFFIXES:
        return "it is not a folder, a .py, a .ipynb or a .zip"
    return ""


# ---------------------------------------------------------------- a Gradescope export


def _export(folder: Path) -> Class:
    """The active submissions of an export: the outer keys of its metadata are the folders' names."""
    metadata = _metadata(folder / METADATA)
    entries, notes = [], []
    for name, fields in metadata.items():
        if not _FOLDER.fullmatch(name) or not isinstance(fields, Mapping):
            notes.append(f"{METADATA}: {name} was left aside: it is no submission")
            continue
        path = folder / name
        reason = _reason(path) if path.is_dir() else "its folder is missing from the export"
        entries.append(_exported(name, path, fields, reason))
    for path in sorted(folder.iterdir()):
        if path.name in metadata or path.name == METADATA:
            continue
        if path.is_dir() and _FOLDER.fullmatch(path.name):
            entries.append(Entry(path.name, path, (Student(path.name),), _reason(path), number=_number(path.name)))
            notes.append(f"{path.name} is graded, but {METADATA} does not say whose it is")
        else:
            notes.append(f"{path.name} was left aside: it is no submission")
    entries, dropped = _active(entries)
    return Class(tuple(entries), (*notes, *dropped))


def _exported(name: str, path: Path, fields: Mapping[str, Any], reason: str) -> Entry:
    submitters = fields.get(":submitters")
    people = [person for person in submitters if isinstance(person, Mapping)] if isinstance(submitters, list) else []
    students = tuple(
        Student(_text(person.get(":name")) or name, _text(person.get(":sid")), _text(person.get(":email"))) for person in people
    )
    history = fields.get(":history")
    return Entry(
        name, path, students or (Student(name),), reason, _number(name), _text(fields.get(":created_at")),
        1 + len(history) if isinstance(history, list) else 1,
    )


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
        return datetime.fromisoformat(time).timestamp()
    except ValueError:
        return 0.0


def _metadata(path: Path) -> dict[str, Any]:
    """The export's metadata, keys as text. Raises NoClass."""
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            loaded = yaml.load(file, _loader())
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise NoClass(f"{path} cannot be read: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(loaded, Mapping):
        raise NoClass(f"{path} is not the metadata of a Gradescope export")
    return {str(key): value for key, value in loaded.items()}


def _loader() -> Any:
    """PyYAML's safe loader, the one in C if it is there, which takes a Ruby object for the plain value that it holds."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # one of two, chosen here
        pass

    def plain(loader: Any, suffix: str, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("!ruby/", plain)
    return Loader


def _number(name: str) -> str:
    return name.removeprefix("submission_")


def _text(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


# ---------------------------------------------------------------- names of folders


def _with_slugs(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Each entry with a name that every file system and link can hold, none of which differ by case alone."""
    import hashlib

    taken: set[str] = set()
    found = []
    for entry in entries:
        slug = _plain_name(entry.slug)
        if slug != entry.slug or slug.lower() in taken:
            digest = hashlib.sha256(entry.slug.encode("utf-8", "surrogateescape")).hexdigest()[:8]
            slug = f"{slug}-{digest}"
        taken.add(slug.lower())
        found.append(replace(entry, slug=slug))
    return tuple(found)


def _plain_name(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _UNSAFE.sub("-", plain).strip("-.")[:MAX_SLUG_CHARS] or "submission"
