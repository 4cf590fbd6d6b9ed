"""What an attack must not change, looked at before it and after: files, processes, the grader's own limits.

What may live here: observations, each comparable with an earlier one of its
kind, and a yard of temptations. What must hold is said by the attack's
expected.json and judged in attacks.
"""
from __future__ import annotations

import contextlib
import os
import resource
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.frozen import frozen
from grader.sandbox.identity import FIRST_UID, UIDS
from grader.sandbox.probe import open_folder

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(ROOT / name for name in ("grader", "reference", "run_autograder", "setup.sh"))
SHARED = tuple(map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/dev/mqueue", "/home", "/var/crash")))
"""Folders that programs share, where something could be left for the next submission."""
TRACES = ("attack-evidence-", "left-behind")
SCRATCH = ("grading-", "probe-", "scratch-")
"""How folders begin that other gradings, probes and tests on this machine hand to a leased uid."""
LEASED = range(FIRST_UID, FIRST_UID + UIDS)
LIMITS = tuple(getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_"))

Files = dict[str, tuple[int, ...]]


@frozen
class Yard:
    """Folders beside the submission, with what a student would like to read or change.

    folder  all of it; open to every user, so that only confinement keeps anybody out
    tmp     where the grader's temporary files go
    """

    folder: Path
    tmp: Path

    @property
    def handed_in(self) -> Path:
        return self.folder / "handed-in"


@contextlib.contextmanager
def yard() -> Iterator[Yard]:
    """A fresh yard, in which temporary files of this process go as long as it stands."""
    folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="attacks-", dir=open_folder())))
    laid = Yard(folder, folder / "tmp")
    for where in (folder, laid.tmp, folder / "results", folder / "class" / "ada", laid.tmp / "results"):
        where.mkdir(parents=True, exist_ok=True)
        where.chmod(0o777)
    (folder / "class").chmod(0o777)
    for name, text in {
        "results/results.json": '{"score": 0}\n', "results.json": '{"score": 0}\n', "tmp/results.json": '{"score": 0}\n',
        "tmp/results/results.json": '{"score": 0}\n', "run_autograder": "#!/bin/sh\n", "submission_metadata.json": "{}\n",
        "class/ada/backprop.py": "def backprop(X, t, params):\n    return 'EVIDENCE of another student'\n",
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o666)
    before = tempfile.tempdir
    tempfile.tempdir = str(laid.tmp)
    try:
        yield laid
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)


def files(*folders: Path) -> Files:
    """For every file and folder below these: mode, owner, links, size, and when content and mode changed last.

    Compiled modules are left out: any Python process that runs beside this one may write some.
    """
    found: Files = {}
    stack = [str(folder) for folder in folders]
    while stack:
        path = stack.pop()
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            found[path] = _stamp(os.lstat(path))
            for entry in os.scandir(path):
                if entry.name == "__pycache__":
                    continue
                if entry.is_dir(follow_symlinks=False):
                    stack.append(entry.path)
                else:
                    found[entry.path] = _stamp(entry.stat(follow_symlinks=False))
    return found


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    times = () if stat.S_ISDIR(status.st_mode) else (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_nlink)
    return (status.st_mode, status.st_uid, status.st_gid, *times)


def changes(before: Files, after: Files) -> list[str]:
    """Paths that came, went or changed."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def traces() -> list[str]:
    """What attacks leave in shared folders, by its name or by its owner, a leased uid."""
    found = []
    for folder in SHARED:
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                with contextlib.suppress(OSError):
                    is_leased = entry.stat(follow_symlinks=False).st_uid in LEASED and not entry.name.startswith(SCRATCH)
                    if is_leased or entry.name.startswith(TRACES):
                        found.append(entry.path)
    return found


def memory_objects() -> set[str]:
    """System V shared memory, semaphores and queues that belong to this user or to a leased one."""
    found = set()
    for kind in ("shm", "sem", "msg"):
        with contextlib.suppress(OSError), open(f"/proc/sysvipc/{kind}", encoding="ascii") as table:
            names, *rows = [line.split() for line in table]
            for row in rows:
                fields = dict(zip(names, row))
                if int(fields["uid"]) in LEASED or int(fields["uid"]) == os.geteuid():
                    found.add(f"{kind} {fields.get('shmid') or fields.get('semid') or fields.get('msqid')}")
    return found


def descendants(pid: int) -> set[int]:
    """All processes below this one. What leaves its own parent falls to the nearest subreaper, and so stays in here."""
    found: set[int] = set()
    stack = [pid]
    while stack:
        here = stack.pop()
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{here}/task"):
                with open(f"/proc/{here}/task/{task}/children", encoding="ascii") as children:
                    fresh = {int(word) for word in children.read().split()} - found
                found |= fresh
                stack += fresh
    return found


def powers(pids: set[int]) -> dict[int, object]:
    """What another process could take away from these: processors, priority, limits."""
    return {
        pid: (os.sched_getaffinity(pid), os.sched_getscheduler(pid), os.getpriority(os.PRIO_PROCESS, pid), _limits(pid))
        for pid in pids
    }


def _limits(pid: int) -> tuple[tuple[int, int], ...]:
    """Of this process; of others only where that is the caller's to read, which a container's root may not."""
    try:
        return tuple(resource.prlimit(pid, kind) for kind in LIMITS)
    except PermissionError:
        return ()
