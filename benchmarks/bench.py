"""`make bench`: what a grading costs, as ratios within one run, since machines are noisy.

    python benchmarks/bench.py [--runs N] [--class-size N]

Prints a table, and puts it into the README between its markers; writes benchmarks/last.json,
and shows beside each figure what stood there before.
"""
from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))
CORPUS = ROOT / "tests" / "submissions"
RIGHT = CORPUS / "np-dot" / "submission" / "backprop.py"
WITH_SCIPY = CORPUS / "expit-and-at-operator" / "submission" / "backprop.py"
WITH_PLOTS = CORPUS / "tutorial-style" / "submission" / "backprop.py"
WRONG = CORPUS / "extra-sigmoid-derivative" / "submission" / "backprop.py"
LAST, README = HERE / "last.json", ROOT / "README.md"
MARKERS = "<!-- bench: written by make bench -->", "<!-- /bench -->"
IMPORTS = ("grader.cli", "grader.sandbox.warm", "grader.grading", "grader.sandbox.worker", "grader.diagnosis")
SAMPLE_EVERY_S = 0.01
CLASS_ALONE = 60
"""Of so many submissions of the class, drawn, the time by the peer and alone is taken."""


@dataclass(frozen=True)
class Spread:
    """Median, smallest and largest of several values; `goal` is the most that the median may be, None for no goal."""

    median: float
    low: float
    high: float
    goal: float | None = None

    def text(self) -> str:
        digits = 2 if self.high < 20 else 0
        if self.low == self.high:
            return f"{self.median:.{digits}f}"
        return f"{self.median:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


Rows = Iterator[tuple[str, Spread]]


def spread(values: Sequence[float], goal: float | None = None) -> Spread:
    return Spread(statistics.median(values), min(values), max(values), goal)


# ---------------------------------------------------------------- one process


@dataclass(frozen=True)
class Run:
    """One process with its reaped children: seconds, and the peak resident memory of the largest of them."""

    wall_s: float
    cpu_s: float
    peak_bytes: float


def timed(argv: Sequence[str]) -> Run:
    start_s = time.monotonic()
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"bench: {' '.join(argv)} ended with {process.returncode}")
    peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Run(time.monotonic() - start_s, usage.ru_utime + usage.ru_stime, peak_bytes)


def grade(path: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "grader", "grade", str(path), *options]


def peer(path: Path) -> list[str]:
    return [sys.executable, str(HERE / "peer_naive.py"), str(path)]


def paired(ours: Sequence[str], other: Sequence[str], runs: int) -> list[tuple[Run, Run]]:
    """The two in turn, so that a drift of the machine's speed meets both; the first pair warms up and is dropped."""
    return [(timed(ours), timed(other)) for _ in range(runs + 1)][1:]


def compared(name: str, ours: Sequence[str], other: Sequence[str], runs: int, wall: float | None = None, cpu: float | None = None) -> Rows:
    pairs = paired(ours, other, runs)
    yield f"{name}: wall", spread([a.wall_s / b.wall_s for a, b in pairs], wall)
    yield f"{name}: processor time", spread([a.cpu_s / b.cpu_s for a, b in pairs], cpu)
    yield f"{name}: peak memory of the largest process", spread([a.peak_bytes / b.peak_bytes for a, b in pairs])


def own_work_ratios(runs: int) -> Rows:
    pairs = []
    for _ in range(runs):
        own = subprocess.run([sys.executable, HERE / "own_work.py", RIGHT], capture_output=True, text=True, check=True, cwd=ROOT)
        pairs.append((timed(grade(RIGHT)), *map(float, own.stdout.split()[-2:])))
    yield "right submission / student's own work: wall", spread([run.wall_s / wall_s for run, wall_s, _ in pairs])
    yield "right submission / student's own work: processor time", spread([run.cpu_s / cpu_s for run, _, cpu_s in pairs])


def pictures(runs: int) -> Rows:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        pairs = paired(grade(RIGHT, "--pictures", folder), grade(RIGHT), runs)
    yield "pictures add, seconds: wall", spread([with_them.wall_s - without.wall_s for with_them, without in pairs], 0.5)


# ---------------------------------------------------------------- memory


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _peak_mib(pid: int) -> float:
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def peaks_mib(argv: Sequence[str]) -> list[float]:
    """Peak resident memory of the grading process, of its worker, and of the student's process; Linux."""
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL)
    peaks, ended = [0.0, 0.0, 0.0], threading.Event()

    def sample() -> None:
        while not ended.wait(SAMPLE_EVERY_S):
            pids = [process.pid]
            for level in range(3):
                peaks[level] = max([peaks[level], *map(_peak_mib, pids)])
                pids = [child for pid in pids for child in _children(pid)]

    sampler = threading.Thread(target=sample)
    sampler.start()
    process.wait()
    ended.set()
    sampler.join()
    return peaks


def memory() -> Rows:
    peaks = [peaks_mib(grade(RIGHT)) for _ in range(3)]
    for level, (name, goal) in enumerate((("grading process", 120.0), ("worker", 120.0), ("student's process", None))):
        yield f"peak memory, MiB: {name}", spread([run[level] for run in peaks], goal)


# ---------------------------------------------------------------- calls, imports, a class


def latency_us(calls: int = 500) -> Spread:
    """One call of forward at seven examples, there and back, in microseconds: median, and the middle nine tenths."""
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


def class_rows(size: int) -> Rows:
    """A class run a submission a core, against the peer and the students' own work on the same submissions."""
    from benchmarks.class_bench import HONEST, alone, make_class, run_class

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        chosen = make_class(Path(folder) / "class", size, shares=HONEST, most=12)
        run = run_class(Path(folder) / "class", Path(folder) / "out")
    other = alone(chosen, CLASS_ALONE)
    each_s = run.wall_s * len(os.sched_getaffinity(0)) / size
    yield f"class of {size}, a submission a core / peer: wall", spread([each_s * other.size / other.peer_wall_s], 0.25)
    yield f"class of {size}, a submission a core / students' own work", spread([each_s * other.size / other.own_cpu_s], 2.0)
    yield f"class of {size}, students' own work / peer: the least that any grader could take", spread([other.own_cpu_s / other.peer_wall_s])
    yield f"class of {size}: seconds", spread([run.wall_s])


def measure(runs: int, class_size: int) -> Rows:
    yield from compared("right submission / peer", grade(RIGHT), peer(RIGHT), runs, 1.0, 1.5)
    yield from compared("one that imports scipy / peer on it", grade(WITH_SCIPY), peer(WITH_SCIPY), runs)
    yield from compared("one that imports matplotlib / peer on it", grade(WITH_PLOTS), peer(WITH_PLOTS), runs)
    yield from compared("wrong submission with diagnosis / peer on a right one", grade(WRONG), peer(RIGHT), runs)
    start = [sys.executable, "-c", "import numpy, scipy.special"]
    yield from compared("right submission / import numpy, scipy.special", grade(RIGHT), start, runs)
    yield from own_work_ratios(runs)
    yield from pictures(runs)
    if sys.platform == "linux":
        yield from memory()
    yield "one call there and back, microseconds", latency_us()
    for module in IMPORTS:
        yield f"import {module}, ms", spread([import_ms(module) for _ in range(3)])
    if class_size:
        yield from class_rows(class_size)


# ---------------------------------------------------------------- the table


def table(rows: dict[str, Spread], before: dict[str, dict[str, float]]) -> str:
    lines = ["| what | median (smallest to largest) | goal | before |", "|---|---|---|---|"]
    for name, value in rows.items():
        goal = "" if value.goal is None else f"≤ {value.goal:g}"
        old = f"{before[name]['median']:.2f}" if name in before else ""
        lines.append(f"| {name} | {value.text()} | {goal} | {old} |")
    return "\n".join(lines)


def put_into(text: str, table: str, markers: tuple[str, str]) -> str:
    """A document with the table between its markers; as it is if it has none."""
    start, end = markers
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    return pattern.sub(lambda _: f"{start}\n{table}\n{end}", text)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--class-size", type=int, default=500)
    arguments = parser.parse_args()
    for package in ("grader", "reference"):  # as `make install` leaves them
        compileall.compile_dir(ROOT / package, quiet=1)
    rows: dict[str, Spread] = {}
    for name, value in measure(arguments.runs, arguments.class_size):
        rows[name] = value
        print(f"{name}: {value.text()}", flush=True)
    before = json.loads(LAST.read_text())["rows"] if LAST.exists() else {}
    found = table(rows, before)
    print(f"\n{found}")
    README.write_text(put_into(README.read_text(encoding="utf-8"), found, MARKERS), encoding="utf-8")
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": len(os.sched_getaffinity(0))}
    LAST.write_text(json.dumps({"machine": machine, "rows": {name: vars(value) for name, value in rows.items()}}, indent=1) + "\n")


if __name__ == "__main__":
    main()
