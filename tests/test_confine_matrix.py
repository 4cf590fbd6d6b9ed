"""Policy by operation by way to run: what each layer stops, with which error, and what still works under all."""
from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "attacks"))
import arena

LAYERS = ("uid", "rlimits", "landlock", "seccomp")
IN_CI = os.environ.get("CI", "") not in ("", "false")

pytestmark = pytest.mark.skipif(not IN_CI and not arena.host_has_layers(), reason="no Landlock or seccomp here")

STOPPED = {
    "read a file": {"landlock": "EACCES"},
    "read a private file": {"uid": "EACCES", "landlock": "EACCES"},
    "list a folder": {"landlock": "EACCES"},
    "write a file": {"landlock": "EACCES"},
    "create a file": {"landlock": "EACCES"},
    "delete a file": {"landlock": "EACCES"},
    "make a folder": {"landlock": "EACCES"},
    "truncate a file": {"landlock": "EACCES", "seccomp": "EPERM"},
    "open with truncation": {"landlock": "EACCES", "seccomp": "EPERM"},
    "open for nothing with truncation": {"landlock": "EACCES", "seccomp": "EPERM"},
    "rename out of scratch": {"landlock": "EACCES"},
    "link into scratch": {"landlock": "EXDEV", "seccomp": "EPERM"},
    "change a mode": {"uid": "EPERM", "seccomp": "EPERM"},
    "change times": {"uid": "EPERM", "seccomp": "EPERM"},
    "read /etc/passwd": {"landlock": "EACCES"},
    "read the grader's environment": {"uid": "EACCES", "landlock": "EACCES"},
    "write the grader's memory": {"uid": "EACCES", "landlock": "EACCES"},
    "list processes": {"landlock": "EACCES"},
    "write shared memory": {"landlock": "EACCES"},
    "openat2": {"landlock": "EACCES", "seccomp": "ENOSYS"},
    "symbolic link in scratch": {"landlock": "EACCES", "seccomp": "EPERM"},
    "FIFO in scratch": {"landlock": "EACCES", "seccomp": "EPERM"},
    "device in scratch": {"uid": "EPERM", "landlock": "EACCES", "seccomp": "EPERM"},
    "fork": {"seccomp": "EPERM"},
    "clone3": {"seccomp": "ENOSYS"},
    "clone": {"seccomp": "EPERM"},
    "a program": {"landlock": "EACCES", "seccomp": "EPERM"},
    "signal the grader": {"uid": "EPERM", "landlock": "EPERM", "seccomp": "EPERM"},
    "signal by descriptor": {"seccomp": "EPERM"},
    "signal by pipe": {"seccomp": "EPERM"},
    "limits of the grader": {"uid": "EPERM", "seccomp": "EPERM"},
    "affinity of the grader": {"uid": "EPERM", "seccomp": "EPERM"},
    "priority of the grader": {"uid": "EPERM", "seccomp": "EPERM"},
    "trace the grader": {"uid": "EPERM", "landlock": "EPERM", "seccomp": "EPERM"},
    "back to root": {"uid": "EPERM", "seccomp": "EPERM"},
    "undo the death signal": {"seccomp": "EPERM"},
    "be dumpable": {"seccomp": "EPERM"},
    "shared memory": {"seccomp": "EPERM"},
    "SysV shared memory": {"seccomp": "EPERM"},
    "message queue": {"seccomp": "EPERM"},
    "a TCP connection": {"landlock": "EACCES", "seccomp": "EPERM"},
    "a UDP socket": {"seccomp": "EPERM"},
    "a UNIX socket": {"seccomp": "EPERM"},
    "a pair of sockets": {"seccomp": "EPERM"},
    "io_uring": {"seccomp": "EPERM"},
    "a user namespace": {"seccomp": "EPERM"},
    "a key": {"seccomp": "EPERM"},
    "x32 getpid": {"seccomp": "ENOSYS"},
    "x32 socket": {"seccomp": "ENOSYS"},
    "an unknown call": {"seccomp": "ENOSYS"},
    "much memory": {"rlimits": "ENOMEM"},
    "many descriptors": {"rlimits": "EMFILE"},
    "a long file": {"rlimits": "EFBIG"},
}
"""Operation: the error by which each layer alone stops it."""

WORKS = (
    "write in scratch", "shorten in scratch", "rename in scratch", "folders in scratch", "temporary file",
    "temporary folder", "/dev/null", "/dev/urandom", "import from the library", "a thread", "a thread's name",
    "own limits", "own affinity",
)
"""What student code may do under any policy."""

HOSTS_DECIDE = frozenset({
    "io_uring", "a user namespace", "a key", "x32 getpid", "x32 socket", "an unknown call", "write shared memory",
    "back to root", "device in scratch", "trace the grader", "signal by descriptor", "raise a limit",
})
"""Operations that a host, a container's own filter or a lack of privileges may stop where we stop nothing."""


def layers_of(way: str) -> tuple[str, ...]:
    return tuple(layer for layer in LAYERS if way != "user" or layer != "uid")


def outcomes(way: str, layers: tuple[str, ...], operations: list[str], abi: int = 0) -> dict[str, str]:
    results = arena.run(way, [arena.Job(layers, operation, abi=abi) for operation in operations])
    return {operation: result.word for operation, result in zip(operations, results)}


def differing(actual: dict[str, str], expected: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {name: (expected[name], actual[name]) for name in expected if actual[name] != expected[name]}


def test_every_operation_of_the_arena_is_judged() -> None:
    """No operation can be added without saying what must come of it."""
    assert set(arena.OPERATIONS) == {*STOPPED, *WORKS, "raise a limit", "a random number", "own descriptors"}


def test_ci_runs_all_ways() -> None:
    """In CI a missing privilege or layer is a failure: nothing of this matrix may be left out there."""
    if IN_CI:
        assert arena.ways_here() == arena.WAYS


@pytest.mark.parametrize("way", arena.ways_here())
def test_without_layers_everything_comes_off(way: str) -> None:
    """The matrix can fail: with no layer, the operations succeed that a bare host allows."""
    operations = [name for name in (*STOPPED, *WORKS) if name not in HOSTS_DECIDE]
    assert differing(outcomes(way, (), operations), dict.fromkeys(operations, "ok")) == {}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("way", arena.ways_here())
def test_each_layer_alone_stops_what_is_its_own(way: str, layer: str) -> None:
    """A layer holds by itself, with its own error, and stops nothing that students need."""
    if layer not in layers_of(way):
        assert way == "user"  # an ordinary user has no other uid to give
        return
    expected = {name: errors[layer] for name, errors in STOPPED.items() if layer in errors}
    expected.update(dict.fromkeys(WORKS, "ok"))
    assert differing(outcomes(way, (layer,), list(expected)), expected) == {}


@pytest.mark.parametrize("way", arena.ways_here())
def test_all_layers_stop_everything(way: str) -> None:
    """Under the full policy each operation is stopped, by the layer that is asked first, and the rest works."""
    order = [layer for layer in ("seccomp", "landlock", "uid", "rlimits") if layer in layers_of(way)]
    expected = {name: next(errors[layer] for layer in order if layer in errors) for name, errors in STOPPED.items()}
    expected.update(dict.fromkeys(WORKS, "ok"), **{"raise a limit": "ValueError", "own descriptors": "0 1 2 90"})
    assert differing(outcomes(way, layers_of(way), list(expected)), expected) == {}


@pytest.mark.parametrize("abi", (1, 2, 3, 4, 5, 6))
def test_an_older_landlock_opens_nothing_under_the_full_policy(abi: int) -> None:
    """What older kernels' Landlock lets pass (truncate, TCP, signals), seccomp stops."""
    way = arena.ways_here()[-1]
    weak = {"truncate a file", "open with truncation", "open for nothing with truncation", "a TCP connection"}
    weak |= {"signal the grader", "rename out of scratch", "link into scratch", "trace the grader"}
    alone = outcomes(way, ("landlock",), ["truncate a file", "a TCP connection", "signal the grader"], abi)
    assert [alone[name] == "ok" for name in alone] == [abi < 3, abi < 4, abi < 6]
    full = outcomes(way, layers_of(way), sorted(weak), abi)
    assert "ok" not in full.values()


def test_children_do_not_share_random_state() -> None:
    """Two children of one process draw different numbers."""
    way = arena.ways_here()[-1]
    first, second = (arena.run(way, [arena.Job((), "a random number")] * 2))
    assert first.word != second.word
