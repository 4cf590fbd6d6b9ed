"""A class from its folder to its tables and page: what to grade, grading it, what is shown at the end.

What may live here: the order of things. A run that was interrupted is this same
order of things again: whatever stands in the store with the right key is done.
"""
from __future__ import annotations

import contextlib
import errno
import re
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from grader.classroom.intake import Class, Entry, read_class
from grader.classroom.key import grader_digest, key, unusable_key
from grader.classroom.progress import Progress
from grader.classroom.regrade import change
from grader.classroom.run import Crew, executor_crew, patience_s, run
from grader.classroom.similarity import Fingerprints, groups, not_compared, own_hashes
from grader.classroom.store import DONE, OPEN, Document, Store, key_of, read_document, write_text
from grader.classroom.tables import TITLE, Form, grades
from grader.classroom.task import Done, Order, fingerprint, is_full
from grader.frozen import frozen
from grader.grading import unusable_result
from grader.report.class_page import class_page
from grader.report.class_summary import Alike, Change, ClassSummary, Graded, counted
from grader.report.page import document, preview
from grader.result import CheckResult, Result, from_json
from grader.rubric import DEFAULT, Rubric
from grader.sandbox.cell import IsolationRefused
from grader.sandbox.warm import Worker
from grader.submission import UnusableSubmission, read_files, read_submission

HANDOUT = Path(__file__).resolve().parents[2] / "student_template"
"""What all were given, with its public checks, which some hand in again."""

SAVERS = 4
"""Results that are being written at once: each waits for the disk several times."""
FULL_S = 5.0
"""How long a disk may be full before that ends the run."""
KEPT_BYTES = 64 << 20
"""Of submissions that were read to see what is to be done, kept until their turn comes; the others are read again."""
WORKING_SHARE = 0.5
"""Of the points: who has so many wrote functions that compute."""
ROOM_BYTES = 1 << 20
"""A result with its page is smaller."""
MAY_NEVER_END = re.compile(rb"\bwhile\b|\bsleep\b|\binput\(")
"""Words of what takes long. Who writes them begins first, so that the class is not waiting for one at the end."""


class CannotWrite(Exception):
    """Results cannot be written, for example on a full disk; those written before are safe. One line says why."""


class OtherVersion(Exception):
    """A machine of the cluster has another grader; one line says which."""


@frozen
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
    graded   those graded and on the disk, by an earlier run or by now
    faults   by slug, why one could not be graded: this machine's or the grader's fault
    """

    plan: Plan
    store: Store
    found: Class
    waiting: list[str] = field(default_factory=list)
    graded: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._kept: dict[str, Order | Done] = {}
        self.entries = {entry.slug: entry for entry in self.found.entries}

    @property
    def total(self) -> int:
        return len(self.entries)

    def begin(self) -> None:
        """See what is to be done. Raises CannotWrite."""
        first: list[str] = []
        then: list[str] = []
        room_bytes = KEPT_BYTES
        for slug in self.entries:
            order = self.order(slug)
            if self.store.holds(slug, _key(order)):
                self.graded.add(slug)
            else:
                (first if _may_never_end(order) else then).append(slug)
                if (size_bytes := _size_bytes(order)) <= room_bytes:
                    room_bytes -= size_bytes
                    self._kept[slug] = order
        self.waiting = [*first, *then]
        if self.waiting:
            with self._writing():
                if not self.store.was_interrupted:
                    self.store.forget_earlier()
                self.store.mark(OPEN)

    def order(self, slug: str) -> Order | Done:
        """What to grade, read by begin() or now; or what came of it at once, if it cannot be used."""
        if (kept := self._kept.pop(slug, None)) is not None:
            return kept
        entry, rubric = self.entries[slug], self.plan.rubric
        try:
            if entry.reason:
                raise UnusableSubmission(entry.reason)
            submission = read_files(entry.parts) if entry.parts else read_submission(entry.path, neighbours=False)
        except UnusableSubmission as unusable:
            return _unusable(entry, unusable, rubric)
        except OSError as error:
            return _unusable(entry, UnusableSubmission(f"it cannot be read: {error.strerror}"), rubric)
        except Exception as error:  # whatever one of them holds, the others are graded
            return Done(slug, fault=f"the grader's fault: {type(error).__name__} as it was read")
        return Order(slug, entry.path.name, submission, rubric, key(submission, rubric), grader_digest(), self.plan.trusted)

    def grade(self, crew: Crew, stream: TextIO) -> None:
        """Grade what is waiting. Raises CannotWrite, IsolationRefused, OtherVersion, or run.ExecutorLost."""
        progress = Progress(self.total, len(self.graded), stream)
        saving: deque[Future[None]] = deque()

        def on_done(done: Done) -> None:
            self._see(done)
            if done.document is not None:
                saving.append(savers.submit(self._save, done.slug, done.document, done.page))
            _finished(saving, 2 * SAVERS)
            progress.advance()

        try:
            with ThreadPoolExecutor(SAVERS) as savers, self._writing():
                run(self.waiting, self.order, crew, on_done, progress.tick, patience_s(self.plan.rubric.grading_s))
                _finished(saving, 0)
        finally:
            progress.close()

    def _see(self, done: Done) -> None:
        """Note a fault. Raises where nothing more can be graded."""
        if done.stops == "refused":
            raise IsolationRefused(done.fault)
        if done.stops == "version":
            raise OtherVersion(done.fault)
        if done.stops == "full":
            self._try_to_write()
        if done.document is None:
            self.faults[done.slug] = done.fault

    def _try_to_write(self) -> None:
        """Raises OSError where the disks of temporary files and of results have no room for one more result."""
        for folder in (None, self.store.folder):
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(bytes(ROOM_BYTES))
                file.flush()

    def _save(self, slug: str, results: Document, page: str) -> None:
        """A disk that is full may be so by a submission under way, and for a moment only."""
        end_s = time.monotonic() + FULL_S
        while True:
            try:
                self.store.save(slug, results, page)
                break
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT) or time.monotonic() > end_s:
                    raise
                time.sleep(FULL_S / 10)
        self.graded.add(slug)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Raises CannotWrite in place of OSError."""
        try:
            yield
        except OSError as error:
            if is_full(error):
                raise CannotWrite("the disk is full") from None
            what = f"{error.filename} cannot be written" if error.filename else "the machine's fault"
            raise CannotWrite(f"{what}: {error.strerror}") from None

    @property
    def words(self) -> str:
        """How far it is, for whoever ended it."""
        return f"{len(self.graded):,} of {self.total:,} are graded and safe; the same command goes on from there"

    def finish(self) -> ClassSummary:
        """Write grades.csv and class.html. Raises CannotWrite."""
        results, prints = self._graded()
        with self._writing():
            summary = self._summary(results, prints)
            write_text(self.store.folder / "grades.csv", grades(self.found.entries, results, self.plan.form, self.plan.title))
            write_text(self.store.folder / "class.html", class_page(summary))
            self.store.mark(OPEN if self.faults else DONE)
        return summary

    def _graded(self) -> tuple[dict[str, Result], dict[str, Fingerprints]]:
        """What is on the disk, by slug; of each result only what the tables and the page count, so that thousands fit into memory."""
        results, prints = {}, {}
        seen: dict[CheckResult, CheckResult] = {}
        for slug in self.entries:
            document = None if slug in self.faults else self.store.document(slug)
            if document is None:
                continue
            try:
                results[slug] = counted(from_json(document), seen)
            except ValueError:
                self.faults[slug] = f"{self.store.results(slug)} was changed by hand: delete it, and it is graded again"
                continue
            if found := document["extra_data"]["class"]["fingerprint"]:
                prints[slug] = Fingerprints(found["kept"], found["dropped"], "cut" in found, "runs_text" in found)
        return results, prints

    def _summary(self, results: Mapping[str, Result], prints: Mapping[str, Fingerprints]) -> ClassSummary:
        alike, aside = self._compared(results, prints)
        names = _names(self.found.entries)
        graded = tuple(
            Graded(slug, names[slug], results.get(slug), self.faults.get(slug, ""), aside.get(slug, "")) for slug in self.entries
        )
        gone = sorted(self.store.slugs() - self.entries.keys())
        notes = [*self.found.notes, *(f"{slug} was graded before and is no longer in {self.plan.folder}" for slug in gone)]
        changes, not_held = self._changes(results)
        return ClassSummary(self.plan.title, graded, alike, changes, (*notes, *not_held))

    def _compared(self, results: Mapping[str, Result], prints: Mapping[str, Fingerprints]) -> tuple[tuple[Alike, ...], dict[str, str]]:
        """Near-identical submissions; and by slug, what could not be compared although it works."""
        if len(self.entries) < 2 or not prints:
            return (), {}
        given = _template(self.store)
        own = own_hashes(prints, given)
        working = [slug for slug, result in results.items() if result.score >= WORKING_SHARE * result.max_score]
        return tuple(groups(prints, given, own)), not_compared(prints, own, working)

    def _changes(self, results: Mapping[str, Result]) -> tuple[tuple[Change, ...] | None, list[str]]:
        """Whose mark changed, None if there is nothing to compare with; and a note on those that an earlier run does not hold."""
        against, compared, found = self.plan.against, 0, []
        for slug, result in results.items():
            before = self.store.earlier(slug) if against is None else read_document(Store(against).results(slug))
            with contextlib.suppress(ValueError):  # changed by hand, or another grader's
                earlier = None if before is None else from_json(before)
                compared += earlier is not None
                found += [changed] if earlier is not None and (changed := change(slug, earlier, result)) is not None else []
        missing = len(results) - compared if against is not None else 0
        notes = [f"{missing:,} of {len(results):,} submissions have no results in {against} to compare with"] if missing else []
        return tuple(found) if compared or against is not None else None, notes


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


def grade_with(executor: Executor, plan: Plan, jobs: int, stream: TextIO = sys.stderr) -> ClassSummary:
    """Grade a class on any concurrent.futures executor, or go on with it: results, tables and page as by the command.

    executor  processes that can import this grader, on this machine or others; see executor_crew()
    jobs      how many submissions are with it at once

    Raises as class_run() does.
    """
    return class_run(plan, lambda waiting: executor_crew(executor, jobs), stream, lambda begun: None)


def _names(entries: Sequence[Entry]) -> dict[str, tuple[str, ...]]:
    """By slug, whose it is; of several people of one name each with a number, an address or the slug as well."""
    met = Counter(one.name for entry in entries for one in entry.students)
    return {
        entry.slug: tuple(
            one.name if met[one.name] == 1 else f"{one.name} ({one.sid or one.email or entry.slug})" for one in entry.students
        )
        for entry in entries
    }


def _unusable(entry: Entry, unusable: UnusableSubmission, rubric: Rubric) -> Done:
    results = document(unusable_result(unusable, entry.path.name, rubric))
    results["extra_data"]["class"] = {"key": unusable_key(str(unusable), rubric), "fingerprint": {}}
    return Done(entry.slug, results, preview(results))


def _key(order: Order | Done) -> str:
    return order.key if isinstance(order, Order) else key_of(order.document)


def _size_bytes(order: Order | Done) -> int:
    """About what it takes in memory; a page is as long as its document."""
    return 4096 + (sum(map(len, order.submission.files.values())) if isinstance(order, Order) else 2 * len(order.page))


def _may_never_end(order: Order | Done) -> bool:
    sources = order.submission.files.items() if isinstance(order, Order) else ()
    return any(MAY_NEVER_END.search(content) for name, content in sources if name.endswith((".py", ".ipynb")))


def _finished(saving: deque[Future[None]], most: int) -> None:
    """Wait until at most so many are being saved. Raises what saving raised."""
    while saving and (len(saving) > most or saving[0].done()):
        saving.popleft().result()


def _template(store: Store) -> Fingerprints:
    """The fingerprint of what all students were given; made once for a folder, a template and a grader."""
    submission = read_submission(HANDOUT)
    key_now = key(submission, DEFAULT)
    kept = store.template()
    if kept.get("key") == key_now:
        return Fingerprints(kept["kept"], kept["dropped"])
    with Worker() as worker:
        given = fingerprint(submission, worker, DEFAULT)
    store.keep_template({"key": key_now, **given})
    return Fingerprints(given["kept"], given["dropped"])
