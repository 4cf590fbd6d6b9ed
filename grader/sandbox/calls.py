"""System calls by name: allowed, allowed with certain arguments only, refused.

What may live here: names, constants of the kernel's interface, and why. A call
that is on no list, and so every x32 number and every call of a newer kernel,
is answered ENOSYS, upon which libc falls back to an older one. So are clone3
and openat2, whose flags lie behind a pointer where a filter cannot look. A
refused call is answered EPERM, which Python calls "Operation not permitted".

The allowed calls are what numpy, scipy, matplotlib's Agg, tempfile and threads
use (traced), with what the C library may use in their place on other versions.
"""
from __future__ import annotations

import os

from grader.frozen import frozen

ALLOWED = (
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2", "pwritev2", "lseek",
    "sendfile", "copy_file_range", "splice", "tee",
    "creat", "close", "close_range", "dup", "dup2", "dup3", "pipe", "pipe2", "flock", "fsync", "fdatasync",
    "sync_file_range", "ftruncate",
    "stat", "fstat", "lstat", "newfstatat", "statx", "statfs", "fstatfs", "access", "faccessat", "faccessat2",
    "readlink", "readlinkat", "fadvise64", "readahead",
    "getdents", "getdents64", "getcwd", "chdir", "fchdir", "umask", "mkdir", "mkdirat", "rmdir", "rename",
    "renameat", "renameat2", "unlink", "unlinkat",
    "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
    "epoll_pwait", "epoll_pwait2", "eventfd2",
    "mmap", "mprotect", "munmap", "mremap", "brk", "madvise", "msync", "mincore", "membarrier",
    "futex", "futex_waitv", "futex_wake", "futex_wait", "futex_requeue", "set_robust_list", "rseq",
    "set_tid_address", "arch_prctl", "sched_yield",
    "exit", "exit_group", "wait4", "waitid", "restart_syscall",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait", "rt_sigsuspend",
    "sigaltstack", "pause", "signalfd4",
    "alarm", "getitimer", "setitimer", "timer_create", "timer_settime", "timer_gettime", "timer_getoverrun",
    "timer_delete",
    "timerfd_create", "timerfd_settime", "timerfd_gettime", "nanosleep", "clock_nanosleep", "clock_gettime",
    "clock_getres", "gettimeofday", "time",
    "getpid", "getppid", "gettid", "getpgid", "getpgrp", "getsid", "getuid", "geteuid", "getgid", "getegid",
    "getresuid", "getresgid", "getgroups", "capget",
    "getrlimit", "setrlimit", "getrusage", "times", "uname", "sysinfo", "getrandom", "getcpu", "getpriority",
    "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_get_priority_max", "sched_get_priority_min",
)

REFUSED = (
    "fork", "vfork", "execve", "execveat",
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg",
    "recvfrom", "recvmsg", "recvmmsg",
    "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_submit",
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_open", "pidfd_getfd",
    "pidfd_send_signal", "kcmp",
    "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
    "memfd_create", "memfd_secret", "shmget", "shmat", "shmctl", "semget", "semop", "semctl", "semtimedop",
    "msgget", "msgsnd", "msgrcv", "msgctl",
    "mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr",
    "add_key", "request_key", "keyctl", "bpf", "perf_event_open", "userfaultfd", "seccomp",
    "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
    "mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_tree", "move_mount", "fsopen", "fsmount",
    "fsconfig", "fspick", "mount_setattr",
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups",
    "capset", "setsid", "setpgid", "personality",
    "setpriority", "ioprio_set", "sched_setparam", "sched_setscheduler", "sched_setattr", "migrate_pages",
    "move_pages",
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "utime", "utimes",
    "futimesat", "utimensat",
    "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr",
    "removexattrat",
    "fallocate", "truncate", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat", "name_to_handle_at",
    "open_by_handle_at",
    "inotify_init", "inotify_init1", "inotify_add_watch", "fanotify_init", "fanotify_mark", "quotactl",
    "quotactl_fd", "acct", "swapon", "swapoff",
    "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "syslog",
    "sethostname", "setdomainname",
    "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "vhangup", "iopl", "ioperm", "modify_ldt",
)
"""kill: a process needs it for none but itself, and abort() ends it without.
chmod to setxattr: Landlock stops none of them, and without a uid of its own the child owns what its user owns.
fallocate: it takes a disk's space faster than anybody can look, and no account names who took it.
truncate: Landlock stops it from ABI 3 on. link to open_by_handle_at: ways to a file by another name."""

CLONE_THREAD = 0x00010000
O_ACCMODE, O_TRUNC = 0o3, 0o1000
PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_VMA = 15, 16, 3, 0x53564D41
FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032)
"""F_DUPFD to F_SETLKW, F_OFD_*, F_DUPFD_CLOEXEC, F_SETPIPE_SZ, F_GETPIPE_SZ. Not F_SETOWN and F_SETSIG: with O_ASYNC
on a pipe they send any signal to any process of the same user."""
IOCTL_COMMANDS = (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS, TCGETS2, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX. Not those that reserve space, share blocks or set
flags of files, such as the one that makes every removal wait for the disk."""


@frozen
class Case:
    """A call whose answer depends on one argument: argument & mask == value (mask None: all 64 bits)."""

    call: str
    index: int
    value: int
    mask: int | None = None


ALLOWED_IF: tuple[Case, ...] = (
    Case("clone", 0, CLONE_THREAD, CLONE_THREAD),
    Case("prlimit64", 0, 0),
    Case("sched_setaffinity", 0, 0),
    *(Case("prctl", 0, option) for option in (PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_VMA)),
    *(Case("fcntl", 1, command) for command in FCNTL_COMMANDS),
    *(Case("ioctl", 1, command) for command in IOCTL_COMMANDS),
)
"""Otherwise EPERM. clone makes threads only; limits and affinity are the caller's own (pid 0)."""

REFUSED_IF: tuple[Case, ...] = tuple(
    Case(call, index, O_TRUNC | mode, O_TRUNC | O_ACCMODE)
    for call, index in (("open", 1), ("openat", 2)) for mode in (os.O_RDONLY, O_ACCMODE)
)
"""Otherwise allowed. Opened with O_TRUNC but not for writing, a file is emptied, and Landlock below ABI 3 lets it."""
