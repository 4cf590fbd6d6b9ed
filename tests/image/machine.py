"""A machine like Gradescope's, out of what Linux has: a root from debootstrap, namespaces, capabilities, a cgroup.

What may live here: making and caching roots, and running a command in one. What
Gradescope does with its machine is in harness, what must come of it in the tests.

Roots are kept below ~/.cache/backprop-grader, each under a hash of what went into
it. A root is never changed: a command runs on an overlay above it. Not rebuilt is
Docker's own seccomp profile: the grader's filter refuses more than that does.
"""
from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "backprop-grader"
CGROUPS = Path("/sys/fs/cgroup")
DOCKER_CAPABILITIES = (
    "chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "net_bind_service", "net_raw",
    "sys_chroot", "mknod", "audit_write", "setfcap",
)
"""What Docker grants by default (docs.docker.com, "Runtime privilege and Linux capabilities")."""
AS_IN_DOCKERS_IMAGES = {
    "etc/dpkg/dpkg.cfg.d/docker": "force-unsafe-io",
    "etc/apt/apt.conf.d/docker": 'Acquire::Languages "none";',
}
"""Configuration that Docker's images of these releases have: no waiting for the disk, no translated descriptions."""
MIRROR_S, DEBOOTSTRAP_S, BUILD_S = 20, 1200, 1200
KEPT_LAYERS = 3
"""Of one kind and release: the newest."""

ENTER = r"""
set -eu
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t sysfs -o ro sysfs "$ROOT/sys" 2>/dev/null || true
mount -t tmpfs -o mode=755 tmpfs "$ROOT/dev"
mkdir "$ROOT/dev/pts" "$ROOT/dev/shm"
for name in null zero full random urandom tty; do
    touch "$ROOT/dev/$name"
    mount --bind "/dev/$name" "$ROOT/dev/$name"
done
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$ROOT/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/dev/shm"
ln -s pts/ptmx "$ROOT/dev/ptmx"
ln -s /proc/self/fd "$ROOT/dev/fd"
printf '%s' "$BINDS" | while IFS='	' read -r from to; do
    mkdir -p "$ROOT$(dirname "$to")"
    if [ -d "$from" ]; then mkdir -p "$ROOT$to"; else touch "$ROOT$to"; fi
    mount --bind "$from" "$ROOT$to"
done
exec chroot "$ROOT" /usr/bin/setpriv --bounding-set="$CAPABILITIES" --inh-caps=-all -- "$@"
"""
"""In fresh namespaces: mount a root as Docker lays it out, then run a command in it with the capabilities given."""


class CannotRun(Exception):
    """This machine cannot make such a root, or enter it. One line says why."""


class NotReachable(CannotRun):
    """A release's packages cannot be had from here."""


@dataclass(frozen=True)
class Suite:
    """A release by the name debootstrap knows it by. mirror: where its packages are; None: as this machine's sources say."""

    name: str
    mirror: str | None


UBUNTU, DEBIAN = Suite("jammy", "http://archive.ubuntu.com/ubuntu"), Suite("bookworm", None)


@dataclass(frozen=True)
class Small:
    """The size of a machine. Gradescope's default is 0.5 CPU and 0.75 GB."""

    processors: float = 0.5
    memory_bytes: int = 3 << 28


@dataclass
class Ended:
    """How a command ended: exit code (None if it was killed at its time-out), output, seconds, and peaks in bytes.

    held_bytes      the cgroup's own peak, with the files' pages that it could have given back
    resident_bytes  the largest sum of its processes' own pages, sampled
    """

    code: int | None
    output: str
    seconds: float
    held_bytes: int = 0
    resident_bytes: int = 0


@dataclass
class Machine:
    """A root to run commands on. layers: overlay folders, the uppermost first."""

    layers: tuple[Path, ...]
    binds: Mapping[str, str] = field(default_factory=dict)

    def run(
        self, command: Sequence[str], upper: Path, *,
        timeout_s: float, is_confined: bool, size: Small | None = None, environment: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run a command as root; what it writes lies in `upper` afterwards.

        is_confined  Docker's capabilities and no network, else all of both
        """
        with contextlib.ExitStack() as stack:
            work, root = (stack.enter_context(tempfile.TemporaryDirectory(dir=upper.parent)) for _ in range(2))
            group = stack.enter_context(_group(size))
            capabilities = ",".join(["-all", *(f"+{name}" for name in DOCKER_CAPABILITIES)]) if is_confined else "+all"
            namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "--ipc", "--uts"]
            inside = {
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
                **(environment or {}),
            }
            start_s = time.monotonic()
            process = subprocess.Popen(
                [*group.join(), "setpriv", "--pdeathsig", "KILL",
                 "unshare", *namespaces, *(["--net"] if is_confined else []), "sh", "-c", ENTER, "enter",
                 "env", "-i", *(f"{name}={value}" for name, value in inside.items()), *command],
                env={
                    "PATH": os.environ["PATH"], "LOWER": ":".join(map(str, self.layers)), "UPPER": str(upper), "WORK": work,
                    "ROOT": root, "CAPABILITIES": capabilities,
                    "BINDS": "".join(f"{source}\t{target}\n" for source, target in self.binds.items()),
                },
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, errors="replace",
                start_new_session=True,
            )
            code: int | None
            with group.watched():
                try:
                    output, _ = process.communicate(timeout=timeout_s)
                    code = process.returncode
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    output, code = process.communicate()[0], None
            return Ended(code, output, time.monotonic() - start_s, group.held_bytes(), group.resident_bytes)


# ---------------------------------------------------------------- roots


def base_root(suite: Suite) -> Path:
    """A fresh root of a release, from the cache or from debootstrap. Raises CannotRun, NotReachable where its packages are not to be had.

    Signatures are checked where this machine has the release's keyring. Debian has none for Ubuntu, so there only apt
    inside the root checks them.
    """
    _require_tools()
    options = ["--variant=minbase", f"--components={'main,universe' if suite.mirror else 'main'}"]
    if suite.mirror:
        options.append("--no-check-gpg")
    root = CACHE / f"root-{suite.name}-{_key(*options, str(AS_IN_DOCKERS_IMAGES))}"
    if root.is_dir():
        return root
    mirror = suite.mirror or _host_mirror(suite.name)
    _require_mirror(mirror, suite.name)
    with _fresh(root) as unfinished:
        done = subprocess.run(
            ["debootstrap", *options, suite.name, str(unfinished), mirror],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=DEBOOTSTRAP_S, check=False,
        )
        if done.returncode != 0:
            raise CannotRun(f"debootstrap made no root of {suite.name}: {(done.stdout.strip().splitlines() or ['?'])[-1]}")
        for file, line in AS_IN_DOCKERS_IMAGES.items():
            (unfinished / file).write_text(f"{line}\n")
    return root


def _require_mirror(mirror: str, suite: str) -> None:
    """debootstrap would try for many minutes."""
    try:
        with urllib.request.urlopen(f"{mirror.rstrip('/')}/dists/{suite}/Release", timeout=MIRROR_S):
            pass
    except (OSError, ValueError) as error:
        raise NotReachable(f"the packages of {suite} cannot be reached: {error}") from None


def _require_tools() -> None:
    if sys.platform != "linux" or os.geteuid() != 0:
        raise CannotRun("it needs root on Linux")
    if not shutil.which("debootstrap"):
        raise CannotRun("debootstrap is missing: apt-get install debootstrap")
    if "overlay" not in Path("/proc/filesystems").read_text():
        raise CannotRun("this kernel has no overlay file system")
    tried = subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        raise CannotRun(f"no namespaces: {tried.stderr.strip()}")


def _host_mirror(suite: str) -> str:
    """The first address in this machine's apt sources that serves the suite, in either of their two formats."""
    folder = Path("/etc/apt")
    for path in sorted([folder / "sources.list", *(folder / "sources.list.d").glob("*")]):
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        for stanza in text.split("\n\n"):
            fields = dict(line.split(":", 1) for line in stanza.splitlines() if ":" in line and not line.startswith(("#", "deb")))
            if suite in fields.get("Suites", "").split():
                return fields["URIs"].split()[0]
        for line in text.splitlines():
            words = [word for word in line.split() if not word.startswith("[") and not word.endswith("]")]
            if words[:1] == ["deb"] and words[2:3] == [suite]:
                return words[1]
    raise CannotRun(f"this machine's apt has no source for {suite}")


def built(below: tuple[Path, ...], name: str, key: str, build: Sequence[str], lay_out: Path) -> tuple[Path, float]:
    """A layer above others: a tree put in place, then a command run on it, with network. Returns it and the seconds it took.

    below  the layers under it, the uppermost first
    key    what it depends on beside them; a layer of the same key is taken from the cache (0 seconds)

    Raises AssertionError with the command's last lines if it fails.
    """
    layer = CACHE / f"{name}-{_key(*(one.name for one in below), key)}"
    if layer.is_dir():
        return layer, 0.0
    for old in sorted(CACHE.glob(f"{name}-*"), key=os.path.getmtime)[: 1 - KEPT_LAYERS]:
        shutil.rmtree(old, ignore_errors=True)
    with _fresh(layer) as unfinished:
        shutil.copytree(lay_out, unfinished, dirs_exist_ok=True)
        unfinished.chmod(0o755)
        environment, binds = host_pip()
        ended = Machine(below, binds).run(build, unfinished, timeout_s=BUILD_S, is_confined=False, environment=environment)
        assert ended.code == 0, "\n".join(ended.output.splitlines()[-15:])
        (unfinished / "said").write_text(ended.output)
    return layer, ended.seconds


def host_pip() -> tuple[dict[str, str], dict[str, str]]:
    """This machine's configuration of pip and of name resolution: environment, and paths to bind, for a build inside a root."""
    cache = CACHE / "pip"
    cache.mkdir(parents=True, exist_ok=True)
    environment = {"PIP_CACHE_DIR": "/run/pip-cache", "PIP_ROOT_USER_ACTION": "ignore"}
    binds = {str(cache): "/run/pip-cache"}
    for path in ("/etc/resolv.conf", "/etc/hosts"):
        if Path(path).is_file():
            binds[os.path.realpath(path)] = path
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False).stdout
    for line in listed.splitlines():
        option, _, value = line.partition("=")
        value = value.strip("'\"")
        for word in value.replace("\\n", " ").split():
            path = Path(word.removeprefix("file://"))
            if not path.is_absolute() or not path.exists():
                continue
            if path.is_file():
                inside = f"/run/host-{path.name}"
                binds[str(path)], value = inside, value.replace(word, inside)
            else:
                folder = path.parent if word.startswith("file://") else path
                binds[str(folder)] = str(folder)
        environment["PIP_" + option.rsplit(".", 1)[-1].upper().replace("-", "_")] = value.replace("\\n", " ")
    environment |= {name: value for name, value in os.environ.items() if name.lower() in ("http_proxy", "https_proxy", "no_proxy")}
    return environment, binds


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


@contextlib.contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    """A folder that gets its name only when it is finished, so that the cache holds nothing half made."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    unfinished.chmod(0o755)
    try:
        yield unfinished
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


# ---------------------------------------------------------------- cgroups


class _Group:
    """A cgroup of either version for one command; without folders it holds nothing. held_bytes and resident_bytes: peaks."""

    def __init__(self, folders: Sequence[Path], peak: Path | None, statistics: Path | None) -> None:
        self._folders, self._peak, self._statistics = folders, peak, statistics
        self.resident_bytes = 0

    def join(self) -> list[str]:
        """What to write before a command, so that it runs in the group."""
        enter = "".join(f'echo $$ >"{folder}/cgroup.procs"; ' for folder in self._folders)
        return ["sh", "-ec", enter + 'exec "$@"', "join"]

    def held_bytes(self) -> int:
        return int(self._peak.read_text()) if self._peak is not None and self._peak.exists() else 0

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Sample the resident memory 50 times a second."""
        ended = threading.Event()
        thread = threading.Thread(target=self._sample, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _sample(self, ended: threading.Event) -> None:
        while self._statistics is not None and not ended.wait(0.02):
            fields = dict(line.split() for line in self._statistics.read_text().splitlines())
            self.resident_bytes = max(self.resident_bytes, int(fields.get("total_rss") or fields.get("anon") or 0))


@contextlib.contextmanager
def _group(size: Small | None) -> Iterator[_Group]:
    """Limits as Gradescope's container has them. Raises CannotRun where the controllers for them are not to be had."""
    if size is None:
        yield _Group((), None, None)
        return
    name = f"backprop-image-{os.getpid()}-{threading.get_ident()}"
    quota = f"{int(100_000 * size.processors)}"
    if (CGROUPS / "memory").is_dir() and (CGROUPS / "cpu").is_dir():
        limits = {
            CGROUPS / "cpu" / name: {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": quota},
            CGROUPS / "memory" / name: {"memory.limit_in_bytes": str(size.memory_bytes)},
        }
        memory = CGROUPS / "memory" / name
        group = _Group(tuple(limits), memory / "memory.max_usage_in_bytes", memory / "memory.stat")
    else:
        folder = CGROUPS / name
        with contextlib.suppress(OSError):
            (CGROUPS / "cgroup.subtree_control").write_text("+cpu +memory")
        limits = {folder: {"cpu.max": f"{quota} 100000", "memory.max": str(size.memory_bytes)}}
        group = _Group((folder,), folder / "memory.peak", folder / "memory.stat")
    try:
        for folder, values in limits.items():
            folder.mkdir()
            for file, value in values.items():
                (folder / file).write_text(value)
    except OSError as error:
        _remove_groups(list(limits))
        raise CannotRun(f"no cgroup for processor and memory: {error}") from None
    try:
        yield group
    finally:
        _remove_groups(list(limits))


def _remove_groups(folders: Sequence[Path]) -> None:
    """A cgroup can go when its last process is reaped, which takes a moment after a kill."""
    for folder in folders:
        for _ in range(100):
            try:
                folder.rmdir()
            except FileNotFoundError:
                break
            except OSError:
                time.sleep(0.05)
            else:
                break
