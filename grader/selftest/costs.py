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
MOST_POINTS = 30
"""No single mistake in backprop alone costs more than this, training apart."""
HEAD = f"""# What single mistakes cost

Made by `python -m grader.selftest.costs` from the shipped corpus, for mistakes whose cause the diagnosis names.
*Training* is row 4.1: it is lost too where the wrong gradients do not train. Training apart, no mistake in backprop
alone costs more than {MOST_POINTS} of 100 points; dearer ones are wrong in `forward` as well, or give no answer.

| mistake | points lost | and for training |
|---|---|---|
"""


def chosen() -> list[Entry]:
    """The wrong submissions of the corpus whose cause is certain."""
    return [entry for entry in entries() if entry.expected.get("diagnosis")]


def lost(result: Result) -> tuple[float, float]:
    """The points lost in all rows but training, and in training."""
    training = next(check for check in result.checks if check.number == "4.1")
    of_training = training.max_score - training.score
    return round(100 - result.score - of_training, 2), of_training


def row(entry: Entry, result: Result) -> str:
    """One line of the table."""
    elsewhere, training = lost(result)
    return f"| {entry.expected['about'].rstrip('.')} | {elsewhere:g} | {training:g} |"


def main() -> None:
    """Grade, print and write the table."""
    with Worker() as worker:
        rows = [(grade(entry.path, worker), entry) for entry in chosen()]
    lines = [row(entry, result) for result, entry in sorted(rows, key=lambda pair: (-lost(pair[0])[0], pair[1].name))]
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(TABLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
