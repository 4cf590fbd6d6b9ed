"""The parallel run: orders to any concurrent.futures executor, and what came of them back.

What may live here: scheduling. Only a few orders are under way at a time, so
that memory does not grow with the class. One that takes long, for it waits or
loops until its time is up, does not hold up the others: another is let in beside
it. An executor that breaks is made anew, and what it lost is tried again by
itself, so that one culprit takes nobody along. One that never comes back is given
up, since every submission has its own deadlines: the fault is not the student's.
"""
from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field

from grader.classroom.progress import duration
from grader.classroom.scratch import temporary_folder
from grader.classroom.task import Done, Order, carry_out, start_process
from grader.frozen import frozen

TICK_S = 0.5
SLOW_S = 4.0
"""Ten times what a grading takes; after it another is let in beside one."""
MAX_LOSSES = 2
"""A submission whose own process is lost so often is not tried again."""
MAX_BREAKS = 5
"""Processes or executors that may be lost one after the other with nothing graded in between."""
PATIENCE, LEAST_PATIENCE_S = 3.0, 300.0
"""An order is given up after so many times what one may take, and not sooner than that."""
HELD_S = 10.0
"""A look that comes so much later than the last one: the run itself was stopped meanwhile, by Ctrl-Z for example."""
END_S = 10.0
"""How long to wait for a killed process: one that waits for a broken disk may not end at all."""


class ExecutorLost(Exception):
    """Executors break, or cannot be had, time and again; one line says how."""


@frozen
class Crew:
    """Where orders are carried out.

    make    gives a context manager that gives an executor, for as long as that works; on leaving, nothing of it is waited for
    window  orders under way at once: as many as there are processes, or more where the way to them is long
    spare   orders that may be under way besides, one for each that has been for SLOW_S
    own     whether the processes are the run's own: an order begins as soon as it is given, and leaving kills them
    """

    make: Callable[[], contextlib.AbstractContextManager[Executor]]
    window: int
    spare: int = 0
    own: bool = False


def local_crew(jobs: int) -> Crew:
    """Processes of this machine, each started by its own exec (spawn) and with a warm worker of its own.

    jobs  how many grade at once; as many again are started where some wait or loop
    """

    @contextlib.contextmanager
    def make() -> Iterator[Executor]:
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        with temporary_folder() as folder:
            executor = ProcessPoolExecutor(2 * jobs, multiprocessing.get_context("spawn"), start_process, (str(folder),))
            try:
                yield executor
            finally:
                processes = multiprocessing.active_children()
                executor.shutdown(wait=False, cancel_futures=True)
                for process in processes:
                    process.kill()  # what they forked dies with them; anything milder could be taken for a check's failure
                for process in processes:
                    process.join(END_S)

    return Crew(make, jobs, jobs, own=True)


def executor_crew(executor: Executor, jobs: int) -> Crew:
    """Any concurrent.futures executor, which stays its owner's to shut down.

    jobs  orders under way at once. Processes do one at a time, so an executor of threads grades no faster than one

    Its processes must be able to import this grader. If it breaks, the run ends with ExecutorLost; what was graded is safe.
    """
    return Crew(lambda: contextlib.nullcontext(executor), jobs)


@dataclass
class _Run:
    """The state of one run.

    queue     slugs to be ordered
    suspects  slugs that were under way when an executor broke, or found the disk full, to be ordered alone
    found_full  slugs that found the disk full once
    patience_s  after which an order is given up
    breaks      executors lost, or orders given up, since something came back; that was at back_s
    looked_s    when it was last looked for what does not come back
    """

    order_of: Callable[[str], Order | Done]
    on_done: Callable[[Done], None]
    on_tick: Callable[[], None]
    queue: deque[str]
    patience_s: float
    suspects: deque[str] = field(default_factory=deque)
    losses: Counter[str] = field(default_factory=Counter)
    found_full: set[str] = field(default_factory=set)
    pending: dict[Future[Done], str] = field(default_factory=dict)
    begun_s: dict[Future[Done], float] = field(default_factory=dict)
    breaks: int = 0
    back_s: float = 0.0
    looked_s: float = math.inf

    def run(self, crew: Crew) -> None:
        while self.queue or self.suspects:
            try:
                with crew.make() as executor:
                    while self.queue or self.suspects or self.pending:
                        self._fill(executor, crew)
                        if self.pending:
                            self._collect()
                            self._give_up(crew)
            except _GivenUp:
                self.queue.extendleft(self.pending.values())
                self._forget_pending()
            except _Broken as broken:
                self._take_back(broken)
            finally:
                for future in self.pending:
                    future.cancel()

    def _room(self, crew: Crew) -> int:
        """How many orders may be under way."""
        if self.suspects:
            return 1
        slow_s = time.monotonic() - SLOW_S
        return crew.window + min(crew.spare, sum(self.begun_s[future] < slow_s for future in self.pending))

    def _fill(self, executor: Executor, crew: Crew) -> None:
        while self.suspects or self.queue:
            if len(self.pending) >= self._room(crew):
                return
            slug = self.suspects[0] if self.suspects else self.queue[0]
            order = self.order_of(slug)
            if isinstance(order, Done):
                (self.suspects or self.queue).popleft()
                self.on_done(order)
                continue
            try:
                with _uninterrupted():
                    future = executor.submit(carry_out, order)
            except Exception as error:  # BrokenExecutor, or a cluster's own kind
                raise _Broken(str(error) or type(error).__name__) from error
            (self.suspects or self.queue).popleft()
            self.pending[future] = slug
            self.begun_s[future] = time.monotonic()

    def _collect(self) -> None:
        finished, _ = wait(self.pending, TICK_S, FIRST_COMPLETED)
        self.on_tick()
        for future in finished:
            error = BrokenExecutor("cancelled") if future.cancelled() else future.exception()
            if isinstance(error, BrokenExecutor):
                raise _Broken(str(error) or type(error).__name__)
            slug = self.pending.pop(future)
            self.begun_s.pop(future)
            if error is not None:
                self._lost_alone(slug, error)
                continue
            self.breaks, self.back_s = 0, time.monotonic()
            self._take(slug, future.result())

    def _give_up(self, crew: Crew) -> None:
        """Tell of what does not come back. Raises _GivenUp where its process has to end for it.

        With another's executor an order may still wait for its turn, so there all must have been silent for that long.
        """
        now_s = time.monotonic()
        if (held_s := now_s - self.looked_s) > HELD_S:
            self.back_s += held_s
            self.begun_s.update({future: begun_s + held_s for future, begun_s in self.begun_s.items()})
        self.looked_s = now_s
        silent_s = 0.0 if crew.own else self.back_s
        late_s = now_s - self.patience_s
        late = [future for future in self.pending if max(silent_s, self.begun_s[future]) < late_s]
        if not late:
            return
        self.breaks += 1
        for future in late:
            future.cancel()
            self.begun_s.pop(future)
            why = f"the grader's or the machine's fault: its grading had not ended after {duration(self.patience_s)} and was given up"
            self.on_done(Done(self.pending.pop(future), fault=why))
        if self.breaks >= MAX_BREAKS:
            raise ExecutorLost("nothing comes back from where it is graded, time and again")
        if crew.own:
            raise _GivenUp

    def _forget_pending(self) -> None:
        self.pending.clear()
        self.begun_s.clear()

    def _take(self, slug: str, done: Done) -> None:
        """What came back; where the disk was full, another may have filled it, so it is tried again alone."""
        if done.stops == "full" and slug not in self.found_full:
            self.found_full.add(slug)
            self.suspects.append(slug)
        else:
            self.on_done(done)

    def _lost_alone(self, slug: str, error: BaseException) -> None:
        """The executor works, but this one came to nothing: a cluster gave up on it, or it could not be sent."""
        self.breaks += 1
        why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        if self.breaks >= MAX_BREAKS:
            raise ExecutorLost(f"nothing comes back from where it is graded: {why}")
        self._again_or_never(slug, why, self.queue)

    def _again_or_never(self, slug: str, why: str, queue: deque[str]) -> None:
        self.losses[slug] += 1
        if self.losses[slug] >= MAX_LOSSES:
            self.on_done(Done(slug, fault=f"the process that graded it ended {MAX_LOSSES} times: {why}"))
        else:
            queue.append(slug)

    def _take_back(self, broken: _Broken) -> None:
        """After a break: what was under way is suspect; alone under way, it is the culprit."""
        done = [future for future in self.pending if future.done() and not future.cancelled() and future.exception() is None]
        for future in done:
            self._take(self.pending.pop(future), future.result())
        lost = list(self.pending.values())
        self._forget_pending()
        self.breaks += 1
        if len(lost) == 1:
            self.breaks = 0
            self._again_or_never(lost[0], str(broken), self.suspects)
        else:
            self.suspects.extend(lost)
        if self.breaks >= MAX_BREAKS:
            raise ExecutorLost(f"no process to grade with can be kept: {broken}")


class _Broken(Exception):
    """An executor lost what it had to do."""


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits, and waits for good in a process started meanwhile: it must not end with a traceback before it can ignore it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _GivenUp(Exception):
    """An order was given up, and its process has to be killed."""


def patience_s(grading_s: float) -> float:
    """How long to wait for an order, where a grading may take so long."""
    return max(PATIENCE * grading_s, LEAST_PATIENCE_S)


def run(
    slugs: Sequence[str], order_of: Callable[[str], Order | Done], crew: Crew, on_done: Callable[[Done], None],
    on_tick: Callable[[], None] = lambda: None, patience_s: float = math.inf,
) -> None:
    """Carry out an order for each slug, in no certain order; on_done is called once for each, in this thread.

    order_of  what to carry out for a slug, asked when its turn comes; or a Done, if there is nothing to carry out
    on_tick  called at least every TICK_S or so while anything is under way
    patience_s  after which an order that has not come back is given up

    Raises ExecutorLost, and whatever order_of and on_done raise; then nothing that was under way is waited for.
    """
    _Run(order_of, on_done, on_tick, deque(slugs), patience_s).run(crew)
