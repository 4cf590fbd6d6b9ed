"""Uids of their own for gradings: leased, so that two gradings at once never share one, and left without a process.

What may live here: user ids, and the processes that run under them. Only root
can lease; an ordinary user has no other uid to give.
"""
from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pwd
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from grader.frozen import frozen

FIRST_UID, UIDS = 60700, 400
"""A stretch of 60578 to 61183, which systemd's list of uids calls unused ("Users, Groups, UIDs and GIDs on systemd
Systems"); adduser ends at 59999, dynamic service users begin at 61184, and user namespaces map up to 65535."""
RESERVED_NAME = "backprop-student"
"""The user by which setup.sh keeps FIRST_UID free for us in an image."""

LOCK_FOLDER = Path("/run/backprop-grader")
LAST_PROCESS_S = 5.0
"""How long the processes of a uid may take to disappear after SIGKILL."""


class IdentityError(Exception):
    """No uid can be had, or one cannot be cleared: the host's fault."""


@frozen
class Identity:
    """A uid and gid that nobody else on this machine uses now."""

    uid: int
    gid: int


@contextlib.contextmanager
def lease_uid(lock_folder: Path = LOCK_FOLDER) -> Iterator[Identity]:
    """A uid for one grading, under which no process runs at the start and none at the end.

    The lease is an exclusive lock on a file named after the uid: the kernel
    drops it when its holder dies, however it dies. What a dead holder left
    running is killed when the uid is leased again.

    Raises IdentityError if this is not root on Linux, if all uids are taken, or
    if a process of the uid survives SIGKILL at the end.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise IdentityError("only root on Linux can run a submission under another uid")
    _make_lock_folder(lock_folder)
    for uid in range(FIRST_UID, FIRST_UID + UIDS):
        if _is_someone_elses(uid):
            continue
        lock = os.open(lock_folder / str(uid), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            if _try_lock(lock) and not end_processes(uid):
                try:
                    yield Identity(uid, uid)
                finally:
                    survivors = end_processes(uid)
                    fcntl.flock(lock, fcntl.LOCK_UN)  # closing would not, where a fork of this process lives on
                if survivors:
                    raise IdentityError(f"processes {survivors} of uid {uid} survived SIGKILL")
                return
        finally:
            os.close(lock)
    raise IdentityError(f"the uids {FIRST_UID} to {FIRST_UID + UIDS - 1} are all in use")


def _make_lock_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    except OSError as error:
        raise IdentityError(f"no place for locks: {error}") from None
    found = folder.lstat()
    if not folder.is_dir() or folder.is_symlink() or found.st_uid != 0 or found.st_mode & 0o022:
        raise IdentityError(f"{folder} is not a folder that root alone can write to")


def _is_someone_elses(uid: int) -> bool:
    try:
        return pwd.getpwuid(uid).pw_name != RESERVED_NAME
    except KeyError:
        return False


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def owners() -> frozenset[int]:
    """The users whose scratch folders the gradings of this user may have left."""
    return frozenset({os.geteuid()} | (set(range(FIRST_UID, FIRST_UID + UIDS)) if os.geteuid() == 0 else set()))


def give(folder: Path, identity: Identity) -> None:
    """Make the identity the owner of a folder and all in it, before student code runs. Links are not followed."""
    for here, _, files in os.walk(folder):
        for path in (here, *(os.path.join(here, name) for name in files)):
            os.chown(path, identity.uid, identity.gid, follow_symlinks=False)


def end_processes(uid: int) -> list[int]:
    """Kill every process of a uid until none is left. Returns those still there after LAST_PROCESS_S: none, or a fault.

    The kernel kills all of them in one go, for a process of that uid: of those that live on in a new child every
    moment, a list names only the dead. A list that is empty is made twice for the same reason.
    """
    if uid in (0, os.getuid()):
        raise ValueError(f"uid {uid} is not a leased one")
    end_s = time.monotonic() + LAST_PROCESS_S
    while pids := processes_of(uid) or processes_of(uid):
        _kill_all(uid)
        if time.monotonic() > end_s:
            return pids
        time.sleep(0.002)
    return []


def _kill_all(uid: int) -> None:
    """kill(-1) from a process of that uid, which may be killed by them before: then it is tried again."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(OSError):
            os.setresuid(uid, uid, uid)
            if os.getresuid() == (uid, uid, uid):
                os.kill(-1, signal.SIGKILL)
        os._exit(0)
    os.waitpid(pid, 0)


def processes_of(uid: int) -> list[int]:
    """Ids of the processes of a uid; zombies, which only wait to be reaped, left out.

    Whoever confined itself has that uid as real, effective and saved one, and can take on no other. The effective one
    owns /proc/<pid>, also of a process that forbids dumps, of which root owns what lies in there. What has begun
    meanwhile is looked at as well: it may be the child in which one lives on that was on the list and has ended.
    """
    found: list[int] = []
    seen: set[str] = set()
    while fresh := set(filter(str.isdigit, os.listdir("/proc"))) - seen:
        seen |= fresh
        for name in fresh:
            with contextlib.suppress(OSError):
                if os.stat(f"/proc/{name}").st_uid == uid and _state(name) not in ("Z", "X"):
                    found.append(int(name))
    return found


def tasks_of(uid: int) -> int:
    """About how many processes and threads a user has, as RLIMIT_NPROC counts them; cheap, and those that forbid dumps left out."""
    count = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            found = os.stat(f"/proc/{name}/task")
            count += found.st_nlink - 2 if found.st_uid == uid else 0
    return count


def _state(pid: str) -> str:
    """The letter behind the command's name in /proc/<pid>/stat. Raises OSError where it has gone."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        return stat.read().rpartition(")")[2].split()[0]
