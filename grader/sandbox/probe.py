"""What really holds: a confined process tries what student code must not be able to do, and reports what came of it.

What may live here: the attempts, the judgement of their outcomes, and the words
about them. attempt() runs in the confined child before student code; judge()
runs in the grader. No attempt does harm where it succeeds: signals are number 0,
limits are only read, and files are the probe's own canaries.

Each layer is judged by attempts that it alone can stop:
  landlock  a file that anyone may read, another that anyone may write
  uid       a file of the grader's that only its owner may read, inside the scratch folder
  seccomp   a UDP socket, a fork, shared memory without a file
  rlimits   more memory, more descriptors and a longer file than allowed
What several layers stop (the grader's process, its files, the reference) is
tried as well, and listed as exposed if it came off.
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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from grader.sandbox.confine import ConfineError, confine, prepare
from grader.sandbox.identity import IdentityError, give, lease_uid
from grader.sandbox.policy import Limits, Policy, libraries
from grader.sandbox.reach import is_open_to_all
from grader.sandbox.scratch import is_in_memory

Level = Literal["full", "partial", "none"]
CANARY = b"canary\n"
DONE = "done"


@dataclass(frozen=True)
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


# ---------------------------------------------------------------- in the confined child


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


# ---------------------------------------------------------------- in the grader


@dataclass(frozen=True)
class Observed:
    """What held. `exposed` names the attempts on the grader, its files and the network that came off."""

    uid: bool
    landlock: bool
    seccomp: bool
    rlimits: bool
    level: Level
    exposed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The object that stands in a result's extra_data."""
        return {key: value for key, value in asdict(self).items() if key != "exposed"}

    @property
    def secret_is_exposed(self) -> bool:
        """Whether student code could read the reference: then no student code may run."""
        return bool(_ON_SECRET.intersection(self.exposed))


NOTHING_HELD = Observed(uid=False, landlock=False, seccomp=False, rlimits=False, level="none")

_ON_FILES = ("read a file", "list a folder", "write a file", "create a file")
_ON_SECRET = frozenset({"read the secret", "list the secret's folder"})
_INSIDE = frozenset({"read a private file", "more memory", "more descriptors", "a longer file"})
"""Attempts that reach nothing beyond scratch where they come off."""

_ALONE: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "uid": (("read a private file",), frozenset({"EACCES"})),
    "landlock": (_ON_FILES, frozenset({"EACCES"})),
    "seccomp": (("open a UDP socket", "fork", "shared memory", "truncate a file"), frozenset({"EPERM"})),
    "rlimits": (("more memory", "more descriptors", "a longer file"), frozenset({"ENOMEM", "EMFILE", "EFBIG"})),
}
"""Layer: the attempts that it alone stops, and the errors by which it does."""


def judge(outcomes: Mapping[str, str]) -> Observed:
    """What the outcomes of attempt() say about the layers.

    A layer held if every attempt that it alone can stop was stopped with an
    error of that layer; an attempt that was not made counts against it. The
    level is full if all four held and nothing is exposed, none if neither files
    nor uid held (files may be held by something that is not Landlock, such as
    macOS's sandbox) or if the reference could be read, else partial.
    """
    held = {layer: all(outcomes.get(name) in errors for name in names) for layer, (names, errors) in _ALONE.items()}
    exposed = tuple(name for name, outcome in outcomes.items() if outcome == DONE and name not in _INSIDE)
    files_held = all(outcomes.get(name, DONE) != DONE for name in _ON_FILES)
    level: Level = "full" if all(held.values()) and not exposed else "partial"
    if _ON_SECRET.intersection(exposed) or not (files_held or held["uid"]):
        level = "none"
    return Observed(**held, level=level, exposed=exposed)


def observe(policy: Policy, targets: Targets) -> Observed:
    """Start a throw-away process, confine a child of it by the policy, let it try, and judge.

    Takes about 0.2 s, most of it Python's start. Raises ConfineError where a step failed.
    """
    import subprocess  # not for the workers, which only attempt() concerns

    root = str(Path(__file__).resolve().parents[2])
    program = f"import sys; sys.path.insert(0, {root!r}); from grader.sandbox.probe import main; main({root!r})"
    order = json.dumps({"policy": policy.to_json(), "targets": targets.to_json()})
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program],
        input=order, capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin:/bin"}, cwd="/", check=False,
    )
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise ConfineError("probe", (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]) from None
    if "step" in report:
        raise ConfineError(report["step"], report["reason"])
    return judge(report["outcomes"])


def main(import_root: str) -> None:
    """The throw-away process: an order on standard input, a report on standard output."""
    sys.path.remove(import_root)
    order = json.loads(sys.stdin.read())
    policy = replace(Policy.from_json(order["policy"]), keep_fds=(0, 1, 2))
    prepare()
    parent_pid = os.getpid()
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return
    try:
        confine(policy, parent_pid)
        report: dict[str, object] = {"outcomes": attempt(Targets.from_json(order["targets"]))}
    except ConfineError as error:
        report = {"step": error.step, "reason": error.reason}
    os.write(1, json.dumps(report).encode())
    os._exit(0)


# ---------------------------------------------------------------- in words


@dataclass(frozen=True)
class Support:
    """What this host offers: the best that could be had, and a sentence for each layer that could not."""

    observed: Observed
    lacking: tuple[str, ...]


def supported(secret: Path | None = None) -> Support:
    """Try all layers in a throw-away process; where one cannot be applied at all, try the others without it.

    secret  the file that must stay unread, tried as well where given
    """
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="probe-", dir=open_folder())))
        paths = libraries()
        policy = Policy(str(scratch), paths.readable, paths.listable)
        failed = []
        if os.geteuid() == 0:
            try:
                identity = stack.enter_context(lease_uid())
                give(scratch, identity)
                policy = policy.as_user(identity.uid, identity.gid)
            except IdentityError as error:
                failed.append(f"uid: {error}")
        targets = stack.enter_context(canaries(scratch, secret, policy.limits))
        while True:
            try:
                observed = observe(policy, targets)
            except ConfineError as error:
                failed.append(str(error))
                if error.step not in ("uid", "landlock", "seccomp"):
                    return Support(NOTHING_HELD, tuple(failed))
                policy = policy.without(error.step)
                continue
            return Support(observed, (*failed, *advice(observed)))


_ADVICE = {
    "uid": "no user of its own for student code: run the grader as root (Gradescope and Docker do by default)",
    "landlock": "files are not closed to student code: Landlock needs Linux 5.13 or newer, with landlock among the"
                " modules in /sys/kernel/security/lsm; on macOS sandbox-exec takes its place",
    "seccomp": "system calls are not filtered: seccomp needs Linux on x86-64 or aarch64, with CONFIG_SECCOMP_FILTER",
    "rlimits": "memory, descriptors and file sizes are not limited: something in this host overrides setrlimit",
}


def advice(observed: Observed) -> tuple[str, ...]:
    """One sentence for each layer that did not hold, and one for what is exposed: for whoever runs the grader."""
    sentences = [sentence for layer, sentence in _ADVICE.items() if not getattr(observed, layer)]
    if observed.secret_is_exposed:
        sentences.append("student code can read the reference: chmod -R go= the grader's folder, or enable Landlock")
    elif observed.exposed:
        sentences.append(f"student code could: {', '.join(observed.exposed)}")
    return tuple(sentences)


def visible(observed: Observed) -> str:
    """What student code may have seen or reached, for the end of the instructor's report."""
    if observed.level == "none":
        return "Student code was not held: it could read, and perhaps change, whatever the grader can."
    sentences = []
    if observed.uid:
        sentences.append("Student code ran under a user of its own.")
    else:
        sentences.append("Student code ran as the grader's own user and could see names, sizes and times of its files.")
    if "read a file" not in observed.exposed:
        sentences.append("It could open Python's, numpy's, scipy's and matplotlib's files and its own, no others.")
    else:
        sentences.append("It could open every file that all users of this machine may read.")
    if observed.seccomp:
        sentences.append("It had no network and no further processes.")
    else:
        sentences.append("Its system calls were not filtered: it could start processes and, perhaps, use the network.")
    if not observed.rlimits:
        sentences.append("Its memory and files were not limited.")
    return " ".join(sentences)
