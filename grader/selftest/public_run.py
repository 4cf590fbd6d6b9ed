"""Run by itself: what the public checks say of some scripts, each in a forked process, a line of JSON each.

    python public_run.py CHECK_FOLDER CPU_SECONDS TABLE_ROWS SCRIPT...

What may live here: that loop, and nothing of the grader. It runs the corpus's own scripts, never a student's.
"""
from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from typing import Any


def main(folder: str, cpu_s: int, rows: int, scripts: list[str]) -> None:
    """Print [script, passed, the check that did not, its message] for each script."""
    sys.path.insert(0, folder)
    os.environ["MPLBACKEND"] = "Agg"
    for name in ("matplotlib.pyplot", "scipy.special"):  # loaded once, before the forks
        importlib.import_module(name)
    check: Any = importlib.import_module("check")
    check.LOSS_TABLE = check.LOSS_TABLE[:rows]
    for script in scripts:
        print(json.dumps([script, *_verdict(check, script, cpu_s)]), flush=True)


def _verdict(check: Any, script: str, cpu_s: int) -> list[Any]:
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _check(check, script, cpu_s, theirs)
    os.close(theirs)
    with open(ours, "rb") as pipe:
        data = pipe.read()
    os.waitpid(pid, 0)
    return list(json.loads(data)) if data else [False, "no end", "it ended the process, or ran for too long"]


def _check(check: Any, script: str, cpu_s: int, reply: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    try:
        work, _ = check.load(script)
        failed = next((one for one in check.outcomes(work) if one[2] != "ok"), None)
        verdict = [True, "", ""] if failed is None else [False, failed[1], failed[3][:300]]
        os.write(reply, json.dumps(verdict).encode())
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
