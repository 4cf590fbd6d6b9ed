"""Where layers are really missing: what is said, what is refused, and that no student code runs. And two gradings at once."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox import probe
from grader.selftest.ways import command, ways_here
from tests.conftest import ROOT

IN_CI = os.environ.get("CI", "") not in ("", "false")
pytestmark = pytest.mark.skipif(not IN_CI and sys.platform != "linux", reason="Linux's layers are taken away")

WITHOUT_LANDLOCK = """
import os, sys
from errno import ENOSYS
from seccompy import Action, Filter
rules = Filter(Action.ALLOW)
for call in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"):
    rules.errno(call, ENOSYS)
rules.load()
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""A host whose kernel has no Landlock, as an older Docker's filter makes one too."""

TELLTALE = "import os\nopen('ran', 'w').close()\nprint('STUDENT CODE RAN', os.getuid())\n"


def run(way: str, *arguments: object, landlock: bool = False, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command of ours one way, on a host with or without Landlock."""
    how = [] if landlock else ["-c", WITHOUT_LANDLOCK]
    argv = [*command(way), sys.executable, *how, "-B", *map(str, arguments)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(cwd)}
    return subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=300, env=environment, check=False)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder to which every user can walk, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="refusal-", dir=probe.open_folder()) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def handed_in(open_folder: Path) -> Path:
    """A submission that would tell that it ran."""
    folder = open_folder / "handed-in"
    folder.mkdir()
    (folder / "backprop.py").write_text(TELLTALE)
    return folder


def test_no_landlock_and_no_uid_is_refused(handed_in: Path) -> None:
    """An ordinary user without Landlock: exit 3, one line that says what and what to do, and no student code."""
    refused = run("user", "-m", "grader", "grade", handed_in)
    assert refused.returncode == 3 and refused.stdout == ""
    assert len(refused.stderr.strip().splitlines()) == 1 and "--trust-student-code" in refused.stderr
    trusted = run("user", "-m", "grader", "grade", handed_in, "--trust-student-code", "--json")
    document = json.loads(trusted.stdout)
    assert trusted.returncode == 0 and "STUDENT CODE RAN" in document["extra_data"]["printed_at_load"]
    assert document["extra_data"]["isolation"]["level"] == "none" and "not held" in document["extra_data"]["held"]


@pytest.mark.skipif(not IN_CI and "root" not in ways_here(), reason="only root has other uids to give")
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_root_without_landlock_goes_by_whether_the_reference_is_readable(handed_in: Path, is_open: bool) -> None:
    """With a uid alone: refused where the student's user can read the reference, else graded, and told what is visible."""
    house = copy_of_the_grader(handed_in.parent, is_open)
    done = run("root", "-m", "grader", "grade", handed_in, "--json", cwd=house)
    if is_open:
        assert done.returncode == 3 and "reference" in done.stderr and done.stdout == ""
        return
    extra = json.loads(done.stdout)["extra_data"]
    assert done.returncode == 0 and extra["isolation"] == {
        "uid": True, "landlock": False, "seccomp": True, "rlimits": True, "level": "partial",
    }
    assert "every file that all users of this machine may read" in extra["held"]


def copy_of_the_grader(folder: Path, is_open: bool) -> Path:
    """The grader in a folder of its own, closed to other users or not."""
    house = folder / "house"
    for name in ("grader", "reference"):
        shutil.copytree(ROOT / name, house / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (house, *house.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    house.chmod(0o755 if is_open else 0o700)
    return house


@pytest.mark.skipif(not IN_CI and "root" not in ways_here(), reason="Gradescope runs as root")
def test_on_gradescope_a_readable_reference_fails_closed(open_folder: Path) -> None:
    """The source folder left open, and no Landlock: results.json says that the autograder is misconfigured, and no code ran."""
    folder = open_folder
    house = copy_of_the_grader(folder, is_open=True)
    for name in ("submission", "results"):
        (folder / name).mkdir()
    (folder / "submission" / "backprop.py").write_text(TELLTALE)
    done = run("docker", "-m", "grader.gradescope", "run", "--root", folder, cwd=house)
    document = json.loads((folder / "results" / "results.json").read_text())
    assert done.returncode == 0 and document["score"] == 0 and len(document["tests"]) == 17
    assert "misconfigured" in json.dumps(document) and "tell your instructor" in json.dumps(document)
    assert "STUDENT CODE RAN" not in json.dumps(document) + done.stdout


MEETS = '''
import os
import time

import numpy as np

print("USER", os.getuid(), flush=True)
with open("mine", "w") as file:
    file.write("mine")
time.sleep(1.0)
with open("mine") as file:
    assert file.read() == "mine"
others = [name for name in os.listdir(os.getcwd()) if not name.startswith((".canary", "mine", "backprop.py", "__pycache__"))]
neighbours = []
for pid in range(2, 1 << 16):
    try:
        os.kill(pid, 0)
    except OSError:
        continue
    if pid != os.getpid():
        neighbours.append(pid)
print("OTHERS", others, neighbours, flush=True)
'''


@pytest.mark.parametrize("way", [way for way in ways_here() if way != "docker"])
def test_two_gradings_at_once_do_not_meet(way: str, open_folder: Path, reference_source: str) -> None:
    """Each has a folder, a process and, as root, a user of its own; each is graded as it is alone."""
    (open_folder / "backprop.py").write_text(MEETS + reference_source.replace("from __future__ import annotations", ""))
    argv = [*command(way), sys.executable, "-B", "-m", "grader", "grade", str(open_folder), "--json"]
    environment = {"PATH": os.environ["PATH"]}
    running = [subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    documents = [json.loads(process.communicate(timeout=300)[0]) for process in running]
    printed = [document["extra_data"]["printed_at_load"] for document in documents]
    users = [text.split("USER ")[1].split()[0] for text in printed]
    assert [document["score"] for document in documents] == [100, 100]
    assert all("OTHERS [] []" in text for text in printed), printed
    assert (users[0] != users[1]) == (way == "root")
