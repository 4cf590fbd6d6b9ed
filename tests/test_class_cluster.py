"""A class beyond one machine: any executor, and a Dask cluster of real processes, one of which dies."""
from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from grader.classroom import cluster, task
from grader.classroom.class_run import Plan, grade_with
from grader.grading import grade
from grader.report.page import document
from tests import classes
from tests.classes import QUICK, await_that, results, stamps, without_times

NAMES = (*QUICK, "wrong-key-names")
pytest.importorskip("distributed", reason="needs Dask (the extra `cluster`)")


def test_any_executor(tmp_path):
    """An executor that is handed in grades the class, is not shut down, and the same call goes on where it stopped."""
    folder, out = classes.make(tmp_path / "class", QUICK[:2]), tmp_path / "out"
    with ThreadPoolExecutor(2) as executor:
        summary = grade_with(executor, Plan(folder, out), 2, io.StringIO())
        known = stamps(out)
        assert len(summary.graded) == 2 and executor.submit(int).result() == 0
        grade_with(executor, Plan(folder, out), 2, io.StringIO())
    task.drop_worker()
    assert stamps(out) == known


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own, started elsewhere and knowing nothing of the grader; their address."""
    where = tmp_path / "scheduler.json"
    start = [sys.executable, "-m"]
    how: dict[str, Any] = {
        "cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": {**os.environ, "PYTHONPATH": ""}
    }
    scheduler = [*start, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show",
                 "--scheduler-file", str(where)]
    worker = [*start, "distributed.cli.dask_worker", "--scheduler-file", str(where), "--nthreads", "1", "--no-nanny", "--no-dashboard",
              "--local-directory", str(tmp_path)]
    processes = [subprocess.Popen(argv, **how) for argv in (scheduler, worker, worker)]
    try:
        assert await_that(lambda: where.exists() and where.read_text().strip().endswith("}"))
        address = json.loads(where.read_text())["address"]
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, processes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def test_a_cluster_loses_a_worker(tmp_path, worker, dask):
    """One of two workers is killed with work under way: every submission is graded once, as alone, and none is lost."""
    address, (_, first, _) = dask
    folder, out = classes.make(tmp_path / "class", NAMES, copies=3), tmp_path / "out"
    alone = {name: without_times(document(grade(folder / f"{name}-0", worker))) for name in NAMES}
    process = subprocess.Popen(
        classes.command(folder, out, "--scheduler", address), cwd=classes.ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert await_that(lambda: len(stamps(out)) >= 3)
    first.kill()
    known = stamps(out)
    assert len(known) < 3 * len(NAMES) - 3, "the worker died too late to have work under way"
    printed, errors = process.communicate(timeout=120)
    assert process.returncode == 0 and "15 submissions of 15 students" in printed and ", 0 not graded" in printed, errors
    assert known.items() <= stamps(out).items()
    for slug, graded in results(out).items():
        name = slug.rpartition("-")[0]
        assert without_times(graded).replace(slug, f"{name}-0") == alone[name]
    assert len(results(out)) == 3 * len(NAMES)


def test_no_scheduler(monkeypatch):
    """Where nothing listens, one line says so."""
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with pytest.raises(cluster.NoCluster, match=r"no scheduler at tcp://127\.0\.0\.1:9") as caught:
        cluster.dask_crew("tcp://127.0.0.1:9")
    assert "\n" not in str(caught.value)


def test_dask_is_not_needed_otherwise(monkeypatch):
    """Without Dask, --scheduler says what to install; nothing else imports it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(cluster.NoCluster, match="pip install"):
        cluster.dask_crew("tcp://127.0.0.1:9")
