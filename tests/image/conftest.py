"""The images under test, built once a session; a plain skip where this machine cannot make them."""
from __future__ import annotations

import os
import shutil
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
for folder in (HERE, ROOT):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import harness  # noqa: E402
from machine import CACHE, DEBIAN, UBUNTU, CannotRun, Machine, Suite  # noqa: E402

from grader.package import SCRIPTS, build  # noqa: E402
from grader.sandbox.identity import FIRST_UID, lease_uid  # noqa: E402

LEFT_OUT_BY_HAND = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


@pytest.fixture(scope="session", autouse=True)
def _no_runs_left() -> Iterator[None]:
    yield
    shutil.rmtree(harness.RUNS, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _uid_is_not_used_outside() -> Iterator[None]:
    """The uid of student code inside is the first one that a grading outside would lease too, and clear of processes at its end."""
    if os.geteuid() != 0:
        yield
        return
    for _ in range(300):
        with lease_uid() as identity:
            if identity.uid == FIRST_UID:
                yield
                return
        time.sleep(0.1)
    pytest.fail(f"uid {FIRST_UID} is in use on this machine")


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of `package`, after it went through an editor that writes CRLF into the two scripts."""
    folder = tmp_path_factory.mktemp("package")
    build(folder / "built.zip")
    with zipfile.ZipFile(folder / "built.zip") as source, zipfile.ZipFile(folder / "crlf.zip", "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry, content.replace(b"\n", b"\r\n") if entry.filename in SCRIPTS else content)
    return folder / "crlf.zip"


@pytest.fixture(scope="session")
def zipped_by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout zipped by somebody who did not use `package`: everything that git would have, without modes."""
    path = tmp_path_factory.mktemp("by-hand") / "checkout.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(ROOT.rglob("*")):
            name = file.relative_to(ROOT)
            if file.is_file() and not LEFT_OUT_BY_HAND.intersection(name.parts):
                archive.writestr(zipfile.ZipInfo(name.as_posix()), file.read_bytes())
    return path


@pytest.fixture(scope="session")
def ubuntu(package: Path) -> Iterator[Machine]:
    """Gradescope's own release, from the packed zip."""
    yield _image(UBUNTU, package)


@pytest.fixture(scope="session")
def debian(zipped_by_hand: Path) -> Iterator[Machine]:
    """Debian 12, from the checkout zipped by hand."""
    yield _image(DEBIAN, zipped_by_hand)


def _image(suite: Suite, package: Path) -> Machine:
    try:
        machine, seconds = harness.image(suite, package)
    except CannotRun as reason:
        if os.environ.get("IMAGE_TEST") == "required":
            raise
        pytest.skip(f"the {suite.name} image cannot be rebuilt on this machine: {reason}")
    print(f"{suite.name}: image built in {seconds:.0f} s, zip of {package.stat().st_size / 1000:.0f} kB, cache in {CACHE}")
    return machine
