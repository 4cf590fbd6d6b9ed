"""The zip in a rebuilt Gradescope: Ubuntu 22.04 and Debian 12, Docker's capabilities, no network, 0.5 CPU and 0.75 GB.

Ubuntu's packages come from its own archive, Debian's from where this machine's apt gets them. `make image-test` runs this
and prints a line of figures for each run; where the machine is not root's or has no debootstrap, namespaces or cgroups,
it skips and says so, but in CI it fails.
"""
from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import harness
import pytest
from machine import CannotRun, Machine, Small

from tests.test_gradescope_run import SEEKS_TOKEN

TESTS = Path(__file__).resolve().parents[1]
ROWS = 17
TRIES_AS_STUDENT = r"""
import os, sys
closed = ["/autograder/source", "/autograder/results", "/autograder/submission_metadata.json", "/autograder/source/reference/backprop.py"]
opened = [path for path in closed if os.access(path, os.R_OK)]
writable = [path for path in ("/autograder", "/autograder/run_autograder", "/opt/backprop-grader/venv") if os.access(path, os.W_OK)]
import numpy, scipy.special, matplotlib
sys.exit(f"open: {opened}, writable: {writable}" if opened or writable else 0)
"""

EVERYTHING_LOOPS = """
def make_dataset(num_points):
    while True:
        pass

def forward(X, params):
    while True:
        pass

def backprop(X, t, params):
    while True:
        pass
"""
EINSUM = (TESTS / "submissions" / "einsum" / "submission" / "backprop.py").read_text(encoding="utf-8")
GRADIENT_LOOPS = "\n\ndef backprop(X, t, params):\n    while True:\n        pass\n"


def of_corpus(name: str) -> Callable[[Path], None]:
    return lambda folder: _copy(TESTS / "submissions" / name / "submission", folder)


def of_attacks(name: str) -> Callable[[Path], None]:
    return lambda folder: _copy(TESTS / "attacks" / name / "submission", folder)


def _copy(source: Path, folder: Path) -> None:
    shutil.copytree(source, folder, dirs_exist_ok=True)


def of_source(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "backprop.py").write_text(text, encoding="utf-8") and None


@pytest.fixture
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., harness.Run]:
    """Run a submission on a machine, and print what it took."""

    def graded(machine: Machine, put: Callable[[Path], None], **options: float) -> harness.Run:
        try:
            done = harness.run(machine, put, tmp_path, **options)
        except CannotRun as reason:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"a small machine cannot be had here: {reason}")
        ended = done.ended
        print(
            f"{request.node.name}: {ended.seconds:.1f} s, {ended.resident_bytes / 1e6:.0f} MB resident at most, "
            f"{ended.held_bytes / 1e6:.0f} MB with file pages, score {done.posted['score']:g}"
        )
        return done

    return graded


def states(done: harness.Run) -> dict[str, str]:
    return {test["number"]: test["extra_data"]["state"] for test in done.posted["tests"]}


def test_the_machine_is_small(image: Machine, tmp_path: Path) -> None:
    """The limits hold: a process that takes 1 GB is killed, so that the other tests say something."""
    upper = harness.upper_folder(tmp_path)
    command = ["python3", "-c", "bytearray(1 << 30)[:] = b'x' * (1 << 30)"]
    ended = image.run(command, upper, timeout_s=60, is_confined=True, size=Small())
    assert ended.code not in (0, None) and "MemoryError" not in ended.output, ended.output
    assert ended.held_bytes <= Small().memory_bytes


def test_setup_can_run_twice(image: Machine, tmp_path: Path) -> None:
    """A second setup.sh in the finished image changes nothing, needs no network, and its self-test passes again."""
    upper = harness.upper_folder(tmp_path)
    ended = image.run(["bash", "/autograder/source/setup.sh"], upper, timeout_s=300, is_confined=True)
    assert ended.code == 0 and "self-test: this image can grade" in ended.output, ended.output


def test_student_user_reaches_numpy_and_nothing_of_ours(image: Machine, tmp_path: Path) -> None:
    """By modes alone, without Landlock, the student's user can import numpy but open neither source, results nor metadata."""
    upper = harness.upper_folder(tmp_path)
    (upper / "autograder").mkdir()
    command = [
        "bash", "-c", 'echo "{}" >/autograder/submission_metadata.json; mv /autograder/source/grader /autograder/source/kept; '
        '/autograder/run_autograder >/dev/null 2>&1; cd /; exec setpriv --reuid=backprop-student --regid=backprop-student '
        '--clear-groups /opt/backprop-grader/venv/bin/python -B -c "$1"', "bash", TRIES_AS_STUDENT,
    ]
    ended = image.run(command, upper, timeout_s=60, is_confined=True)
    assert ended.code == 0, ended.output
    left = harness.read_results(upper / "autograder" / "results" / "results.json")
    assert "did not finish" in left["output"], "a grader that cannot even start leaves the first results.json"


@pytest.mark.parametrize(
    "name, score",
    [("einsum", 100), ("g-for-h-in-dw", 68), ("script-with-plots", 100), ("loops-over-examples", 100), ("module-utils-beside", 100)],
)
def test_honest_submissions(image: Machine, run: Callable[..., harness.Run], name: str, score: float) -> None:
    """Right and wrong submissions get their points under full isolation, with pictures of the training."""
    expected = json.loads((TESTS / "submissions" / name / "expected.json").read_text())["score"]
    done = run(image, of_corpus(name))
    assert expected[0] <= done.posted["score"] <= expected[1] and done.posted["score"] == score
    assert done.posted["extra_data"]["isolation"]["level"] == "full"
    assert sum("data:image/png;base64," in test["output"] for test in done.posted["tests"]) == 2
    assert done.ended.code == 0 and len(done.posted["tests"]) == ROWS


@pytest.mark.parametrize("name, score", [("einsum", 100), ("g-for-h-in-dw", 68)])
def test_debian_from_a_checkout_zipped_by_hand(debian: Machine, run: Callable[..., harness.Run], name: str, score: float) -> None:
    """Debian 12 and a zip made by hand, with no modes in it, do as well."""
    done = run(debian, of_corpus(name))
    assert done.posted["score"] == score and done.posted["extra_data"]["isolation"]["level"] == "full"


@pytest.mark.parametrize(
    "name",
    ["forge-results-json", "rewrite-run-autograder", "read-reference", "read-metadata", "proc-environ", "fork-bomb", "memory-bomb",
     "output-flood", "tcp"],
)
def test_hostile_submissions(image: Machine, run: Callable[..., harness.Run], name: str) -> None:
    """An attack ends in a whole result, earns no more than its honest parts, learns no token and leaves no file behind."""
    expected = json.loads((TESTS / "attacks" / name / "expected.json").read_text())
    done = run(image, of_attacks(name))
    assert done.posted["score"] <= expected["max_score"] and len(done.posted["tests"]) == ROWS
    everything = json.dumps(done.posted) + done.ended.output
    assert harness.TOKEN not in everything and "EVIDENCE" not in everything
    written = [path.relative_to(done.written).as_posix() for path in done.written.rglob("*") if path.is_file()]
    ours = ("autograder/results/", "autograder/submission/", "autograder/submission_metadata.json", "run/backprop-grader/")
    assert [name for name in written if not name.startswith(ours)] == []


def _notebook(folder: Path) -> None:
    cells = [
        {"cell_type": kind, "metadata": {}, "source": source, **({"outputs": [], "execution_count": None} if kind == "code" else {})}
        for kind, source in (("markdown", "# Backprop"), ("code", "%matplotlib inline\n!ls"), ("code", EINSUM), ("code", "1 / 0"))
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "backprop.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def _zip_in_a_folder(folder: Path) -> None:
    (folder / "homework").mkdir()
    with zipfile.ZipFile(folder / "homework" / "mine.zip", "w") as archive:
        archive.writestr("my work/backprop.py", EINSUM)
        archive.writestr("__MACOSX/my work/._backprop.py", b"\x00\x05")


@pytest.mark.parametrize("put", [_notebook, _zip_in_a_folder])
def test_other_forms(image: Machine, run: Callable[..., harness.Run], put: Callable[[Path], None]) -> None:
    """A notebook with magics and a failing cell, and a zip in a folder, are graded like the file."""
    assert run(image, put).posted["score"] == 100


def test_nothing_of_gradescope_is_found(image: Machine, run: Callable[..., harness.Run]) -> None:
    """A submission that searches its environment, every process's and the metadata for the token and the student finds nothing."""
    source = SEEKS_TOKEN.replace("METADATA", '"/autograder/submission_metadata.json"')
    done = run(image, of_source(source))
    everything = json.dumps(done.posted) + done.ended.output
    assert "SEARCHED" in everything
    for secret in (harness.TOKEN, "HARNESS", "TIMEOUT_SECONDS", "student@example.edu"):
        assert secret not in everything


def test_empty_submission(image: Machine, run: Callable[..., harness.Run]) -> None:
    """An empty hand-in earns 0 in every row and says what to hand in."""
    done = run(image, lambda folder: None)
    assert done.posted["score"] == 0 and "hand in backprop.py" in done.posted["output"]
    assert set(states(done).values()) == {"not run"}


def test_endless_submission(image: Machine, run: Callable[..., harness.Run]) -> None:
    """A submission that loops in every function ends before Gradescope's time limit with 0 points and every row."""
    done = run(image, of_source(EVERYTHING_LOOPS), timeout_s=60)
    assert done.ended.code == 0 and done.posted["score"] == 0 and len(done.posted["tests"]) == ROWS


def test_endless_gradient_keeps_the_other_points(image: Machine, run: Callable[..., harness.Run]) -> None:
    """Where only backprop loops, the points of dataset and forward stand."""
    done = run(image, of_source(EINSUM + GRADIENT_LOOPS), timeout_s=60)
    passed = {number for number, state in states(done).items() if state == "passed"}
    assert passed == {"1.1", "1.2", "1.3", "2.1", "2.2", "2.3"} and done.posted["score"] == 30


def test_killed_by_the_harness(image: Machine, tmp_path: Path) -> None:
    """Where the harness kills the run all the same, a valid results.json was there, and the harness writes its own."""
    done = harness.run(image, of_source("import time\ntime.sleep(1000)\n"), tmp_path, timeout_s=600, killed_after_s=3)
    assert done.posted["score"] == 0 and done.ended.code is None
    left = harness.read_results(done.written / "autograder" / "results" / "results.json")
    assert "tell your instructor" in left["output"] and left["stdout_visibility"] == "hidden"
