"""The self-test that ends the building of an image: grade what must earn everything and what must earn nothing.

What may live here: these two gradings and their lines. It also leaves
matplotlib's font cache behind, which a run would otherwise build anew.
"""
from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TextIO

from grader.grading import REFERENCE, GraderFault, grade
from grader.report.pictures import row_pictures
from grader.result import Result
from grader.sandbox.cell import IsolationRefused
from grader.sandbox.warm import HostError, Worker


def verify(out: TextIO) -> bool:
    """Whether this machine can grade; says so in lines that begin with "self-test:"."""
    try:
        with Worker(os.environ.get("MPLCONFIGDIR", "")) as worker, tempfile.TemporaryDirectory() as name:
            empty = Path(name) / "backprop.py"
            empty.write_text("# nothing is written yet\n", encoding="utf-8")
            right, nothing = grade(REFERENCE, worker), grade(empty, worker)
    except (IsolationRefused, HostError, GraderFault) as error:
        print(f"self-test: FAILED: {error}", file=out)
        return False
    pictures = dict(row_pictures(right))
    print(f"self-test: the reference solution earns {_score(right)} in {right.seconds:.1f} s, with {len(pictures)} pictures", file=out)
    print(f"self-test: a file without functions earns {_score(nothing)}", file=out)
    print(f"self-test: isolation {right.isolation['level']}. {right.held}", file=out)
    if right.score != right.max_score or nothing.score != 0:
        print("self-test: FAILED: the marks above are not 100 and 0 in the hundred", file=out)
        return False
    print("self-test: this image can grade", file=out)
    return True


def _score(result: Result) -> str:
    return f"{result.score:g} of {result.max_score:g}"
