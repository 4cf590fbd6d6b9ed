"""Who handed in what: plain folders and Gradescope exports."""
from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.intake import NoClass, Student, read_class

OUT = Path("out")


def _folder(root: Path, names: list[str]) -> Path:
    """Names that end in / become folders with a backprop.py, others files."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True)
            path = path / "backprop.py"
        path.write_text("x = 1\n")
    return root


def _export(root: Path, metadata: str, folders: list[str]) -> Path:
    _folder(root, [f"{name}/" for name in folders])
    (root / "submission_metadata.yml").write_text(metadata, encoding="utf-8")
    return root


METADATA = """---
submission_11:
  :submitters:
  - :name: Zoë Ångström
    :sid: '007'
    :email: zoe@example.org
  - :name: "=1+1, Jr."
    :email: jr@example.org
  :created_at: 2026-02-02 20:20:20.123456000 Z
  :score: 10.0
  :status: processed
  :results:
    tests: []
  :history:
  - :id: 10
    :created_at: !ruby/object:ActiveSupport::TimeWithZone
      utc: 2026-02-01 20:20:20 Z
submission_12:
  :submitters:
  - :name: Li
  :created_at: 2026-02-03 20:20:20 Z
"""


def test_plain_folder_takes_folders_files_zips_and_notebooks(tmp_path):
    """Each entry of a folder is one student's, named after the file without its ending."""
    _folder(tmp_path, ["ana/", "bo.py", "cy.ipynb", "dee.zip"])
    entries = read_class(tmp_path, OUT).entries
    assert [(entry.title, entry.slug, entry.reason) for entry in entries] == [
        ("ana", "ana", ""), ("bo", "bo", ""), ("cy", "cy", ""), ("dee", "dee", "")
    ]


def test_nothing_of_a_folder_is_dropped_in_silence(tmp_path):
    """What cannot be a submission is an entry with a reason, or named in a note."""
    _folder(tmp_path, ["ana/", "notes.txt", ".DS_Store", "__MACOSX/"])
    (tmp_path / "link").symlink_to("/etc")
    found = read_class(tmp_path, OUT)
    reasons = {entry.title: entry.reason for entry in found.entries}
    assert "link" in reasons["link"] and "not a folder" in reasons["notes.txt"] and reasons["ana"] == ""
    assert sorted(note.split()[0] for note in found.notes) == [".DS_Store", "__MACOSX"]


def test_the_same_name_twice_stays_two_entries(tmp_path):
    """bo.py and bo.zip are told apart by their whole names."""
    _folder(tmp_path, ["bo.py", "bo.zip"])
    assert [entry.title for entry in read_class(tmp_path, OUT).entries] == ["bo.py", "bo.zip"]


def test_the_output_folder_is_no_submission(tmp_path):
    """Results may lie inside the folder of submissions."""
    _folder(tmp_path, ["ana/", "results/"])
    assert [entry.title for entry in read_class(tmp_path, tmp_path / "results").entries] == ["ana"]


def test_slugs_are_safe_and_of_one_kind(tmp_path):
    """Names that no file system or link would take, and names that differ by case or accents, get folders of their own."""
    _folder(tmp_path, ["Zoë/", "Zoe/", "zoe/", "a b&c/", "日本/", "-x/"])
    slugs = [entry.slug for entry in read_class(tmp_path, OUT).entries]
    assert len({slug.lower() for slug in slugs}) == len(slugs) == 6
    assert all(slug.isascii() and slug.replace("-", "").replace("_", "").replace(".", "").isalnum() for slug in slugs)


@pytest.mark.parametrize("around", [False, True])
def test_export_with_groups(tmp_path, around):
    """A group is one submission of several students; text stays text; Ruby's objects and symbols are read as plain values."""
    folder = tmp_path / "assignment_1_export" if around else tmp_path
    folder.mkdir(exist_ok=True)
    _export(folder, METADATA, ["submission_11", "submission_12"])
    group, single = sorted(read_class(tmp_path, OUT).entries, key=lambda entry: entry.slug)
    assert group.students == (Student("Zoë Ångström", "007", "zoe@example.org"), Student("=1+1, Jr.", "", "jr@example.org"))
    assert (group.number, group.attempts) == ("11", 2) and group.submitted_at.startswith("2026-02-02 20:20:20")
    assert single.students == (Student("Li"),)


def test_export_with_gaps(tmp_path):
    """A missing folder is graded 0 with the reason, a folder that the metadata lacks is graded and noted."""
    _export(tmp_path, METADATA, ["submission_11", "submission_99"])
    (tmp_path / "__MACOSX").mkdir()
    found = read_class(tmp_path, OUT)
    by_slug = {entry.slug: entry for entry in found.entries}
    assert set(by_slug) == {"submission_11", "submission_12", "submission_99"}
    assert "missing" in by_slug["submission_12"].reason and not by_slug["submission_99"].reason
    assert any("submission_99" in note for note in found.notes) and any("__MACOSX" in note for note in found.notes)


def test_only_the_latest_submission_of_a_student_counts(tmp_path):
    """Who handed in alone and later with a group is graded with the group, and that is said."""
    later = METADATA.replace(
        "- :name: Li", "- :name: Li\n  - :name: Zoë Ångström\n    :sid: '007'\n    :email: zoe@example.org"
    )
    _export(tmp_path, later, ["submission_11", "submission_12"])
    found = read_class(tmp_path, OUT)
    students = {entry.slug: [student.name for student in entry.students] for entry in found.entries}
    assert students == {"submission_11": ["=1+1, Jr."], "submission_12": ["Li", "Zoë Ångström"]}
    assert any("Zoë Ångström is in several submissions" in note for note in found.notes)


@pytest.mark.parametrize("metadata", ["- a list", "submission_1: [", "!!python/object/apply:os.getcwd []", "\x00"])
def test_unreadable_metadata_is_refused(tmp_path, metadata):
    """Metadata that is not an export's, or would make Python run something, ends with one line."""
    _export(tmp_path, metadata, ["submission_1"])
    with pytest.raises(NoClass) as caught:
        read_class(tmp_path, OUT)
    assert "\n" not in str(caught.value)


def test_nothing_to_grade(tmp_path):
    """A folder that is not there, is a file or is empty ends with one line."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for path in ("none", "empty", "file"):
        with pytest.raises(NoClass):
            read_class(tmp_path / path, OUT)
