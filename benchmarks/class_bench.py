"""What a class costs: a mixed class of any size, graded by `class`, against the peer and against the students' own work.

    python benchmarks/class_bench.py [--sizes 100 1000 3000] [--jobs N] [--alone]

For each size, prints wall seconds, submissions a second a core, and the peak
memory of each kind of process. With --alone also what the same class would take
by peer_naive.py run one after another, and what the students' own calls take by
own_work.py; both are run once for each different submission and counted as often
as it comes. Hostile submissions are left out there: nothing would hold them.
"""
from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from grader.selftest.corpus import entries  # noqa: E402

ATTACKS = ROOT / "tests" / "attacks"
SLOW = ("loops-over-examples", "loops-over-units", "python-lists", "factored-derivative", "star-import-from-math")
ENDLESS = ("hang-in-backprop",)
ENDLESS_ATTACKS = frozenset({
    "sleep", "busy-loop", "busy-loop-in-c", "busy-loop-on-import", "slow-drip", "ignored-sigxcpu", "stops-itself",
    "output-flood-without-end", "thread-bomb", "fork-bomb", "held-open-pipe",
})
SHARES = {"right": 0.55, "wrong": 0.37, "slow": 0.04, "hostile": 0.03, "endless": 0.01}
HONEST = {"right": 0.57, "wrong": 0.39, "slow": 0.04}
"""Of a class. Each kind goes round through its submissions, in an order drawn by the seed."""
ALONE_LIMIT_S = 120.0
SAMPLE_EVERY_S = 0.3


def kinds() -> dict[str, list[Path]]:
    """The submissions of each kind: a folder each. Endless ones are hostile too: attacks that sleep or loop until they are stopped."""
    found: dict[str, list[Path]] = {kind: [] for kind in SHARES}
    for entry in entries():
        kind = "slow" if entry.name in SLOW else "endless" if entry.name in ENDLESS else "right" if entry.is_right else "wrong"
        found[kind].append(entry.path)
    for path in sorted(ATTACKS.glob("*/submission")):
        found["endless" if path.parent.name in ENDLESS_ATTACKS else "hostile"].append(path)
    return found


def make_class(
    folder: Path, size: int, seed: int = 1, shares: Mapping[str, float] = SHARES, most: int | None = None
) -> list[Path]:
    """A folder with a submission a student, no two scripts the same to the byte; returns where each was taken from, in their order.

    most  how many different submissions of each kind are used; None for all there are
    """
    draw = random.Random(seed)
    every = kinds()
    for kind, paths in every.items():
        draw.shuffle(paths)
        every[kind] = paths[:most]
    counts = {kind: round(share * size) for kind, share in shares.items()}
    counts["right"] += size - sum(counts.values())
    chosen = [every[kind][i % len(every[kind])] for kind, count in counts.items() for i in range(count)]
    draw.shuffle(chosen)
    folder.mkdir(parents=True)
    for number, path in enumerate(chosen):
        student = folder / f"student-{number:05}"
        shutil.copytree(path, student, symlinks=True)
        for source in student.glob("*.py"):
            with open(source, "ab") as file:
                file.write(b"\n# student %d\n" % number)
    return chosen


@dataclass
class Memory:
    """Peak resident MiB: the class process, its grading processes, the warm workers, and of each student's process.

    cpu_s  by process, its processor time and, where it waits for them as a warm worker does, its children's
    """

    cpu_s: dict[int, float] = field(default_factory=dict)
    main: float = 0.0
    grading: dict[int, float] = field(default_factory=dict)
    worker: dict[int, float] = field(default_factory=dict)
    students: dict[int, float] = field(default_factory=dict)

    def lines(self) -> list[str]:
        students = sorted(self.students.values()) or [0.0]
        return [
            f"peak memory, MiB: class process {self.main:.0f}, grading process {max(self.grading.values(), default=0):.0f}, "
            f"warm worker {max(self.worker.values(), default=0):.0f}, a student's process {statistics.median(students):.0f} (median)",
        ]


@dataclass(frozen=True)
class ClassRun:
    """One run of `class`: wall and processor seconds of all its processes, and memory."""

    size: int
    wall_s: float
    cpu_s: float
    memory: Memory


def _status(pid: int) -> tuple[int, float]:
    """Parent, and peak resident MiB so far; Linux."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(fields["PPid"]), int(fields.get("VmHWM", "0 kB").split()[0]) / 1024


def _cpu_s(pid: int, with_children: bool) -> float:
    """Processor time so far, of the children that it has waited for as well if asked; proc_pid_stat(5)."""
    try:
        ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11 : 15 if with_children else 13]
    except OSError:
        return 0.0
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _sample(main: int, memory: Memory, ended: threading.Event) -> None:
    while not ended.wait(SAMPLE_EVERY_S):
        found: dict[int, tuple[int, float]] = {}
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                found[int(name)] = _status(int(name))
            except (OSError, KeyError, ValueError):
                continue
        levels = {main: 0}
        for _ in range(3):
            levels |= {pid: levels[parent] + 1 for pid, (parent, _) in found.items() if parent in levels and pid not in levels}
        for pid, level in levels.items():
            peak = found.get(pid, (0, 0.0))[1]
            if level < 3:
                memory.cpu_s[pid] = max(memory.cpu_s.get(pid, 0.0), _cpu_s(pid, level == 2))
            if level == 0:
                memory.main = max(memory.main, peak)
            else:
                kind = (memory.grading, memory.worker, memory.students)[level - 1]
                kind[pid] = max(kind.get(pid, 0.0), peak)


def run_class(folder: Path, out: Path, jobs: int | None = None) -> ClassRun:
    """Grade a class by the command, as an instructor does."""
    size = sum(1 for _ in folder.iterdir())
    argv = [sys.executable, "-m", "grader", "class", str(folder), "--out", str(out), *(["--jobs", str(jobs)] if jobs else [])]
    memory, ended = Memory(), threading.Event()
    start_s = time.monotonic()
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL)
    sampler = threading.Thread(target=_sample, args=(process.pid, memory, ended))
    sampler.start()
    _, status, _ = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - start_s
    ended.set()
    sampler.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"class ended with {process.returncode}")
    return ClassRun(size, wall_s, sum(memory.cpu_s.values()), memory)


@dataclass(frozen=True)
class Alone:
    """Honest submissions of a class, or a sample of them: how many, and seconds that other ways of running them take."""

    size: int
    peer_wall_s: float
    peer_cpu_s: float
    own_cpu_s: float


def _main_file(path: Path) -> Path | None:
    found = sorted(path.rglob("*.py"), key=lambda file: (file.name != "backprop.py", len(file.parts), file.name))
    return found[0] if found else None


def _timed(script: str, source: Path) -> tuple[float, float, str]:
    """Wall and processor seconds and last word of a script of this folder on one submission; how it ends does not matter."""
    with tempfile.TemporaryDirectory() as empty:  # for those that write files where they are run
        argv = [sys.executable, str(Path(__file__).with_name(script)), str(source)]
        start_s, before = time.monotonic(), os.times()
        try:
            done = subprocess.run(argv, cwd=empty, capture_output=True, text=True, timeout=ALONE_LIMIT_S, check=False,
                                  stdin=subprocess.DEVNULL, env={**os.environ, "MPLBACKEND": "Agg"}, errors="replace")
        except subprocess.TimeoutExpired:
            return ALONE_LIMIT_S, ALONE_LIMIT_S, ""
    words, after = done.stdout.split(), os.times()
    cpu_s = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - start_s, cpu_s, words[-1] if words else ""


def alone(chosen: Sequence[Path], most: int) -> Alone:
    """What the honest submissions of a class take by the peer, one after another, and by themselves; at most so many, drawn.

    Left out are those that stop as they are imported: the grader goes on with them, neither of these does.
    """
    honest = [path for path in chosen if ATTACKS not in path.parents and path.parent.name not in ENDLESS and _main_file(path)]
    if len(honest) > most:
        honest = random.Random(1).sample(honest, most)
    size, peer_wall_s, peer_cpu_s, own_s = 0, 0.0, 0.0, 0.0
    for path, count in Counter(honest).items():
        source = _main_file(path)
        assert source is not None
        word = _timed("own_work.py", source)[2]
        if not word.replace(".", "").replace("e-", "").isdigit():
            continue
        wall_s, cpu_s, _ = _timed("peer_naive.py", source)
        size, own_s = size + count, own_s + count * float(word)
        peer_wall_s, peer_cpu_s = peer_wall_s + count * wall_s, peer_cpu_s + count * cpu_s
    return Alone(size, peer_wall_s, peer_cpu_s, own_s)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--alone", action="store_true", help="also time the peer and the students' own work, for the first size")
    parser.add_argument("--ending", action="store_true", help="leave out what never ends")
    parser.add_argument("--sample", type=int, default=10_000, help="of how many at most, with --alone")
    arguments = parser.parse_args()
    jobs = arguments.jobs or len(os.sched_getaffinity(0))
    for position, size in enumerate(arguments.sizes):
        with tempfile.TemporaryDirectory(prefix="class-bench-") as folder:
            shares = {kind: share for kind, share in SHARES.items() if kind != "endless" or not arguments.ending}
            chosen = make_class(Path(folder) / "class", size, shares=shares)
            run = run_class(Path(folder) / "class", Path(folder) / "out", jobs)
        print(f"{size:,} submissions, {jobs} jobs: {run.wall_s:.1f} s wall, {size / run.wall_s / jobs:.2f} a second a core, "
              f"{run.cpu_s:.1f} s of processor time", *run.memory.lines(), sep="\n", flush=True)
        if arguments.alone and position == 0:
            print("\n".join(_against(run, jobs, alone(chosen, arguments.sample))), flush=True)


def _against(run: ClassRun, jobs: int, other: Alone) -> list[str]:
    """The class, hostile submissions included, a submission a core against each of the honest ones alone."""
    wall_s, cpu_s = run.wall_s * jobs / run.size, run.cpu_s / run.size
    found = [f"alone: {other.size:,} honest submissions"]
    for name, seconds, ours_s in (
        ("peer, wall", other.peer_wall_s, wall_s), ("peer, processor time", other.peer_cpu_s, cpu_s),
        ("students' own work, processor time", other.own_cpu_s, cpu_s),
    ):
        each_s = seconds / other.size
        found.append(f"{name}: {each_s:.3f} s each, class {ours_s:.3f} s each; class / this: {ours_s / each_s:.2f}")
    return found


if __name__ == "__main__":
    main()
