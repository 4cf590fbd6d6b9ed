"""docs/costs.md is what the grader gives today, and no mistake in backprop alone costs too much."""
from __future__ import annotations

import pytest

from grader.grading import grade
from grader.selftest.costs import HEAD, MOST_POINTS, TABLE, chosen, lost

ENTRIES = {entry.expected["about"].rstrip("."): entry for entry in chosen()}
# Every tenth is graded again: a change of the rubric or of a charge shows in many rows at once.
SAMPLE = sorted(ENTRIES)[::10]


def table() -> dict[str, tuple[float, float]]:
    text = TABLE.read_text(encoding="utf-8")
    assert text.startswith(HEAD)
    cells = [line.strip("|").split(" | ") for line in text[len(HEAD):].splitlines()]
    return {about.strip(): (float(elsewhere), float(training)) for about, elsewhere, training in cells}


def test_table_lists_the_corpus() -> None:
    """Each mistake with a certain cause has its row, and no other."""
    assert set(table()) == set(ENTRIES)


@pytest.mark.parametrize("about", SAMPLE)
def test_table_is_not_stale(about, worker) -> None:  # type: ignore[no-untyped-def]
    """A submission graded now loses what the table says; training hangs on last bits and is left out."""
    assert lost(grade(ENTRIES[about].path, worker))[0] == table()[about][0]


def test_no_mistake_in_backprop_costs_too_much() -> None:
    """Where forward is right and backprop answers, no single mistake costs more than 30 points, training apart."""
    backward = {about for about, entry in ENTRIES.items() if {"2.1", "2.2", "2.3"} <= set(entry.expected.get("passes", ()))}
    assert len(backward) > 30
    assert {about: cost for about, (cost, _) in table().items() if about in backward and cost > MOST_POINTS} == {}
