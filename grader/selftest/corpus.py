"""The shipped corpus of right and wrong submissions, graded and held against what must come of them.

What may live here: reading tests/submissions, grading each, and the figures.
"""
from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from grader.frozen import frozen
from grader.grading import grade
from grader.result import Result
from grader.sandbox.warm import Worker

CORPUS = Path(__file__).resolve().parents[2] / "tests" / "submissions"


@frozen
class Entry:
    """A submission of the corpus and what must come of it (see tests/submissions/README.md)."""

    name: str
    path: Path
    expected: Mapping[str, Any]

    @property
    def is_right(self) -> bool:
        return bool(self.expected["kind"] == "right")

    def faults(self, result: Result) -> list[str]:
        """How the result differs from what was expected, in words; empty if it does not."""
        checks = {check.number: check for check in result.checks}
        low, high = self.expected["score"]
        faults = [] if low - 0.005 <= result.score <= high + 0.005 else [f"score {result.score:g}, expected {low:g} to {high:g}"]
        for number in self.expected.get("fails", ()):
            if checks[number].max_score and checks[number].score >= checks[number].max_score:
                faults.append(f"{number} passed")
        for number in self.expected.get("passes", ()):
            if checks[number].score < checks[number].max_score:
                faults.append(f"{number} failed")
        return faults


    def diagnoses(self, result: Result) -> Counter[str]:
        """How many of the expected diagnoses came out right, wrong and withheld."""
        found = {finding["quantity"]: finding for finding in result.diagnosis}
        return Counter(_verdict(expected, found.get(expected["quantity"])) for expected in self.expected.get("diagnosis", ()))


def _verdict(expected: Mapping[str, Any], found: Mapping[str, Any] | None) -> str:
    if found is None or found["verdict"] != "explained":
        return "withheld"
    same = all(sorted(found[key]) == sorted(expected[key]) for key in ("missing", "extra") if key in expected)
    return "right" if same and all(found[key] == expected[key] for key in ("id", "step") if key in expected) else "wrong"


def entries() -> Iterator[Entry]:
    """All of the corpus by name. Raises FileNotFoundError where it was not shipped."""
    for path in sorted(CORPUS.iterdir()):
        if (path / "expected.json").is_file():
            yield Entry(path.name, path / "submission", json.loads((path / "expected.json").read_text(encoding="utf-8")))


def run(out: TextIO) -> bool:
    """Grade the corpus, print what is off and the figures; whether nothing is off."""
    false_rejects, false_accepts, others, counts = 0, 0, 0, {True: 0, False: 0}
    diagnoses: Counter[str] = Counter()
    start_s = time.monotonic()
    with Worker() as worker:
        for entry in entries():
            counts[entry.is_right] += 1
            result = grade(entry.path, worker)
            faults = entry.faults(result)
            verdicts = entry.diagnoses(result)
            diagnoses += verdicts
            if verdicts["wrong"]:
                print(f"{entry.name}: a wrong diagnosis", file=out)
            if not faults:
                continue
            print(f"{entry.name}: {'; '.join(faults)}", file=out)
            if entry.is_right and result.score < entry.expected["score"][0]:
                false_rejects += 1
            elif not entry.is_right and result.score > entry.expected["score"][1]:
                false_accepts += 1
            else:
                others += 1
    print(f"right submissions  {counts[True]:4}   false rejects {false_rejects}", file=out)
    print(f"wrong submissions  {counts[False]:4}   false accepts {false_accepts}", file=out)
    print(f"diagnoses: right {diagnoses['right']}, wrong {diagnoses['wrong']}, withheld {diagnoses['withheld']}", file=out)
    print(f"other rows off     {others:4}   seconds {time.monotonic() - start_s:.1f}", file=out)
    return not (false_rejects or false_accepts or others or diagnoses["wrong"])
