"""macOS: a worker started under sandbox-exec, with a profile made from the policy.

What may live here: the profile's text and the command line. The profile was
written from Apple's sandbox-guide and the profiles in /System/Library/Sandbox;
it has NOT been run on a Mac. The tests put a stand-in in sandbox-exec's place,
so they show what it would be started with and no more; what held is for the
probe to observe, as everywhere.

A profile binds a process from its start, so each submission needs a worker of
its own here, and its child inherits the profile.
"""
from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from grader.sandbox.policy import Policy

SANDBOX_EXEC = Path("/usr/bin/sandbox-exec")

SYSTEM_FOLDERS = ("/usr/lib", "/System/Library", "/private/var/db/dyld", "/System/Volumes/Preboot/Cryptexes")
"""Where the dynamic linker and the system's frameworks lie."""


def is_available(sandbox_exec: Path = SANDBOX_EXEC) -> bool:
    """Whether sandbox-exec stands where macOS has it."""
    return sandbox_exec.is_file()


def profile(policy: Policy, interpreter: str) -> str:
    """A sandbox profile in Apple's own language: all is denied but what follows; the last rule that fits decides.

    interpreter  the real path of the Python that is started, the one program that may run
    """
    libraries = _subpaths((*policy.readable, *SYSTEM_FOLDERS))
    folders = "(require-all (vnode-type DIRECTORY) {})"
    return "\n".join((
        "(version 1)",
        "(deny default)",
        "(deny network*)",
        f"(allow process-exec {_literal(interpreter)})",
        "(allow process-fork)",
        "(allow signal (target self) (target children))",
        "(allow sysctl-read)",
        "(allow file-read-metadata)",
        f"(allow file-read-data {libraries} {_literal(interpreter)})",
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
