"""A place to try things in confined children, as root, as root in a container, and as an ordinary user.

What may live here: starting such a process, the operations of the matrix, and
running an attack's file without the rest of the grader. The tests decide what
must come of it.

    python arena.py    reads jobs as JSON on standard input, one child each, and prints their outcomes
"""
from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import mmap
import os
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from grader.sandbox import confine, policy  # noqa: E402
from grader.sandbox.identity import lease_uid, processes_of  # noqa: E402
from grader.selftest.ways import WAYS, command, ways_here  # noqa: E402, F401

LAST_S = 60.0


def host_has_layers() -> bool:
    """Whether the kernel offers Landlock and seccomp at all."""
    if sys.platform != "linux":
        return False
    import landlockpy
    import seccompy

    return landlockpy.supported() and seccompy.supported()


@dataclass(frozen=True)
class Job:
    """One child: the layers to apply, and an operation by name or a Python file to run.

    layers     of uid, rlimits, landlock, seccomp; rlimits are always set, tightly where named
    operation  a key of OPERATIONS, or ""
    file       Python code to run in the child with its three functions called afterwards, or ""
    abi        pretend that the kernel's Landlock is of this ABI; 0: as it is
    wall_s     the child is killed then
    """

    layers: tuple[str, ...]
    operation: str = ""
    file: str = ""
    abi: int = 0
    wall_s: float = 20.0


@dataclass(frozen=True)
class Outcome:
    """What came of it: "ok", an error's name, "late", "signal N", or a line of text; and what was printed."""

    word: str
    printed: str
    left: int
    seconds: float


def run(way: str, jobs: list[Job]) -> list[Outcome]:
    """Run jobs in a fresh process the given way; raises RuntimeError if that process itself came to harm."""
    order = json.dumps([job.__dict__ for job in jobs])
    done = subprocess.run(
        [*command(way), sys.executable, "-I", "-B", __file__], input=order, capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "OPENBLAS_NUM_THREADS": "1"}, cwd="/",
        timeout=LAST_S + sum(job.wall_s for job in jobs), check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the arena ended with {done.returncode}: {done.stderr[-2000:]}")
    return [Outcome(**outcome) for outcome in json.loads(done.stdout)]


# ---------------------------------------------------------------- inside


@dataclass(frozen=True)
class Yard:
    """Where a child plays: folders outside of its scratch that it must not touch, and who it must leave alone."""

    open_folder: str
    private_file: str
    grader_pid: int


@contextlib.contextmanager
def _yard() -> Iterator[Yard]:
    folder = Path(tempfile.mkdtemp(prefix="yard-", dir="/tmp"))
    folder.chmod(0o777)
    for name in ("readable", "victim"):
        (folder / name).write_text("canary\n")
        (folder / name).chmod(0o666)
    (folder / "private").write_text("canary\n")
    (folder / "private").chmod(0o600)
    try:
        yield Yard(str(folder), str(folder / "private"), os.getpid())
    finally:
        shutil.rmtree(folder)
        Path("/dev/shm", folder.name).unlink(missing_ok=True)


def main() -> None:
    """Read jobs, run each in a child, print the outcomes."""
    jobs = [Job(**{**fields, "layers": tuple(fields["layers"])}) for fields in json.loads(sys.stdin.read())]
    if any(job.file for job in jobs):
        import numpy  # noqa: F401 - attacks find it loaded, as in a worker
    sys.path.remove(str(ROOT))
    paths = policy.libraries()
    if abi := jobs[0].abi:
        import landlockpy

        landlockpy.ruleset._syscall.abi_version = lambda: abi  # type: ignore[attr-defined]
    confine.prepare()
    print(json.dumps([_run_one(job, paths).__dict__ for job in jobs]))


def _run_one(job: Job, paths: policy.Libraries) -> Outcome:
    with contextlib.ExitStack() as stack:
        yard = stack.enter_context(_yard())
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="scratch-", dir="/tmp"))
        limits = policy.Limits(cpu_s=10)
        if "rlimits" in job.layers:
            limits = policy.Limits(cpu_s=3, address_space_bytes=1 << 30, file_size_bytes=1 << 20, open_files=64)
        plan = policy.Policy(
            scratch, paths.readable, paths.listable, keep_fds=(0, 1, 2), limits=limits,
            landlock="landlock" in job.layers, seccomp="seccomp" in job.layers,
        )
        if "uid" in job.layers and os.geteuid() == 0:
            identity = stack.enter_context(lease_uid())
            os.chown(scratch, identity.uid, identity.gid)
            plan = plan.as_user(identity.uid, identity.gid)
        outcome = _watch(job, plan, yard)
        left = processes_of(plan.uid) if plan.uid else _strays()
        return replace(outcome, left=len(left))


def _strays() -> list[int]:
    """Processes that this one is left with after its child ended."""
    with open(f"/proc/self/task/{os.getpid()}/children") as children:
        return [int(word) for word in children.read().split()]


def _watch(job: Job, plan: policy.Policy, yard: Yard) -> Outcome:
    """Fork the child, read what it prints and its last word, kill it when its time is up."""
    printed_end, printed_here = os.pipe()
    word_end, word_here = os.pipe()
    start_s = time.monotonic()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.dup2(printed_here, 1)
        os.dup2(printed_here, 2)
        os.dup2(word_here, 90)
        _be_child(job, replace(plan, keep_fds=(0, 1, 2, 90)), yard, parent)
    os.close(printed_here)
    os.close(word_here)
    printed, word = b"", b""
    open_ends = {printed_end, word_end}
    late = False
    while open_ends and not late:
        late = time.monotonic() > start_s + job.wall_s
        for end in select.select(list(open_ends), [], [], 0.05)[0]:
            data = os.read(end, 1 << 16)
            open_ends -= set() if data else {end}
            if end == word_end:
                word += data
            elif len(printed) < 1 << 20:
                printed += data
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            open_ends -= {word_end, printed_end} if not select.select(list(open_ends), [], [], 0)[0] else set()
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(printed_end)
    os.close(word_end)
    last = word.decode(errors="replace") or (f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "ended")
    return Outcome("late" if late else last, printed.decode(errors="replace"), 0, time.monotonic() - start_s)


def _be_child(job: Job, plan: policy.Policy, yard: Yard, parent: int) -> None:
    try:
        confine.confine(plan, parent)
        word = _play(job.file) if job.file else _try(OPERATIONS[job.operation], yard)
    except confine.ConfineError as error:
        word = f"not confined: {error}"
    except BaseException as error:
        word = f"{type(error).__name__}: {error}"[:500]
    os.write(90, word.encode(errors="replace"))
    os._exit(0)


def _try(operation: Callable[[Yard], object], yard: Yard) -> str:
    try:
        result = operation(yard)
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    except (MemoryError, RuntimeError, ValueError, ImportError) as error:
        return type(error).__name__
    return "ok" if not isinstance(result, str) else result


def _play(code: str) -> str:
    """Run an attack the way a worker does: load its file, then call its functions."""
    import numpy as np

    with open("backprop.py", "w") as file:
        file.write(code)
    sys.path.insert(0, os.getcwd())
    space: dict[str, object] = {"__name__": "backprop", "__file__": os.path.abspath("backprop.py")}
    with contextlib.suppress(BaseException):
        exec(compile(code, "backprop.py", "exec"), space)
    params = {"U": np.ones((3, 2)), "b": np.zeros(3), "W": np.ones(3), "c": 0}
    X, t = np.ones((4, 2)), np.array([1, 1, 0, 0])
    for name, args in (("make_dataset", (4,)), ("forward", (X, params)), ("backprop", (X, t, params))):
        function = space.get(name)
        if callable(function):
            with contextlib.suppress(BaseException):
                function(*args)
    return "played"


# ---------------------------------------------------------------- operations, each one thing that a program may want

_X86 = os.uname().machine == "x86_64"
_LIBC = ctypes.CDLL(None, use_errno=True)


def _call(x86: int, arm: int, *args: object) -> int:
    """A system call by its number on this architecture. Raises OSError as os would."""
    words = [ctypes.c_void_p(arg) if isinstance(arg, int) else arg for arg in args]
    result = int(_LIBC.syscall(ctypes.c_long(x86 if _X86 else arm), *words))
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
    return result


def _open(path: str, flags: int) -> None:
    os.close(os.open(path, flags, 0o600))


def _write_bytes(path: str, size: int) -> None:
    with open(path, "wb") as file:
        file.write(bytes(size))


def _socket(family: int, kind: int, address: object = None) -> None:
    with socket.socket(family, kind) as endpoint:
        if address is not None:
            with contextlib.suppress(ConnectionRefusedError):
                endpoint.connect(address)  # type: ignore[arg-type]


def _fork(fork: Callable[[], int]) -> None:
    pid = fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _thread(_: Yard) -> None:
    done: list[int] = []
    threads = [threading.Thread(target=done.append, args=(1,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4


def _own_pipe(act: Callable[[int], object]) -> None:
    ends = os.pipe()
    try:
        act(ends[0])
    finally:
        for end in ends:
            os.close(end)


def _many(count: int) -> None:
    fds = [os.open(os.devnull, os.O_RDONLY) for _ in range(count)]
    for fd in fds:
        os.close(fd)


def _write_then(path: str, act: Callable[[], object]) -> None:
    _write_bytes(path, 10)
    act()


def _scratch_file(act: Callable[[str], object]) -> Callable[[Yard], object]:
    return lambda _: _write_then("mine", lambda: act("mine"))


def _ones(_: Yard) -> str:
    import random

    return str(random.random())


OPERATIONS: dict[str, Callable[[Yard], object]] = {
    # files outside
    "read a file": lambda y: _open(f"{y.open_folder}/readable", os.O_RDONLY),
    "read a private file": lambda y: _open(y.private_file, os.O_RDONLY),
    "list a folder": lambda y: os.listdir(y.open_folder),
    "write a file": lambda y: _open(f"{y.open_folder}/victim", os.O_WRONLY),
    "create a file": lambda y: _open(f"{y.open_folder}/new", os.O_WRONLY | os.O_CREAT),
    "delete a file": lambda y: os.unlink(f"{y.open_folder}/readable"),
    "make a folder": lambda y: os.mkdir(f"{y.open_folder}/folder"),
    "truncate a file": lambda y: os.truncate(f"{y.open_folder}/victim", 0),
    "open with truncation": lambda y: _open(f"{y.open_folder}/victim", os.O_RDONLY | os.O_TRUNC),
    "open for nothing with truncation": lambda y: _open(f"{y.open_folder}/victim", os.O_ACCMODE | os.O_TRUNC),
    "rename out of scratch": lambda y: _write_then("mine", lambda: os.rename("mine", f"{y.open_folder}/renamed")),
    "link into scratch": lambda y: os.link(f"{y.open_folder}/readable", "linked"),
    "change a mode": lambda y: os.chmod(f"{y.open_folder}/victim", 0o666),
    "change times": lambda y: os.utime(f"{y.open_folder}/victim", (1, 1)),
    "read /etc/passwd": lambda y: _open("/etc/passwd", os.O_RDONLY),
    "read the grader's environment": lambda y: _open(f"/proc/{y.grader_pid}/environ", os.O_RDONLY),
    "write the grader's memory": lambda y: _open(f"/proc/{y.grader_pid}/mem", os.O_RDWR),
    "list processes": lambda y: os.listdir("/proc"),
    "write shared memory": lambda y: _open(f"/dev/shm/{os.path.basename(y.open_folder)}", os.O_WRONLY | os.O_CREAT),
    "openat2": lambda y: _call(437, 437, -100, ctypes.c_char_p(b"/etc/passwd"), (ctypes.c_uint64 * 3)(), 24),
    # files inside
    "write in scratch": _scratch_file(lambda path: _open(path, os.O_RDWR)),
    "shorten in scratch": _scratch_file(lambda path: _open(path, os.O_WRONLY | os.O_TRUNC)),
    "rename in scratch": _scratch_file(lambda path: os.rename(path, "other")),
    "folders in scratch": lambda y: (os.makedirs("a/b"), _write_bytes("a/b/c", 1), os.rename("a/b/c", "a/c"), shutil.rmtree("a")),
    "temporary file": lambda y: tempfile.NamedTemporaryFile().close(),
    "temporary folder": lambda y: tempfile.TemporaryDirectory().cleanup(),
    "symbolic link in scratch": lambda y: os.symlink("/etc", "link"),
    "FIFO in scratch": lambda y: os.mkfifo("fifo"),
    "device in scratch": lambda y: os.mknod("device", 0o20666, os.makedev(1, 3)),
    "/dev/null": lambda y: _open(os.devnull, os.O_RDWR),
    "/dev/urandom": lambda y: _open("/dev/urandom", os.O_RDONLY),
    "import from the library": lambda y: __import__("wave"),
    # processes
    "fork": lambda y: _fork(os.fork),
    "clone3": lambda y: _fork(lambda: _call(435, 435, (ctypes.c_uint64 * 8)(0, 0, 0, 0, int(signal.SIGCHLD)), 64)),
    "clone": lambda y: _fork(lambda: _call(56, 220, int(signal.SIGCHLD), 0, 0, 0, 0)),
    "a program": lambda y: subprocess.run(["/bin/true"], check=True),
    "a thread": _thread,
    "signal the grader": lambda y: os.kill(y.grader_pid, 0),
    "signal by descriptor": lambda y: os.close(_call(434, 434, y.grader_pid, 0)),
    "signal by pipe": lambda y: _own_pipe(lambda end: fcntl.fcntl(end, fcntl.F_SETOWN, y.grader_pid)),
    "limits of the grader": lambda y: resource.prlimit(y.grader_pid, resource.RLIMIT_CORE),
    "affinity of the grader": lambda y: os.sched_setaffinity(y.grader_pid, os.sched_getaffinity(0)),
    "priority of the grader": lambda y: os.setpriority(os.PRIO_PROCESS, y.grader_pid, 0),
    "trace the grader": lambda y: _call(101, 117, 0x4206, y.grader_pid, 0, 0),
    "back to root": lambda y: os.setuid(0),
    "undo the death signal": lambda y: _call(157, 167, 1, 0, 0, 0, 0),
    "be dumpable": lambda y: _call(157, 167, 4, 1, 0, 0, 0),
    "a thread's name": lambda y: _call(157, 167, 15, ctypes.c_char_p(b"name"), 0, 0, 0),
    "own limits": lambda y: resource.getrlimit(resource.RLIMIT_AS) and None,
    "own affinity": lambda y: os.sched_setaffinity(0, os.sched_getaffinity(0)),
    # memory and communication
    "shared memory": lambda y: os.close(_call(319, 279, ctypes.c_char_p(b"x"), 0)),
    "SysV shared memory": lambda y: _call(31, 195, _call(29, 194, 0, 4096, 0o1600), 0, 0) and None,
    "message queue": lambda y: _call(71, 187, _call(68, 186, 0, 0o1600), 0, 0) and None,
    "a TCP connection": lambda y: _socket(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 9)),
    "a UDP socket": lambda y: _socket(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 9)),
    "a UNIX socket": lambda y: _socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "a pair of sockets": lambda y: [end.close() for end in socket.socketpair()] and None,
    "io_uring": lambda y: os.close(_call(425, 425, 8, (ctypes.c_uint32 * 30)())),
    "a user namespace": lambda y: _call(272, 97, 0x10000000),
    "a key": lambda y: _call(250, 219, 0, -3, 1) and None,
    "x32 getpid": lambda y: _call(0x40000000 + 39, 0x40000000 + 172) and None,
    "x32 socket": lambda y: os.close(_call(0x40000000 + 41, 0x40000000 + 198, 2, 2, 0)),
    "an unknown call": lambda y: _call(4000, 4000) and None,
    # limits
    "much memory": lambda y: mmap.mmap(-1, 1 << 30).close(),
    "many descriptors": lambda y: _many(64),
    "a long file": lambda y: _write_bytes("long", (1 << 20) + 1),
    "raise a limit": lambda y: resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2),
    # state
    "a random number": _ones,
    "own descriptors": lambda y: " ".join(str(fd) for fd in range(256) if _can_be_used(fd)),
}


def _can_be_used(fd: int) -> bool:
    """Whether something can be read from or written to it; the folders held for imports cannot even be listed."""
    try:
        return not fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_PATH
    except OSError:
        return False


if __name__ == "__main__":
    main()
