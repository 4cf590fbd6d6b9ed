"""How long a process may take: the wall's time, less what it waited for a processor that others held.

What may live here: the kernel's account of that waiting, and deadlines that leave it out, so that an
honest submission is not late for the load of the machine.
"""
from __future__ import annotations

import math
import os
import time

STRETCH = 3.0
"""So many times the deadline a process may be at it at most, however long it waited."""
SCHEDSTAT_WAITED = 1
"""The second number of /proc/<pid>/schedstat: nanoseconds on a run queue, see the kernel's scheduler/sched-stats.rst."""


class Account:
    """How long the main thread of a process has been ready to run and did not, the throttling of a cgroup counted in.

    Always 0 where no such account is kept (gVisor, macOS).
    """

    def __init__(self, pid: int) -> None:
        self.descriptor = -1
        self._waited_s = 0.0
        try:
            self.descriptor = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return

    def waited_s(self) -> float:
        """Seconds since the process began; when it has ended, what was read last."""
        if self.descriptor >= 0:
            try:
                self._waited_s = int(os.pread(self.descriptor, 100, 0).split()[SCHEDSTAT_WAITED]) / 1e9
            except (OSError, ValueError, IndexError):
                pass
        return self._waited_s

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


class Deadline:
    """So many seconds from now of a process's own time, and not beyond end_s of time.monotonic()."""

    def __init__(self, account: Account, seconds: float, end_s: float = math.inf) -> None:
        self.seconds = seconds
        self._account, self._waited_s = account, account.waited_s()
        self._start_s = time.monotonic()
        self._last_s = min(self._start_s + STRETCH * seconds, max(end_s, self._start_s + seconds))

    def left_s(self) -> float:
        """Seconds that are left at least; it is over where none are."""
        now_s = time.monotonic()
        left_s = self.seconds - (now_s - self._start_s)
        if left_s <= 0:
            left_s += self._account.waited_s() - self._waited_s
        return min(left_s, self._last_s - now_s)


_own: Account | None = None


def watch_self() -> int:
    """Keep this process's own account open for own(), which confinement would forbid; its descriptor, or -1."""
    global _own
    _own = Account(os.getpid())
    return _own.descriptor


def own(seconds: float) -> Deadline:
    """A deadline of this process's own."""
    return Deadline(_own or Account(os.getpid()), seconds)
