"""The images under test, built once a session; a plain skip where this machine cannot make them."""
from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest

UID_S = 120.0
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
for folder in (HERE, ROOT):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import harness  # noqa: E402
from machine import CACHE, DEBIAN, UBUNTU, CannotRun, Machine, NotReachable, Suite  # noqa: E402

from grader.package import SCRIPTS, build  # noqa: E402
from grader.sandbox.identity import FIRST_UID, LOCK_FOLDER, end_processes, lease_uid  # noqa: E402

Built = tuple[Machine, float]
LEFT_OUT_BY_HAND = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


@pytest.fixture(scope="session", autouse=True)
def _no_runs_left() -> Iterator[None]:
    yield
    shutil.rmtree(harness.RUNS, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _uid_is_not_used_outside() -> Iterator[None]:
    """The uid of student code inside is the first one that a grading outside would lease too: hold it while the images run."""
    if os.geteuid() != 0:
        yield
        return
    with lease_uid():
        pass  # makes the folder of locks
    with open(LOCK_FOLDER / str(FIRST_UID), "rb+") as lock:
        try:
            with _alarm(UID_S):
                fcntl.flock(lock, fcntl.LOCK_EX)
        except TimeoutError:
            pytest.fail(f"uid {FIRST_UID} is in use on this machine")
        assert not end_processes(FIRST_UID)
        yield


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """TimeoutError after that many seconds, out of any system call."""

    def ring(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


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
def images(package: Path, zipped_by_hand: Path) -> Iterator[dict[str, Future[Built]]]:
    """Both images, built at once: the packed zip in Gradescope's own release, the one made by hand in Debian 12."""
    with ThreadPoolExecutor(2) as pool:
        yield {suite.name: pool.submit(harness.image, suite, file) for suite, file in ((UBUNTU, package), (DEBIAN, zipped_by_hand))}


@pytest.fixture(scope="session")
def image(images: dict[str, Future[Built]], package: Path) -> Machine:
    """Ubuntu 22.04 with the packed zip; Debian 12 where Ubuntu's packages cannot be reached."""
    try:
        return _machine(UBUNTU, images[UBUNTU.name].result)
    except NotReachable as reason:
        warnings.warn(f"Debian 12 in place of Ubuntu 22.04: {reason}", stacklevel=1)
    images[DEBIAN.name].exception()
    return _machine(DEBIAN, lambda: harness.image(DEBIAN, package))


@pytest.fixture(scope="session")
def debian(images: dict[str, Future[Built]]) -> Machine:
    """Debian 12, from the checkout zipped by hand."""
    return _machine(DEBIAN, images[DEBIAN.name].result)


def _machine(suite: Suite, image: Callable[[], Built]) -> Machine:
    try:
        machine, seconds = image()
    except NotReachable:
        if suite is not DEBIAN:
            raise
        return _cannot_run(suite, "its packages cannot be reached")
    except CannotRun as reason:
        return _cannot_run(suite, str(reason))
    print(f"\n{suite.name}: image built in {seconds:.0f} s, cache in {CACHE}")
    return machine


def _cannot_run(suite: Suite, reason: str) -> NoReturn:
    """In CI that is a failure: its machine can."""
    line = f"the image of {suite.name} cannot be rebuilt on this machine: {reason}"
    if os.environ.get("CI") == "true":
        pytest.fail(line)
    pytest.skip(line)
