"""The parallel run: orders to any concurrent.futures executor, and what came of them back.

What may live here: scheduling. Only a few orders are under way at a time, so
that memory does not grow with the class; an executor that breaks is made anew,
and what it lost is tried again by itself, so that one culprit takes nobody along.
"""
from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field

from grader.classroom.task import Done, Order, carry_out, start_process

TICK_S = 0.5
MAX_LOSSES = 2
"""A submission whose process is lost so often, when nothing else is under way, is not tried again."""
MAX_BREAKS = 5
"""Executors that may break one after the other with nothing graded in between."""


class ExecutorLost(Exception):
    """Executors break, or cannot be had, time and again; one line says how."""


@dataclass(frozen=True)
class Crew:
    """Where orders are carried out.

    make    gives a context manager that gives an executor; on leaving, nothing of it is waited for
    window  orders under way at once: a few more than there are processes, so that none of them waits
    """

    make: Callable[[], contextlib.AbstractContextManager[Executor]]
    window: int


def local_crew(jobs: int) -> Crew:
    """Processes of this machine, each started by its own exec (spawn) and with a warm worker of its own."""

    @contextlib.contextmanager
    def make() -> Iterator[Executor]:
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        executor = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), start_process)
        try:
            yield executor
        finally:
            processes = multiprocessing.active_children()
            executor.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()
            for process in processes:
                process.join()

    return Crew(make, jobs + 1)


@dataclass
class _Run:
    """The state of one run.

    queue     slugs to be ordered
    suspects  slugs that were under way when an executor broke, to be ordered alone
    """

    order_of: Callable[[str], Order | Done]
    on_done: Callable[[Done], None]
    on_tick: Callable[[], None]
    queue: deque[str]
    suspects: deque[str] = field(default_factory=deque)
    losses: Counter[str] = field(default_factory=Counter)
    pending: dict[Future[Done], str] = field(default_factory=dict)
    breaks: int = 0

    def run(self, crew: Crew) -> None:
        while self.queue or self.suspects:
            try:
                with crew.make() as executor:
                    while self.queue or self.suspects or self.pending:
                        self._fill(executor, crew.window)
                        if self.pending:
                            self._collect()
            except _Broken as broken:
                self._take_back(broken)

    def _fill(self, executor: Executor, window: int) -> None:
        while self.suspects or self.queue:
            if len(self.pending) >= (1 if self.suspects else window):
                return
            slug = self.suspects[0] if self.suspects else self.queue[0]
            order = self.order_of(slug)
            if isinstance(order, Done):
                (self.suspects or self.queue).popleft()
                self.on_done(order)
                continue
            try:
                future = executor.submit(carry_out, order)
            except Exception as error:  # BrokenExecutor, or a cluster's own kind
                raise _Broken(str(error) or type(error).__name__) from error
            (self.suspects or self.queue).popleft()
            self.pending[future] = slug

    def _collect(self) -> None:
        finished, _ = wait(self.pending, TICK_S, FIRST_COMPLETED)
        self.on_tick()
        for future in finished:
            error = RuntimeError("cancelled") if future.cancelled() else future.exception()
            if error is not None:
                raise _Broken(str(error) or type(error).__name__)
            self.pending.pop(future)
            self.breaks = 0
            self.on_done(future.result())

    def _take_back(self, broken: _Broken) -> None:
        """After a break: what was under way is suspect; alone under way, it is the culprit."""
        done = [future for future in self.pending if future.done() and not future.cancelled() and future.exception() is None]
        for future in done:
            self.pending.pop(future)
            self.on_done(future.result())
        lost = list(self.pending.values())
        self.pending.clear()
        self.breaks += 1
        if len(lost) == 1:
            self.losses[lost[0]] += 1
            self.breaks = 0
        for slug in lost:
            if self.losses[slug] >= MAX_LOSSES:
                self.on_done(Done(slug, fault=f"the process that graded it ended {MAX_LOSSES} times: {broken}"))
            else:
                self.suspects.append(slug)
        if self.breaks >= MAX_BREAKS:
            raise ExecutorLost(f"no process to grade with can be kept: {broken}")


class _Broken(Exception):
    """An executor lost what it had to do."""


def run(
    slugs: Sequence[str], order_of: Callable[[str], Order | Done], crew: Crew, on_done: Callable[[Done], None],
    on_tick: Callable[[], None] = lambda: None,
) -> None:
    """Carry out an order for each slug, in no certain order; on_done is called once for each, in this thread.

    order_of  what to carry out for a slug, asked when its turn comes; or a Done, if there is nothing to carry out
    on_tick  called at least every TICK_S or so while anything is under way

    Raises ExecutorLost, and whatever order_of and on_done raise; then nothing that was under way is waited for.
    """
    _Run(order_of, on_done, on_tick, deque(slugs)).run(crew)
