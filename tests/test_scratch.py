"""What a submission writes is its own affair, and what others write on the same disk is not."""
from __future__ import annotations

import functools
import itertools
import os
import tempfile
import time
from dataclasses import replace

import pytest

from grader.grading import grade, grade_read
from grader.rubric import DEFAULT
from grader.sandbox import cell, client, exchange, probe, scratch
from grader.sandbox.probe import open_folder
from grader.sandbox.scratch import is_in_memory
from grader.sandbox.warm import HostError
from grader.submission import read_files

GB = 1 << 30
WRITES_AND_DELETES = """
import os, time
print("once")
with open("large", "wb") as file:
    os.unlink("large")
    for _ in range({megabytes}):
        file.write(bytes(1 << 20))
    file.flush()
    open("written", "w").close()
    time.sleep(5)
"""


def _free(monkeypatch, readings):
    """Let the disk seem to have so much free, look by look; the last reading stays."""
    last = None

    def free(folder):
        nonlocal last
        last = next(readings, last)
        return last, 1000 * GB

    monkeypatch.setattr(scratch, "_free_bytes", free)


def test_what_others_write_is_charged_to_nobody(monkeypatch, grade_source, reference_source):
    """The disk loses gigabytes again and again, by a neighbour: a right solution is begun afresh and gets all points."""
    _free(monkeypatch, itertools.chain([90 * GB, 60 * GB, 60 * GB, 20 * GB, 20 * GB, GB // 5], itertools.repeat(GB // 5, 50)))
    monkeypatch.setattr(exchange, "LOOK_EVERY_S", 0.0)
    result = grade_source(f"import time\ntime.sleep(0.2)\nprint('once')\n{reference_source}")
    assert result.score == 100 and not result.events
    assert result.printed_at_load == "once\n"


def test_a_disk_that_never_has_room_is_the_hosts_fault(monkeypatch, worker, tmp_path, reference_source):
    """Where fresh starts do not help, nobody is charged, and the grading ends in one line."""
    _free(monkeypatch, (90_000 * GB // 4**n for n in itertools.count()))
    monkeypatch.setattr(exchange, "LOOK_EVERY_S", 0.0)
    (tmp_path / "backprop.py").write_text(f"import time\ntime.sleep(0.2)\n{reference_source}")
    with pytest.raises(HostError, match="runs short of space"):
        grade(tmp_path / "backprop.py", worker)


@pytest.mark.skipif(is_in_memory(open_folder()), reason="the kernel keeps no account of what is written to tmpfs")
def test_what_a_process_wrote_and_deleted_is_known(monkeypatch, grade_source):
    """The kernel's account of the process itself tells who took the space."""
    monkeypatch.setattr(scratch, "_free_bytes", lambda folder: (GB * (90 - os.path.exists(f"{folder}/written")), 1000 * GB))
    monkeypatch.setattr(client, "Watch", functools.partial(scratch.Watch, max_bytes=8 << 20))
    result = grade_source(WRITES_AND_DELETES.format(megabytes=20))
    assert result.score == 0 and "with what it deleted" in result.headline


def test_loads_anew_end_with_the_grading(grade_source):
    """A file that takes long to run and ends its process in each call is not run again beyond the time for it all."""
    source = "import os, time\ntime.sleep(0.7)\ndef make_dataset(n): os._exit(1)\ndef forward(X, p): os._exit(1)\nbackprop = forward\n"
    start_s = time.monotonic()
    result = grade_source(source, replace(DEFAULT, load_s=1.6, grading_s=1.8))
    assert result.score == 0 and time.monotonic() - start_s < 4


def test_a_file_named_like_the_probes(worker, tmp_path, reference_source):
    """No name that is handed in stands in the way of the probe."""
    for name in (".probe", ".canary"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "backprop.py").write_text(reference_source)
    files = {name: tmp_path / name for name in (".probe", ".canary", "backprop.py")}
    assert grade_read(read_files(files), "", worker).score == 100


@pytest.mark.skipif(not is_in_memory("/dev/shm"), reason="no files in memory here")
def test_space_in_memory_that_comes_back_was_its_own(monkeypatch, grade_source):
    """Where scratch lies in memory the kernel keeps no account: who gives back twice what is allowed had taken it."""
    monkeypatch.setattr(cell, "open_folder", lambda: "/dev/shm")
    monkeypatch.setattr(client, "Watch", functools.partial(scratch.Watch, max_bytes=8 << 20, taken_bytes=16 << 20))
    result = grade_source(WRITES_AND_DELETES.format(megabytes=60))
    assert result.score == 0 and "with what it deleted" in result.headline


@pytest.mark.parametrize("given_back, in_memory, charged", [
    ([20, 20], True, [False, True]), ([20, 0], True, [False, False]), ([20, 20], False, [False, False]),
])
def test_one_coincidence_is_no_proof(monkeypatch, tmp_path, given_back, in_memory, charged):
    """A neighbour may take something away at the moment at which a process is ended; where there is an account, that alone counts."""
    monkeypatch.setattr(scratch, "is_in_memory", lambda folder: in_memory)
    free = [1000]
    monkeypatch.setattr(scratch, "_free_bytes", lambda folder: (free[0] << 20, 2000 << 20))
    watch = scratch.Watch(str(tmp_path), max_bytes=8 << 20)
    for megabytes, is_charged in zip(given_back, charged):
        before = watch.free_bytes()
        free[0] += megabytes
        assert bool(watch.wrote_too_much(0, before)) == is_charged


def test_scratch_lies_on_a_disk_where_there_is_one(monkeypatch):
    """Some systems have /tmp in memory; then /var/tmp is taken."""
    monkeypatch.setattr(probe, "is_in_memory", lambda folder: folder in ("/tmp", tempfile.gettempdir()))
    assert probe.open_folder() == "/var/tmp"
    monkeypatch.setattr(probe, "is_in_memory", lambda folder: True)
    assert probe.open_folder() == tempfile.gettempdir()
