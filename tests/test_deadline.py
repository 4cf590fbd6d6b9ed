"""A deadline is the submission's own time: a machine that is busy with others makes nobody late, and nobody endless."""
from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.grading import REFERENCE, client_for, grade
from grader.rubric import DEFAULT
from grader.sandbox import deadline
from grader.sandbox.cell import cell, hand_over
from grader.sandbox.client import Client
from grader.sandbox.deadline import STRETCH, Account, Deadline
from grader.sandbox.messages import Call, Loaded, Returned
from grader.sandbox.policy import Limits
from grader.sandbox.warm import Worker
from grader.submission import read_submission

NEIGHBOURS = 2
COMPUTES = """
import time
def forward(X, params):
    end_s = time.thread_time() + 0.4
    while time.thread_time() < end_s:
        pass
    return X
"""


class _Waited(Account):
    """An account that says what it is told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def waited_s(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is put forward."""
    now = [100.0]
    monkeypatch.setattr(deadline.time, "monotonic", lambda: now[0])
    return now


def test_waiting_for_a_processor_prolongs(clock):
    """What others took of the processor is added, at most up to a multiple of the deadline."""
    account = _Waited()
    account.seconds = 7.0  # before it was asked
    given = Deadline(account, 10.0)
    clock[0] += 10.0
    assert given.left_s() <= 0
    account.seconds += 4.0
    assert given.left_s() == pytest.approx(4.0)
    account.seconds += 100.0
    assert given.left_s() == pytest.approx((STRETCH - 1) * 10.0)
    clock[0] += (STRETCH - 1) * 10.0
    assert given.left_s() <= 0


def test_the_end_of_the_grading_is_not_prolonged(clock):
    """The time for a whole submission is the wall's, since Gradescope's is."""
    account = _Waited()
    given = Deadline(account, 10.0, end_s=112.0)
    account.seconds += 100.0
    clock[0] += 11.0
    assert given.left_s() == pytest.approx(1.0)


def test_without_an_account_the_walls_time_counts():
    """Where the kernel does not tell, as gVisor and macOS, nothing is waited for."""
    account = Account(1 << 30)
    assert account.descriptor == -1 and account.waited_s() == 0.0
    account.close()


@contextlib.contextmanager
def _loaded(source: str, folder: Path, worker: Worker, load_s: float = 20.0) -> Iterator[tuple[Client, Loaded]]:
    (folder / "backprop.py").write_text(source)
    submission = read_submission(folder / "backprop.py")
    with cell(REFERENCE, Limits()) as place:
        main = submission.lay_out(place.scratch)
        hand_over(place)
        rubric = DEFAULT if load_s is None else DEFAULT.__class__(load_s=load_s)
        client, _ = place.start(lambda policy: client_for(worker, submission, main, policy, rubric), trusted=True)
        with contextlib.closing(client):
            yield client, client.load()


@pytest.fixture
def crowded() -> Iterator[Worker]:
    """A worker on one processor together with others that never rest."""
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("the kernel keeps no account of waiting here")
    processor = {min(os.sched_getaffinity(0))}
    with Worker() as worker, contextlib.ExitStack() as stack:
        os.sched_setaffinity(worker._process.pid, processor)
        for _ in range(NEIGHBOURS):
            neighbour = subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True)
            stack.callback(neighbour.wait)
            stack.callback(neighbour.kill)
            os.sched_setaffinity(neighbour.pid, processor)
        yield worker


def test_a_busy_machine_makes_nobody_late(crowded, tmp_path, monkeypatch):
    """Three share a processor: what computes for 0.4 s answers within a deadline of 0.8 s."""
    monkeypatch.setattr(deadline, "STRETCH", 30.0)  # there may be more than three
    with _loaded(COMPUTES, tmp_path, crowded) as (client, _):
        start_s = time.monotonic()
        (answer,) = client.call("forward", [Call((None, None))], 0.8)
        took_s = time.monotonic() - start_s
    assert isinstance(answer, Returned) and took_s > 0.8, answer


def test_a_grading_ends_in_its_time_however_it_is_spent(worker, tmp_path):
    """A file that never ends, neither as it is loaded nor in any function, is graded within the rubric's time for all, by the wall."""
    loops = "    while True:\n        pass\n"
    heads = ("def make_dataset(num_points):", "def forward(X, params):", "def backprop(X, t, params):", "while True:")
    (tmp_path / "backprop.py").write_text("\n".join(f"{head}\n{loops}" for head in heads))
    rubric = DEFAULT.__class__(load_s=2.0, call_s=1.0, grading_s=6.0)
    start_s = time.monotonic()
    result = grade(tmp_path / "backprop.py", worker, rubric)
    assert time.monotonic() - start_s < rubric.grading_s + 3 and len(result.checks) == len(rubric.rows) and result.score == 0
    assert any("whole grading" in check.message.came for check in result.checks)


@pytest.mark.parametrize("last, reruns", [("while True: pass\n", ["3", "1"]), ("", [])])
def test_a_loop_that_interrupted_a_file_is_not_waited_for_as_long_again(worker, tmp_path, last, reruns):
    """After a deadline that was missed the file is run again, for a shorter time; one that ends by itself has all its time again."""
    source = "import os, time\nend = time.thread_time() + 1.5\nwhile time.thread_time() < end: pass\n" if not last else ""
    source += "def forward(X, params): os._exit(1)\nimport os\n"
    with _loaded(source + last, tmp_path, worker, load_s=12.0) as (client, first):
        client.call("forward", [Call((None, None))], 5.0)
        client.call("forward", [Call((None, None))], 5.0)
        messages = [loaded.problems[0].message for loaded in (first, client.loaded) if loaded.problems]
    assert [message.partition("after ")[2].partition(" ")[0] for message in messages] == reruns


def test_what_came_while_the_grader_was_held_up_counts(worker, tmp_path, monkeypatch):
    """Where the grader itself gets no processor until time is up, the answer that lies there is taken."""
    with _loaded("def forward(X, params): return X\n", tmp_path, worker) as (client, _):
        real = deadline.Deadline.left_s
        monkeypatch.setattr(deadline.Deadline, "left_s", lambda self: time.sleep(0.3) or real(self))
        (answer,) = client.call("forward", [Call((None, None))], 0.1)
    assert isinstance(answer, Returned)


def test_a_loop_is_late_on_a_busy_machine_too(crowded, tmp_path):
    """The time stays bounded, and one that sleeps is stopped at once, for it waits for nobody."""
    source = "import time\ndef forward(X, params):\n    while True: pass\ndef backprop(X, t, params): time.sleep(60)\n"
    with _loaded(source, tmp_path, crowded) as (client, _):
        for function, count, most in (("backprop", 3, 1.4), ("forward", 2, STRETCH * 0.5 + 4.0)):  # the latter in a new child
            start_s = time.monotonic()
            (answer,) = client.call(function, [Call((None,) * count)], 0.5)
            assert getattr(answer, "how", "") == "late" and time.monotonic() - start_s < most


def test_a_busy_machine_interrupts_no_file(crowded, tmp_path):
    """A file that computes for 0.2 s as it is run has its share of the time for loading, though others hold the processor."""
    source = COMPUTES.replace("0.4", "0.2") + "forward(1, 1)\nbackprop = make_dataset = forward\n"
    with _loaded(source, tmp_path, crowded, load_s=3.2) as (client, loaded):
        assert isinstance(loaded, Loaded) and not loaded.problems
        assert client.waited_s() > 0.1
