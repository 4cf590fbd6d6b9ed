"""Leaves shared memory, semaphores and message queues, which outlive a process."""
import ctypes
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE left-behind-ipc:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-left-behind-ipc", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    """A system call without libc's wrapper: the result, or minus the error's number."""
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if result == -1 else result

IPC_CREAT = 0o1000
NUMBERS = {"x86_64": (29, 64, 68, 240, 319), "aarch64": (194, 190, 186, 180, 279)}[os.uname().machine]


def attack():
    shmget, semget, msgget, mq_open, memfd_create = NUMBERS
    for name, result in (
        ("shmget", syscall(shmget, 0x6270, 4096, IPC_CREAT | 0o666)),
        ("semget", syscall(semget, 0x6270, 1, IPC_CREAT | 0o666)),
        ("msgget", syscall(msgget, 0x6270, IPC_CREAT | 0o666)),
        ("mq_open", syscall(mq_open, ctypes.c_char_p(b"left-behind"), os.O_CREAT | os.O_RDWR, 0o666, None)),
        ("memfd_create", syscall(memfd_create, ctypes.c_char_p(b"left-behind"), 0)),
    ):
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
