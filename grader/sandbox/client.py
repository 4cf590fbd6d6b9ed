"""The grader's end: one submission's child is asked for calls, and replaced where it dies.

What may live here: the requests, and what becomes of a submission whose child was lost. The
policy says what the child may do; the talk with one child is in exchange.
"""
from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, Union

from grader.sandbox import messages
from grader.sandbox.exchange import SHORT, Child, Lost
from grader.sandbox.fingerprint import HASH_BYTES, MAX_HASHES
from grader.sandbox.messages import Ask, Call, Descent, Loaded, Outcome, Place, Request
from grader.sandbox.policy import Policy
from grader.sandbox.printed import Printed
from grader.sandbox.scratch import MAX_ACQUITTALS, Watch
from grader.sandbox.warm import HostError, Worker
from grader.sandbox.wire import Array, Value, WireError

LOCATE_S = 3.0
LEAST_S = 0.1
"""A deadline that is as good as over."""
RUN_SHARE = 0.5
"""Of the deadline for loading a file: after that it is interrupted, and graded on what it has defined."""
SHARE_AGAIN = RUN_SHARE / 3
"""The same after a run of it was interrupted: what it defines stands by then, and a loop without end is not waited for as long again."""
MAX_LIVES = 6
"""Children that one submission may use up; each death costs the load of its file anew."""
MAX_LOST = 2
"""Deadlines or deaths after which one function is asked no more."""

Answer = Union[Outcome, Lost]
Answered = TypeVar("Answered")


class Client:
    """One submission in its worker: load it, call its functions, start it again when it dies.

    path          the student's file, inside the policy's scratch folder
    policy        what the child may do
    load_s        deadline for running the file
    end_s         time.monotonic() at which the grading must be over: no load or call begun later than that lasts
    output_bytes  how much of what it prints is kept a take

    load_s   wall time of the latest load; spent_s  processor time of the children that have ended, in seconds
    losses   every time that a child gave no answer
    """

    def __init__(
        self, worker: Worker, path: Path, policy: Policy, *,
        load_s: float, output_bytes: int, preload: Sequence[str] = (), end_s: float = math.inf,
    ) -> None:
        self._worker, self._path, self._policy = worker, path, policy
        self._load_s, self._output_bytes = load_s, output_bytes
        self._preload, self._end_s = preload, end_s
        self._watch: Watch | None = None
        self._child: Child | None = None
        self._lives = 0
        self._lost: dict[str, list[Lost]] = {}
        self._printed = Printed(output_bytes, str(policy.scratch))
        self.loaded: Loaded | Lost = Lost("not asked", "")
        self.load_s = 0.0
        self._run_share = RUN_SHARE
        self.spent_s = 0.0
        self._waited_s = 0.0
        self.losses: list[Lost] = []

    def start(self, targets: str = "") -> dict[str, str]:
        """Fork and confine a child, in which no student code runs yet.

        targets  what a probe is to try, see probe.Targets; "" for no probe

        Returns the probe's outcomes. Raises HostError or IsolationError (not the student's fault).
        """
        self._lives += 1
        self._watch = self._watch or Watch(self._policy.scratch)
        self._child = Child(self._worker, self._policy, targets, self._preload, self._watch)
        return self._child.outcomes

    def load(self) -> Loaded | Lost:
        """Run the student's file in the child, or in a fresh one. Raises HostError or IsolationError."""
        if self._child is None:
            self.start()
        start_s = time.monotonic()
        self.loaded = self._request(self._load_request(), self._load_s, messages.read_loaded)
        self.load_s = time.monotonic() - start_s
        if isinstance(self.loaded, Loaded) and self.loaded.was_interrupted:
            self._run_share = SHARE_AGAIN
        return self.loaded

    def _load_request(self) -> Request:
        return messages.load_request(str(self._path), self._run_share * self._within(self._load_s))

    def _within(self, deadline_s: float) -> float:
        """A deadline that ends no later than the whole grading."""
        return max(LEAST_S, min(deadline_s, self._end_s - time.monotonic()))

    def call(self, function: str, calls: Sequence[Call], deadline_s: float, arguments_back: bool = False) -> list[Answer]:
        """The answers to the calls, in order and one each; a lost batch is lost from its first call on."""
        lost = self._lost.setdefault(function, [])
        if len(lost) >= MAX_LOST:
            return [Lost("not asked", lost[-1].detail)] * len(calls)
        if self._child is None and (unable := self._again()) is not None:
            return [unable] * len(calls)
        ask = Ask(function, tuple(calls), arguments_back)
        outcomes = self._request(messages.ask_request(ask), deadline_s, lambda value: messages.read_outcomes(value, ask))
        if isinstance(outcomes, Lost):
            lost.append(outcomes)
            return [outcomes] * len(calls)
        return list(outcomes)

    def descend(self, descent: Descent, deadline_s: float) -> dict[str, Array] | Lost:
        """The gradients of some steps of gradient descent, see messages.read_gradients; Lost if none came back."""
        lost = self._lost.setdefault("backprop", [])
        if len(lost) >= MAX_LOST:
            return Lost("not asked", lost[-1].detail)
        if self._child is None and (unable := self._again()) is not None:
            return unable
        request = messages.descent_request(descent)
        gradients = self._request(request, deadline_s, lambda value: messages.read_gradients(value, descent))
        if isinstance(gradients, Lost):
            lost.append(gradients)
        return gradients

    def _again(self) -> Lost | None:
        """A new child for a submission whose last one died; Lost if there have been enough of them."""
        if isinstance(self.loaded, Lost) or self._lives >= MAX_LIVES:
            return Lost("not asked", "your program had ended before")
        loaded = self.load()
        return loaded if isinstance(loaded, Lost) else None

    def _request(self, request: Request, deadline_s: float, form: Callable[[Value], Answered]) -> Answered | Lost:
        """Ask the child; the reply in its form. Whatever goes wrong ends the child and is Lost.

        Where the disk ran short and the child is innocent of it, a fresh child is asked instead, and nothing is
        noted. Raises HostError if that happens too often.
        """
        printed = replace(self._printed)
        steps: list[tuple[Request, float]] = [(request, deadline_s)]
        while True:
            reply = self._ask_all(steps)
            if not isinstance(reply, Lost):
                try:
                    return form(reply)
                except (WireError, ValueError) as error:
                    reply = Lost("protocol", str(error))
            if (lost := self._ended(reply)) is not None:
                self.losses.append(lost)
                return lost
            self._printed = replace(printed)
            self.start()
            self._lives -= 1
            if request.kind != "load":
                steps = [(self._load_request(), self._load_s), (request, deadline_s)]

    def _ask_all(self, steps: Sequence[tuple[Request, float]]) -> Value | Lost:
        """The reply to the last request, of which what the ones before it print is not heard; Lost from the first that is."""
        assert self._child is not None
        for request, deadline_s in steps[:-1]:
            if isinstance(reply := self._child.ask(request, self._within(deadline_s), Printed(0), self._end_s), Lost):
                return reply
        request, deadline_s = steps[-1]
        return self._child.ask(request, self._within(deadline_s), self._printed, self._end_s)

    def _ended(self, lost: Lost) -> Lost | None:
        """End the child that gave no answer; how it was lost, or None if the disk ran short and it was not its doing."""
        assert self._watch is not None and self._child is not None
        child, free_before = self._child, self._watch.free_bytes()
        ending = self._end_child()
        if lost != SHORT:
            return Lost("ended", ending) if lost.how == "ended" else lost
        if charge := self._watch.wrote_too_much(child.written_bytes, free_before):
            return Lost("filled", charge)
        if self._watch.acquittals > MAX_ACQUITTALS:
            raise HostError(f"the disk of {self._policy.scratch} runs short of space while a submission runs")
        return None

    def locate(self, function: str, step: str) -> Place | None:
        """The place in the student's file where a step is computed, if one can be named safely."""
        if self._child is None:
            return None
        request = messages.locate_request(str(self._path), function, step)
        place = self._request(request, LOCATE_S, messages.read_place)
        return None if isinstance(place, Lost) else place

    def fingerprint(
        self, paths: Sequence[Path], deadline_s: float
    ) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]] | Lost:
        """Hashes of the syntax of some files, with names kept and dropped, and which of them run text, see fingerprint.fingerprint.

        Ask before load(), while no student code has run in the child. Where none come, the child is ended and
        forgotten: load() starts another, and nothing of it counts against the submission. Raises HostError or
        IsolationError.
        """
        if self._child is None:
            self.start()
        assert self._child is not None
        reply = self._child.ask(messages.fingerprint_request([str(path) for path in paths]), deadline_s, Printed(0))
        if not isinstance(reply, Lost):
            try:
                return messages.read_fingerprint(reply, 8 * HASH_BYTES, MAX_HASHES, len(paths))
            except (WireError, ValueError) as error:
                reply = Lost("protocol", str(error))
        self._end_child()
        self._lives -= 1
        return reply

    def cpu_s(self) -> float | None:
        """Processor time of the present child so far, in seconds; None where it cannot be known."""
        return self._child.cpu_s() if self._child is not None else None

    def waited_s(self) -> float:
        """How long the children have waited for a processor until now, in seconds; see deadline.Account."""
        return self._waited_s + (self._child.account.waited_s() if self._child is not None else 0.0)

    def take_printed(self) -> Printed:
        """What was printed since the last take."""
        printed, self._printed = self._printed, Printed(self._output_bytes, self._printed.folder)
        return printed

    @contextlib.contextmanager
    def unheard(self) -> Iterator[None]:
        """Drop what is printed meanwhile: where the inputs are secret, it is another thing in every grading."""
        heard, self._printed = self._printed, Printed(0)
        try:
            yield
        finally:
            self._printed = heard

    def close(self) -> None:
        """End the child; returns when it is dead and reaped."""
        if self._child is not None:
            self._end_child()

    def _end_child(self) -> str:
        """Kill the child; says how it had ended."""
        assert self._child is not None
        child, self._child = self._child, None
        ending = child.end()
        self.spent_s += child.spent_s
        self._waited_s += child.account.waited_s()
        return ending
