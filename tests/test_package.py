"""The zip for Gradescope: the same bytes whatever the machine, what a run needs and no more, and setup.sh elsewhere than on Gradescope."""
from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli import main
from grader.package import SCRIPTS, build, members
from tests.conftest import ROOT


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def _copied(target: Path) -> Path:
    """A checkout elsewhere: files laid down in another order, at another time, with other modes, and beside what git ignores."""
    for name in reversed(list(members(ROOT))):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
        os.utime(target / name, (10**9, 10**9))
    for ignored in ("grader/__pycache__/cli.cpython-310.pyc", "results.json", ".venv/lib/x.py", "tests/test_x.py", "grader/notes.txt"):
        (target / ignored).parent.mkdir(parents=True, exist_ok=True)
        (target / ignored).write_text("x")
    return target


def test_same_tree_gives_the_same_bytes(tmp_path: Path, umask: None) -> None:
    """Another checkout, umask, time and order of files change nothing, and the zip can be read by all."""
    here, there = build(tmp_path / "here.zip"), build(tmp_path / "there.zip", _copied(tmp_path / "checkout"))
    assert here.sha256 == there.sha256 and here.path.read_bytes() == there.path.read_bytes()
    assert stat.S_IMODE(here.path.stat().st_mode) == 0o644


def test_zip_holds_what_a_run_needs_and_no_more(tmp_path: Path) -> None:
    """Scripts that can be run at its root, sources and lock; no tests, template, corpus or command of an instructor's machine."""
    with zipfile.ZipFile(build(tmp_path / "a.zip").path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        assert all(archive.read(name).startswith(b"#!/usr/bin/env bash\n") and b"\r" not in archive.read(name) for name in SCRIPTS)
    modes = {name: entry.external_attr >> 16 for name, entry in entries.items()}
    assert all(modes[name] == (0o100755 if name in SCRIPTS else 0o100644) for name in modes)
    assert {name.split("/")[0] for name in entries} == {"grader", "reference", "LICENSE", "requirements.lock", *SCRIPTS}
    for left_out in ("test", "student", "attack", "classroom", "selftest", "template", ".git", "package.py", "__pycache__"):
        assert not [name for name in entries if left_out in name]
    assert sum(entry.file_size for entry in entries.values()) < 1_500_000


def test_unpacked_zip_grades(tmp_path: Path) -> None:
    """With nothing but the zip's files the self-test passes that ends the building of an image."""
    with zipfile.ZipFile(build(tmp_path / "a.zip").path) as archive:
        archive.extractall(tmp_path / "source")
    done = subprocess.run(
        [sys.executable, "-m", "grader.gradescope", "verify"], cwd=tmp_path / "source", env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=120, check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "self-test: this image can grade"


def test_command_and_what_it_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says what it wrote; where it cannot write, one line and exit code 2, and no half of a zip."""
    assert main(["package", "--output", str(tmp_path / "a.zip")]) == 0 and "sha256" in capsys.readouterr().out
    assert main(["package", "--output", str(tmp_path / "nowhere" / "a.zip")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1 and [path.name for path in tmp_path.iterdir()] == ["a.zip"]


# ---------------------------------------------------------------- setup.sh on an instructor's own machine

STAND_IN = r"""#!/usr/bin/env bash
# A Python that notes what it is asked for, and makes a virtual environment that holds itself.
echo "$*" >>"$CALLS"
case "$*" in
    "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    *version_info*) exit "${TOO_OLD:-0}" ;;
    "-c import pip") exit "${NO_PIP:-0}" ;;
esac
"""


def _set_up(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """setup.sh in a checkout where every command that would change the machine is a tripwire."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name in ("apt-get", "useradd", "chmod", "chown"):
        (tools / name).write_text(f'#!/bin/sh\necho "tripwire {name}" >>"$CALLS"\nexit 1\n')
        (tools / name).chmod(0o755)
    (tools / "python").write_text(STAND_IN)
    (tools / "python").chmod(0o755)
    checkout = folder / "checkout"
    checkout.mkdir(exist_ok=True)
    for name in ("setup.sh", "requirements.lock"):
        shutil.copyfile(ROOT / name, checkout / name)
    return subprocess.run(
        ["bash", str(checkout / "setup.sh")], capture_output=True, text=True, check=False, timeout=30,
        env={"PATH": f"{tools}:{os.environ['PATH']}", "PYTHON": str(tools / "python"), "CALLS": str(folder / "calls"), **environment},
    )


def test_setup_prepares_a_venv_and_nothing_more(tmp_path: Path) -> None:
    """Twice: the second run keeps the environment. Hashes are required; no user, no packages of the system, no modes."""
    for _ in range(2):
        done = _set_up(tmp_path)
        assert done.returncode == 0, done.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert [call for call in calls if "venv" in call] == ["-m venv .venv"]
    assert sum("--require-hashes -r requirements.lock" in call for call in calls) == 2
    assert not [call for call in calls if "tripwire" in call]
    assert sorted(path.name for path in (tmp_path / "checkout").iterdir()) == [".venv", "requirements.lock", "setup.sh"]


def test_setup_makes_an_environment_without_pip_anew(tmp_path: Path) -> None:
    """Debian's Python without ensurepip leaves half an environment; once it has it, setting up works."""
    for _ in range(2):
        assert _set_up(tmp_path, NO_PIP="1").returncode == 0
    assert (tmp_path / "calls").read_text().splitlines().count("-m venv .venv") == 2


def test_setup_says_that_python_is_too_old(tmp_path: Path) -> None:
    """One line that says what to choose, and exit code 2."""
    done = _set_up(tmp_path, TOO_OLD="1")
    assert done.returncode == 2 and "Ubuntu 22.04" in done.stderr and len(done.stderr.splitlines()) == 1
