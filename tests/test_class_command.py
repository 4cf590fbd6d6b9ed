"""A whole class by the command: the same results as alone, the tables, what is graded again and what is not."""
from __future__ import annotations

import csv
import random
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader import cli
from grader.classroom import command, task
from grader.classroom.run import executor_crew
from grader.grading import grade
from grader.report import class_page
from grader.report.page import document
from grader.selftest.corpus import CORPUS
from tests import classes
from tests.classes import QUICK, results, stamps, without_times
from tests.conftest import EVERYTHING

MIX = (
    "syntax-error", "sign-flipped", "naive-sigmoid-with-warnings", "sys-exit-inside-backprop", "wrong-key-names",
    "notebook-missing-tanh-derivative",
)
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def one_thread() -> Iterator[ThreadPoolExecutor]:
    """Grades in this process, which saves each test the start of others."""
    with ThreadPoolExecutor(1) as executor:
        yield executor
    task.drop_worker()


@pytest.fixture
def class_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], one_thread: ThreadPoolExecutor) -> Command:
    """`class` with these arguments, in this process and without pictures; gives exit code, stdout and stderr."""
    monkeypatch.setattr(command, "local_crew", lambda jobs: executor_crew(one_thread, 1))
    monkeypatch.setattr(class_page, "_picture", lambda title, draw: "")

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.main(["class", *map(str, arguments)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


def test_as_alone_whatever_the_order_and_the_jobs(tmp_path, worker, class_command):
    """Shuffled, one after another or on three processes, every result is to the byte what it is alone, but for times."""
    names = list(MIX)
    alone = {name: without_times(document(grade(CORPUS / name / "submission", worker))) for name in names}
    for jobs, seed in ((1, 1), (3, 2))[not EVERYTHING :]:
        random.Random(seed).shuffle(names)
        folder, out = tmp_path / f"class-{jobs}", tmp_path / f"out-{jobs}"
        for position, name in enumerate(names):
            shutil.copytree(CORPUS / name / "submission", folder / f"{position:02}")
        if jobs == 1:
            assert class_command(folder, "--out", out)[0] == 0
        else:
            assert classes.run(folder, out, "--jobs", str(jobs)).returncode == 0
        for position, name in enumerate(names):
            graded = results(out)[f"{position:02}"]
            graded["extra_data"]["submission"] = "submission"
            assert without_times(graded).splitlines() == alone[name].splitlines(), name


def test_formats_groups_and_what_cannot_be_used(tmp_path, class_command):
    """An export with a group and a missing folder: a row a student, 0 points with the reason, all named at the end."""
    folder = classes.make(tmp_path / "export", ("syntax-error",))
    (folder / "syntax-error-0").rename(folder / "submission_1")
    (folder / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - {':name': 'Zoë, A.', ':sid': '1', ':email': a@example.org}\n"
        "  - {':name': '=2+2', ':sid': '2'}\nsubmission_2:\n  :submitters:\n  - {':name': Li, ':sid': '3'}\n", encoding="utf-8"
    )
    for form, column in (("gradescope", "Total Score"), ("canvas", "Backpropagation"), ("csv", "score")):
        code, printed, _ = class_command(folder, "--out", tmp_path / "out", "--format", form)
        assert code == 0 and "Li: its folder is missing" in printed
        with open(tmp_path / "out" / "grades.csv", encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if "Points Possible" not in row.values()]
        assert [row[column] for row in rows] == ["0", "0", "0"] and not any(v.startswith("=") for row in rows for v in row.values())
    assert "2 submissions of 3 students: 1 graded, 1 with 0 points" in printed
    assert "Li" in (tmp_path / "out" / "class.html").read_text(encoding="utf-8")


def test_people_of_one_name_are_told_apart(tmp_path, class_command):
    """On the class page two of one name have their numbers as well; in grades.csv they keep their name."""
    folder = classes.make(tmp_path / "export", QUICK[:2])
    for number, name in enumerate(QUICK[:2]):
        (folder / f"{name}-0").rename(folder / f"submission_{number}")
    people = "".join(f"submission_{number}:\n  :submitters:\n  - {{':name': Li, ':sid': '{number}7'}}\n" for number in range(2))
    (folder / "submission_metadata.yml").write_text(people)
    class_command(folder, "--out", tmp_path / "out", "--format", "csv")
    page = (tmp_path / "out" / "class.html").read_text(encoding="utf-8")
    assert ">Li (07)<" in page and ">Li (17)<" in page and (tmp_path / "out" / "grades.csv").read_text().count("\nLi,") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["{}/none", "--out", "{}/out"], ["{}", "--out", "{}/out", "--jobs", "0"], ["{}", "--out", "{}/out", "--against", "{}/x"],
        ["{}", "--out", "{}/a.py"], ["{}", "--out", "{}"],
    ],
)
def test_a_call_that_cannot_be_used(tmp_path, class_command, capsys, arguments):
    """One line on stderr and exit code 2, no traceback."""
    (tmp_path / "a.py").write_text("")
    try:
        code, printed, errors = class_command(*(word.format(tmp_path) for word in arguments))
    except SystemExit as ended:  # argparse's way
        code, (printed, errors) = ended.code, capsys.readouterr()
    assert code == 2 and printed == "" and len(errors.splitlines()) == 1


def test_regrade(tmp_path, class_command):
    """A second run grades only what changed, and shows whose mark changed by which check; so does --against."""
    folder, out = classes.make(tmp_path / "class", QUICK), tmp_path / "out"
    assert "changed" not in class_command(folder, "--out", out)[1]
    shutil.copytree(out, tmp_path / "first")
    before = stamps(out)
    shutil.copy(CORPUS / "sign-flipped" / "submission" / "backprop.py", folder / "syntax-error-0" / "backprop.py")
    printed = class_command(folder, "--out", out)[1]
    assert "1 mark changed:" in printed and re.search(r"syntax-error-0: 0 to [\d.]+ \(1\.1 \+3, 1\.2 \+4", printed)
    assert {slug for slug, stamp in stamps(out).items() if before[slug] != stamp} == {"syntax-error-0"}
    assert "syntax-error-0" in (out / "class.html").read_text(encoding="utf-8").split('id="changes"')[1].split("</section>")[0]
    assert "1 mark changed:" in class_command(folder, "--out", out, "--against", tmp_path / "first")[1]
    assert "no mark changed" in class_command(folder, "--out", out, "--against", out)[1]
    (tmp_path / "first" / "students" / "syntax-error-0" / "results.json").write_text("{}")
    printed = class_command(folder, "--out", out, "--against", tmp_path / "first")[1]
    assert "no mark changed" in printed and "1 of 4 submissions have no results in" in printed


def test_what_is_no_longer_handed_in_is_said(tmp_path, class_command):
    """A submission that was taken out of the folder is left out of the tables, and named."""
    folder, out = classes.make(tmp_path / "class", QUICK[:2]), tmp_path / "out"
    class_command(folder, "--out", out)
    shutil.rmtree(folder / f"{QUICK[0]}-0")
    printed = class_command(folder, "--out", out)[1]
    assert f"{QUICK[0]}-0 was graded before" in printed and QUICK[0] not in (out / "grades.csv").read_text()


def test_a_result_changed_by_hand_is_not_believed(tmp_path, class_command):
    """Where the key still stands but the rest is no result, the student is told apart as not graded, with what to do."""
    folder, out = classes.make(tmp_path / "class", QUICK[:2]), tmp_path / "out"
    class_command(folder, "--out", out)
    path: Path = out / "students" / f"{QUICK[0]}-0" / "results.json"
    path.write_text(path.read_text().replace('"tests"', '"texts"'))
    code, printed, _ = class_command(folder, "--out", out)
    assert code == 1 and "was changed by hand: delete it" in printed
    path.unlink()
    assert class_command(folder, "--out", out)[0] == 0
