"""A class on more than one machine: a crew from a Dask cluster, through Dask's own client.

What may live here: Dask, and nothing else of ours needs it; the extra `cluster`
installs it. The scheduler's machines run what they are sent, so it must be a
cluster of one's own. Each of its workers needs this grader, of the same version,
in the folder where it is here or on its PYTHONPATH.
"""
from __future__ import annotations

import contextlib
import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from grader.classroom.run import Crew, ExecutorLost

CONNECT_S = 20.0
ROOT = str(Path(__file__).resolve().parents[2])
HAS_GRADER = "__import__('importlib.util').util.find_spec('grader') is not None"


class NoCluster(Exception):
    """The cluster cannot be used; one line says why."""


def dask_crew(address: str) -> Crew:
    """The workers of the scheduler at address, such as tcp://host:8786. What a worker had when it died goes to the others.

    Raises NoCluster if Dask is not installed, or there is no scheduler, no worker, or a worker without this grader.
    """

    @contextlib.contextmanager
    def make() -> Iterator[Executor]:
        try:
            client = _connected(address)
        except NoCluster as error:
            raise ExecutorLost(str(error)) from None
        with client:
            _tell_where(client)
            yield _ByValue(client.get_executor(pure=False))

    with _connected(address) as client:
        _tell_where(client)
        without = [worker for worker, found in client.run(eval, HAS_GRADER).items() if found is not True]
        workers = len(client.nthreads())
    if not workers:
        raise NoCluster(f"the scheduler at {address} has no workers")
    if without:
        raise NoCluster(
            f"{len(without)} of {workers} workers cannot import this grader, {without[0]} is one: start them with "
            f"PYTHONPATH set to a copy of {ROOT}"
        )
    return Crew(make, 2 * workers)


class _ByValue(Executor):
    """Dask's executor, given a function that needs no module of ours: the scheduler, which looks at it, need not have them."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        def carried_out(pickled: bytes) -> Any:
            import pickle

            function, arguments, named = pickle.loads(pickled)
            return function(*arguments, **named)

        return self._executor.submit(carried_out, pickle.dumps((function, arguments, named)))


def _connected(address: str) -> Any:
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError:
        raise NoCluster("--scheduler needs Dask: pip install distributed (the extra `cluster`)") from None
    try:
        get_address_host_port(address)  # or a client begun in vain would be heard of once more at its end
        return Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(f"there is no scheduler at {address}: {' '.join(str(error).split())}") from None


def _tell_where(client: Any) -> None:
    """Where the grader lies here, for workers that see the same folder: those that are there, and those that come."""
    from distributed.diagnostics.plugin import WorkerPlugin

    root = ROOT

    class Finder(WorkerPlugin):  # type: ignore[misc]  # local, so that it is sent by value
        name = "backprop-grader-path"

        def setup(self, worker: object) -> None:
            import sys

            if root not in sys.path:
                sys.path.append(root)

    client.register_plugin(Finder())
