"""Coverage-guided fuzzing for a bounded time: python -m tests.fuzz.run [SECONDS] [TARGET ...]

What may live here: starting libFuzzer (by atheris) on each target in a process
of its own, with its bounds on time and memory, and the figures at the end.
"""
from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

DOORS = ("wire", "submission", "notebook")
ROOT = Path(__file__).resolve().parents[2]
INPUT_S, MEMORY_MB, INPUT_BYTES = 5, 600, 1 << 14
"""An input that takes longer is a hang; this much memory, most of it Python's and numpy's own at rest, is too much."""


@dataclass(frozen=True)
class Figures:
    """What one target's run came to; `fault` is the end of libFuzzer's report if it found something."""

    target: str
    executions: int
    seconds: float
    fault: str


def fuzz(target: str, seconds: int) -> Figures:
    """Fuzz one target. Raises RuntimeError if the fuzzer did not run at all."""
    with tempfile.TemporaryDirectory(prefix="fuzzing-") as name:
        folder = Path(name)
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.run", "--inside", target, str(seconds), name], cwd=ROOT, capture_output=True, text=True,
            errors="replace", timeout=seconds * 3 + 120, env={**os.environ, "TMPDIR": name, "OPENBLAS_NUM_THREADS": "1"}, check=False,
        )
        found = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
        spent = re.search(r"Done \d+ runs in (\d+) second", done.stderr)
        crashes = [path for path in folder.iterdir() if path.name.startswith(("crash-", "timeout-", "oom-", "leak-", "slow-"))]
        if found is None and not crashes:
            raise RuntimeError(f"the fuzzer did not run: {done.stderr[-1500:]}")
        kept = [path.read_bytes()[:200] for path in crashes if not path.name.startswith("slow-")]
        fault = f"{kept[0]!r}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}" if kept else ""
    return Figures(target, int(found[1]) if found else 0, float(spent[1]) if spent else seconds, fault)


def _inside(target: str, seconds: int, folder: str) -> None:
    """The fuzzing process: instrument our modules and those that parse for us, then loop until the time is up."""
    import atheris

    with atheris.instrument_imports(include=["grader.sandbox", "grader.submission", "grader.checks", "zipfile", "tests.fuzz"]):
        from tests.fuzz import targets

    corpus = Path(folder, "corpus")
    corpus.mkdir()
    for number, seed in enumerate(targets.seeds(target)):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup(
        [
            "fuzz", str(corpus), f"-max_total_time={seconds}", f"-timeout={INPUT_S}", f"-rss_limit_mb={MEMORY_MB}",
            f"-max_len={INPUT_BYTES}", f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=1",
        ],
        targets.TARGETS[target],
    )
    atheris.Fuzz()


def main(arguments: list[str]) -> int:
    """Share the seconds among the targets; 1 if anything was found."""
    seconds = int(arguments[0]) if arguments else 60
    names = arguments[1:] or DOORS
    faults = 0
    for name in names:
        figures = fuzz(name, max(1, seconds // len(names)))
        verdict = "a fault" if figures.fault else "no fault"
        print(f"{figures.target:12} {figures.executions:9,} executions in {figures.seconds:.0f} s, {verdict}", flush=True)
        if figures.fault:
            print(figures.fault)
        faults += bool(figures.fault)
    return 1 if faults else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        _inside(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        sys.exit(main(sys.argv[1:]))
