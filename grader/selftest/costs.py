"""`python -m grader.selftest.costs`: what each single mistake of the corpus costs, as the table in docs/costs.md.

What may live here: grading the corpus's wrong submissions and laying the scores out.
"""
from __future__ import annotations

from pathlib import Path

from grader.grading import grade
from grader.result import Result
from grader.sandbox.warm import Worker
from grader.selftest.corpus import Entry, entries

TABLE = Path(__file__).resolve().parents[2] / "docs" / "costs.md"
HEAD = """# What single mistakes cost

Made by `python -m grader.selftest.costs` from `tests/submissions`, for mistakes whose cause the diagnosis names.
*Of that training* is row 4.1, lost where the final loss stays above 0.05.

| mistake | points lost | of that training |
|---|---|---|
"""


def row(entry: Entry, result: Result) -> str:
    """One line of the table."""
    training = next(check for check in result.checks if check.number == "4.1")
    lost = training.max_score - training.score
    return f"| {entry.expected['about'].rstrip('.')} | {100 - result.score:g} | {lost:g} |"


def main() -> None:
    """Grade, print and write the table."""
    with Worker() as worker:
        rows = [(grade(entry.path, worker), entry) for entry in entries() if entry.expected.get("diagnosis")]
    lines = [row(entry, result) for result, entry in sorted(rows, key=lambda pair: (pair[0].score, pair[1].name))]
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
