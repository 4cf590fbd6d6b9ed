"""The parallel run: any executor, broken ones too."""
from __future__ import annotations

import contextlib
import io
import multiprocessing
import random
import shutil
import signal
import threading
import time
from collections import deque
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import pytest

from grader.classroom import class_run
from grader.classroom import run as scheduling
from grader.classroom.class_run import Plan
from grader.classroom.intake import read_class
from grader.classroom.progress import Progress, duration
from grader.classroom.run import Crew, ExecutorLost, local_crew, run
from grader.classroom.store import Store
from grader.classroom.task import Done, Order
from grader.report import class_page
from grader.rubric import DEFAULT
from grader.submission import Submission
from tests import classes


def _order(slug: str) -> Order:
    return Order(slug, slug, Submission({"a.py": b""}, "a.py"), DEFAULT, "", "")


class Fragile(Executor):
    """Carries out at once, in a random order; dies when it is asked for a deadly slug, with all that it holds."""

    def __init__(self, deadly: set[str], log: list[str]) -> None:
        self.deadly, self.log, self.broken, self.held = deadly, log, False, list[tuple[Future[Done], str]]()

    def submit(self, fn, order, /):  # type: ignore[no-untyped-def, override]
        if self.broken:
            raise BrokenProcessPool("broken")
        future: Future[Done] = Future()
        self.held.append((future, order.slug))
        if len(self.held) >= 3 or order.slug in self.deadly:
            self.release()
        return future

    def release(self) -> None:
        self.broken = any(slug in self.deadly for _, slug in self.held)
        for future, slug in self.held:
            if self.broken:
                future.set_exception(BrokenProcessPool("a process ended"))
            else:
                self.log.append(slug)
                future.set_result(Done(slug, {}))
        self.held.clear()


def _crew(deadly: set[str], log: list[str]) -> Crew:
    @contextlib.contextmanager
    def make():
        executor = Fragile(deadly, log)
        yield executor

    return Crew(make, 4)


def _drive(slugs, crew, monkeypatch):
    """Run to the end, releasing what an executor holds whenever the run waits for it."""
    done: list[Done] = []
    real_wait = scheduling.wait

    def wait(pending, timeout, when):
        finished, waiting = real_wait(pending, 0, when)
        if not finished:
            executor.release()
            finished, waiting = real_wait(pending, 0, when)
        return finished, waiting

    executor: Fragile = None  # type: ignore[assignment]

    @contextlib.contextmanager
    def make():
        nonlocal executor
        with crew.make() as made:
            executor = made
            yield made

    monkeypatch.setattr(scheduling, "wait", wait)
    run(slugs, _order, Crew(make, crew.window), done.append)
    return done


def test_every_order_is_carried_out_once(monkeypatch):
    """Each slug comes back once, whatever the window."""
    slugs, log = [str(i) for i in range(20)], list[str]()
    done = _drive(slugs, _crew(set(), log), monkeypatch)
    assert sorted(one.slug for one in done) == sorted(slugs) == sorted(log)


def test_a_deadly_submission_takes_nobody_along(monkeypatch):
    """Where one submission ends its process again and again, it alone is not graded."""
    slugs = [str(i) for i in range(20)]
    random.Random(1).shuffle(slugs)
    done = _drive(slugs, _crew({"7", "12"}, []), monkeypatch)
    assert sorted(one.slug for one in done) == sorted(slugs)
    assert {one.slug for one in done if one.fault} == {"7", "12"}


def test_an_executor_that_never_works_is_given_up():
    """Where no process can be had at all, the run ends with one line."""

    class Dead(Executor):
        def submit(self, fn, order, /):  # type: ignore[no-untyped-def, override]
            raise BrokenProcessPool("no processes")

    with pytest.raises(ExecutorLost, match="no processes"):
        run(["a", "b"], _order, Crew(lambda: contextlib.nullcontext(Dead()), 2), lambda done: None)


def test_what_needs_no_executor_is_told_in_its_turn():
    """A Done in place of an order goes straight back; nothing is submitted for it."""
    seen: list[Done] = []
    with ThreadPoolExecutor(1) as executor:
        run(["a"], lambda slug: Done(slug, {}), Crew(lambda: contextlib.nullcontext(executor), 1), seen.append)
    assert [one.slug for one in seen] == ["a"]


def test_memory_is_bounded_by_the_window(monkeypatch):
    """No more orders are made than the window before one came back."""
    made, back, most = 0, 0, 0

    def order(slug: str) -> Order:
        nonlocal made, most
        made += 1
        most = max(most, made - back)
        return _order(slug)

    def on_done(done: Done) -> None:
        nonlocal back
        back += 1

    with ThreadPoolExecutor(2) as executor:
        monkeypatch.setattr(scheduling, "carry_out", lambda order: Done(order.slug, {}))
        run([str(i) for i in range(50)], order, Crew(lambda: contextlib.nullcontext(executor), 3), on_done)
    assert most == 3 and back == 50


def test_what_never_comes_back_is_given_up(tmp_path, monkeypatch):
    """A process that hangs by a fault of ours is killed; the others are graded, it is nobody's 0, and the next run tries again."""
    folder = classes.make(tmp_path / "class", ("syntax-error",), copies=4)
    for name in ("hangs-1", "hangs-2"):
        shutil.copytree(folder / "syntax-error-0", folder / name)
    made = []

    def crew(waiting):
        local = local_crew(2)

        @contextlib.contextmanager
        def make():
            made.append(1)
            with local.make() as executor:
                wait([executor.submit(time.sleep, 0.2) for _ in range(4)])  # their start may take long
                yield executor

        return replace(local, make=make)

    monkeypatch.setattr(scheduling, "carry_out", classes.never_comes_back)
    monkeypatch.setattr(class_run, "patience_s", lambda grading_s: 3.0)
    monkeypatch.setattr(class_page, "_picture", lambda title, draw: "")
    summary = class_run.class_run(Plan(folder, tmp_path / "out", "csv"), crew, io.StringIO(), lambda begun: None)
    faults = {one.slug: one.fault for one in summary.submissions if one.result is None}
    assert set(faults) == {"hangs-1", "hangs-2"} and len(made) > 1
    assert all("the grader's or the machine's fault" in fault and "3 s" in fault for fault in faults.values())
    assert len(classes.results(tmp_path / "out")) == 4 and not multiprocessing.active_children()
    assert "hangs-1,,,hangs-1,,,not graded" in (tmp_path / "out" / "grades.csv").read_text()
    tried = []
    monkeypatch.setattr(scheduling, "carry_out", lambda order: tried.append(order.slug) or Done(order.slug, fault="again"))
    with ThreadPoolExecutor(1) as executor:
        class_run.grade_with(executor, Plan(folder, tmp_path / "out"), 1, io.StringIO())
    assert sorted(tried) == ["hangs-1", "hangs-2"]


def test_a_run_that_was_stopped_gives_nobody_up(monkeypatch):
    """After Ctrl-Z and fg, minutes later, what was under way is waited for as if no time had passed."""
    future: Future[Done] = Future()
    state = scheduling._Run(_order, lambda done: None, lambda: None, deque(), 60.0)
    now = [1000.0]
    monkeypatch.setattr(scheduling.time, "monotonic", lambda: now[0])
    state.pending[future], state.begun_s[future] = "a", 1000.0
    crew = Crew(lambda: contextlib.nullcontext(None), 1, own=True)  # type: ignore[arg-type]
    for passing_s in (0.5, 600.0, *[5.0] * 11):
        state._give_up(crew)
        now[0] += passing_s
    assert state.pending
    now[0] += 5.0
    with pytest.raises(scheduling._GivenUp):
        state._give_up(crew)


def test_processes_of_a_class_heed_no_key():
    """Ctrl-C is told by their parent; stopped by Ctrl-Z in the middle of a grading they would find the submission late."""
    with local_crew(1).make() as executor:
        for number in (signal.SIGINT, signal.SIGTSTP):
            assert executor.submit(signal.getsignal, number).result(60) == signal.SIG_IGN
        assert signal.SIGINT not in executor.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result(60)


@pytest.mark.parametrize("grading_s, patience_s", [(300.0, 900.0), (10.0, 300.0)])
def test_patience_is_far_longer_than_a_grading(grading_s, patience_s):
    """No submission that uses up its time is given up."""
    assert scheduling.patience_s(grading_s) == patience_s


def test_what_waits_for_its_turn_elsewhere_is_not_given_up():
    """In another's executor an order may wait behind others: while any come back, none is given up; then all that are left."""
    class Slow(Executor):
        def submit(self, fn, order, /):  # type: ignore[no-untyped-def, override]
            future: Future[Done] = Future()
            if order.slug != "never":
                threading.Timer(0.3 * int(order.slug), lambda: future.set_result(Done(order.slug, {}))).start()
            return future

    done: list[Done] = []
    crew = Crew(lambda: contextlib.nullcontext(Slow()), 9)
    run(["never", "1", "2", "3", "4", "5"], _order, crew, done.append, patience_s=0.8)
    assert [one.slug for one in done] == ["1", "2", "3", "4", "5", "never"] and done[-1].fault


def test_a_process_that_starts_is_not_interrupted(monkeypatch):
    """Ctrl-C goes to the whole foreground group, also to a process that is just being started and cannot ignore it yet."""
    masks = []
    with ThreadPoolExecutor(1) as executor:
        monkeypatch.setattr(scheduling, "carry_out", lambda order: Done(order.slug, {}))
        real = executor.submit
        monkeypatch.setattr(executor, "submit", lambda *given: masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, ())) or real(*given))
        run(["a", "b"], _order, Crew(lambda: contextlib.nullcontext(executor), 1), lambda done: None)
    assert [signal.SIGINT in mask for mask in masks] == [True, True]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere():
    """No carriage return and no escape sequence goes into a file."""
    terminal, file = _Terminal(), io.StringIO()
    for stream in (terminal, file):
        progress = Progress(10, 4, stream)
        progress.advance()
        progress.close()
    assert terminal.getvalue().startswith("\r[####") and "5 of 10 graded" in terminal.getvalue()
    assert file.getvalue().startswith("5 of 10 graded, ") and file.getvalue().endswith(" left\n")
    assert "\r" not in file.getvalue() and "\x1b" not in file.getvalue()


def test_progress_promises_nothing_while_nothing_comes_back(monkeypatch):
    """Where the last ones do not end, it is said for how long, and no time left."""
    progress = Progress(10, 0, io.StringIO())
    progress.advance()
    now_s = time.monotonic()
    monkeypatch.setattr("grader.classroom.progress.time.monotonic", lambda: now_s + 125)
    assert "none for 2 min 5 s" in progress.text() and "left" not in progress.text()


def test_duration():
    """Seconds, minutes and hours as people write them."""
    assert [duration(seconds) for seconds in (0.4, 59.4, 222, 3900)] == ["0 s", "59 s", "3 min 42 s", "1 h 5 min"]


def test_each_submission_is_read_once(tmp_path, monkeypatch):
    """What was read to see what is to be done is graded as it was read; beyond a bound of memory it is read again."""
    folder = classes.make(tmp_path / "class", ["np-dot", "no-python-file"], 2)
    monkeypatch.setattr(class_run, "KEPT_BYTES", 40_000)
    (folder / "np-dot-1" / "big.txt").write_bytes(bytes(50_000))
    whole = class_run.ClassRun(Plan(folder, tmp_path / "out"), Store(tmp_path / "out"), read_class(folder, tmp_path / "out"))
    with whole.store.locked():
        whole.begin()
    read = []
    monkeypatch.setattr(class_run, "read_submission", lambda path, neighbours: read.append(path.name) or Submission({"a.py": b""}, "a.py"))
    assert len([whole.order(slug) for slug in whole.waiting]) == 4 and read == ["np-dot-1"]
    assert len(whole.waiting) == len([whole.order(slug) for slug in whole.waiting]) and len(read) == 5
