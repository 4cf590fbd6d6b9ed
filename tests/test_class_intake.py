"""Who handed in what: plain folders and Gradescope exports."""
from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import pytest

from grader.classroom import class_run
from grader.classroom.class_run import ClassRun, Plan
from grader.classroom.intake import NoClass, Student, read_class
from grader.classroom.names import slugs
from grader.classroom.store import Store
from grader.classroom.task import Done, Order

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


def _told(folder: Path) -> dict[str, str]:
    """By title, why each cannot be graded; "" if it can."""
    whole = ClassRun(Plan(folder, OUT), Store(OUT), read_class(folder, OUT))
    orders = {entry.title: whole.order(entry.slug) for entry in whole.found.entries}
    return {title: order.document["extra_data"]["headline"] if isinstance(order, Done) else "" for title, order in orders.items()}


def test_nothing_of_a_folder_is_dropped_in_silence(tmp_path):
    """What cannot be a submission is an entry with a reason, or named in a note."""
    _folder(tmp_path, ["ana/", "notes.txt", ".DS_Store", "__MACOSX/"])
    (tmp_path / "link").symlink_to("/etc")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "last" / "students").mkdir(parents=True)
    (tmp_path / "last" / ".state").touch()
    found, told = read_class(tmp_path, OUT), _told(tmp_path)
    assert "link" in told["link"] and "link" in told["circle"] and "no Python file" in told["notes.txt"] and told["ana"] == ""
    assert sorted(note.split()[0] for note in found.notes) == [".DS_Store", "__MACOSX", "last"]


def test_whatever_can_be_graded_alone_can_be_graded_in_a_class(tmp_path):
    """Names that browsers make of scripts and notebooks, and archives, are submissions, named without their endings."""
    _folder(tmp_path, ["ana.py.txt", "bo.ipynb.json", "cy.PY"])
    with tarfile.open(tmp_path / "dee.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "cy.PY", "backprop.py")
    assert _told(tmp_path) == {"ana": "", "bo": "", "cy": "", "dee": ""}


def test_what_canvas_makes_of_typed_texts_and_of_anonymous_students(tmp_path):
    """A typed text keeps its student's id, and several files of somebody without a name are one submission."""
    _folder(tmp_path, ["doejane_LATE_12345_text.html", "anon_8fY2k_67890_backprop.py", "LATE_anon_8fY2k_67891_layers.py"])
    anon, jane = read_class(tmp_path, OUT).entries
    assert (jane.students, anon.title) == ((Student("doejane", canvas_id="12345"),), "anon_8fY2k")
    assert sorted(anon.parts) == ["backprop.py", "layers.py"]


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


CANVAS = [
    "doejane_12345_67890_backprop.py", "lizoe_LATE_12346_67891_backprop-2.py",
    "roebo_12347_67892_backprop.py", "roebo_12347_67893_layers.py",
]


def test_names_that_canvas_gives(tmp_path):
    """The student's name and Canvas's id stand before what was handed in; several files of one student are one submission."""
    jane, li, bo = read_class(_folder(tmp_path, CANVAS), OUT).entries
    assert (jane.students, jane.slug, jane.path.name) == ((Student("doejane", canvas_id="12345"),), "doejane_12345", CANVAS[0])
    assert li.title == "lizoe" and li.path.name == CANVAS[1]
    assert {name: path.name for name, path in bo.parts.items()} == {"backprop.py": CANVAS[2], "layers.py": CANVAS[3]}
    assert not jane.parts and not bo.reason


@pytest.mark.parametrize("beside", [False, True])
def test_the_folder_around_a_download(tmp_path, beside):
    """A download in a folder of its own is the class; among others it is one student's."""
    (tmp_path / "submissions").mkdir()
    _folder(tmp_path / "submissions", CANVAS)
    _folder(tmp_path, ["__MACOSX/", *["ana.py"] * beside])
    titles = [entry.title for entry in read_class(tmp_path, OUT).entries]
    assert titles == (["ana", "submissions"] if beside else ["doejane", "lizoe", "roebo"])


def test_names_that_moodle_gives(tmp_path):
    """Moodle's folders and files are their students'; a text typed in beside a file is named and left aside."""
    _folder(tmp_path, [
        "Jane Doe_77_assignsubmission_file_/", "Jane Doe_77_assignsubmission_onlinetext_/",
        "Li Zoë_78_assignsubmission_file_backprop.py", "Bo Roe_79_assignsubmission_onlinetext_/",
    ])
    found = read_class(tmp_path, OUT)
    assert [(entry.title, entry.students[0].sid) for entry in found.entries] == [("Bo Roe", "79"), ("Jane Doe", "77"), ("Li Zoë", "78")]
    assert [note.split("_")[0] for note in found.notes] == ["Jane Doe"]


def test_names_that_only_look_like_downloads(tmp_path):
    """Where the same name would stand twice in one submission, or numbers are short, each is a submission of its own."""
    names = ["lab_1_2_backprop.py", "smith_2024_001_backprop.py", "smith_2024_002_backprop.py"]
    entries = read_class(_folder(tmp_path, names), OUT).entries
    assert len(entries) == 3 and not any(entry.parts for entry in entries)


def test_two_students_of_one_name(tmp_path):
    """They stay two, told apart by their numbers."""
    names = ["doejane_12345_67890_backprop.py", "doejane_99999_67891_backprop.py"]
    assert [entry.title for entry in read_class(_folder(tmp_path, names), OUT).entries] == ["doejane (12345)", "doejane (99999)"]


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


def test_metadata_that_would_unfold_without_end(tmp_path):
    """Aliases of aliases of aliases are never written out: such a file is read at once, and holds no students."""
    layers = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
    _export(tmp_path, f"a0: &a0 x\n{layers}submission_1:\n  :submitters: *a29\n  :created_at: *a29\n", ["submission_1"])
    (entry,) = read_class(tmp_path, OUT).entries
    assert entry.students == (Student("submission_1"),)


def test_one_person_in_several_places(tmp_path):
    """Ruby writes a person once and points to them elsewhere, even from what is not asked for; a null is nothing."""
    metadata = """
submission_1:
  :results: {tests: [&9 {":name": Zoë, ":sid": 007, ":email": null}]}
  :submitters: [*9]
submission_2:
  :submitters:
  - &1 {":name": Li}
  - *9
  :history: [{":submitters": [*1]}, {":id": 3, ":x": [1, 2]}]
"""
    _export(tmp_path, metadata, ["submission_1", "submission_2"])
    entries = read_class(tmp_path, OUT).entries
    assert [(entry.students, entry.attempts) for entry in entries] == [((Student("Li"), Student("Zoë", "007")), 3)]


def test_only_one_export_at_a_time(tmp_path):
    """A folder of two exports is refused with one line that names one of them."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        _export(tmp_path / name, METADATA, ["submission_11"])
    with pytest.raises(NoClass, match="2 exports"):
        read_class(tmp_path, OUT)


def test_results_do_not_go_among_submissions(tmp_path):
    """Else the next run would take them for students'."""
    with pytest.raises(NoClass, match="own"):
        read_class(_folder(tmp_path, ["ana/"]), tmp_path)


def test_nothing_to_grade(tmp_path):
    """A folder that is not there, is a file or is empty ends with one line."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for path in ("none", "empty", "file"):
        with pytest.raises(NoClass):
            read_class(tmp_path / path, OUT)


def test_who_imports_another_students_file_does_not_get_it(tmp_path):
    """Loose files of a class lie beside each other; each is graded without its neighbours."""
    _folder(tmp_path / "class", []).mkdir()
    (tmp_path / "class" / "ana.py").write_text("def backprop(): pass\n")
    (tmp_path / "class" / "eve.py").write_text("from ana import *\n")
    whole = ClassRun(Plan(tmp_path / "class", tmp_path / "out"), Store(tmp_path / "out"), read_class(tmp_path / "class", tmp_path / "out"))
    order = whole.order("eve")
    assert isinstance(order, Order) and set(order.submission.files) == {"eve.py"}


BESIDE = ["Ann_1_assignsubmission_file_", "Bob_2_assignsubmission_file_", "Mal_3_assignsubmission_file_"]


@pytest.mark.parametrize("metadata", [METADATA, "x: ["])
def test_an_export_inside_one_students_folder_is_no_export(tmp_path, metadata):
    """Who hands in metadata, good or bad, beside others is one student more, and that is said."""
    _folder(tmp_path, [f"{name}/" for name in BESIDE])
    _export(tmp_path / BESIDE[2], metadata, ["submission_7"])
    found = read_class(tmp_path, OUT)
    assert [entry.title for entry in found.entries] == ["Ann", "Bob", "Mal"]
    assert [note.split()[0] for note in found.notes] == [BESIDE[2]] and "give that folder itself" in found.notes[0]


def test_an_export_lies_beside_nothing_that_counts(tmp_path):
    """What an unpacking leaves beside an export, and our own results, do not hide it."""
    (tmp_path / "export").mkdir()
    _export(tmp_path / "export", METADATA, ["submission_11", "submission_12"])
    _folder(tmp_path, [".DS_Store", "__MACOSX/", "out/"])
    assert {entry.slug for entry in read_class(tmp_path, tmp_path / "out").entries} == {"submission_11", "submission_12"}


def test_a_refusal_shows_names_without_control_characters(tmp_path):
    """A folder's name cannot colour or clear the instructor's terminal, nor break the line."""
    folder = tmp_path / "m\x1b[31mx\ny"
    folder.mkdir()
    (folder / "submission_metadata.yml").write_text("x: [")
    with pytest.raises(NoClass) as caught:
        read_class(tmp_path, OUT)
    assert str(caught.value).isprintable() and "mx y" in str(caught.value)


def test_what_slug_would_be_anothers_is_nobodys(tmp_path):
    """Who calls a file as a classmate's folder in the results is called stays a submission of his own, and every file has one."""
    slug = slugs([("Zoë", "")])[0]
    _folder(tmp_path, [f"{slug}.py", f"{slug.upper()}.py", "Zoë.py", "Ann.py", "ann.py", "ANN.py", "bo.py", "bo.ipynb", "bo.py.zip"])
    found = [entry.slug.lower() for entry in read_class(tmp_path, OUT).entries]
    assert len(set(found)) == 9 and slug in [entry.slug for entry in read_class(tmp_path, OUT).entries if entry.path.name == "Zoë.py"]


def test_slugs_do_not_depend_on_others():
    """Adding whoever may come to a class changes no slug that was there, so that a resumed run finds its results."""
    names = [("Zoë", "1"), ("Zoe", "2"), ("Ann Lee_7", "3"), ("-x", "4"), ("x-0123456789ab", "5"), ("n" * 200, "6"), ("日本", "7")]
    before = slugs(names)
    more = [(slug, f"more {slug}") for slug in before if slug != "Zoe"] + [("zoe", ""), ("Zoe ", ""), ("b", ""), ("A", "")]
    after = slugs([*reversed(more), *names])
    assert after[len(more):] == before and len({slug.lower() for slug in after}) == len(after)


def test_slugs_of_equal_names():
    """Names that are the same, as Canvas's and Moodle's can be, are told apart by what else is known, or by their places."""
    assert len(set(slugs([("a_1", "x"), ("a_1", "y"), ("a_1", "y"), ("A_1", "x")]))) == 4


@pytest.mark.parametrize("blank", ["\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u200d", "\u200b", " ", "\ufe0f", "\U000e0061"])
def test_a_name_that_looks_like_anothers_says_so(tmp_path, blank):
    """A blank in a name makes it another's to the eye alone: it is shown with its slug, and the other as it is."""
    _folder(tmp_path, ["ann.py", f"ann{blank}.py"])
    first, second = sorted(read_class(tmp_path, OUT).entries, key=lambda entry: len(entry.title))
    assert first.title == "ann" and second.title.endswith(f" ({second.slug})")


def test_two_people_of_one_name_in_an_export_keep_it(tmp_path):
    """They have numbers and addresses of their own, and Canvas finds them by these."""
    one = "submission_{n}:\n  :submitters:\n  - :name: Jane Doe\n    :sid: '{n}'\n"
    _export(tmp_path, one.format(n=1) + one.format(n=2), ["submission_1", "submission_2"])
    assert [entry.title for entry in read_class(tmp_path, OUT).entries] == ["Jane Doe", "Jane Doe"]


def test_a_byte_that_is_no_text_in_a_name(tmp_path):
    """It is written out where the name is shown and in results.json, which is UTF-8 for every reader."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / os.fsdecode(b"ann\xff.txt")).write_text("")
    whole = ClassRun(Plan(tmp_path / "class", tmp_path / "out"), Store(tmp_path / "out"), read_class(tmp_path / "class", tmp_path / "out"))
    (slug,) = whole.entries
    done = whole.order(slug)
    assert isinstance(done, Done) and done.document is not None
    assert whole.entries[slug].title == "ann\\xff.txt" == done.document["extra_data"]["submission"]
    json.dumps(done.document, ensure_ascii=False).encode()


def test_a_submission_that_cannot_be_read_by_a_fault_of_ours_ends_no_run(tmp_path, monkeypatch):
    """Whatever reading one of them raises, the others are graded, and the fault is named as the grader's."""
    _folder(tmp_path / "class", []).mkdir()
    (tmp_path / "class" / "ana.py").write_text("")
    whole = ClassRun(Plan(tmp_path / "class", tmp_path / "out"), Store(tmp_path / "out"), read_class(tmp_path / "class", tmp_path / "out"))
    monkeypatch.setattr(class_run, "read_submission", lambda path, neighbours: 1 / 0)
    done = whole.order("ana")
    assert isinstance(done, Done) and done.document is None and "the grader's fault: ZeroDivisionError" in done.fault
