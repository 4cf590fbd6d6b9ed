"""What this host can offer: the layers tried in a throw-away process, where no submission is.

What may live here: starting that process, what it does, and what is left out where a step fails.
"""
from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from grader.frozen import frozen
from grader.sandbox.confine import ConfineError, confine, prepare
from grader.sandbox.identity import IdentityError, give, lease_uid
from grader.sandbox.layers import NOTHING_HELD, Observed, advice, judge
from grader.sandbox.policy import Policy, libraries
from grader.sandbox.probe import Targets, attempt, canaries, open_folder


@frozen
class Support:
    """What this host offers: the best that could be had, and a sentence for each layer that could not."""

    observed: Observed
    lacking: tuple[str, ...]


def supported(secret: Path | None = None) -> Support:
    """Try all layers in a throw-away process; where one cannot be applied at all, try the others without it.

    secret  the file that must stay unread, tried as well where given
    """
    with contextlib.ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="probe-", dir=open_folder())))
        paths = libraries()
        policy = Policy(str(scratch), paths.readable, paths.listable)
        failed = []
        if os.geteuid() == 0:
            try:
                identity = stack.enter_context(lease_uid())
                give(scratch, identity)
                policy = policy.as_user(identity.uid, identity.gid)
            except IdentityError as error:
                failed.append(f"uid: {error}")
        targets = stack.enter_context(canaries(scratch, secret, policy.limits))
        while True:
            try:
                observed = observe(policy, targets)
            except ConfineError as error:
                failed.append(str(error))
                if error.step not in ("uid", "landlock", "seccomp"):
                    return Support(NOTHING_HELD, tuple(failed))
                policy = policy.without(error.step)
                continue
            return Support(observed, (*failed, *advice(observed)))


def observe(policy: Policy, targets: Targets) -> Observed:
    """Start a throw-away process, confine a child of it by the policy, let it try, and judge.

    Takes about 0.2 s, most of it Python's start. Raises ConfineError where a step failed.
    """
    root = str(Path(__file__).resolve().parents[2])
    program = f"import sys; sys.path.insert(0, {root!r}); from grader.sandbox.support import main; main({root!r})"
    order = json.dumps({"policy": policy.to_json(), "targets": targets.to_json()})
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", program],
        input=order, capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin:/bin"}, cwd="/", check=False,
    )
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise ConfineError("probe", (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]) from None
    if "step" in report:
        raise ConfineError(report["step"], report["reason"])
    return judge(report["outcomes"])


def main(import_root: str) -> None:
    """The throw-away process: an order on standard input, a report on standard output."""
    sys.path.remove(import_root)
    order = json.loads(sys.stdin.read())
    policy = replace(Policy.from_json(order["policy"]), keep_fds=(0, 1, 2))
    prepare()
    parent_pid = os.getpid()
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return
    try:
        confine(policy, parent_pid)
        report: dict[str, object] = {"outcomes": attempt(Targets.from_json(order["targets"]))}
    except ConfineError as error:
        report = {"step": error.step, "reason": error.reason}
    os.write(1, json.dumps(report).encode())
    os._exit(0)
