"""The benchmarks still fit what they measure. What they measure is no test."""
from __future__ import annotations

from pathlib import Path

from benchmarks import bench, budget, class_bench, own_work

ROOT = Path(__file__).resolve().parents[1]


def test_the_students_own_work_can_be_timed_apart() -> None:
    """own_work makes the checks' calls by the checks' own sizes, so a renamed one must not pass unseen."""
    assert min(own_work.main(str(bench.RIGHT))) > 0


def test_each_table_has_one_place_in_the_documents() -> None:
    for document, markers in ((bench.README, bench.MARKERS), (budget.ARCHITECTURE, budget.MARKERS)):
        assert [document.read_text(encoding="utf-8").count(marker) for marker in markers] == [1, 1]


def test_a_table_replaces_the_one_before_and_nothing_else() -> None:
    start, end = bench.MARKERS
    once = bench.put_into(f"above\n{start}\n{end}\nbelow\n", "| a\\1 |", bench.MARKERS)
    assert once == f"above\n{start}\n| a\\1 |\n{end}\nbelow\n"
    assert bench.put_into(once, "| b |", bench.MARKERS) == f"above\n{start}\n| b |\n{end}\nbelow\n"


def test_a_class_of_honest_submissions_has_no_others(tmp_path: Path) -> None:
    chosen = class_bench.make_class(tmp_path / "class", 30, shares=class_bench.HONEST, most=2)
    assert len(chosen) == len(list((tmp_path / "class").iterdir())) == 30
    assert len(set(chosen)) <= 6
    assert not any(class_bench.ATTACKS in path.parents for path in chosen)


def test_figures_stand_beside_those_of_the_run_before() -> None:
    rows = {"new": bench.spread([1.0, 3.0, 2.0], 1.5), "same": bench.spread([4.0])}
    text = bench.table(rows, {"same": {"median": 5.0}})
    assert "| new | 2.00 (1.00 to 3.00) | ≤ 1.5 |  |" in text
    assert "| same | 4.00 |  | 5.00 |" in text
