"""What is handed in is read as bytes within bounds; what cannot be used is said in one line."""
from __future__ import annotations

import codecs
import io
import json
import os
import stat
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from pathlib import PurePath

import pytest

from grader.submission import UnusableSubmission, archives, read_files, read_submission, reading
from grader.submission.archives import MAX_TAR_BYTES, MAX_ZIPS
from grader.submission.gathering import MAX_FILES, MAX_NAMES, MAX_SOURCE_BYTES
from grader.submission.mainfile import PIECE_BYTES, as_lines, own_functions

SOURCE = b"def make_dataset(n): return f(n)\ndef forward(X, params): return f(X)\ndef backprop(X, t, params): return f(X)\n"


def test_main_file_is_the_one_that_defines_the_functions(tmp_path):
    """An oddly named file with the functions wins over others; names in helpers do not count."""
    (tmp_path / "my_solution.py").write_bytes(SOURCE)
    (tmp_path / "plots.py").write_bytes(b"import numpy\n")
    assert read_submission(tmp_path).main == "my_solution.py"


def test_single_file_brings_the_modules_that_it_imports(tmp_path):
    """Helper modules beside a single .py come along, and theirs; strangers' files do not."""
    (tmp_path / "backprop.py").write_bytes(b"from maths import sigmoid\n" + SOURCE)
    (tmp_path / "maths.py").write_bytes(b"import deeper.thing\n")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "__init__.py").write_bytes(b"")
    (tmp_path / "other_student.py").write_bytes(SOURCE)
    assert sorted(read_submission(tmp_path / "backprop.py").files) == ["backprop.py", "deeper/__init__.py", "maths.py"]


def test_links_pipes_and_hard_links_are_left_out(tmp_path):
    """Nothing but plain files of one name is read, and each omission is noted."""
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "backprop.py").write_bytes(SOURCE)
    (tmp_path / "secret").write_bytes(b"x")
    os.symlink(tmp_path / "secret", tmp_path / "s" / "link.py")
    os.mkfifo(tmp_path / "s" / "pipe.py")
    os.link(tmp_path / "secret", tmp_path / "s" / "hard.py")
    found = read_submission(tmp_path / "s")
    assert list(found.files) == ["backprop.py"] and len(found.notes) == 3


def make_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_zip_with_a_folder(tmp_path):
    """A zipped folder is found; Apple's leftovers are ignored."""
    path = make_zip(tmp_path / "a.zip", {"hw/backprop.py": SOURCE, "__MACOSX/hw/._backprop.py": b"x", ".DS_Store": b"x"})
    found = read_submission(path)
    assert found.main == "hw/backprop.py" and list(found.files) == ["hw/backprop.py"]


@pytest.mark.parametrize("name", ["../evil.py", "/etc/evil.py", "a/../../evil.py", "a\\..\\evil.py", "C:/evil.py"])
def test_zip_members_cannot_leave(tmp_path, name):
    """A member whose path leads out is left out and noted, the rest is read."""
    found = read_submission(make_zip(tmp_path / "a.zip", {"backprop.py": SOURCE, name: b"x"}))
    assert list(found.files) == ["backprop.py"] and "left out" in found.notes[0]


def test_zip_link_is_left_out(tmp_path):
    """A symbolic link inside a zip is not made."""
    link = zipfile.ZipInfo("link.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("backprop.py", SOURCE)
    assert list(read_submission(tmp_path / "a.zip").files) == ["backprop.py"]


def test_zip_bomb_is_bounded(tmp_path):
    """Members that unpack to more than the bound are left out without being unpacked."""
    found = read_submission(make_zip(tmp_path / "a.zip", {"backprop.py": SOURCE, "bomb.py": b"\0" * (50 << 20)}))
    assert list(found.files) == ["backprop.py"]


def test_zip_in_a_folder_is_opened(tmp_path):
    """Where a folder holds no source but a zip, the zip is the submission; a link to one is not, nor is one beside a source."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    make_zip(tmp_path / "a" / "b" / "mine.ZIP", {"work/backprop.py": SOURCE})
    assert read_submission(tmp_path / "a").main == "work/backprop.py"
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "mine.zip").symlink_to(tmp_path / "a" / "b" / "mine.ZIP")
    with pytest.raises(UnusableSubmission):
        read_submission(tmp_path / "c")
    (tmp_path / "a" / "backprop.py").write_bytes(SOURCE)
    assert read_submission(tmp_path / "a").main == "backprop.py"


UNUSABLE = {
    "empty folder": lambda folder: None,
    "no python": lambda folder: (folder / "essay.txt").write_text("hello"),
    "too large": lambda folder: (folder / "backprop.py").write_bytes(b"#" * (MAX_SOURCE_BYTES + 1)),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_is_one_line(tmp_path, name):
    """Nothing usable raises one line for the student."""
    UNUSABLE[name](tmp_path)
    with pytest.raises(UnusableSubmission) as caught:
        read_submission(tmp_path)
    assert str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"\0" * 1000, b"PK\x03\x04" + b"\xff" * 200])
def test_damaged_zip_is_one_line(tmp_path, content):
    """Bytes that are no zip raise the same."""
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(UnusableSubmission):
        read_submission(tmp_path / "a.zip")


def test_neighbours_stay_where_they_are_when_asked(tmp_path):
    """In a folder of many students' files, the one who imports another's file does not get it."""
    (tmp_path / "ana.py").write_bytes(SOURCE)
    (tmp_path / "eve.py").write_bytes(b"from ana import *\n")
    assert set(read_submission(tmp_path / "eve.py", neighbours=False).files) == {"eve.py"}


def test_several_files_are_one_submission_by_the_names_they_had(tmp_path):
    """Files that a download renamed are laid out as the student named them; a zip among them is opened."""
    (tmp_path / "x_1_backprop.py").write_bytes(SOURCE)
    with zipfile.ZipFile(tmp_path / "x_2_more.zip", "w") as archive:
        archive.writestr("layers.py", b"x = 1\n")
    found = read_files({"backprop.py": tmp_path / "x_1_backprop.py", "more.zip": tmp_path / "x_2_more.zip"})
    assert set(found.files) == {"backprop.py", "layers.py"} and found.main == "backprop.py"


WHOLE = b"def make_dataset(n):\n    return -n\ndef forward(X, p):\n    return -X\ndef backprop(X, t, p):\n    return -X\n"
BLANK = b'def make_dataset(n):\n    """Return it."""\n    raise NotImplementedError\ndef forward(X, p):\n    return -X\n'


@pytest.mark.parametrize("files, main, noted", [
    ({"main.py": b"from data import make_dataset\nfrom net.model import (forward,\n    backprop)\n", "data.py": WHOLE[:40],
      "net/model.py": WHOLE[40:]}, "main.py", ""),
    ({"run.py": b"from model import *\n", "model.py": WHOLE}, "model.py", ""),
    ({"backprop.py": BLANK, "my_solution.py": WHOLE}, "my_solution.py", "backprop.py"),
    ({"hw_v1.py": WHOLE, "hw_final.py": WHOLE}, "hw_final.py", "hw_v1.py"),
    ({"solution.py": WHOLE, "solution_old.py": WHOLE}, "solution.py", "solution_old.py"),
    ({"hw/backprop.py": WHOLE, "hw_old/backprop.py": WHOLE}, "hw/backprop.py", "hw_old/backprop.py"),
    ({"solution.py": WHOLE, "test_solution.py": b"from solution import make_dataset, forward, backprop\n"}, "solution.py", ""),
    ({"backprop.py": b"from parts import *\n", "parts.py": WHOLE}, "backprop.py", ""),
    ({"BACKPROP.PY": WHOLE, "notes.txt": b""}, "BACKPROP.py", ""),
    ({"older_ideas.py": b"x = 1\n", "folder.py": WHOLE}, "folder.py", ""),
])
def test_the_file_that_holds_the_solution_is_graded(tmp_path, files, main, noted):
    """Blanks are no functions, a file that imports all three stands for them, what is put aside comes last; a rival is named."""
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    submission = read_submission(tmp_path)
    assert submission.main == main
    assert submission.notes == ((f"{main} was graded, and not {noted}.",) if noted else ())


def test_a_zip_with_backslashes_is_read(tmp_path):
    """Some programs of Windows write them between folder and file; they lead out of the zip no more than others."""
    import zipfile

    with zipfile.ZipFile(tmp_path / "hw.zip", "w") as archive:
        archive.writestr("hw\\backprop.py", WHOLE)
        archive.writestr("..\\..\\evil.py", WHOLE)
    submission = read_submission(tmp_path / "hw.zip")
    assert submission.main == "hw/backprop.py" and list(submission.files) == ["hw/backprop.py"] and "evil" in submission.notes[0]


@pytest.mark.parametrize("piece", [b" ", b"import ", b"import" + b" " * 999, b"\n", b" \n", b"from .", b"?  \r", b"a =", b"import a,"])
def test_a_source_of_the_largest_size_is_scanned_in_no_time(tmp_path, piece):
    """No text makes a scan grow with its square: that would be hours where this takes a tenth of a second."""
    (tmp_path / "backprop.py").write_bytes((b"import " + piece * (MAX_SOURCE_BYTES // len(piece)))[:MAX_SOURCE_BYTES])
    start_s = time.process_time()
    submission = read_submission(tmp_path / "backprop.py")
    assert not submission.imports(b"scipy") and submission.may_hold_magics() in (True, False)
    assert time.process_time() - start_s < 5


@pytest.mark.parametrize("line, is_one", [
    ("import scipy", True), ("import scipy.special as sp", True), ("from scipy import special", True), ("import numpy as np, scipy", True),
    ("import os; import scipy", True), ("%scipy inline", True), ("from scipy.special import expit", True),
    ("# import scipy", False), ("import scipyx", False), ("    import scipy", False), ("print('scipy')", False),
])
def test_what_a_line_imports(tmp_path, line, is_one):
    """A module is found in every way of writing its import, and not in other words."""
    (tmp_path / "backprop.py").write_text(f"import os\n{line}\n")
    assert read_submission(tmp_path / "backprop.py").imports(b"scipy") is is_one


def test_thousands_of_files_beside_it(tmp_path):
    """The solution is found among them, the rest is left out."""
    for number in range(7_000):
        (tmp_path / f"{number}.txt").touch()
    (tmp_path / "backprop.py").write_text("def forward(X, params): pass\n")
    start_s = time.process_time()
    submission = read_submission(tmp_path)
    assert submission.main == "backprop.py" and len(submission.files) == MAX_FILES
    assert time.process_time() - start_s < 5


def _many_zips(folder, zips, names):
    members = {f"{number}/q.t": b"" for number in range(names)}
    for number in range(zips):
        make_zip(folder / f"{number}.zip", members)


@pytest.mark.parametrize(
    "zips, names, word", [(26, 500, f"more than {MAX_NAMES:,} files"), (MAX_ZIPS + 1, 1, f"more than {MAX_ZIPS} archives")]
)
def test_zips_of_very_many_names_are_refused(tmp_path, zips, names, word):
    """All zips of one submission together are listed within a bound, said in plain words; also where they are several files."""
    _many_zips(tmp_path, zips, names)
    for read in (lambda: read_submission(tmp_path), lambda: read_files({path.name: path for path in tmp_path.iterdir()})):
        with pytest.raises(UnusableSubmission, match=f"{word}.*hand in backprop.py or backprop.ipynb only"):
            read()


def test_what_nobody_wants_in_a_zip_does_not_count(tmp_path):
    """A project that was zipped with its repository and many pictures is graded."""
    members = {f".git/objects/{number}": b"" for number in range(MAX_NAMES)} | {f"plots/{number}.png": b"" for number in range(1_000)}
    assert read_submission(make_zip(tmp_path / "a.zip", members | {"backprop.py": SOURCE})).main == "backprop.py"


def test_a_folder_of_endless_folders_is_walked_within_a_bound(tmp_path, monkeypatch):
    """Empty folders count too, and what is not looked at is said."""
    monkeypatch.setattr(reading, "MAX_NAMES", 20)
    for number in range(40):
        (tmp_path / f"{number}").mkdir()
    (tmp_path / "backprop.py").write_bytes(SOURCE)
    found = read_submission(tmp_path)
    assert found.main == "backprop.py" and "more than 20 folders" in found.notes[0]


NAMES = ("make_dataset", "forward", "backprop")
SOLVED = "".join(f"def {name}(X, params):\n    return np.zeros(3)\n" for name in NAMES)


@pytest.mark.parametrize("body", [
    " pass", " ...", "\n    pass  # to do", "\n    return None", "\n    return 0", "\n    '''Says what.\n\n    Much.'''",
    "\n    raise NotImplementedError", "\n    '''Says.'''\n    raise NotImplementedError('to do')", "\n    print('to do')",
    "\n    y = None  # your code\n    return y", "\n    grads, loss = {}, 0.0\n    return grads, loss",
])
@pytest.mark.parametrize("as_notebook", [False, True])
def test_a_body_that_computes_nothing_is_a_blank(tmp_path, body, as_notebook):
    """Of two files the one with bodies counts, whatever form the blanks of the other have and whatever its name is."""
    blanks = "import numpy as np\n" + "".join(f"def {name}(X, params):{body}\n\n" for name in NAMES)
    if as_notebook:
        cell = {"cell_type": "code", "source": blanks.splitlines(keepends=True), "outputs": [], "metadata": {}}
        (tmp_path / "backprop.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4}, indent=1))
    else:
        (tmp_path / "backprop.py").write_text(blanks)
    (tmp_path / "solution.py").write_text(SOLVED)
    read = read_submission(tmp_path)
    assert read.main == "solution.py" and not read.notes
    (tmp_path / "solution.py").write_text("import numpy as np\n")
    assert PurePath(read_submission(tmp_path).main).stem == "backprop"


@pytest.mark.parametrize("definition", [
    "def forward(\n    X: np.ndarray,\n    params: dict,\n) -> np.ndarray:\n    return f(X)\n", "def forward(X, params): return f(X)\n",
    "def forward(X, params):\n    '''Doc.'''\n    return X @ params\n", "class forward:\n    pass\n", "forward = lambda X, params: 0\n",
    "def forward(X, params):\n    pass\n\ndef forward(X, params):\n    return f(X)\n",
    "def forward(X, params=dict(a=(1, 2))):\n    return -X\n", "async def forward(X, params):\n    return 0\n",
])
def test_what_computes_is_a_function(definition):
    """Signatures over lines, one-liners, assignments and a second definition below a blank are functions."""
    assert own_functions(definition.encode())[0] == {b"forward"}


def test_a_script_is_chosen_before_the_package_that_it_imports(tmp_path):
    """A package hands functions on; the script, or else the module that holds them all, is the main file."""
    (tmp_path / "nn").mkdir()
    for name, text in {
        "main.py": "from nn import *\n", "nn/__init__.py": "from .core import *\nfrom .data import *\n",
        "nn/core.py": SOLVED.split("def forward")[0], "nn/data.py": "def forward" + SOLVED.split("def forward")[1],
    }.items():
        (tmp_path / name).write_text(text)
    assert read_submission(tmp_path).main == "main.py" and not read_submission(tmp_path).notes


@pytest.mark.parametrize("indent", [1, None])
def test_code_between_pictures_is_seen_in_a_notebook_of_any_length(indent):
    """A notebook is looked through by pieces: a function with its body stays whole, and nothing is kept of the pictures."""
    picture = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * 60_000}, "metadata": {}}
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [picture], "source": [f"def {name}(X, params):\n", "    return np.zeros(3)\n"]}
        for name in NAMES
    ]
    content = json.dumps({"cells": cells, "nbformat": 4}, indent=indent).encode()
    seen = as_lines("a.ipynb", content)
    assert own_functions(seen)[0] == {name.encode() for name in NAMES}
    assert len(content) > 5 * PIECE_BYTES and len(seen) < 10_000


def test_a_notebook_of_nothing_but_quotes_takes_little_memory():
    """It is taken apart piece by piece: at most some megabytes are needed at once."""
    content = b'{"nbformat": 4, "cells": ["' + b'\\n",\n"' * 700_000 + b'"]}'
    tracemalloc.start()
    as_lines("a.ipynb", content)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 24 * PIECE_BYTES


def test_a_notebook_that_runs_another_is_the_main_file(tmp_path):
    """%run brings in what the other file defines: neither is left out."""
    head, _, tail = SOLVED.partition("def backprop")
    for name, text in {"main.ipynb": f"%run part1.ipynb\n{head}", "part1.ipynb": f"def backprop{tail}"}.items():
        cell = {"cell_type": "code", "source": text.splitlines(keepends=True)}
        (tmp_path / name).write_text(json.dumps({"cells": [cell], "nbformat": 4}))
    read = read_submission(tmp_path)
    assert read.main == "main.ipynb" and not read.notes


def _zipped(name, content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, content)
    return file.getvalue()


def _tarred(name, content):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


@pytest.mark.parametrize("name, content, main", [
    ("backprop.py.txt", SOURCE, "backprop.py"), ("backprop.txt", SOURCE, "backprop.py"),
    ("backprop", SOURCE, "backprop.py"), ("hw.pyw", SOURCE, "hw.py"),
    ("hw.IPYNB.txt", b"{}", "hw.ipynb"), ("hw.ipynb.json", b"{}", "hw.ipynb"),
    ("hw.tar.gz", _tarred("./hw/backprop.py", SOURCE), "hw/backprop.py"), ("hw.tgz", _tarred("a.py", SOURCE), "a.py"),
    ("hw.zip", _zipped("inner.zip", _zipped("backprop.py", SOURCE)), "backprop.py"),
    ("hw.zip", _zipped("x" * 190 + "/hw.py", SOURCE), None),
])
def test_files_are_read_in_the_forms_in_which_they_arrive(tmp_path, name, content, main):
    """Suffixes that browsers add are taken off, and archives are read one level deep."""
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / name
    path.write_bytes(content)
    assert read_submission(path).main == (main or "x" * 190 + "/hw.py") == read_submission(path.parent).main


@pytest.mark.parametrize("name", ["backprop", "backprop.txt", "backprop.pyw"])
def test_texts_in_utf_16_are_taken_for_scripts(tmp_path, name):
    """What Notepad saves as Unicode is a .txt at first, and as good a script as one in UTF-8."""
    (tmp_path / name).write_text(SOURCE.decode(), encoding="utf-16")
    assert read_submission(tmp_path).files == {"backprop.py": SOURCE}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_sources_in_utf_16_are_read(tmp_path, encoding):
    """Editors and shells of Windows save so, with a mark at the start; other files stay as they are."""
    text = codecs.BOM_UTF16_BE * (encoding == "utf-16-be") + SOURCE.decode().encode(encoding)
    for name in ("backprop.py", "data.csv"):
        (tmp_path / name).write_bytes(text)
    assert read_submission(tmp_path).files == {"backprop.py": SOURCE, "data.csv": text}


@pytest.mark.parametrize("name, content, words", [
    ("hw.7z", b"7z", "hw.7z cannot be opened here"), ("hw.zip", b"PK\x05\x06" + b"\0" * 18, "it is empty"),
    ("hw.tar.gz", _tarred("../a.py", SOURCE), "leads out"), ("hw.tar.gz", b"\x1f\x8b" + b"0" * 99, "damaged"),
    (".backprop.py", SOURCE, "hidden files"), ("hw.tar", _tarred("b.zip", _zipped("c.zip", _zipped("a.py", SOURCE))), "no Python file"),
])
def test_why_nothing_is_found_is_true(tmp_path, name, content, words):
    """A folder with something in it is not told as empty, and archives in archives in archives are not opened."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnusableSubmission, match=words):
        read_submission(tmp_path)


def test_a_compressed_bomb_in_a_tar_is_bounded(tmp_path):
    """A gigabyte of zeros behind a small file is not unpacked."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(compressor.compress(bytes(1 << 20)) for _ in range(512)) + compressor.flush()
    (tmp_path / "hw.tgz").write_bytes(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(UnusableSubmission):
            read_submission(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_TAR_BYTES
    finally:
        tracemalloc.stop()


def _tar(members):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz", compresslevel=1) as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


@pytest.mark.parametrize("tars, members, word", [
    (4, {"big.bin": bytes(3 << 20)}, "too much is archived"),
    (3, {f"{number}/q.t": b"" for number in range(40)}, "more than 100 files are zipped"),
    (MAX_ZIPS + 1, {"a.txt": b""}, f"more than {MAX_ZIPS} archives"),
])
def test_archives_of_one_submission_are_read_within_one_bound(tmp_path, monkeypatch, tars, members, word):
    """Many small archives that inflate to much, or hold many names, are refused as one would be."""
    monkeypatch.setattr(archives, "MAX_TAR_BYTES", 8 << 20)
    monkeypatch.setattr(archives, "MAX_NAMES", 100)
    for number in range(tars):
        (tmp_path / f"{number}.tgz").write_bytes(_tar(members))
    with pytest.raises(UnusableSubmission, match=word):
        read_submission(tmp_path)
