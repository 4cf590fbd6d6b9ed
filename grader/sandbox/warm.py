"""Starts the warm worker process and gives it orders.

What may live here: the process that students' processes are forked from, seen
from the grader. Imports nothing heavy: the worker is started first of all, so
that it imports numpy while the grader does.
"""
from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

IMPORT_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
READ_BYTES = 1 << 16
PRELOADS = {
    b"scipy": "scipy.special", b"matplotlib": "matplotlib.pyplot", b"pylab": "matplotlib.pyplot",
    **dict.fromkeys((b"threading", b"concurrent", b"multiprocessing"), "numpy.ma"),
}
"""A word in the sources, and the module that is then imported before the fork; of threads, one that is not to be loaded by several."""
MATPLOTLIB_CACHE = os.path.join(sys.prefix, "var", "matplotlib")
"""Its list of fonts takes seconds to make; where this cannot be written, matplotlib makes it anew each time."""
START_S = 60.0
"""A worker that has not imported numpy and forked by then is the host's fault, not the student's."""


class HostError(Exception):
    """This machine cannot run a worker; one line says why."""


class Worker:
    """The warm process. Starts at once and imports while the caller goes on; use as a context manager.

    cache_dir  matplotlib's
    wrapped    makes of the worker's command one that starts it confined
    preload    modules to import at once; an order to spawn may name more
    """

    def __init__(
        self, cache_dir: str = "", wrapped: Callable[[list[str]], list[str]] = list, preload: Sequence[str] = ()
    ) -> None:
        ours, theirs = socket.socketpair()
        program = (
            f"import gc, sys; gc.disable(); sys.path.insert(0, {IMPORT_ROOT!r}); "
            f"from grader.sandbox.worker import main; main({theirs.fileno()}, {IMPORT_ROOT!r}, {tuple(preload)!r})"
        )
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": os.devnull, "LANG": "C.UTF-8", "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": cache_dir or os.environ.get("MPLCONFIGDIR") or MATPLOTLIB_CACHE,
            "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
        }
        self._control = ours
        self._process = subprocess.Popen(
            wrapped([sys.executable, "-I", *(["-B"] if sys.dont_write_bytecode else []), "-X", "utf8", "-c", program]),
            env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()], start_new_session=True,
        )
        theirs.close()

    def order(self, order: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        """One control command and its reply. Raises HostError if the worker does not answer."""
        line = json.dumps(order).encode() + b"\n"
        self._control.settimeout(START_S)
        try:
            if descriptors:
                socket.send_fds(self._control, [line], list(descriptors))
            else:
                self._control.sendall(line)
            data = b""
            while not data.endswith(b"\n"):
                more = self._control.recv(READ_BYTES)
                if not more:
                    raise HostError(f"the worker did not start: {self._last_words()}")
                data += more
        except OSError as error:
            raise HostError(f"the worker did not answer: {error}") from None
        reply: dict[str, Any] = json.loads(data)
        return reply

    def _last_words(self) -> str:
        assert self._process.stderr is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        lines = self._process.stderr.read(4096).decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "no word from it"

    def kill(self) -> None:
        """End a worker that has no children, whatever it is at."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """End the worker and every child; returns when they are dead and reaped."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


_ahead: list[Worker] = []
_GLANCE_BYTES = 1 << 16


def start_ahead(arguments: Sequence[str] = ()) -> None:
    """Start a worker before anything else is imported, for the next take(), which also tells if it cannot be had.

    arguments  of the command: what a Python file among them, or backprop.py in a folder, imports at its top, the
               worker imports meanwhile
    """
    with contextlib.suppress(OSError):
        _ahead.append(Worker(preload=_likely(arguments)))


def _likely(arguments: Sequence[str]) -> list[str]:
    """A guess, which costs some time where it is wrong: what the submission is, is found out later and with care."""
    source = b""
    for argument in arguments:
        name = argument if argument.endswith(".py") else os.path.join(argument, "backprop.py")
        with contextlib.suppress(OSError, ValueError):
            if os.path.isfile(name):
                with open(name, "rb") as file:
                    source += b"\n" + file.read(_GLANCE_BYTES)
    return [module for word, module in PRELOADS.items() if b"\nimport " + word in source or b"\nfrom " + word in source]


def take() -> Worker:
    """The worker started ahead, or a new one."""
    return _ahead.pop() if _ahead else Worker()


def drop() -> None:
    """End a worker that was started ahead and not taken."""
    while _ahead:
        _ahead.pop().kill()
