"""`make bench`: what a grading costs, as ratios within one run, since machines are noisy.

    python benchmarks/bench.py [--runs N] [--class-size N]

Prints a table (also in benchmarks/table.md), writes benchmarks/last.json, and
says what changed against the one that was there.
"""
from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))
RIGHT = ROOT / "tests" / "submissions" / "np-dot" / "submission" / "backprop.py"
WRONG = ROOT / "tests" / "submissions" / "extra-sigmoid-derivative" / "submission" / "backprop.py"
LAST, TABLE = HERE / "last.json", HERE / "table.md"


@dataclass(frozen=True)
class Run:
    """One process with its reaped children: seconds, and the largest single process in MiB."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def timed(argv: Sequence[str]) -> Run:
    start_s = time.monotonic()
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"bench: {' '.join(argv)} ended with {process.returncode}")
    return Run(time.monotonic() - start_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of several values."""

    median: float
    low: float
    high: float

    def text(self, digits: int = 2) -> str:
        return f"{self.median:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def paired(ours: Sequence[str], other: Sequence[str], runs: int) -> list[tuple[Run, Run]]:
    """The two in turn, so that a drift of the machine's speed meets both; the first pair warms up and is dropped."""
    return [(timed(ours), timed(other)) for _ in range(runs + 1)][1:]


def grade_command(path: Path) -> list[str]:
    return [sys.executable, "-m", "grader", "grade", str(path)]


def compare(rows: dict[str, Spread], name: str, ours: Sequence[str], other: Sequence[str], runs: int) -> None:
    pairs = paired(ours, other, runs)
    rows[f"{name}: wall"] = spread([a.wall_s / b.wall_s for a, b in pairs])
    rows[f"{name}: processor time"] = spread([a.cpu_s / b.cpu_s for a, b in pairs])
    rows[f"{name}: peak memory of a process"] = spread([a.peak_mib / b.peak_mib for a, b in pairs])


def own_work_ratio(runs: int) -> Spread:
    ratios = []
    for _ in range(runs):
        own = subprocess.run([sys.executable, HERE / "own_work.py", RIGHT], capture_output=True, text=True, check=True, cwd=ROOT)
        ratios.append(timed(grade_command(RIGHT)).cpu_s / float(own.stdout.split()[-1]))
    return spread(ratios)


def latency_us(calls: int = 500) -> Spread:
    """One call of forward at seven examples, there and back, in microseconds."""
    from grader.checks.subject import draw_point
    from grader.grading import REFERENCE, client_for
    from grader.rubric import DEFAULT, Size
    from grader.sandbox.cell import cell, hand_over
    from grader.sandbox.policy import Limits
    from grader.sandbox.warm import Worker
    from grader.submission import read_submission

    submission = read_submission(RIGHT)
    call = draw_point(1, Size(7, 2, 3)).forward_call()
    with Worker() as worker, cell(REFERENCE, Limits()) as place:
        main = submission.lay_out(place.scratch)
        hand_over(place)
        client, _ = place.start(lambda policy: client_for(worker, submission, main, policy, DEFAULT), False)
        client.load()
        times = []
        for _ in range(calls):
            start_s = time.perf_counter()
            client.call("forward", [call], 5.0)
            times.append(1e6 * (time.perf_counter() - start_s))
        client.close()
    ordered = sorted(times)
    return Spread(statistics.median(times), ordered[len(ordered) // 20], ordered[-len(ordered) // 20])


def import_ms(module: str) -> float:
    """What an import costs by -X importtime, all it pulls in included."""
    argv = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT)
    lines = [re.split(r"[|:]", line) for line in done.stderr.splitlines() if line.startswith("import time:")]
    return next(int(cumulative) / 1000 for *_, cumulative, name in lines if name.strip() == module)


def class_ratio(size: int) -> dict[str, Spread]:
    """A class run a submission a core, against the peer's wall time for one."""
    from benchmarks.class_bench import make_class

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        make_class(Path(folder) / "class", size)
        run = timed([sys.executable, "-m", "grader", "class", f"{folder}/class", "--out", f"{folder}/out"])
    peer = timed([sys.executable, str(HERE / "peer_naive.py"), str(RIGHT)])
    cores = os.cpu_count() or 1
    ratio = run.wall_s * cores / size / peer.wall_s
    return {f"class of {size}, a submission a core / peer: wall": Spread(ratio, ratio, ratio)}


def measure(runs: int, class_size: int) -> dict[str, Spread]:
    rows: dict[str, Spread] = {}
    peer = [sys.executable, str(HERE / "peer_naive.py")]
    compare(rows, "right submission / peer", grade_command(RIGHT), [*peer, str(RIGHT)], runs)
    start = [sys.executable, "-c", "import numpy, scipy.special"]
    compare(rows, "right submission / import numpy, scipy.special", grade_command(RIGHT), start, runs)
    compare(rows, "wrong submission with diagnosis / peer on the right one", grade_command(WRONG), [*peer, str(RIGHT)], runs)
    rows["right submission / student's own work: processor time"] = own_work_ratio(runs)
    rows["one call, microseconds"] = latency_us()
    for module in ("grader.cli", "grader.sandbox.warm", "grader.grading", "grader.sandbox.worker", "grader.diagnosis"):
        rows[f"import {module}, ms"] = spread([import_ms(module) for _ in range(3)])
    if class_size:
        rows.update(class_ratio(class_size))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--class-size", type=int, default=500)
    arguments = parser.parse_args()
    rows = measure(arguments.runs, arguments.class_size)
    before = json.loads(LAST.read_text()) if LAST.exists() else {}
    lines = ["| what | median (smallest to largest) | before |", "|---|---|---|"]
    for name, value in rows.items():
        old = f"{before[name]['median']:.2f}" if name in before else ""
        lines.append(f"| {name} | {value.text()} | {old} |")
    print("\n".join(lines))
    TABLE.write_text("\n".join(lines) + "\n")
    LAST.write_text(json.dumps({name: vars(value) for name, value in rows.items()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
