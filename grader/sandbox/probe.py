"""What really holds: a confined process tries what student code must not be able to do, and reports what came of it.

What may live here: the attempts, and the canaries that they are made on. attempt() runs in the confined child before
student code; what its outcomes mean is judged in layers. No attempt does harm where it succeeds: signals are number 0,
limits are only read, and files are the probe's own canaries.
"""
from __future__ import annotations

import contextlib
import errno
import json
import mmap
import os
import resource
import secrets
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, field
from pathlib import Path

from grader.frozen import frozen
from grader.sandbox.policy import Limits
from grader.sandbox.reach import is_open_to_all
from grader.sandbox.scratch import is_in_memory

CANARY = b"canary\n"
DONE = "done"
"""The outcome of an attempt that nothing stopped."""


@frozen
class Targets:
    """What the probe tries to reach. Paths are absolute.

    readable     a canary outside scratch that any user may read
    writable     a canary outside scratch that any user may write, holding CANARY
    private      a canary inside scratch that only the grader's user may read; "" to leave it out
    secret       the file that must stay unread (the reference); "" to leave it out
    grader_pid   the trusted process
    limits       the policy's limits, to try one more than each
    """

    readable: str
    writable: str
    private: str
    secret: str
    grader_pid: int
    limits: Limits = field(default_factory=Limits)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Targets:
        fields = json.loads(text)
        return cls(**{**fields, "limits": Limits(**fields["limits"])})


@contextlib.contextmanager
def canaries(scratch: Path, secret: Path | None, limits: Limits) -> Iterator[Targets]:
    """Lay out canaries in scratch and in a folder that everyone can reach, and take them away again."""
    private = scratch / f".canary-{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix="canary-", dir=open_folder()) as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file, mode in ((folder / "readable", 0o644), (folder / "writable", 0o666), (private, 0o600)):
            file.write_bytes(CANARY)
            file.chmod(mode)
        try:
            yield Targets(
                str(folder / "readable"), str(folder / "writable"), str(private),
                "" if secret is None else str(secret), os.getpid(), limits,
            )
        finally:
            private.unlink(missing_ok=True)


def open_folder() -> str:
    """A folder for temporary files to which every user can walk, or what the uid stops would be taken for Landlock's.

    One on a disk, if there is any: there the kernel knows what a process has written. Raises FileNotFoundError if there is none.
    """
    for folder in sorted((tempfile.gettempdir(), "/tmp", "/var/tmp"), key=is_in_memory):
        if os.access(folder, os.W_OK | os.X_OK) and is_open_to_all(os.path.join(folder, "x")):
            return folder
    raise FileNotFoundError("no folder for temporary files that every user can reach")


def attempt(targets: Targets) -> dict[str, str]:
    """Try everything once. Returns for each attempt "done", or the name of the error that stopped it.

    Takes about a millisecond; leaves nothing behind. Call it before student code runs.
    """
    return {name: _outcome(act) for name, act in _attempts(targets).items()}


def _attempts(targets: Targets) -> dict[str, Callable[[], object]]:
    grader = targets.grader_pid
    attempts: dict[str, Callable[[], object]] = {
        "read a file": lambda: _read(targets.readable),
        "list a folder": lambda: os.listdir(os.path.dirname(targets.readable)),
        "write a file": lambda: _append(targets.writable),
        "create a file": lambda: _create(targets.readable + ".new"),
        "truncate a file": lambda: os.truncate(targets.writable, 0),
        "open with truncation": lambda: os.close(os.open(targets.writable, os.O_RDONLY | os.O_TRUNC)),
        "open a TCP connection": lambda: _connect(socket.SOCK_STREAM),
        "open a UDP socket": lambda: _connect(socket.SOCK_DGRAM),
        "fork": _fork,
        "shared memory": _shared_memory,
        "signal the grader": lambda: os.kill(grader, 0),
        "memory of the grader": lambda: _read(f"/proc/{grader}/mem"),
        "environment of the grader": lambda: _read(f"/proc/{grader}/environ"),
        "limits of the grader": lambda: _limits_of(grader),
        "more memory": lambda: mmap.mmap(-1, targets.limits.address_space_bytes).close(),
        "more descriptors": lambda: _open_many(targets.limits.open_files),
        "a longer file": lambda: _write_far(targets.limits.file_size_bytes),
    }
    if targets.private:
        attempts["read a private file"] = lambda: _read(targets.private)
    if targets.secret:
        attempts["read the secret"] = lambda: _read(targets.secret)
        attempts["list the secret's folder"] = lambda: os.listdir(os.path.dirname(targets.secret))
    return attempts


def _outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error.errno))
    except (MemoryError, ValueError) as error:
        return type(error).__name__
    return DONE


def _read(path: str) -> None:
    fd = os.open(path, os.O_RDONLY)
    os.close(fd)


def _append(path: str) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.close(fd)


def _create(path: str) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    os.unlink(path)


def _connect(kind: socket.SocketKind) -> None:
    """To the discard port of this machine, where nobody answers; that the network said so is success."""
    with socket.socket(socket.AF_INET, kind) as endpoint:
        try:
            endpoint.connect(("127.0.0.1", 9))
        except ConnectionRefusedError:
            return


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _shared_memory() -> None:
    if not hasattr(os, "memfd_create"):
        raise OSError(errno.ENOSYS, "no such call here")
    os.close(os.memfd_create("probe"))


def _limits_of(pid: int) -> None:
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "no such call here")
    resource.prlimit(pid, resource.RLIMIT_CORE)


def _open_many(count: int) -> None:
    fds = []
    try:
        for _ in range(count):
            fds.append(os.open(os.devnull, os.O_RDONLY))
    finally:
        for fd in fds:
            os.close(fd)


def _write_far(limit_bytes: int) -> None:
    """One byte at the limit, in a file of the scratch folder; the file is sparse and removed."""
    path = f".probe-{secrets.token_hex(8)}"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.pwrite(fd, b"x", limit_bytes)
    finally:
        os.close(fd)
        os.unlink(path)
