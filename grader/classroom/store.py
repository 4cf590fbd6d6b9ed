"""What is on disk: a folder a submission, each file whole or not there, one run at a time.

What may live here: the layout of the output folder, and writing that survives
SIGKILL, a power cut or a full disk at any moment. There is no journal beside
the results: a submission is graded when its results.json stands there with the
key of what was graded, and that file appears by one rename, last of all.

    OUT/grades.csv, OUT/class.html        written at the end, each by one rename
    OUT/students/SLUG/index.html          a student's page
    OUT/students/SLUG/results.json        Gradescope's results.json; extra_data.class holds the key and the fingerprint
    OUT/students/SLUG/earlier.json        the results.json before the latest regrade, if there was one
    OUT/.template                         the fingerprint of what all students were given, and its key
    OUT/.state                            "open" while a run is under way or was interrupted, else "done"
    OUT/.lock                             held while a run is under way
"""
from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.result import write_whole

Document = dict[str, Any]

OPEN, DONE = "open", "done"


class InUse(Exception):
    """Another run is at work in the same output folder."""


class NoStore(Exception):
    """There can be no output folder of that name; one line says why."""


class Store:
    """The output folder. Writing raises OSError, after which what was there before is still there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.students = folder / "students"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder and hold it; the kernel lets go of it however this process ends. Raises InUse or NoStore."""
        with contextlib.ExitStack() as held:
            try:
                self.students.mkdir(parents=True, exist_ok=True)
                lock = held.enter_context(open(self.folder / ".lock", "w"))
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._sweep()
            except BlockingIOError:
                raise InUse(f"another run is at work in {self.folder}") from None
            except OSError as error:
                raise NoStore(f"results cannot be written to {self.folder}: {str(error.strerror).lower()}") from None
            yield

    def _sweep(self) -> None:
        """Take away what a killed run was writing."""
        for path in (*self.folder.glob(".*.part"), *self.students.glob("*/.*.part")):
            path.unlink()

    @property
    def was_interrupted(self) -> bool:
        return (self.folder / ".state").is_file() and (self.folder / ".state").read_text() == OPEN

    def mark(self, state: str) -> None:
        write_text(self.folder / ".state", state)

    def template(self) -> Document:
        """What keep_template() kept; {} if it kept nothing."""
        return read_document(self.folder / ".template") or {}

    def keep_template(self, fingerprint: Mapping[str, str]) -> None:
        write_text(self.folder / ".template", json.dumps(fingerprint) + "\n")

    # one submission

    def results(self, slug: str) -> Path:
        return self.students / slug / "results.json"

    def document(self, slug: str) -> Document | None:
        """The results.json of a submission, or None if there is none that can be read."""
        return read_document(self.results(slug))

    def earlier(self, slug: str) -> Document | None:
        """The results.json that the latest regrade replaced."""
        return read_document(self.students / slug / "earlier.json")

    def holds(self, slug: str, key: str) -> bool:
        """Whether what has this key is graded: its results and its page are there."""
        return key_of(self.document(slug)) == key and (self.students / slug / "index.html").is_file()

    def save(self, slug: str, document: Mapping[str, Any], page: str) -> None:
        """Write page and results, the results last; the first that a regrade replaces become the earlier ones."""
        folder, results = self.students / slug, self.results(slug)
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            _sync_folder(self.students)
        if results.is_file() and not (folder / "earlier.json").is_file():
            write_text(folder / "earlier.json", results.read_text(encoding="utf-8"))
        write_text(folder / "index.html", page)
        write_text(results, json.dumps(document, indent=1, allow_nan=False) + "\n")

    def forget_earlier(self) -> None:
        """A new regrade begins: what is there now is what it will be compared with."""
        for path in self.students.glob("*/earlier.json"):
            path.unlink()

    def slugs(self) -> set[str]:
        """The submissions that have a folder here."""
        return {path.name for path in self.students.iterdir() if path.is_dir()}


def is_store(folder: Path) -> bool:
    """Whether this is the output folder of a run."""
    return not folder.is_symlink() and (folder / ".state").is_file() and (folder / "students").is_dir()


def key_of(document: Mapping[str, Any] | None) -> str:
    with contextlib.suppress(KeyError, TypeError):
        return str(document["extra_data"]["class"]["key"]) if document else ""
    return ""


def read_document(path: Path) -> Document | None:
    """A JSON object from a file, or None where there is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def write_text(path: Path, text: str) -> None:
    """Write whole or not at all, and onto the disk before the name: a power cut leaves the old file or the new. Raises OSError."""
    write_whole(path, text)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Names in a folder are on the disk when this returns."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
