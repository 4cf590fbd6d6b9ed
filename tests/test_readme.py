"""Every command in the README and in the handout is run; slow ones with a smaller corpus, or as a dry run."""
from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader import template

ROOT = template.ROOT
README = (ROOT / "README.md").read_text(encoding="utf-8")
HANDOUT = (ROOT / "student_template" / "README.md").read_text(encoding="utf-8")
GRADER = ".venv/bin/python -m grader "
SMALL_CORPUS = ("g-for-h-in-dw", "notebook-with-magics", "np-dot", "empty-file")


def commands(text):
    """The lines of all shell blocks."""
    return [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines() if line.strip()]


def python_blocks(text):
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


OF_MAKE = [line for line in commands(README) if line.startswith("make ")]
OF_GRADER = [line for line in commands(README) if line.startswith(GRADER)]


def copied(folder):
    """The repository with a small corpus, some submissions to grade, and no .venv."""
    for name in ("grader", "reference", "student_template", "docs", "benchmarks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file() and path.name != ".git":
            shutil.copy(path, folder)
    for name in SMALL_CORPUS:
        shutil.copytree(ROOT / "tests" / "submissions" / name, folder / "tests" / "submissions" / name)
    right = folder / "tests" / "submissions" / "np-dot" / "submission"
    shutil.copytree(right, folder / "DOWNLOADED")
    shutil.copytree(right, folder / "submissions" / "ana")
    return folder


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return copied(tmp_path_factory.mktemp("checkout"))


def run(arguments, cwd):
    return subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300)


def test_every_command_is_known_to_a_test():
    """A command of a new kind fails here until it is run below."""
    rest = set(commands(README)) - set(OF_MAKE) - set(OF_GRADER)
    assert rest == {".venv/bin/python student_template/check.py"}
    assert set(commands(HANDOUT)) == {"python -m pip install numpy scipy matplotlib pytest", "python check.py"}
    named = set(re.findall(r"`make ([a-z-]+)`", README)) | {line.split()[1] for line in OF_MAKE}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert named <= targets


def test_the_commands_of_the_grader_in_their_order(checkout):
    """All run one after the other as they stand, and what they promise to write is there."""
    for line in OF_GRADER:
        words = shlex.split(line)[1:]
        if "--scheduler" in words or "--attacks" in words or "--diagnosis" in words:
            continue
        done = run(words, checkout)
        assert done.returncode == 0, (line, done.stdout[-500:], done.stderr[-500:])
        for option in ("--results", "--preview", "--pictures", "--out", "--output"):
            if option in words:
                assert (checkout / words[words.index(option) + 1]).exists(), line
    assert (checkout / "results" / "class.html").exists() and (checkout / "results" / "grades.csv").exists()


def test_the_commands_that_take_long_are_understood():
    """Clusters and the hostile corpus have tests of their own; here their arguments are read."""
    from grader.cli import _parser

    for line in OF_GRADER:
        assert _parser().parse_args(shlex.split(line)[3:]).run


def test_make_grades_in_a_prepared_checkout(checkout):
    """`make grade` prints the report; the other targets are there and lead to commands."""
    for line in OF_MAKE:
        words = shlex.split(line)
        ready = ["-o", "install", "-o", "install-dev", f"BIN={Path(sys.executable).parent}"]
        if words[1] != "grade":
            ready.append("-n")
        done = subprocess.run([words[0], *ready, *words[1:]], cwd=checkout, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (line, done.stderr)
        assert words[1] != "grade" or "68 of 100" in done.stdout


def test_the_public_checks_as_an_instructor_runs_them(checkout):
    """On the untouched template the checks say what a student reads first; a file by another name can be given."""
    assert "Next: write make_dataset." in run(["student_template/check.py"], checkout).stdout
    other = "tests/submissions/np-dot/submission/backprop.py"
    assert "All public checks pass" in run(["student_template/check.py", other], checkout).stdout


def test_points_seeds_and_a_new_check_can_be_changed_as_told(tmp_path):
    """The README's new check, other points and another seed: a right submission has all points, an empty one none."""
    checkout = copied(tmp_path)
    row, method = python_blocks(README)
    rubric, checks = checkout / "grader" / "rubric.py", checkout / "grader" / "checks" / "gradients.py"
    text = rubric.read_text().replace("term_seed: int = 2026", "term_seed: int = 2027")
    text = text.replace('fixed seeds", 12, "forward"', 'fixed seeds", 20, "forward"')
    rubric.write_text(text.replace('    Row("4.1"', row + '    Row("4.1"'))
    checks.write_text(checks.read_text().replace('    @check("3.7")', method + '\n    @check("3.7")'))
    for name, score in (("np-dot", "110 of 110"), ("empty-file", "0 of 110")):
        done = run(["-m", "grader", "grade", f"tests/submissions/{name}/submission"], checkout)
        assert f"{score} points" in done.stdout, done.stdout[:300] + done.stderr
    assert run(["-m", "grader", "template", "--check"], checkout).returncode == 1
    assert run(["-m", "grader", "template"], checkout).returncode == 0
    assert "| 3.8 | the loss is above zero | 2 |" in (checkout / "student_template" / "README.md").read_text()


def test_the_picture_of_a_report_is_there():
    """docs/report.png is a picture, small enough for a page."""
    data = (ROOT / "docs" / "report.png").read_bytes()
    assert data.startswith(b"\x89PNG") and len(data) < 200_000 and "docs/report.png" in README


def test_links_lead_somewhere():
    """Files and headings that the README and the handout link to exist."""
    for text, folder in ((README, ROOT), (HANDOUT, ROOT / "student_template")):
        titles = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
        headings = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if not target.startswith("http"):
                file, _, heading = target.partition("#")
                assert (folder / file).exists() and (file or heading in headings), target
