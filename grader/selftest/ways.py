"""The ways in which a grader can be run: as root, as root with Docker's capabilities, as an ordinary user.

What may live here: the words before a command that start it one of these ways.
"""
from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from grader.sandbox.reach import is_open_to_all

DOCKER_CAPABILITIES = (
    "chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "net_bind_service", "net_raw",
    "sys_chroot", "mknod", "audit_write", "setfcap",
)
"""What Docker grants by default (https://docs.docker.com/engine/security/seccomp/ and runtime privilege pages)."""

ORDINARY_UID = 12345
WAYS = ("root", "docker", "user")


def command(way: str) -> list[str]:
    """The words before a command that run it as root, as root with Docker's capabilities, or as an ordinary user.

    Where this process is an ordinary user itself, that is the only way. A Python that lies in root's home folder
    cannot be started by another user; there the ordinary user gets the capability to search folders, and so a
    little more power than it would have.

    Raises PermissionError where this process cannot start a command that way.
    """
    if os.geteuid() != 0:
        if way != "user":
            raise PermissionError(f"{way}: this process is not root")
        return []
    if way == "root":
        return []
    if way == "docker":
        return ["setpriv", "--bounding-set=-all," + ",".join(f"+{name}" for name in DOCKER_CAPABILITIES)]
    who = ["setpriv", f"--reuid={ORDINARY_UID}", f"--regid={ORDINARY_UID}", "--clear-groups"]
    if all(is_open_to_all(path) for path in (sys.executable, os.__file__, str(Path(__file__).resolve()))):
        return [*who, "--inh-caps=-all", "--bounding-set=-all"]
    return [*who, "--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]


def ways_here() -> tuple[str, ...]:
    """The ways that can be tried by this process."""
    if os.geteuid() != 0:
        return ("user",)
    return WAYS if shutil.which("setpriv") else ("root",)


def present_way() -> str:
    """How this process itself runs; root counts as root, however many of its capabilities were taken."""
    return "root" if os.geteuid() == 0 else "user"
