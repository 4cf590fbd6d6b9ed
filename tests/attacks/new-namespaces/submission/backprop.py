"""Leaves by new namespaces, mounts and a new root."""
import ctypes
import os


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE new-namespaces:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-new-namespaces", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(number, *args):
    """A system call without libc's wrapper: the result, or minus the error's number."""
    result = LIBC.syscall(ctypes.c_long(number), *(ctypes.c_void_p(a) if isinstance(a, int) else a for a in args))
    return -ctypes.get_errno() if result == -1 else result

CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x00020000
NUMBERS = {"x86_64": (272, 165, 161, 155, 428, 430), "aarch64": (97, 40, 51, 41, 428, 430)}[os.uname().machine]


def attack():
    unshare, mount, chroot, pivot_root, open_tree, fsopen = NUMBERS
    here = ctypes.c_char_p(b".")
    for name, result in (
        ("unshare", syscall(unshare, CLONE_NEWUSER | CLONE_NEWNS)),
        ("mount", syscall(mount, ctypes.c_char_p(b"none"), here, ctypes.c_char_p(b"proc"), 0, None)),
        ("chroot", syscall(chroot, here)),
        ("pivot_root", syscall(pivot_root, here, here)),
        ("open_tree", syscall(open_tree, -100, here, 1)),
        ("fsopen", syscall(fsopen, ctypes.c_char_p(b"tmpfs"), 0)),
    ):
        if result >= 0:
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
