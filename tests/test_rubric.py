"""The rubric is the table that others' scripts rely on, and its seeds follow from one number."""
from __future__ import annotations

from dataclasses import replace

from grader.rubric import DEFAULT

POINTS = {
    "1.1": 3, "1.2": 4, "1.3": 5, "2.1": 3, "2.2": 12, "2.3": 3, "3.1": 8, "3.2": 6, "3.3": 9, "3.4": 9, "3.5": 11,
    "3.6": 8, "3.7": 4, "4.1": 15, "5.1": 0, "5.2": 0, "5.3": 0,
}


def test_rows_and_points():
    """Numbers, order and points are the fixed table, 100 in all."""
    assert {row.number: row.points for row in DEFAULT.rows} == POINTS
    assert [row.number for row in DEFAULT.rows] == list(POINTS)
    assert sum(POINTS.values()) == 100


def test_seeds_follow_from_the_term():
    """A seed is fixed for a term, differs by purpose and index, and changes with the term's number."""
    other = replace(DEFAULT, term_seed=DEFAULT.term_seed + 1)
    assert DEFAULT.seed("point", 1) == replace(DEFAULT).seed("point", 1)
    assert len({DEFAULT.seed("point", 0), DEFAULT.seed("point", 1), DEFAULT.seed("dataset", 0), other.seed("point", 0)}) == 4
