"""How a fresh child gives up its powers, once and for good: one ordered list of steps.

What may live here: the steps and their order. What is given up is decided in
policy, with which system calls in kernel.
"""
from __future__ import annotations

import contextlib
import os
import random
import resource
import sys
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.sandbox import identity, reach
from grader.sandbox.policy import SHARED_UID_TASKS, Limits, Policy

if TYPE_CHECKING:
    from landlockpy import Ruleset


_tasks_at_start = 0
"""Processes and threads of this user when the worker started; 0 for root, whom the kernel does not count."""


class ConfineError(Exception):
    """A step failed, so no student code may run: the host's or the grader's fault.

    step    the step's name
    reason  what the kernel said
    """

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step, self.reason = step, reason


def prepare() -> None:
    """Once, in the process that forks the children, before the first fork: load what confine() needs."""
    if sys.platform == "linux":
        from grader.sandbox import kernel

        kernel.prepare()
        if os.geteuid() == 0:
            reach.keep_imports_reachable()
        else:
            global _tasks_at_start
            _tasks_at_start = identity.tasks_of(os.getuid())


def confine(policy: Policy, parent_pid: int) -> None:
    """Apply the policy to this process, which must be freshly forked and have one thread.

    parent_pid  the process that forked this one, and without which it must not live; it has called prepare()

    The order is not free. Landlock's rules are opened while we are still who we
    were, since they may name folders that are closed to the new uid; the death
    signal and the dump flag are lost by a change of uid; Landlock and seccomp
    need no_new_privs; seccomp refuses what the steps before it do.

    Raises ConfineError, after which the process must end: it is half confined.
    """
    with _step("session"):
        _start_session()
    with _step("descriptors"):
        _close_descriptors({*policy.keep_fds, *reach.held_fds})
    with _step("rlimits"):
        _limit_resources(policy.limits)
    with _step("landlock"):
        rules = _file_rules(policy)
    with _step("scratch"):
        _settle_in(policy.scratch)
    if policy.uid is not None and policy.gid is not None:
        with _step("uid"):
            _change_identity(policy.uid, policy.gid)
    with _step("parent"):
        _depend_on(parent_pid)
    with _step("no_new_privs"):
        _forbid_new_privileges()
    if rules is not None:
        with _step("landlock"):
            _enforce(rules)
    if policy.seccomp:
        with _step("seccomp"):
            _filter_calls()
    with _step("random"):
        _reseed()


@contextlib.contextmanager
def _step(name: str) -> Iterator[None]:
    try:
        yield
    except ConfineError:
        raise
    except Exception as error:
        raise ConfineError(name, str(error) or type(error).__name__) from error


def _start_session() -> None:
    """A session and process group of its own, so that a signal to the group meets nobody else."""
    os.setsid()
    os.umask(0o077)


def _close_descriptors(keep: set[int]) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in {0, 1, 2}.difference(keep):
        os.dup2(nothing, standard)
    start = 3
    for fd in sorted(keep - {0, 1, 2}):
        os.closerange(start, fd)
        start = fd + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))


def _limit_resources(limits: Limits) -> None:
    pairs = [
        (resource.RLIMIT_AS, limits.address_space_bytes, 0),
        (resource.RLIMIT_CPU, limits.cpu_s, 1),
        (resource.RLIMIT_FSIZE, limits.file_size_bytes, 0),
        (resource.RLIMIT_NOFILE, limits.open_files, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ]
    if limits.tasks is not None or _tasks_at_start:
        pairs.append((resource.RLIMIT_NPROC, limits.tasks or _tasks_at_start + SHARED_UID_TASKS, 0))
    for kind, soft, grace in pairs:
        if sys.platform == "darwin" and kind == resource.RLIMIT_AS:
            continue  # the kernel answers EINVAL
        hard = resource.getrlimit(kind)[1]
        most = soft + grace if hard == resource.RLIM_INFINITY else min(soft + grace, hard)
        resource.setrlimit(kind, (min(soft, most), most))
    if sys.platform == "linux":
        _be_first_out_of_memory()


def _be_first_out_of_memory() -> None:
    """Where the machine's memory runs out, the kernel ends this process before the grader."""
    score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    try:
        os.write(score, b"1000")
    finally:
        os.close(score)


def _file_rules(policy: Policy) -> Ruleset | None:
    if not policy.landlock:
        return None
    from grader.sandbox import kernel

    return kernel.file_rules(policy.readable, policy.listable, policy.scratch)


def _settle_in(scratch: str) -> None:
    os.chdir(scratch)
    os.environ.update(HOME=scratch, TMPDIR=scratch, MPLCONFIGDIR=scratch)
    tempfile.tempdir = None


def _change_identity(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if os.getresuid() != (uid,) * 3 or os.getresgid() != (gid,) * 3 or os.getgroups():
        raise ConfineError("uid", f"asked for {uid}:{gid}, got {os.getresuid()}:{os.getresgid()}:{os.getgroups()}")
    try:
        os.setuid(0)
    except PermissionError:
        return
    raise ConfineError("uid", "the way back to root is open")


def _depend_on(parent_pid: int) -> None:
    if sys.platform == "linux":
        from grader.sandbox import kernel

        kernel.die_with_parent()
        kernel.forbid_dumps()
    if os.getppid() != parent_pid:
        raise ConfineError("parent", f"process {parent_pid} ended before its child was ready")


def _forbid_new_privileges() -> None:
    if sys.platform == "linux":
        from grader.sandbox import kernel

        kernel.forbid_new_privileges()


def _enforce(rules: Ruleset) -> None:
    from grader.sandbox import kernel

    kernel.enforce(rules)


def _filter_calls() -> None:
    from grader.sandbox import kernel

    kernel.filter_calls()


def _reseed() -> None:
    """Fresh random state, or every child would draw what the process that forked it would have drawn."""
    random.seed()
    if (numpy_random := sys.modules.get("numpy.random")) is not None:
        numpy_random.seed()
