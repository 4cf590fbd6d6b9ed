"""macOS: a worker started under sandbox-exec, with a profile made from the policy.

What may live here: the profile's text, the command line, and the choice between
a warm worker and one of these. The profile was
written from Apple's sandbox-guide and the profiles in /System/Library/Sandbox;
it has NOT been run on a Mac. The tests put a stand-in in sandbox-exec's place,
so they show what it would be started with and no more; what held is for the
probe to observe, as everywhere.

A profile binds a process from its start, so each submission needs a worker of
its own here, and its child inherits the profile.
"""
from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.sandbox.policy import Policy
from grader.sandbox.warm import IMPORT_ROOT, MATPLOTLIB_CACHE, Worker

SANDBOX_EXEC = Path("/usr/bin/sandbox-exec")

SYSTEM_FOLDERS = ("/usr/lib", "/System/Library", "/private/var/db/dyld", "/System/Volumes/Preboot/Cryptexes")
"""Where the dynamic linker and the system's frameworks lie."""


def is_needed() -> bool:
    """Whether this host has no Landlock and seccomp of its own to confine a child with, but sandbox-exec."""
    return sys.platform == "darwin" and is_available()


@contextlib.contextmanager
def seated(worker: Worker, policy: Policy, trusted: bool) -> Iterator[Worker]:
    """The worker to grade in: the warm one, or on macOS one for this submission alone, confined from its start.

    trusted  whether the instructor vouches for the code, so that a profile that fails on some Mac stands in nobody's way

    The warm worker idles meanwhile. Raises HostError, as it is used, where sandbox-exec does not start one.
    """
    if trusted or not is_needed():
        yield worker
        return
    with Worker(wrapped=lambda argv: command(argv, policy, SANDBOX_EXEC)) as own:
        yield own


def is_available(sandbox_exec: Path = SANDBOX_EXEC) -> bool:
    """Whether sandbox-exec stands where macOS has it."""
    return sandbox_exec.is_file()


def profile(policy: Policy, interpreter: str) -> str:
    """A sandbox profile in Apple's own language: all is denied but what follows; the last rule that fits decides.

    interpreter  the real path of the Python that is started; beside it only programs of the same Python may run, since
                 a framework's python3 starts another of its own

    The worker's own modules can be read: they hold no answers.
    """
    libraries = _subpaths((*policy.readable, *SYSTEM_FOLDERS, MATPLOTLIB_CACHE, os.path.join(IMPORT_ROOT, "grader", "sandbox")))
    files = " ".join(_literal(path) for path in (
        interpreter, os.path.join(sys.prefix, "pyvenv.cfg"), os.path.join(IMPORT_ROOT, "grader", "__init__.py"),
    ))
    folders = "(require-all (vnode-type DIRECTORY) {})"
    return "\n".join((
        "(version 1)",
        "(deny default)",
        "(deny network*)",
        f"(allow process-exec {_literal(interpreter)} {_subpaths((sys.base_prefix,))})",
        "(allow process-fork)",
        "(allow signal (target self) (target children))",
        "(allow sysctl-read)",
        "(allow file-read-metadata)",
        f"(allow file-read-data {libraries} {files})",
        *(f"(allow file-read-data {folders.format(_subpaths((path,)))})" for path in policy.listable),
        f"(allow file-map-executable {libraries} {_literal(interpreter)})",
        '(allow file-read-data file-write-data (literal "/dev/null"))',
        f"(allow file-read* file-write-data file-write-create file-write-unlink {_subpaths((policy.scratch,))})",
        "",
    ))


def command(argv: Sequence[str], policy: Policy, sandbox_exec: Path = SANDBOX_EXEC) -> list[str]:
    """The command that starts argv confined; argv[0] is the interpreter."""
    return [str(sandbox_exec), "-p", profile(policy, str(Path(argv[0]).resolve())), *argv]


def _literal(path: str) -> str:
    return f"(literal {_quoted(path)})"


def _subpaths(paths: Sequence[str]) -> str:
    return " ".join(f"(subpath {_quoted(path)})" for path in paths)


def _quoted(text: str) -> str:
    """A string of the profile's language, in which a backslash escapes as in JSON."""
    return json.dumps(text, ensure_ascii=False)
