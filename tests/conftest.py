"""What all tests share: the repository on the path, one warm worker and one browser a test process."""
from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
EVERYTHING = os.environ.get("CI", "") not in ("", "false") or "EVERYTHING" in os.environ
"""Whether repeats, and what `make attacks` or `selftest` cover as well, are run in full, as by `make check` and in CI; else a sample."""
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


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Debian's or Ubuntu's Chromium, driven by selenium; nothing is downloaded for it. Never skipped in CI."""
    chromium, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        lacking = "needs chromium and chromedriver (Debian: apt-get install chromium chromium-driver)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(lacking)
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
        "disable-component-update", "disable-sync", "window-size=1300,1000", f"user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    os.environ["SE_OFFLINE"] = "true"
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver))
    yield started
    started.quit()
