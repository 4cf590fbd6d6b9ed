"""A stand-in for Gradescope's harness: builds the image from the zip, runs a submission, reads results.json strictly.

What may live here: what Gradescope does around the grader, as far as it is
known from its documentation and from published copies of its harness.
"""
from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from machine import CACHE, Ended, Machine, Small, Suite, base_root, built

RUNS = CACHE / f"runs-{os.getpid()}"
MAX_OUTPUT_CHARS = 100_000
BUILD = r"""
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# what Gradescope's own image brings along
apt-get install -y -qq --no-install-recommends python3 >/dev/null
cp /autograder/source/run_autograder /autograder/run_autograder
sed -i 's/\r$//' /autograder/run_autograder /autograder/source/setup.sh
chmod +x /autograder/run_autograder
apt-get update -qq
bash /autograder/source/setup.sh
rm -rf /tmp/* /tmp/.[!.]*
"""
"""The building of an image: CRLF is mended in two files only, setup.sh runs as root, /tmp is wiped."""

RENEW = r"""
set -eu
rm -rf /autograder/source
mv /autograder/source-of-the-zip /autograder/source
cp /autograder/source/run_autograder /autograder/run_autograder
sed -i 's/\r$//' /autograder/run_autograder /autograder/source/setup.sh
chmod +x /autograder/run_autograder
bash /autograder/source/setup.sh
rm -rf /tmp/* /tmp/.[!.]*
"""
"""Another zip with the same setup.sh and lock in an image that is built: what it would install is there, so this takes seconds."""
INSTALLS = ("setup.sh", "requirements.lock")
"""The files of the zip that decide what an image holds beside the zip itself."""

TOKEN = "the-token-of-the-harness"
METADATA: Mapping[str, Any] = {
    "id": 123456, "created_at": "2026-03-02T14:22:32.365935-08:00", "submission_method": "upload",
    "assignment": {
        "due_date": "2026-03-01T23:59:00.000000-08:00", "group_size": None, "group_submission": False, "id": 25828,
        "course_id": 1234, "late_due_date": None, "release_date": "2026-02-01T00:00:00.000000-08:00", "title": "Backpropagation",
        "total_points": "100.0",
    },
    "users": [{
        "email": "student@example.edu", "id": 1234, "name": "Student User", "sid": "1234",
        "assignment": {"due_date": "2026-03-03T23:59:00.000000-08:00", "late_due_date": None},
    }],
    "previous_submissions": [{"submission_time": "2026-03-01T14:22:32.365935-08:00", "score": "30.0", "results": {}}],
}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
TOP_LEVEL: Mapping[str, type | tuple[type, ...]] = {
    "score": (int, float), "execution_time": (int, float), "output": str, "output_format": str, "test_output_format": str,
    "test_name_format": str, "visibility": str, "stdout_visibility": str, "extra_data": dict, "tests": list, "leaderboard": list,
}
TEST_LEVEL: Mapping[str, type | tuple[type, ...]] = {
    "score": (int, float), "max_score": (int, float), "status": str, "name": str, "name_format": str, "number": str, "output": str,
    "output_format": str, "tags": list, "visibility": str, "extra_data": dict,
}


@dataclass(frozen=True)
class Run:
    """What Gradescope has after a run: the results as posted, what was printed, how run_autograder ended, all that was written."""

    posted: dict[str, Any]
    ended: Ended
    written: Path


def image(suite: Suite, package: Path) -> tuple[Machine, float]:
    """The image of a release with the zip built into it, and the seconds the building took (0 from the cache).

    Raises CannotRun, or AssertionError where setup.sh fails.
    """
    base = base_root(suite)
    with zipfile.ZipFile(package) as archive:
        installs = hashlib.sha256(b"".join(archive.read(name) for name in INSTALLS)).hexdigest()
    with _unpacked(package, "source") as tree:
        installed, first_s = built((base,), f"installed-{suite.name}", BUILD + installs, ["bash", "-c", BUILD], tree)
    content = hashlib.sha256(package.read_bytes()).hexdigest()
    with _unpacked(package, "source-of-the-zip") as tree:
        renewed, then_s = built((installed, base), f"image-{suite.name}", RENEW + content, ["bash", "-c", RENEW], tree)
    print("\n".join(line for line in (renewed / "said").read_text().splitlines() if line.startswith("self-test:")))
    return Machine((renewed, installed, base)), first_s + then_s


@contextlib.contextmanager
def _unpacked(package: Path, name: str) -> Iterator[Path]:
    """A tree with /autograder as Gradescope lays it out, the zip unpacked in a folder of that name."""
    with tempfile.TemporaryDirectory() as tree:
        source = Path(tree) / "autograder" / name
        for folder in (source, source.parent / "submission", source.parent / "results"):
            folder.mkdir(parents=True)
        with zipfile.ZipFile(package) as archive:
            archive.extractall(source)
        yield Path(tree)


def run(
    machine: Machine, put: Callable[[Path], None], scratch: Path, *, timeout_s: float = 600, killed_after_s: float | None = None
) -> Run:
    """Run run_autograder on a submission on Gradescope's smallest machine.

    put             lays the submission's files into a folder
    timeout_s       the time limit, as the grader is told; killed_after_s: when it is enforced, if not then
    """
    upper = upper_folder(scratch)
    autograder = upper / "autograder"
    submission = autograder / "submission"
    submission.mkdir(parents=True)
    (autograder / "results").mkdir()
    put(submission)
    for path in submission.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o644)
    (autograder / "submission_metadata.json").write_text(json.dumps(METADATA))
    ended = machine.run(
        ["bash", "-c", "cd /autograder && ./run_autograder"], upper, timeout_s=killed_after_s or timeout_s,
        is_confined=True, size=Small(), environment={"TIMEOUT_SECONDS": f"{timeout_s:g}", "HARNESS_TOKEN": TOKEN},
    )
    (autograder / "results" / "stdout").write_text(ended.output)
    if ended.code is None:
        return Run({"score": 0, "output": "The autograder timed out."}, ended, upper)
    return Run(read_results(autograder / "results" / "results.json"), ended, upper)


def upper_folder(scratch: Path) -> Path:
    """An empty folder that an overlay can write to: beside the cached roots, since /tmp may be an overlay itself."""
    folder = RUNS / scratch.name
    folder.mkdir(parents=True, exist_ok=True)
    upper = Path(tempfile.mkdtemp(dir=folder))
    upper.chmod(0o755)
    return upper


def read_results(path: Path) -> dict[str, Any]:
    """results.json as it would be posted: long outputs cut in the middle. Raises AssertionError for what Gradescope would not take."""
    document = json.loads(path.read_bytes(), parse_constant=_refuse)
    _check_fields(document, TOP_LEVEL)
    assert "score" in document or "tests" in document
    for key in ("visibility", "stdout_visibility"):
        assert document.get(key, "visible") in VISIBILITIES
    tests = document.get("tests", [])
    for test in tests:
        _check_fields(test, TEST_LEVEL)
        assert test.get("status", "passed") in ("passed", "failed")
        assert test.get("visibility", "visible") in VISIBILITIES
        assert test.get("output_format", "text") in FORMATS
    for entry in document.get("leaderboard", []):
        assert {"name", "value"} <= set(entry) <= {"name", "value", "order"}
    for piece in (document, *tests):
        piece["output"] = _cut(piece.get("output", ""))
    return document


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} cannot be posted")


def _check_fields(piece: Mapping[str, Any], fields: Mapping[str, type | tuple[type, ...]]) -> None:
    for key, value in piece.items():
        assert key in fields, f"Gradescope knows no {key}"
        assert isinstance(value, fields[key]) and not isinstance(value, bool), f"{key}: {value!r}"
        assert not isinstance(value, float) or math.isfinite(value)


def _cut(output: str) -> str:
    if len(output) <= MAX_OUTPUT_CHARS:
        return output
    half = MAX_OUTPUT_CHARS // 2
    return output[:half] + "[...]" + output[-half:]
