"""One grading as `python -m grader grade` runs it, timed step by step; budget.py runs it in a process of its own.

    python benchmarks/one_grading.py SUBMISSION STARTED     STARTED by time.monotonic(), before the process was

What may live here: nothing that imports what a grading does not import by itself before it is timed.
"""
from __future__ import annotations

import sys
import time

sys.path.insert(0, sys.argv[0].rpartition("/benchmarks/")[0] or ".")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Clock:
    """Times each step from the end of the one before: what, wall ms, own processor ms, processor ms of the student's process."""

    def __init__(self, started_s: float) -> None:
        self.steps: list[tuple[str, float, float, float]] = []
        self.client: Any = None
        self._last = (started_s, 0.0, 0.0)

    def mark(self, name: str) -> None:
        student_s = (self.client.cpu_s() or self._last[2]) if self.client is not None else 0.0
        now = (time.monotonic(), time.process_time(), student_s)
        wall, own, student = (1000 * (new - old) for new, old in zip(now, self._last))
        self.steps.append((name, wall, own, student))
        self._last = (time.monotonic(), time.process_time(), student_s)

    def after(self, owner: Any, method: str, name: str, before: str = "") -> None:
        """Mark the end of a method's calls; with `before`, also what comes before it."""
        plain = getattr(owner, method)

        def watched(this: Any, *arguments: Any, **named: Any) -> Any:
            if before:
                self.mark(before)
            found = plain(this, *arguments, **named)
            if method == "load":
                self.client = this
            self.mark(name)
            return found

        setattr(owner, method, watched)


def main(path: str, started_s: float) -> None:
    """Grade as the command does; the report to standard error, the steps as JSON to standard output."""
    clock = Clock(started_s)
    clock.mark("interpreter starts")
    from grader.sandbox import warm

    warm.start_ahead([path])
    clock.mark("worker is started")
    from grader import cli

    cli._parser().parse_args(["grade", path])
    clock.mark("import: arguments")
    with warm.take() as worker:
        cli.os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        import numpy  # noqa: F401

        clock.mark("import: numpy")
        from grader.grading import grade

        clock.mark("import: checks, gradescope-utils, unittest")
        from grader.sandbox.client import Client

        clock.after(Client, "start", "worker awaited; child forked, confined, probed", before="submission read, scratch folder, user")
        clock.after(Client, "load", "student's file is run")
        clock.after(Client, "close", "child ended and reaped")
        result = grade(cli.Path(path), worker, on_row=lambda row: clock.mark(f"{row.number} {row.name.split(':')[-1].strip()}"))
        clock.mark("scratch folder cleared, user's processes looked for")
    clock.mark("worker ended")
    from grader.report import terminal

    print(terminal.report(result), file=sys.stderr, flush=True)
    clock.mark("report")
    print(cli.json.dumps({"steps": clock.steps, "end_s": time.monotonic()}), flush=True)
    cli.os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
