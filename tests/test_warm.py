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


def test_threads_share_what_scipy_is_spared_of(grade_source) -> None:
    """Medians are taken in several threads at once, the first use of numpy.ma in each of them."""
    source = (
        "import threading\nimport numpy as np\nfrom scipy.special import expit\nfound, barrier = [], threading.Barrier(8)\n"
        "def work():\n    barrier.wait()\n    found.append(np.ma.array([1, 2], mask=[0, 1]).sum() + np.median([1, 3]))\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\n[one.start() for one in threads]\n[one.join() for one in threads]\n"
        "print(*found)\ndef forward(X, params):\n    return X\n"
    )
    assert grade_source(source).printed_at_load.split() == ["3.0"] * 8


def test_what_scipy_is_spared_of_works_all_the_same(grade_source) -> None:
    """Modules that are put off while scipy is imported ahead come when they are first used, in the confined process."""
    source = (
        "import numpy as np\nfrom scipy.special import expit, logsumexp\nimport numpy.ma as ma\n"
        "print(ma.masked_array([1.0, 2.0], [0, 1]).sum(), np.polynomial.Polynomial([1, 2])(3), expit(0.0), logsumexp([0.0]))\n"
        "np.testing.assert_allclose(1, 1)\ndef forward(X, params):\n    return X\n"
    )
    result = grade_source(source)
    assert result.printed_at_load.split() == ["1.0", "7.0", "0.5", "0.0"]
    assert result.notes == ()
