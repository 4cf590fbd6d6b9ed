"""One child as the grader sees it: its pipes, its deadlines and its end.

What may live here: asking for one reply, and the translation of every way to misbehave into an outcome. Which requests
there are, and what follows from one that was lost, is the client's. Nothing that comes back is trusted.
"""
from __future__ import annotations

import contextlib
import math
import os
import secrets
import selectors
import signal
import time
from collections.abc import Mapping, Sequence
from typing import Literal

from grader.frozen import frozen
from grader.sandbox.deadline import Account, Deadline
from grader.sandbox.messages import Request
from grader.sandbox.policy import Policy
from grader.sandbox.printed import Printed
from grader.sandbox.scratch import LOOK_EVERY_S, Watch
from grader.sandbox.warm import START_S, HostError, Worker
from grader.sandbox.wire import Decoder, Frame, Kind, Value, WireError, encode

READ_BYTES = 1 << 16
MAX_PROBE_BYTES = 1 << 16
"""Of what the child says before any student code runs in it."""
NAP_S = 0.01
"""Between two looks at what is left of a deadline that only waiting for a processor prolongs."""
LOOK_SHARE = 0.05
"""Of the time, what looking at the scratch folder may take."""


class IsolationError(HostError):
    """A step of confinement failed in the child; no student code ran. `step` names it."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"confinement failed: {step}: {reason}")
        self.step = step


@frozen
class Lost:
    """No answer: the process ended, missed its deadline, broke the protocol, wrote too much, or was not asked any more.

    how     which of these
    detail  for 'ended', how it ended; for 'late', the deadline; for 'filled', what was too much; else what happened
    """

    how: Literal["ended", "late", "protocol", "filled", "not asked"]
    detail: str


MAX_PRINTED_BYTES = 2_000_000_000
"""Of one process. A loop of print for as long as a file may run stays below; what writes on without end keeps the grader busy."""
FLOOD = Lost("filled", f"it printed more than {MAX_PRINTED_BYTES // 1_000_000_000} GB")
SHORT = Lost("filled", "")
"""The disk runs short of space: this process is ended, for what it has written itself can be read only then."""


class Child:
    """One confined child and its three pipes."""

    def __init__(
        self, worker: Worker, policy: Policy, targets: str, preload: Sequence[str], watch: Watch
    ) -> None:
        self._worker, self._watch = worker, watch
        self._look_s = 0.0
        self._printed_bytes = 0
        # grader's end, child's end
        self._replies, replies = os.pipe()
        requests, self._requests = os.pipe()
        self._printed, printed = os.pipe()
        self._first_nonce = nonce = secrets.randbits(63)
        order = {
            "do": "spawn", "policy": policy.to_json(), "targets": targets, "preload": list(preload), "nonce": nonce,
        }
        try:
            self.pid = int(worker.order(order, (requests, replies, printed))["pid"])
        finally:
            for descriptor in (requests, replies, printed):
                os.close(descriptor)
        for descriptor in (self._requests, self._replies, self._printed):
            os.set_blocking(descriptor, False)
        self.account = Account(self.pid)
        self.spent_s = 0.0
        self.written_bytes = 0
        self._decoder = Decoder(Kind.REPLY, MAX_PROBE_BYTES)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._replies, selectors.EVENT_READ)
        self._selector.register(self._printed, selectors.EVENT_READ)
        import numpy.random  # noqa: F401 - the checks draw with it; imported here, while the child confines itself

        self.outcomes = self._await_confinement(nonce)

    def _await_confinement(self, nonce: int) -> dict[str, str]:
        """The probe's outcomes, sent before any student code is read. Raises IsolationError.

        The scratch folder is not looked at: what lies in it is an earlier life's doing.
        """
        printed = Printed(2000)
        try:
            reply = self._exchange(b"", nonce, Deadline(self.account, START_S), printed)
        except WireError as error:
            reply = ("start", str(error))
        if isinstance(reply, Mapping):
            return {name: str(outcome) for name, outcome in reply.items()}
        self.end()
        if isinstance(reply, tuple) and len(reply) == 2:
            raise IsolationError(str(reply[0]), str(reply[1]))
        raise IsolationError("start", printed.text().strip() or "the child ended without a word")

    def ask(self, request: Request, deadline_s: float, printed: Printed, end_s: float = math.inf) -> Value | Lost:
        """One request and its reply, in time, before end_s of time.monotonic(); on Lost the child is of no more use."""
        nonce = secrets.randbits(63)
        deadline = Deadline(self.account, deadline_s, end_s)
        self._decoder.expect(request.bounds.body_bytes, request.bounds.values)
        try:
            return self._exchange(encode(Frame(Kind.REQUEST, nonce, request.value)), nonce, deadline, printed)
        except WireError as error:
            return Lost("protocol", str(error))

    def _exchange(self, data: bytes, nonce: int, deadline: Deadline, printed: Printed) -> Value | Lost:
        unsent = self._send(memoryview(data)) if data else memoryview(b"")
        if unsent:  # more than a pipe holds
            self._selector.register(self._requests, selectors.EVENT_WRITE)
        try:
            return self._await_reply(unsent, nonce, deadline, printed)
        finally:
            with contextlib.suppress(KeyError):
                self._selector.unregister(self._requests)

    def _await_reply(self, unsent: memoryview, nonce: int, deadline: Deadline, printed: Printed) -> Value | Lost:
        """The reply to a request of which a part may be unsent.

        What lies in the pipe when time is up still counts: it may be the grader that was held up, and not the child.
        """
        while True:
            left_s = deadline.left_s()
            if nonce != self._first_nonce and (filled := self._look()) is not None:
                return filled
            for key, _ in self._selector.select(min(max(left_s, NAP_S), LOOK_EVERY_S) if left_s > 0 else 0):
                if key.fd == self._requests:
                    unsent = self._send(unsent)
                    if not unsent:
                        self._selector.unregister(self._requests)
                elif key.fd == self._printed:
                    self._read_printed(printed)
                elif (chunk := os.read(self._replies, READ_BYTES)) == b"":
                    self._read_printed(printed)
                    return Lost("ended", "")
                else:
                    self._decoder.feed(chunk)
            if self._printed_bytes > MAX_PRINTED_BYTES:
                return FLOOD
            frame = self._decoder.next_frame()
            if frame is not None:
                if frame.nonce != nonce or self._decoder.buffered_bytes:
                    raise WireError("a reply that does not belong to the request")
                self._read_printed(printed)
                return frame.value
            if left_s <= 0:
                return Lost("late", f"{deadline.seconds:g}")

    def _look(self) -> Lost | None:
        """Now and then, whether the child has written too much, or the disk runs short; less often where looking takes long."""
        start_s = time.monotonic()
        if start_s < self._look_s:
            return None
        excess = self._watch.excess()
        end_s = time.monotonic()
        self._look_s = end_s + max(LOOK_EVERY_S, (end_s - start_s) / LOOK_SHARE)
        if excess:
            return Lost("filled", excess)
        return SHORT if self._watch.is_short() else None

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._requests, unsent) :]
        except BlockingIOError:
            return unsent
        except BrokenPipeError:
            return memoryview(b"")  # the end of the replies' pipe tells the same, with what was printed

    def _read_printed(self, printed: Printed) -> None:
        """What lies in the pipe now, at most a few reads, so that a flood cannot hold the loop."""
        for _ in range(4):
            try:
                data = os.read(self._printed, READ_BYTES)
            except (BlockingIOError, OSError):
                return
            if not data:
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(self._printed)
                return
            printed.add(data)
            self._printed_bytes += len(data)

    def cpu_s(self) -> float | None:
        """Processor time that the child has used, by the kernel's account; None where it cannot be read."""
        try:
            return time.clock_gettime((~self.pid) << 3 | 2)  # CPUCLOCK_SCHED of that process, see clock_getcpuclockid(3)
        except OSError:
            return None

    def end(self) -> str:
        """Kill the child and all it started, close the pipes; says how it had ended."""
        reaped = self._worker.order({"do": "reap", "pid": self.pid})
        self.spent_s, self.written_bytes = float(reaped["cpu_s"]), int(reaped["written_bytes"])
        self.account.waited_s()
        self.account.close()
        self._selector.close()
        for descriptor in (self._requests, self._replies, self._printed):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        return _how_it_ended(int(reaped["status"]))


def _how_it_ended(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            return signal.Signals(number).name
        except ValueError:
            return f"signal {number}"
    return f"exit code {os.waitstatus_to_exitcode(status)}"
