"""What stands on disk at any moment, and what makes a grading count as done."""
from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom import key as digests
from grader.classroom import store as storing
from grader.classroom.key import key, unusable_key
from grader.classroom.store import DONE, OPEN, InUse, Store, read_document, write_text
from grader.rubric import DEFAULT
from grader.submission import Submission
from tests.test_architecture import imported

DOCUMENT = {"score": 1, "extra_data": {"class": {"key": "k", "fingerprint": {}}}}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "out")
    store.students.mkdir(parents=True)
    return store


def test_saved_is_found_again(store):
    """A saved result is held by its key, with its page and its document; none other is, nor one without its page."""
    store.save("ana", DOCUMENT, "<p>")
    assert store.holds("ana", "k") and not store.holds("ana", "other") and not store.holds("bo", "k")
    assert store.document("ana") == DOCUMENT and (store.students / "ana" / "index.html").read_text() == "<p>"
    (store.students / "ana" / "index.html").unlink()
    assert not store.holds("ana", "k")


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"extra_data": 1}', "\x00" * 100])
def test_a_broken_result_counts_as_none(store, broken):
    """Whatever stands in results.json that is no result is graded again, not an error."""
    store.save("ana", DOCUMENT, "<p>")
    store.results("ana").write_text(broken)
    assert not store.holds("ana", "k")


def test_the_first_of_several_regrades_is_compared_with(store):
    """earlier.json holds what stood before the regrade began, until the next one begins."""
    for score in (1, 2, 3):
        store.save("ana", {**DOCUMENT, "score": score}, "")
    assert store.earlier("ana")["score"] == 1
    store.forget_earlier()
    store.save("ana", {**DOCUMENT, "score": 4}, "")
    assert store.earlier("ana")["score"] == 3


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failed_write_leaves_what_was_there(store, monkeypatch, call, code):
    """Where any step of writing fails, the old result is whole and no part of the new one stays."""
    store.save("ana", DOCUMENT, "old")
    before = sorted(path.name for path in (store.students / "ana").iterdir())

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(code, "no")

    if call == "write":
        monkeypatch.setattr(storing.os, "fdopen", fail)
    else:
        monkeypatch.setattr(storing.os, call, fail)
    with pytest.raises(OSError):
        store.save("ana", {**DOCUMENT, "score": 2}, "new")
    monkeypatch.undo()
    assert store.document("ana") == DOCUMENT and (store.students / "ana" / "index.html").read_text() == "old"
    assert sorted(path.name for path in (store.students / "ana").iterdir()) == before


def test_results_come_last(store, monkeypatch):
    """Killed between two files, a submission counts as not graded: its page is written before its results."""
    written: list[str] = []
    real = storing.write_text
    monkeypatch.setattr(storing, "write_text", lambda path, text: (written.append(path.name), real(path, text)))
    store.save("ana", DOCUMENT, "")
    assert written == ["index.html", "results.json"]


def test_parts_of_a_killed_run_are_swept(store):
    """What a killed run was writing goes when the next one begins; results stay."""
    store.save("ana", DOCUMENT, "")
    for part in (store.folder / ".grades.csv.x.part", store.students / "ana" / ".results.json.y.part"):
        part.write_text("half")
    with store.locked():
        assert not list(store.folder.rglob("*.part")) and store.holds("ana", "k")


def test_one_run_at_a_time(store):
    """A second run in the same folder is refused, and the lock is free when the first has ended."""
    with store.locked(), pytest.raises(InUse), Store(store.folder).locked():
        pass
    with store.locked():
        pass


def test_state(store):
    """An open state means that a run was interrupted."""
    assert not store.was_interrupted
    store.mark(OPEN)
    assert store.was_interrupted
    store.mark(DONE)
    assert not store.was_interrupted


def test_written_text_is_for_all_to_read(tmp_path):
    """Files have plain modes and hold UTF-8, whatever a name holds."""
    write_text(tmp_path / "x", "Zoë \ud800")
    assert os.stat(tmp_path / "x").st_mode & 0o777 == 0o644
    assert (tmp_path / "x").read_bytes() == b"Zo\xc3\xab \\ud800"


SUBMISSION = Submission({"backprop.py": b"x = 1\n", "more.py": b""}, "backprop.py")


def test_key_depends_on_all_that_decides_a_result(monkeypatch):
    """Another byte, name, main file, note, rubric or grader gives another key; the same gives the same."""
    changed = [
        replace(SUBMISSION, files={"backprop.py": b"x = 2\n", "more.py": b""}),
        replace(SUBMISSION, files={"backprop.py": b"x = 1\n", "mor.py": b""}),
        replace(SUBMISSION, files={"backprop.pyx": b" = 1\n", "more.py": b""}, main="backprop.pyx"),
        replace(SUBMISSION, main="more.py"),
        replace(SUBMISSION, notes=("a",)),
    ]
    keys = [key(SUBMISSION, DEFAULT), *(key(one, DEFAULT) for one in changed)]
    rubrics = [replace(DEFAULT, term_seed=1), replace(DEFAULT, rows=(replace(DEFAULT.rows[0], points=2), *DEFAULT.rows[1:]))]
    keys += [key(SUBMISSION, rubric) for rubric in rubrics] + [unusable_key("a", DEFAULT), unusable_key("b", DEFAULT)]
    monkeypatch.setattr(digests, "grader_digest", lambda: "another")
    keys.append(key(SUBMISSION, DEFAULT))
    assert len(set(keys)) == len(keys)
    monkeypatch.undo()
    assert key(SUBMISSION, DEFAULT) == keys[0]


def test_key_does_not_depend_on_order():
    """The order in which files were found says nothing."""
    turned = replace(SUBMISSION, files=dict(reversed(SUBMISSION.files.items())))
    assert key(turned, DEFAULT) == key(SUBMISSION, DEFAULT)


def test_the_grader_digest_sees_every_room_that_decides_a_mark():
    """A changed source of the checks, the reference or the sandbox gives another digest; all named rooms exist."""
    paths = [digests.ROOT / room for room in digests.ROOMS]
    assert all(path.exists() for path in paths)
    seen = {path.relative_to(digests.ROOT).as_posix() for room in paths for path in digests._sources(room)}
    assert {"reference/backprop.py", "grader/checks/gradients.py", "grader/sandbox/child.py", "grader/rubric.py"} <= seen


def test_the_grader_digest_sees_all_that_grading_imports():
    """A room that is new, or that is divided, cannot be left out of the digest."""
    seen = {path for room in digests.ROOMS for path in digests._sources(digests.ROOT / room)}
    met, queue = set(), [digests.ROOT / "grader" / "grading.py", digests.ROOT / "grader" / "report" / "page.py"]
    while queue:
        path = queue.pop()
        met.add(path)
        names = [digests.ROOT / name.replace(".", "/") for name in imported(path)]
        found = {file for name in names for file in (name.with_suffix(".py"), name / "__init__.py")}
        queue += [one for one in found if one.is_file() and one not in met]
    assert len(met) > 40 and met <= seen


def test_read_document(tmp_path):
    """Only a JSON object is a document."""
    (tmp_path / "x").write_text(json.dumps([1]))
    assert read_document(tmp_path / "x") is None and read_document(tmp_path / "none") is None
