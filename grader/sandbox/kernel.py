"""Linux's own doors, each one function: prctl, Landlock (by landlockpy), seccomp (by seccompy).

What may live here: system calls and how they are built from values. Which files
and which calls is decided in policy and calls, in what order in confine.

Both libraries are used by their public names only. What they leave to the
caller and is done here: a Landlock rule on a file must not carry rights that
only folders have; no rule is skipped silently; seccompy lists calls one by one,
so the default answer, not a rule, has to catch x32 numbers.
"""
from __future__ import annotations

import ctypes
import ctypes.util
import functools
import os
import signal
import stat
from collections.abc import Sequence
from errno import ENOSYS, EPERM

import landlockpy
import seccompy
from landlockpy import AccessFS, Ruleset, Scope
from seccompy import Action, CmpOp, Filter

from grader.sandbox import calls

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38

_READ_FILE = AccessFS.READ_FILE
_READ_ALL = AccessFS.READ_FILE | AccessFS.READ_DIR
_DEVICE = AccessFS.READ_FILE | AccessFS.WRITE_FILE
_WRITE_ALL = (
    _READ_ALL | AccessFS.WRITE_FILE | AccessFS.TRUNCATE | AccessFS.REFER
    | AccessFS.MAKE_REG | AccessFS.MAKE_DIR | AccessFS.REMOVE_FILE | AccessFS.REMOVE_DIR
)
"""Regular files and folders; no links, FIFOs, sockets or devices that a later reader could fall into."""

_ALL_SCOPES = Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET


def prepare() -> None:
    """Do in advance, once a process, what every child would do again: find libc, compile the filter.

    Both libraries ask ctypes.util.find_library for libc, which starts ldconfig: a confined child must not, and it
    takes 15 ms. Told of none, they take the libc that this process runs on.
    """
    find_library = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None
    try:
        landlockpy.abi_version()
        seccompy.supported()
    finally:
        ctypes.util.find_library = find_library
    _call_filter()


def die_with_parent() -> None:
    """SIGKILL for this process when the thread that forked it ends. A change of uid clears this: call it after."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def forbid_dumps() -> None:
    """No core dump, no ptrace by others of this uid; /proc/<pid> belongs to root. A change of uid resets this."""
    _prctl(_PR_SET_DUMPABLE, 0)


def forbid_new_privileges() -> None:
    """No gain by set-user-ID programs from now on; Landlock and seccomp require it of unprivileged processes."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _prctl(option: int, value: int) -> None:
    if _libc().prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)):
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


@functools.lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def file_rules(readable: Sequence[str], listable: Sequence[str], writable: str) -> Ruleset:
    """A Landlock ruleset, not enforced yet: everything closed but these paths.

    All rights that this kernel's Landlock can close are closed: TCP from ABI 4,
    signals and abstract sockets to processes outside from ABI 6. Raises OSError
    where a path cannot be opened or the kernel has no Landlock.
    """
    rules = Ruleset(scoped=_ALL_SCOPES)
    try:
        for path in readable:
            rules.allow_path(path, _READ_ALL if stat.S_ISDIR(os.stat(path).st_mode) else _READ_FILE)
        for path in listable:
            rules.allow_path(path, AccessFS.READ_DIR)
        rules.allow_path(os.devnull, _DEVICE)
        rules.allow_path(writable, _WRITE_ALL)
    except BaseException:
        rules.close()
        raise
    return rules


def enforce(rules: Ruleset) -> None:
    """Close the file system for this thread and all it starts. Denials are kept out of the system's audit log."""
    rules.restrict(landlockpy.RestrictFlag.LOG_SAME_EXEC_OFF)
    rules.close()


def filter_calls() -> None:
    """Refuse system calls to this thread and all it starts, as listed in calls. Raises OSError, or ValueError
    on an architecture that seccompy has no table for. A call by another architecture's numbers (int 0x80) kills."""
    _call_filter().load()


@functools.lru_cache(maxsize=1)
def _call_filter() -> Filter:
    """The filter, compiled. The first rule that fits a call decides."""
    rules = Filter(Action.ERRNO | ENOSYS)
    for case in filter(lambda case: _exists(case.call), calls.ALLOWED_IF):
        rules.allow(case.call, args=[_condition(case)])
    for case in filter(lambda case: _exists(case.call), calls.REFUSED_IF):
        rules.errno(case.call, EPERM, args=[_condition(case)])
    for call in filter(_exists, dict.fromkeys(case.call for case in calls.ALLOWED_IF)):
        rules.errno(call, EPERM)
    for call in filter(_exists, dict.fromkeys(case.call for case in calls.REFUSED_IF)):
        rules.allow(call)
    for call in filter(_exists, calls.ALLOWED):
        rules.allow(call)
    for call in filter(_exists, calls.REFUSED):
        rules.errno(call, EPERM)
    assert rules.program  # compiles it
    return rules


def _exists(call: str) -> bool:
    """Whether this architecture has the call; open and fork, for example, are missing on aarch64."""
    try:
        seccompy.syscall_nr(call)
    except ValueError:
        return False
    return True


def _condition(case: calls.Case) -> tuple[int, int, int] | tuple[int, int, int, int]:
    if case.mask is None:
        return case.index, CmpOp.EQ, case.value
    return case.index, CmpOp.MASKED_EQ, case.value, case.mask
