"""Do the public checks and the grader agree over the corpus? `python -m grader.selftest.public` prints it.

What may live here: asking both, and the figures. What passes all public checks should score at least 95, and what
fails one below 100. Notebooks and their exports are left out: Jupyter runs the checks there, not `check.py`.
"""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from grader.frozen import frozen
from grader.grading import grade
from grader.sandbox.warm import Worker
from grader.selftest.corpus import CORPUS, Entry, entries
from grader.submission import UnusableSubmission, read_submission

FOLDER = CORPUS.parents[1] / "student_template"
LEAST_WHERE_PASSED, ALL_POINTS = 95.0, 100.0
WHOLE_TABLE = 20


@frozen
class Verdict:
    """What the public checks say of one script; what and message of the first check that does not pass."""

    passed: bool
    what: str
    message: str

    def disagrees(self, least: float, most: float) -> bool:
        """Whether this contradicts a score between least and most."""
        return least < LEAST_WHERE_PASSED if self.passed else most >= ALL_POINTS


def checkable() -> list[Entry]:
    """The entries of the corpus that are scripts which Python itself can run."""
    return [entry for entry in entries() if _main(entry).endswith(".py") and entry.name != "colab-export"]


def _main(entry: Entry) -> str:
    try:
        return read_submission(entry.path).main
    except UnusableSubmission:
        return ""


def verdicts(of: Iterable[Entry], cpu_s: int = 60, table_rows: int = WHOLE_TABLE) -> Mapping[str, Verdict]:
    """By name, what the public checks say of each entry.

    cpu_s       processor time for one script; what takes longer has failed
    table_rows  rows of the training's table that are compared, 50 steps each
    """
    with tempfile.TemporaryDirectory() as folder:
        scripts = [_laid_out(entry, Path(folder) / entry.name) for entry in of]
        command = [sys.executable, str(Path(__file__).with_name("public_run.py")), str(FOLDER), str(cpu_s), str(table_rows)]
        done = subprocess.run([*command, *map(str, scripts)], cwd=folder, capture_output=True, text=True, check=True)
        found: Sequence[Sequence[object]] = [json.loads(line) for line in done.stdout.splitlines()]
        return {
            Path(str(script)).relative_to(folder).parts[0]: Verdict(bool(passed), str(what), str(message))
            for script, passed, what, message in found
        }


def _laid_out(entry: Entry, folder: Path) -> Path:
    folder.mkdir()
    return read_submission(entry.path).lay_out(folder)


def main() -> int:
    """Print the figures; 1 if the two disagree anywhere."""
    found = checkable()
    said = verdicts(found)
    disagreements = 0
    with Worker() as worker:
        for entry in found:
            score, verdict = grade(entry.path, worker).score, said[entry.name]
            if verdict.disagrees(score, score):
                disagreements += 1
                print(f"{entry.name}: {'passes' if verdict.passed else f'fails ({verdict.what})'}, scores {score:g}")
    passed = sum(verdict.passed for verdict in said.values())
    print(f"public checks: {passed} of {len(found)} submissions pass, {disagreements} disagree with the grader")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
