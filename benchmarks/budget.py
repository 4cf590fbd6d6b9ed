"""Where the time of one grading goes: from the start of the interpreter to its end, step after step.

    python benchmarks/budget.py [--runs N] [SUBMISSION]

Prints a table of medians, and puts it into ARCHITECTURE.md between its markers. One grading is run as
`python -m grader grade` runs it, in a process of its own, and its steps are timed where they end: wall
time, the grading process's own processor time, and that of the student's process meanwhile.
"""
from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.bench import put_into  # noqa: E402

RIGHT = ROOT / "tests" / "submissions" / "np-dot" / "submission" / "backprop.py"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
MARKERS = "<!-- budget: written by benchmarks/budget.py -->", "<!-- /budget -->"

Step = tuple[str, float, float, float]
"""What, wall ms, own processor ms, processor ms of the student's process."""


def steps_of_a_grading(submission: Path) -> list[Step]:
    argv = [sys.executable, str(Path(__file__).with_name("one_grading.py")), str(submission), repr(time.monotonic())]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT)
    ended_s = time.monotonic()
    found = json.loads(done.stdout)
    return [*(tuple(step) for step in found["steps"]), ("process ends", 1000 * (ended_s - found["end_s"]), 0.0, 0.0)]


def worker_alone_ms() -> float:
    """From the worker's start to its first answer, with the machine to itself."""
    from grader.sandbox.warm import Worker

    start_s = time.monotonic()
    with Worker() as worker:
        worker.order({"do": "reap", "pid": 0})
        return 1000 * (time.monotonic() - start_s)


def table(gradings: list[list[Step]], worker_ms: list[float]) -> str:
    names = [step[0] for step in gradings[0]]
    medians = [[statistics.median(grading[i][column] for grading in gradings) for column in (1, 2, 3)] for i in range(len(names))]
    total = sum(wall for wall, _, _ in medians)
    lines = ["| step | ms | share | grader's processor ms | student's processor ms |", "|---|---|---|---|---|"]
    lines += [
        f"| {name} | {wall:.1f} | {wall / total:.0%} | {own:.1f} | {f'{student:.1f}' if student > 0.05 else ''} |"
        for name, (wall, own, student) in zip(names, medians)
    ]
    own_ms, student_ms = (sum(median[column] for median in medians) for column in (1, 2))
    lines.append(f"| **in all** | **{total:.0f}** | | **{own_ms:.0f}** | **{student_ms:.0f}** |")
    lines.append(f"| beside it: worker's start to its first answer | {statistics.median(worker_ms):.0f} | | | |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("submission", type=Path, nargs="?", default=RIGHT)
    parser.add_argument("--runs", type=int, default=11)
    arguments = parser.parse_args()
    gradings = [steps_of_a_grading(arguments.submission) for _ in range(arguments.runs + 1)][1:]
    found = table(gradings, [worker_alone_ms() for _ in range(5)])
    print(found)
    ARCHITECTURE.write_text(put_into(ARCHITECTURE.read_text(encoding="utf-8"), found, MARKERS), encoding="utf-8")


if __name__ == "__main__":
    main()
