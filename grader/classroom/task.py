"""One submission of a class, in a process of an executor: graded, fingerprinted, drawn.

What may live here: what such a process keeps (one warm worker), and the two
values that travel: an Order there, a Done back. Both are pickled by the
executor; neither ever holds anything that student code made, but text.
"""
from __future__ import annotations

import atexit
import contextlib
import errno
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path, PurePosixPath
from typing import Any

from grader.classroom.key import grader_digest
from grader.classroom.similarity import packed
from grader.frozen import frozen
from grader.grading import REFERENCE, GraderFault, client_for, grade_read
from grader.report.page import document, preview
from grader.result import with_feedback_removed
from grader.rubric import Rubric
from grader.sandbox.cell import IsolationRefused, cell, hand_over
from grader.sandbox.client import Client
from grader.sandbox.exchange import Lost
from grader.sandbox.fingerprint import MAX_HASHES
from grader.sandbox.identity import IdentityError
from grader.sandbox.policy import Limits
from grader.sandbox.warm import HostError, Worker
from grader.submission import Submission
from grader.submission.mainfile import SOURCE_SUFFIXES, as_lines, imported_names

FINGERPRINT_S = 5.0
"""A source of the largest size that is read takes under a second."""
MAX_SOURCES = 20


@frozen
class Order:
    """What to grade. `key` goes into the result; `digest` is the grader's, and must be the executing machine's too."""

    slug: str
    name: str
    submission: Submission
    rubric: Rubric
    key: str
    digest: str
    trusted: bool = False


@frozen
class Done:
    """What came of an Order.

    document  results.json, with everything that the instructor's page counts; and page, what the student may read; or
    fault     why there is none: this machine's or the grader's fault, in one line
    stops     why no other submission can be graded either: "" or "refused" (isolation), "full" (disk), "version" (of the grader)
    """

    slug: str
    document: dict[str, Any] | None = None
    page: str = ""
    fault: str = ""
    stops: str = ""


_kept: dict[str, Worker] = {}
_one_at_a_time = threading.Lock()
"""Gradings share numpy's random state and the standard streams with their process, so a process does one at a time."""


def carry_out(order: Order) -> Done:
    """Grade one submission in this process's warm worker. Never raises but for KeyboardInterrupt and SystemExit."""
    if order.digest != grader_digest():
        return Done(order.slug, fault=f"the grader on {os.uname().nodename} is another version than here", stops="version")
    with _one_at_a_time:
        try:
            return _carried_out(order)
        except IsolationRefused as refusal:
            return Done(order.slug, fault=str(refusal), stops="refused")
        except GraderFault as fault:
            return Done(order.slug, fault=f"the grader's fault: {fault}")
        except (HostError, IdentityError) as error:
            drop_worker()
            return Done(order.slug, fault=f"the machine's fault: {error}")
        except OSError as error:
            drop_worker()
            return Done(order.slug, fault=f"the machine's fault: {error}", stops="full" if is_full(error) else "")
        except Exception as error:
            drop_worker()
            return Done(order.slug, fault=f"the grader's fault ({type(error).__name__}: {error})")


def is_full(error: OSError) -> bool:
    """Whether a disk had no room left, or a file grew too large."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _carried_out(order: Order) -> Done:
    found: dict[str, str] = {}

    def before_load(client: Client, folder: Path) -> None:
        found.update(_asked(client, order.submission, folder))

    result = grade_read(order.submission, order.name, _worker(), order.rubric, order.trusted, before_load=before_load)
    results = document(result)
    results["extra_data"]["class"] = {"key": order.key, "fingerprint": found}
    shown = with_feedback_removed(result) if order.rubric.feedback == "score" else result
    return Done(order.slug, results, preview(document(shown)))


def fingerprint(submission: Submission, worker: Worker, rubric: Rubric) -> dict[str, str]:
    """The hashes of a submission's syntax, with names kept and dropped, without grading it; {} where none came.

    "cut" says that there are more, "runs_text" that there may be code elsewhere.
    """
    with cell(REFERENCE, Limits(cpu_s=int(FINGERPRINT_S) + 1)) as place:
        main = submission.lay_out(place.scratch)
        hand_over(place)
        client, _ = place.start(lambda policy: client_for(worker, submission, main, policy, rubric), trusted=True)
        with contextlib.closing(client):
            return _asked(client, submission, place.scratch)


def _asked(client: Client, submission: Submission, folder: Path) -> dict[str, str]:
    """From a child in which no student code has run yet: code that would change its own fingerprint comes too late."""
    sources, own = _sources(submission)
    found = client.fingerprint([folder / name for name in sources[:MAX_SOURCES]], FINGERPRINT_S)
    if isinstance(found, Lost):
        return {}
    kept, dropped, run_text = found
    is_cut = len(sources) > MAX_SOURCES or MAX_HASHES in (len(kept), len(dropped))
    more = {**({"cut": "yes"} if is_cut else {}), **({"runs_text": "yes"} if any(run_text[:own]) else {})}
    return {"kept": packed(kept), "dropped": packed(dropped), **more}


def _sources(submission: Submission) -> tuple[list[str], int]:
    """The main file first, then what it imports, so that no other can push these off the list; and how many these are."""
    imported = imported_names(as_lines(submission.main, submission.files[submission.main]))
    others = sorted(name for name in submission.files if name.endswith(SOURCE_SUFFIXES) and name != submission.main)
    used = [name for name in others if not imported.isdisjoint(PurePosixPath(name).with_suffix("").parts)]
    return [submission.main, *used, *(name for name in others if name not in used)], 1 + len(used)


# ---------------------------------------------------------------- the process and its worker


def start_process(temporary: str) -> None:
    """First of all in a process of our own pool: no Ctrl-C (its parent tells it), no Ctrl-Z, death with the parent.

    Stopped in the middle of a grading, it would find the submission late when it goes on.

    temporary  folder for temporary files
    """
    tempfile.tempdir = temporary
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # run.py had it blocked until now
    if sys.platform == "linux":
        from grader.sandbox import kernel

        kernel.die_with_parent()
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:  # it died before we asked to be told
            os._exit(1)
    _worker()


def _worker() -> Worker:
    if "worker" not in _kept:
        _kept["worker"] = Worker()
        atexit.register(drop_worker)
    return _kept["worker"]


def drop_worker() -> None:
    """End this process's warm worker, if it has one; the next grading starts another."""
    worker = _kept.pop("worker", None)
    atexit.unregister(drop_worker)
    if worker is not None:
        worker.close()
