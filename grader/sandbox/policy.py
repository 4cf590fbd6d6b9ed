"""What a confined child may do, as values: folders, limits, identity, and which layers to apply.

What may live here: frozen values, their JSON form, and the derivation of the
paths that numpy needs from this interpreter. Nothing here changes a process.
"""
from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, field, replace
from typing import Any

from grader.frozen import frozen

PACKAGES = frozenset({
    "numpy", "numpy.libs", "scipy", "scipy.libs",
    "matplotlib", "mpl_toolkits", "pylab.py", "contourpy", "cycler", "cycler.py", "dateutil", "fonttools",
    "kiwisolver", "packaging", "pil", "pillow", "pillow.libs", "pyparsing", "pyparsing.py", "six.py",
})
"""What may be read of site-packages: numpy, scipy, and matplotlib with all it requires; in lower case."""

SYSTEM_FOLDERS = frozenset({"/lib", "/lib64", "/usr/lib", "/usr/lib64"})

OWN_UID_TASKS = 64
"""Processes and threads under a uid of one's own: more than any thread pool on a machine of this class starts."""

SHARED_UID_TASKS = 2_000
"""Under a uid that is shared, beside those that were there when the worker started: room for what its owner starts meanwhile."""


class PolicyError(ValueError):
    """A policy that cannot be meant: the grader's fault."""


@frozen
class Limits:
    """Resource limits of one child, set with setrlimit(2).

    address_space_bytes  all that is mapped; numpy with scipy maps 0.2 GiB, with matplotlib 0.5 GiB, and each
                         thread reserves 0.14 GiB (its stack, and 128 MiB of address space for its heap)
    cpu_s                processor time over the child's life; SIGXCPU there, SIGKILL one second later
    file_size_bytes      the largest file it can write
    open_files           descriptors at once; an import of scipy holds fewer than 20
    tasks                processes and threads of the child's whole uid, so only for a uid of its own; None: SHARED_UID_TASKS
    """

    address_space_bytes: int = 2 << 30
    cpu_s: int = 120
    file_size_bytes: int = 64 << 20
    open_files: int = 128
    tasks: int | None = None

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not (value is None and name == "tasks") and not _is_count(value):
                raise PolicyError(f"limits: {name} is {value!r}, not a positive whole number")


@frozen
class Policy:
    """Everything that confine() applies to a child.

    scratch    the one folder it may write to; absolute
    readable   files and folders it may read and list, folders with all that is below
    listable   folders whose names it may list, with all that is below; the files in them stay closed
    keep_fds   descriptors that stay open; of 0, 1 and 2 those not kept become /dev/null
    uid, gid   the identity to take on, both or neither; None: stay who we are
    limits     resource limits
    landlock   close the file system, and TCP and signals as far as the kernel's Landlock goes
    seccomp    refuse system calls
    """

    scratch: str
    readable: tuple[str, ...] = ()
    listable: tuple[str, ...] = ()
    keep_fds: tuple[int, ...] = (0, 1, 2, 3, 4)
    uid: int | None = None
    gid: int | None = None
    limits: Limits = field(default_factory=Limits)
    landlock: bool = sys.platform == "linux"
    seccomp: bool = sys.platform == "linux"

    def __post_init__(self) -> None:
        for path in (self.scratch, *self.readable, *self.listable):
            if not isinstance(path, str) or not os.path.isabs(path) or "\0" in path:
                raise PolicyError(f"not an absolute path: {path!r}")
        if (self.uid is None) != (self.gid is None):
            raise PolicyError("uid and gid belong together")
        if self.uid is not None and not (_is_count(self.uid) and _is_count(self.gid)):
            raise PolicyError(f"not an identity without privileges: uid {self.uid!r}, gid {self.gid!r}")
        if self.limits.tasks is not None and self.uid is None:
            raise PolicyError("a limit on tasks counts a whole uid, so it needs a uid of its own")
        if not all(isinstance(fd, int) and fd >= 0 for fd in self.keep_fds):
            raise PolicyError(f"not descriptors: {self.keep_fds!r}")

    def as_user(self, uid: int, gid: int) -> Policy:
        """The same under another identity, of which it is the only user, so that its tasks can be limited too."""
        return replace(self, uid=uid, gid=gid, limits=replace(self.limits, tasks=OWN_UID_TASKS))

    def without(self, layer: str) -> Policy:
        """The same less one layer: uid, landlock or seccomp. Raises ValueError where it has none of it."""
        if layer == "uid" and self.uid is not None:
            return replace(self, uid=None, gid=None, limits=replace(self.limits, tasks=None))
        if layer == "landlock" and self.landlock:
            return replace(self, landlock=False)
        if layer == "seccomp" and self.seccomp:
            return replace(self, seccomp=False)
        raise ValueError(f"the policy has no {layer}")

    def to_json(self) -> str:
        """One line of JSON, which from_json() turns back into an equal policy."""
        return json.dumps(asdict(self), ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> Policy:
        """Raises PolicyError for anything that to_json() did not write."""
        try:
            fields: dict[str, Any] = json.loads(text)
            limits = Limits(**fields.pop("limits"))
            for name in ("readable", "listable", "keep_fds"):
                fields[name] = tuple(fields[name])
            for name in ("landlock", "seccomp"):
                if not isinstance(fields[name], bool):
                    raise PolicyError(f"{name} is neither true nor false")
            return cls(limits=limits, **fields)
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise PolicyError(f"not a policy: {type(error).__name__}: {error}") from None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


@frozen
class Libraries:
    """The paths through which this interpreter imports: to be read, and to be listed only."""

    readable: tuple[str, ...]
    listable: tuple[str, ...]


def libraries(extra: Iterable[str] = ()) -> Libraries:
    """Where a child finds the standard library, numpy, scipy, matplotlib and the system's shared libraries.

    extra  more files or folders to read, e.g. a font cache

    Paths are resolved (realpath) and exist. Of site-packages every name can be
    listed, which imports need, and only PACKAGES can be read. Where there is no
    virtual environment, site-packages lies inside the standard library's folder
    and can be read whole; it holds nothing of the grader, which is not installed.
    """
    standard = os.path.dirname(os.path.realpath(os.__file__))
    found = [os.path.realpath(path) for path in sys.path]
    sites = [path for path in found if os.path.basename(path) in ("site-packages", "dist-packages")]
    packages = [
        entry.path
        for site in sites if os.path.isdir(site)
        for entry in os.scandir(site) if entry.name.lower() in PACKAGES
    ]
    system = ("/etc/ld.so.cache", "/etc/localtime", "/dev/urandom")
    readable = [standard, *packages, *_shared_library_folders((standard, *sites)), *system, *extra]
    return Libraries(_resolved(readable), _resolved(sites))


def _shared_library_folders(but: tuple[str, ...]) -> list[str]:
    """Folders of the shared libraries that this process has loaded (libc, libffi, ...), outside of `but`.

    A folder above one of `but`, such as that of libpython, would open too much and is left out, unless it is
    one of the system's own: on some systems the standard library lies beside libc.
    """
    try:
        with open("/proc/self/maps") as maps:
            paths = {line.split(maxsplit=5)[5].rstrip() for line in maps if ".so" in line}
    except OSError:
        return []
    folders = {os.path.dirname(os.path.realpath(path)) for path in paths}
    roots = tuple(f"{path}/" for path in but)
    return sorted(
        folder for folder in folders
        if not f"{folder}/".startswith(roots)
        and (folder in SYSTEM_FOLDERS or not any(root.startswith(f"{folder}/") for root in roots))
    )


def _resolved(paths: Iterable[str]) -> tuple[str, ...]:
    found: Mapping[str, None] = dict.fromkeys(os.path.realpath(path) for path in paths)
    return tuple(path for path in found if os.path.exists(path))
