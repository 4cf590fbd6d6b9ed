"""A class from its folder to its tables and page: what to grade, grading it, what is shown at the end.

What may live here: the order of things. A run that was interrupted is this same
order of things again: whatever stands in the store with the right key is done.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from grader.classroom.intake import Class, Entry, read_class
from grader.classroom.key import grader_digest, key, unusable_key
from grader.classroom.progress import Progress
from grader.classroom.regrade import change
from grader.classroom.run import Crew, run
from grader.classroom.similarity import Fingerprints, groups
from grader.classroom.store import DONE, OPEN, Document, Store, key_of, read_document, write_text
from grader.classroom.tables import TITLE, Form, grades
from grader.classroom.task import Done, Order, fingerprint, is_full, unpack
from grader.grading import unusable_result
from grader.report.class_page import class_page
from grader.report.class_summary import Alike, Change, ClassSummary, Graded
from grader.report.page import document, preview
from grader.result import Result, from_json
from grader.rubric import DEFAULT, Rubric
from grader.sandbox.cell import IsolationRefused
from grader.sandbox.warm import Worker
from grader.submission import UnusableSubmission, read_files, read_submission

TEMPLATE = Path(__file__).resolve().parents[2] / "student_template" / "backprop.py"


class CannotWrite(Exception):
    """Results cannot be written, for example on a full disk; those written before are safe. One line says so."""


class OtherVersion(Exception):
    """A machine of the cluster has another grader; one line says which."""


@dataclass(frozen=True)
class Plan:
    """What is asked for.

    trusted  whether the instructor vouches for all of the code
    against  the output folder of an earlier run to compare with; None: what this output folder held before
    title    of the assignment, for Canvas and the page
    """

    folder: Path
    out: Path
    form: Form = "gradescope"
    rubric: Rubric = DEFAULT
    trusted: bool = False
    against: Path | None = None
    title: str = TITLE


@dataclass
class ClassRun:
    """One run over a class, with the store locked.

    waiting  slugs to grade, once begin() was called
    graded   how many were graded, by an earlier run or by now
    faults   by slug, why one could not be graded: this machine's or the grader's fault
    """

    plan: Plan
    store: Store
    found: Class
    waiting: list[str] = field(default_factory=list)
    graded: int = 0
    faults: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.entries = {entry.slug: entry for entry in self.found.entries}

    @property
    def total(self) -> int:
        return len(self.entries)

    def begin(self) -> None:
        """See what is to be done. Raises CannotWrite."""
        self.waiting = [slug for slug in self.entries if self.store.key(slug) != _key(self.order(slug))]
        self.graded = self.total - len(self.waiting)
        if self.waiting:
            if not self.store.was_interrupted:
                self.store.forget_earlier()
            _written(lambda: self.store.mark(OPEN), self)

    def order(self, slug: str) -> Order | Done:
        """What to grade, read now; or what came of it at once, if it cannot be used."""
        entry, rubric = self.entries[slug], self.plan.rubric
        try:
            if entry.reason:
                raise UnusableSubmission(entry.reason)
            submission = read_files(entry.parts) if entry.parts else read_submission(entry.path, neighbours=False)
        except UnusableSubmission as unusable:
            return _unusable(entry, unusable, rubric)
        except OSError as error:
            return _unusable(entry, UnusableSubmission(f"it cannot be read: {error.strerror}"), rubric)
        return Order(slug, entry.path.name, submission, rubric, key(submission, rubric), grader_digest(), self.plan.trusted)

    def grade(self, crew: Crew, stream: TextIO) -> None:
        """Grade what is waiting. Raises CannotWrite, IsolationRefused, OtherVersion, or run.ExecutorLost."""
        progress = Progress(self.total, self.graded, stream)

        def on_done(done: Done) -> None:
            self.take(done)
            progress.advance()

        try:
            run(self.waiting, self.order, crew, on_done, progress.tick)
        finally:
            progress.close()

    def take(self, done: Done) -> None:
        """Save what came of one order."""
        if done.stops == "refused":
            raise IsolationRefused(done.fault)
        if done.stops == "version":
            raise OtherVersion(done.fault)
        if done.stops == "full":
            raise CannotWrite(f"{done.fault}: {self.words}")
        if done.document is None:
            self.faults[done.slug] = done.fault
            return
        results = done.document
        _written(lambda: self.store.save(done.slug, results, done.page), self)
        self.graded += 1

    @property
    def words(self) -> str:
        """How far it is, for whoever ended it."""
        return f"{self.graded:,} of {self.total:,} are graded and safe; the same command goes on from there"

    def finish(self) -> ClassSummary:
        """Write grades.csv and class.html. Raises CannotWrite."""
        documents = {slug: self.store.document(slug) for slug in self.entries if slug not in self.faults}
        results = {slug: from_json(found) for slug, found in documents.items() if found is not None}
        summary = self._summary(documents, results)
        table = grades(self.found.entries, results, self.plan.form, self.plan.title)

        def write() -> None:
            write_text(self.store.folder / "grades.csv", table)
            write_text(self.store.folder / "class.html", class_page(summary))
            self.store.mark(OPEN if self.faults else DONE)

        _written(write, self)
        return summary

    def _summary(self, documents: Mapping[str, Document | None], results: Mapping[str, Result]) -> ClassSummary:
        graded = tuple(
            Graded(slug, tuple(student.name for student in entry.students), results.get(slug), self.faults.get(slug, ""))
            for slug, entry in self.entries.items()
        )
        gone = sorted(self.store.slugs() - self.entries.keys())
        notes = [*self.found.notes, *(f"{slug} was graded before and is no longer in {self.plan.folder}" for slug in gone)]
        return ClassSummary(self.plan.title, graded, _alike(documents), self._changes(results), tuple(notes))

    def _changes(self, results: Mapping[str, Result]) -> tuple[Change, ...] | None:
        against = self.plan.against
        before = {
            slug: self.store.earlier(slug) if against is None else read_document(Store(against).results(slug)) for slug in results
        }
        compared = [(slug, from_json(found)) for slug, found in before.items() if found is not None]
        if not compared and against is None:
            return None
        changes = (change(slug, earlier, results[slug]) for slug, earlier in compared)
        return tuple(found for found in changes if found is not None)


def class_run(plan: Plan, crew_of: Callable[[int], Crew], stream: TextIO, begun: Callable[[ClassRun], None]) -> ClassSummary:
    """Grade a class, or go on with it.

    crew_of  a crew for so many submissions; not called if there is nothing to grade
    stream   where progress is shown
    begun    told of the run before anything is graded, for whoever wants to know how far it is when it ends early

    Raises NoClass, InUse, NoStore, CannotWrite, IsolationRefused, OtherVersion, NoCluster, ExecutorLost.
    """
    found = read_class(plan.folder, plan.out)
    store = Store(plan.out)
    with store.locked():
        whole = ClassRun(plan, store, found)
        begun(whole)
        whole.begin()
        if whole.waiting:
            whole.grade(crew_of(len(whole.waiting)), stream)
        return whole.finish()


def _unusable(entry: Entry, unusable: UnusableSubmission, rubric: Rubric) -> Done:
    results = document(unusable_result(unusable, entry.path.name, rubric))
    results["extra_data"]["class"] = {"key": unusable_key(str(unusable), rubric), "fingerprint": {}}
    return Done(entry.slug, results, preview(results))


def _key(order: Order | Done) -> str:
    return order.key if isinstance(order, Order) else key_of(order.document)


def _written(write: Callable[[], None], whole: ClassRun) -> None:
    try:
        write()
    except OSError as error:
        why = "the disk is full" if is_full(error) else f"{error.filename or whole.store.folder} cannot be written: {error.strerror}"
        raise CannotWrite(f"{why}; {whole.words}") from None


def _alike(documents: Mapping[str, Document | None]) -> tuple[Alike, ...]:
    """Groups of near-identical submissions, from the fingerprints in their results."""
    found: dict[str, Fingerprints] = {}
    for slug, results in documents.items():
        prints = results["extra_data"]["class"]["fingerprint"] if results is not None else {}
        if prints:
            found[slug] = Fingerprints(unpack(prints["kept"]), unpack(prints["dropped"]))
    if len(found) < 2:
        return ()
    return tuple(Alike(group.slugs, group.alike, group.same_names) for group in groups(found, _template()))


def _template() -> Fingerprints:
    """The fingerprint of what all students were given."""
    with Worker() as worker:
        given = fingerprint(read_submission(TEMPLATE), worker, DEFAULT)
    return Fingerprints(unpack(given["kept"]), unpack(given["dropped"]))
