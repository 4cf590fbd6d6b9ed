"""A class on more than one machine: a crew from a Dask cluster, through Dask's own client.

What may live here: Dask, and nothing else of ours needs it. The extra `dask`
installs it. The scheduler's machines run what they are sent, so it must be a
cluster of one's own; they need the same version of this grader.
"""
from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any

from grader.classroom.run import Crew

CONNECT_S = 20.0


class NoCluster(Exception):
    """The cluster cannot be used; one line says why."""


def dask_crew(address: str) -> Crew:
    """The workers of the scheduler at address, such as tcp://host:8786. A worker that dies is replaced by the others.

    Raises NoCluster if Dask is not installed, or there is no scheduler or no worker.
    """

    @contextlib.contextmanager
    def make() -> Iterator[Executor]:
        with _connected(address) as client:
            yield client.get_executor(pure=False, retries=2)

    with _connected(address) as client:
        threads = sum(client.nthreads().values())
    if not threads:
        raise NoCluster(f"the scheduler at {address} has no workers")
    return Crew(make, 2 * threads)


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise NoCluster("--scheduler needs Dask: install the extra, `pip install -e .[dask]`") from None
    try:
        return Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(f"there is no scheduler at {address}: {error}") from None
