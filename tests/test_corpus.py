"""Every submission of the corpus gets what its expected.json says."""
from __future__ import annotations

from dataclasses import replace

import pytest

from grader.grading import grade
from grader.rubric import DEFAULT
from grader.selftest.corpus import entries

ENTRIES = list(entries())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_entry(entry, worker):
    """Score and rows are as expected, and 100 points stand in all."""
    rubric = replace(DEFAULT, call_s=1.0) if entry.name.startswith("hang-") else DEFAULT
    result = grade(entry.path, worker, rubric)
    assert entry.faults(result) == []
    assert result.max_score == 100


def test_corpus_is_as_large_as_promised():
    """At least 25 right and 40 wrong submissions are shipped."""
    right = sum(entry.is_right for entry in ENTRIES)
    assert right >= 25 and len(ENTRIES) - right >= 40
