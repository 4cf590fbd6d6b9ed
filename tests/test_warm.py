"""The worker that is started before all else."""
from __future__ import annotations

from grader.sandbox import warm


def test_a_worker_started_ahead_is_the_one_taken() -> None:
    """Otherwise a grading would start two, and leave one behind."""
    warm.start_ahead()
    (ahead,) = warm._ahead
    with warm.take() as taken:
        assert taken is ahead
        assert taken.order({"do": "reap", "pid": 0}) == {"status": 0, "cpu_s": 0.0, "peak_bytes": 0, "written_bytes": 0}
    assert taken._process.returncode == 0


def test_a_worker_not_taken_ends_at_once() -> None:
    """A call with wrong arguments must not wait for numpy, nor leave a process behind."""
    warm.start_ahead()
    (ahead,) = warm._ahead
    warm.drop()
    assert ahead._process.returncode is not None
    assert not warm._ahead
