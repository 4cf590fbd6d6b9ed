"""What all tests share: the repository on the path, and one warm worker a test process."""
from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from grader.grading import grade  # noqa: E402
from grader.result import Result  # noqa: E402
from grader.rubric import DEFAULT, Rubric  # noqa: E402
from grader.sandbox.warm import Worker  # noqa: E402


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


@pytest.fixture
def grade_source(worker: Worker, tmp_path: Path) -> Callable[..., Result]:
    """Grade a source text as backprop.py."""

    def graded(source: str, rubric: Rubric = DEFAULT) -> Result:
        path = tmp_path / "backprop.py"
        path.write_text(source, encoding="utf-8")
        return grade(path, worker, rubric)

    return graded


@pytest.fixture(scope="session")
def reference_source() -> str:
    return (ROOT / "reference" / "backprop.py").read_text(encoding="utf-8")
