"""The warm process that students' processes are forked from. Started by its own exec.

What may live here: the control loop. It imports numpy and what submissions may
need, never the reference, the checks or the diagnosis. It runs no student code:
each submission gets a forked child, which confines itself first.

Control is one JSON line each way over a socket, in turn:
  {"do": "spawn", "policy": TEXT, "targets": TEXT, "preload": [...], "nonce": N}, with three descriptors
      (requests to read, replies to write, output to write)       ->  {"pid": N}
      and on the replies' pipe a frame with that nonce: the probe's outcomes (none without targets), or
      (step, reason) where confinement failed
  {"do": "reap", "pid": N}: kills the child and its session       ->  {"status": N, "cpu_s": X, "peak_bytes": N, "written_bytes": N}
A closed socket ends the worker and every child.
"""
from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np  # noqa: F401 - loaded before the fork, so that no child has to
import numpy.random  # noqa: F401 - numpy itself imports it only when it is first named

from grader.sandbox import child, deadline, notebook, reach
from grader.sandbox.confine import ConfineError, confine, prepare
from grader.sandbox.messages import REPLY_FD, REQUEST_FD
from grader.sandbox.policy import Policy
from grader.sandbox.probe import Targets, attempt
from grader.sandbox.wire import Frame, Kind, encode

PRELOADS = ("scipy.special", "matplotlib.pyplot", "scipy.stats", "scipy.optimize", "scipy.linalg", "scipy.spatial", notebook.TRANSFORMER)
"""Modules that a submission may name and that are then imported once, before the fork."""

PUT_OFF = ("numpy.f2py", "numpy.testing", "numpy.ma", "numpy.polynomial")
"""scipy names every submodule of numpy once, and so imports these that hardly anybody needs: half of its own time."""

MAX_LINE_BYTES = 1 << 16
LINUX_BLOCK_BYTES = 512
"""Of ru_oublock, which counts pages made dirty in files on disks, deleted ones too, and none of tmpfs; see getrusage(2)."""
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def main(control_fd: int, import_root: str, preload: Sequence[str]) -> NoReturn:
    """Serve the control socket until it closes; ends by os._exit, since taking numpy apart takes 30 ms.

    preload  what the first submission is likely to name, imported before anybody asks
    """
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    while import_root in sys.path:
        sys.path.remove(import_root)
    prepare()
    _import(preload)
    gc.freeze()  # collections were off for the imports, which make much that looks like garbage and is none
    gc.enable()
    sys.dont_write_bytecode = True
    control = socket.socket(fileno=control_fd)
    children: set[int] = set()
    while command := _receive(control):
        order, descriptors = command
        reply = _spawn(order, descriptors, children) if order["do"] == "spawn" else _reap(int(order["pid"]), children)
        control.sendall(json.dumps(reply).encode() + b"\n")
    for pid in list(children):
        _reap(pid, children)
    os._exit(0)


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    data, descriptors, _, _ = socket.recv_fds(control, MAX_LINE_BYTES, 3)
    while data and not data.endswith(b"\n"):
        data += control.recv(MAX_LINE_BYTES)
    return (json.loads(data), list(descriptors)) if data else None


def _spawn(order: dict[str, Any], descriptors: list[int], children: set[int]) -> dict[str, Any]:
    _import(order["preload"])
    parent = os.getpid()
    gc.freeze()  # else a collection in the child would look at all of numpy, and copy every page of it
    pid = os.fork()
    if pid == 0:
        _become_child(order, descriptors, parent)
    children.add(pid)
    for descriptor in descriptors:
        os.close(descriptor)
    return {"pid": pid}


def _import(preload: Sequence[str]) -> None:
    for name in preload:
        if name in PRELOADS and name not in sys.modules:
            with contextlib.suppress(Exception):  # the student's own import will say what is wrong
                _put_off(PUT_OFF)
                if name.startswith("scipy."):
                    _leave_docstrings()
                importlib.import_module(name)
    for name in set(PUT_OFF).intersection(preload):
        vars(importlib.import_module(name))  # loads it; two threads that both use it first would, before Python 3.12, get half of it


def _leave_docstrings() -> None:
    """scipy adds a table to the docstring of each of its functions as it is imported: more than a third of scipy.special's time."""
    with contextlib.suppress(ImportError):  # a name of its own, so another version may have it elsewhere, or not at all
        capabilities = importlib.import_module("scipy._lib._array_api")
        capabilities.xp_capabilities = lambda **stated: lambda function: function  # type: ignore[attr-defined]


def _put_off(names: tuple[str, ...]) -> None:
    """Let these modules be imported when something in them is first used, see importlib.util.LazyLoader."""
    for name in names:
        spec = importlib.util.find_spec(name) if name not in sys.modules else None
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
            sys.modules[name] = module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            parent, _, leaf = name.rpartition(".")
            setattr(sys.modules[parent], leaf, module)


def _become_child(order: dict[str, Any], descriptors: list[int], parent: int) -> NoReturn:
    """Put the pipes where they belong, confine, serve. Leaves only by os._exit."""
    nonce = int(order["nonce"])
    try:
        policy = Policy.from_json(order["policy"])
        _place(descriptors)
        if (account := deadline.watch_self()) >= 0:
            reach.held_fds.append(account)
        confine(policy, parent_pid=parent)
        _fresh_streams()
        outcomes = attempt(Targets.from_json(order["targets"])) if order["targets"] else {}
        os.write(REPLY_FD, encode(Frame(Kind.REPLY, nonce, outcomes)))
        child.serve(REQUEST_FD, REPLY_FD)
    except ConfineError as error:
        os.write(REPLY_FD, encode(Frame(Kind.REPLY, nonce, (error.step, error.reason[:500]))))
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(2, f"worker: {type(error).__name__}: {error}\n".encode()[:500])
    os._exit(70)


def _place(descriptors: list[int]) -> None:
    """Requests and replies on their numbers, output on 1 and 2, nothing on 0; the rest is confine's to close."""
    requests, replies, printed = descriptors
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((requests, REQUEST_FD), (replies, REPLY_FD), (printed, 1), (printed, 2), (nothing, 0)):
        os.dup2(source, target)


def _fresh_streams() -> None:
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - lives as long as the process
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115


def _reap(pid: int, children: set[int]) -> dict[str, Any]:
    """Kill the child with its session, wait for it and for whatever it left to this process."""
    if pid not in children:
        return {"status": 0, "cpu_s": 0.0, "peak_bytes": 0, "written_bytes": 0}
    children.discard(pid)
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    _kill_orphans(children)
    scale = 1 if sys.platform == "darwin" else 1024
    return {
        "status": status, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * scale,
        "written_bytes": usage.ru_oublock * LINUX_BLOCK_BYTES if sys.platform == "linux" else 0,
    }


def _kill_orphans(children: set[int]) -> None:
    """Descendants of a dead child fall to this process (it is their subreaper); none may outlive it."""
    path = f"/proc/self/task/{os.getpid()}/children"
    for _ in range(100):
        try:
            with open(path) as listing:
                orphans = {int(word) for word in listing.read().split()} - children
        except OSError:
            return
        if not orphans:
            return
        for pid in orphans:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def address_space_bytes() -> int:
    """What this process has mapped, so that a child's limit can be set above it; 0 where it cannot be known."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
