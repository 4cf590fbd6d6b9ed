"""Scratch folders can be removed, however student code left them."""
from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from grader.sandbox import clearing
from grader.sandbox.clearing import clear, in_use, sweep


def make_deep(folder: Path, levels: int) -> None:
    here = os.getcwd()
    os.chdir(folder)
    for _ in range(levels):
        os.mkdir("d" * 50)
        os.chdir("d" * 50)
    Path("leaf").touch()
    os.chdir(here)


def test_deep_folders_are_removed(tmp_path: Path) -> None:
    """Deeper than Python can recurse and a path can name."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    make_deep(folder, 3000)
    clear(folder)
    assert not folder.exists()


def test_every_kind_of_entry_is_removed_and_no_link_followed(tmp_path: Path) -> None:
    """Links, FIFOs, names of our own and odd ones go; what links lead to stays."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    folder = tmp_path / "scratch"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / ".clearing-0").mkdir()
    (folder / ".clearing-0" / "filled").touch()
    (folder / ".clearing-1").touch()
    (folder / "a" / ".clearing-2").mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "a" / "link").symlink_to(outside / "kept")
    os.mkfifo(folder / "a" / "b" / "fifo")
    with open(os.fsencode(folder) + b"/\xff\n", "wb"):
        pass
    clear(folder)
    assert not folder.exists() and (outside / "kept").exists()


def test_closed_folders_are_removed(tmp_path: Path) -> None:
    """Student code may make folders that its own user cannot enter."""
    folder = tmp_path / "scratch"
    (folder / "closed" / "inner").mkdir(parents=True)
    (folder / "closed" / "inner" / "file").touch()
    (folder / "closed" / "inner").chmod(0)
    (folder / "closed").chmod(0)
    clear(folder)
    assert not folder.exists()


def test_a_link_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    """Only what was made as a folder is cleared."""
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    with pytest.raises(OSError):
        clear(tmp_path / "link")
    assert (tmp_path / "kept").exists()


def test_what_a_killed_grader_left_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders in use, new ones, other users' and links stay; what nobody holds any more goes."""
    owners = {os.geteuid()}
    for name in ("grading-left", "grading-held", "other"):
        (tmp_path / name / "inside").mkdir(parents=True)
    (tmp_path / "grading-link").symlink_to(tmp_path / "other")
    sweep(tmp_path, "grading-", owners)
    assert (tmp_path / "grading-left").exists(), "it is new"
    monkeypatch.setattr(clearing, "LEFT_S", 0.0)
    sweep(tmp_path, "grading-", {os.geteuid() + 1})
    assert (tmp_path / "grading-left").exists(), "it is another user's"
    with in_use(tmp_path / "grading-held"):
        sweep(tmp_path, "grading-", owners)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["grading-held", "grading-link", "other"]
    sweep(tmp_path, "grading-", owners)
    assert not (tmp_path / "grading-held").exists() and (tmp_path / "other" / "inside").exists()


def test_the_lock_falls_with_its_holder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grader that is killed holds nothing any more."""
    monkeypatch.setattr(clearing, "LEFT_S", 0.0)
    folder = tmp_path / "grading-x"
    folder.mkdir()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        with in_use(folder):
            os.write(writing, b"held")
            signal.pause()
    assert os.read(reading, 4) == b"held"
    sweep(tmp_path, "grading-", {os.geteuid()})
    assert folder.exists()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    sweep(tmp_path, "grading-", {os.geteuid()})
    assert not folder.exists()
