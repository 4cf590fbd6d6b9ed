"""A cell: scratch folder, identity and policy for one submission, and what of them was observed to hold.

What may live here: putting the layers together for this host, dropping one
that it does not have, and refusing where too little is left.
"""
from __future__ import annotations

import contextlib
import functools
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.sandbox.clearing import clear, in_use, sweep
from grader.sandbox.client import Client
from grader.sandbox.exchange import IsolationError
from grader.sandbox.identity import IdentityError, give, lease_uid, owners
from grader.sandbox.layers import Observed, judge
from grader.sandbox.messages import REPLY_FD, REQUEST_FD
from grader.sandbox.policy import Libraries, Limits, Policy, libraries
from grader.sandbox.probe import Targets, canaries, open_folder

PREFIX = "grading-"
OPTIONAL_STEPS = frozenset({"uid", "landlock", "seccomp"})
"""Layers that a host may lack; the grading goes on without one if what is left is enough."""


class IsolationRefused(Exception):
    """Student code could reach too much here, so none was run. One line says what and what to do."""


@dataclass
class Cell:
    """Where one submission runs.

    scratch  its folder, the only one it can write to
    policy   what its processes may do
    targets  what the probe tries to reach before student code runs
    lacking  layers that this host does not have, as the failed step says it
    """

    scratch: Path
    policy: Policy
    targets: Targets
    lacking: list[str] = field(default_factory=list)

    def start(self, client_of: Callable[[Policy], Client], trusted: bool) -> tuple[Client, Observed]:
        """A client whose child is confined and probed, and no student code run yet.

        client_of  makes a client for a policy
        trusted    whether the instructor vouches for the code, so that nothing need hold

        Raises IsolationRefused, or HostError where not even a child can be had.
        """
        while True:
            client = client_of(self.policy)
            try:
                observed = judge(client.start(self.targets.to_json()))
            except IsolationError as error:
                client.close()
                if error.step not in OPTIONAL_STEPS:
                    raise
                self.lacking.append(str(error))
                self.policy = self.policy.without(error.step)
                continue
            if observed.level == "none" and not trusted:
                client.close()
                raise IsolationRefused(_refusal(observed))
            Path(self.targets.private).unlink(missing_ok=True)  # or student code would see it, by another name each time
            return client, observed


def _refusal(observed: Observed) -> str:
    what = "read the reference solution" if observed.secret_is_exposed else "read and change the grader's files"
    return (
        f"refused: on this machine student code could {what}; run as root or on Linux 5.13 or newer "
        "(see `doctor`), or pass --trust-student-code if you know all of the code"
    )


@contextlib.contextmanager
def cell(secret: Path, limits: Limits, paths: Libraries | None = None) -> Iterator[Cell]:
    """A fresh cell; afterwards no process of its user is left, and its folder is gone.

    secret  the file that must stay unread: the reference

    Raises IdentityError if this is root and no uid can be had.
    """
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(_scratch_folder())
        found = paths or _libraries()
        keep = (0, 1, 2, REQUEST_FD, REPLY_FD)
        policy = Policy(str(scratch), found.readable, found.listable, keep_fds=keep, limits=limits)
        lacking: list[str] = []
        if sys.platform == "linux" and os.geteuid() == 0:
            try:
                identity = stack.enter_context(lease_uid())
            except IdentityError as error:
                lacking.append(f"uid: {error}")
            else:
                policy = policy.as_user(identity.uid, identity.gid)
        targets = stack.enter_context(canaries(scratch, secret, limits))
        yield Cell(scratch, policy, targets, lacking)


@functools.lru_cache(maxsize=1)
def _libraries() -> Libraries:
    """Found once a process: it takes 4 ms, and what Python imports from does not move."""
    return libraries()


def hand_over(cell: Cell) -> None:
    """Give what lies in the cell's folder to the cell's user; call it when the submission is laid out."""
    from grader.sandbox.identity import Identity

    if cell.policy.uid is not None and cell.policy.gid is not None:
        give(cell.scratch, Identity(cell.policy.uid, cell.policy.gid))
        private = Path(cell.targets.private)
        os.chown(private, os.geteuid(), os.getegid())


@contextlib.contextmanager
def _scratch_folder() -> Iterator[Path]:
    parent = open_folder()
    _sweep_once(parent)
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix=PREFIX, dir=parent)))
    try:
        with in_use(folder):
            yield folder
    finally:
        clear(folder)


@functools.lru_cache(maxsize=4)
def _sweep_once(parent: str) -> None:
    """Take away what killed graders left, once a process."""
    sweep(Path(parent), PREFIX, owners())
