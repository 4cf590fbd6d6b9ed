"""Asks io_uring for what the filter refuses: its requests are no system calls."""
import ctypes


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE io-uring:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-io-uring", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    """A system call without libc's wrapper: the result, or minus the error's number."""
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if result == -1 else result

NUMBER_SETUP = 425


def attack():
    parameters = (ctypes.c_uint32 * 30)()
    ring = syscall(NUMBER_SETUP, 8, parameters)
    if ring >= 0:
        evidence(f"io_uring {ring}")


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
