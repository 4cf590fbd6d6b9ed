"""Fingerprints of syntax, and which submissions are alike by them."""
from __future__ import annotations

import importlib
import json
import random
from dataclasses import replace

import pytest

from grader.classroom import similarity, task
from grader.classroom.class_run import HANDOUT
from grader.classroom.key import grader_digest
from grader.classroom.similarity import ALIKE, Fingerprints, not_compared, own_hashes, packed, unpacked
from grader.classroom.task import MAX_SOURCES, fingerprint
from grader.report.class_summary import Alike
from grader.rubric import DEFAULT
from grader.sandbox import messages, sources
from grader.sandbox.fingerprint import HASH_BYTES, MAX_HASHES
from grader.sandbox.fingerprint import fingerprint as hashes
from grader.sandbox.notebook import TRANSFORMER
from grader.sandbox.wire import Tensor, WireError
from grader.selftest.corpus import CORPUS, entries
from grader.submission import Submission, read_submission

NOTHING = Fingerprints(packed(()), packed(()))

SOURCE = '''
import numpy as np

def backprop(X, t, params):
    """Backward."""
    N = len(t)  # a comment
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    y = 1 / (1 + np.exp(-z))
    loss = -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    error = (y - t) / N
    hidden = np.outer(error, params["W"]) * (1 - H**2)
    print("loss", loss)
    return {"U": hidden.T @ X, "b": hidden.sum(axis=0), "W": H.T @ error, "c": error.sum()}, loss
'''


def groups(prints: dict[str, Fingerprints], given: Fingerprints) -> list[Alike]:
    return similarity.groups(prints, given, own_hashes(prints, given))


def _prints(*sources: str) -> Fingerprints:
    kept, dropped, _ = hashes(sources)
    return Fingerprints(packed(kept), packed(dropped))


def test_layout_comments_imports_and_prints_do_not_count():
    """The same code in another dress has the same hashes, names kept."""
    dressed = SOURCE.replace("    # a comment", "").replace('    """Backward."""\n', "").replace("import numpy as np", "import math")
    dressed = dressed.replace("(X, t, params):", "(X: object, t, params) -> tuple:\n    'Doc.'\n    # more")
    dressed = dressed.replace('    print("loss", loss)\n', "")
    assert _prints(SOURCE) == _prints(dressed)


def test_renaming_counts_only_where_names_are_kept():
    """New names for variables leave the hashes with names dropped as they are."""
    renamed = SOURCE.replace("error", "delta").replace("hidden", "back")
    assert _prints(SOURCE).dropped == _prints(renamed).dropped
    assert _prints(SOURCE).kept != _prints(renamed).kept


@pytest.mark.parametrize(
    "source", ["def f(:", "", "\x00", "(" * 5000, "x = " + "-" * 20000 + "1", "a" + ".b" * 20000, "x = 1\n" * 20_000],
    ids=["syntax", "empty", "null", "brackets", "minuses", "attributes", "long"],
)
def test_odd_sources_have_few_hashes_or_none(source):
    """What is not Python, or too deep for its parser, gives no error and no more hashes than the bound."""
    kept, dropped, _ = hashes([source])
    assert len(kept) <= MAX_HASHES and len(dropped) <= MAX_HASHES


def test_a_child_takes_fingerprints_without_running_code(worker, tmp_path):
    """The worker's hashes are those of the source alone: code that would change them is never run."""
    hostile = SOURCE + "\nimport grader.sandbox.fingerprint as f\nf.fingerprint = lambda sources: ([1], [1])\nraise SystemExit\n"
    submission = Submission({"backprop.py": hostile.encode()}, "backprop.py")
    found = fingerprint(submission, worker, DEFAULT)
    assert Fingerprints(found["kept"], found["dropped"]) == _prints(hostile)


def test_a_lost_fingerprint_costs_the_submission_nothing(monkeypatch):
    """Where no hashes come back in time, the grading is as it is alone, and no event stands in it."""
    monkeypatch.setattr(task, "FINGERPRINT_S", 0.0)
    submission = read_submission(CORPUS / "np-dot" / "submission")
    done = task.carry_out(task.Order("a", "a", submission, DEFAULT, "", grader_digest()))
    task.drop_worker()
    assert done.document["extra_data"]["class"]["fingerprint"] == {}
    assert done.document["score"] == 100 and not done.document["extra_data"]["events"]


@pytest.mark.parametrize("numbers", [[-1.0], [0.5], [2.0**48], [float("nan")], [float("inf")], list(range(MAX_HASHES + 1)), [[1.0]]])
def test_the_reply_holds_hashes_or_is_refused(numbers):
    """Only whole numbers of the right size, and not too many, are taken from a child."""
    reply = (Tensor(messages.np.array(numbers, dtype=float)), *(Tensor(messages.np.zeros(0)),) * 2)
    with pytest.raises(WireError):
        messages.read_fingerprint(reply, 8 * HASH_BYTES, MAX_HASHES, 1)


def test_pack_and_unpack():
    """Hashes survive being written into results.json."""
    numbers = (0, 1, 2**48 - 1)
    assert list(unpacked(packed(numbers))) == list(numbers)


def _random_prints(size: int, seed: int) -> frozenset[int]:
    return frozenset(random.Random(seed).sample(range(2**40), size))


def test_copies_are_found_in_a_large_class():
    """Among 2,000 that share half of their hashes with many, three copies and one edited copy are one group, and the only one."""
    common = [_random_prints(60, seed) for seed in range(5)]
    prints = {f"s{i:04}": _random_prints(60, 100 + i) | common[i % 5] for i in range(2000)}
    for copy in ("s0011", "s0500"):
        prints[copy] = prints["s0010"]
    prints["s1900"] = frozenset(sorted(prints["s0010"])[:-8]) | _random_prints(4, 99)
    found = groups({slug: Fingerprints(packed(one), packed(one)) for slug, one in prints.items()}, NOTHING)
    assert [group.slugs for group in found] == [("s0010", "s0011", "s0500", "s1900")]
    assert found[0].same_names and ALIKE <= found[0].share < 1


def test_the_template_and_tiny_sources_make_no_group():
    """Who handed in the template as it was given is not accused of copying."""
    given = _prints(SOURCE)
    assert groups({"a": given, "b": given}, given) == []
    assert groups({"a": _prints("x = 1"), "b": _prints("x = 1")}, NOTHING) == []


def test_renamed_copies_are_told_apart_from_plain_ones():
    """A group that is alike only without names says so."""
    renamed = _prints(SOURCE.replace("error", "d").replace("hidden", "e").replace("H", "A").replace("z", "q").replace("y", "p"))
    (group,) = groups({"a": _prints(SOURCE), "b": renamed}, NOTHING)
    assert group.slugs == ("a", "b") and not group.same_names


def test_the_shipped_corpus():
    """Different styles of the shipped right submissions are not taken for copies; a renamed copy of any of them is."""
    prints = {}
    for entry in entries():
        if entry.is_right and not entry.name.startswith("notebook"):
            prints[entry.name] = _prints(*(path.read_text("utf-8", "replace") for path in sorted(entry.path.rglob("*.py"))))
    given = _prints(*(path.read_text(encoding="utf-8") for path in HANDOUT.glob("*.py")))
    alone = {slug for group in groups(prints, given) for slug in group.slugs}
    copied = {**prints, **{f"{slug}-copy": one for slug, one in prints.items()}}
    grouped = {slug for group in groups(copied, given) for slug in group.slugs}
    assert alone == set()
    assert len(grouped) >= 0.9 * len(copied)


def _right(name: str) -> str:
    return (CORPUS / name / "submission" / "backprop.py").read_text(encoding="utf-8")


JUNK = "\n".join(f"def junk{i}(a, b):\n    c = [a * {i} + k for k in range(b)]\n    return sum(c) - {i} * len(c) ** 2\n" for i in range(40))


def test_the_order_of_functions_does_not_count():
    """Functions in another order, methods too, have the same hashes."""
    first, second = "class A:\n    def f(self, a):\n        return {}\n\n", "    def g(self, a):\n        return {}\n\n"
    one, other = first.format(" + ".join("abcabc")), second.format(" * ".join("aabbcc"))
    methods = one.removeprefix("class A:\n"), other
    assert _prints(SOURCE, one + other) == _prints("class A:\n" + "".join(methods[::-1]) + SOURCE)


def test_statements_that_nothing_reads_do_not_count():
    """Padding between the lines of a function changes nothing; a function that is given a name by a lambda is no padding."""
    lines = SOURCE.splitlines(keepends=True)
    padded = "".join(f"{line}    tmp = {number} + 7\n" if line.startswith("    z") else line for number, line in enumerate(lines))
    assert padded != SOURCE and _prints(padded) == _prints(SOURCE)
    assert _prints("forward = lambda X, params: 1 / (1 + np.exp(-(np.tanh(X @ params['U'].T + params['b']) @ params['W'])))") != NOTHING


def test_who_wrote_the_dataset_alone_is_not_accused():
    """A piece that many write alike makes no group, however few are in the class."""
    whole = _right("tutorial-style")
    piece = whole[: whole.index("def forward")]
    given = _prints(*(path.read_text(encoding="utf-8") for path in HANDOUT.glob("*.py")))
    assert groups({"a": _prints(piece), "b": _prints(piece), "c": _prints(whole)}, given) == []


@pytest.mark.parametrize("renamed", [False, True])
def test_a_copy_among_other_code_is_found(renamed):
    """Forty functions beside it do not hide a copy; who holds two others' code joins them to no group of three."""
    given = _prints(*(path.read_text(encoding="utf-8") for path in HANDOUT.glob("*.py")))
    first, second = _right("np-dot"), _right("np-outer")
    copy = first.replace("Z", "pre").replace("A1", "hidden").replace("A2", "out") if renamed else first
    prints = {"a": _prints(first), "b": _prints(second), "c": _prints(copy + JUNK), "hub": _prints(copy + JUNK, second)}
    found = groups(prints, given)
    assert [(group.slugs, group.within) for group in found if group.slugs[0] in "ab"] == [
        (("a", "c"), True), (("a", "hub"), True), (("b", "hub"), True)
    ]
    assert all(group.share > 0.95 for group in found if group.within)
    assert [group.same_names for group in found if group.slugs == ("a", "c")] == [not renamed]


def test_common_pieces_of_code_are_no_copies():
    """A short piece that stands in a longer solution accuses nobody, nor do the public checks, handed in again."""
    given = _prints(*(path.read_text(encoding="utf-8") for path in HANDOUT.glob("*.py")))
    whole = _right("np-dot")
    piece = whole[: whole.index("def forward")]
    checks = [path.read_text(encoding="utf-8") for path in HANDOUT.glob("*.py") if path.name != "backprop.py"]
    prints = {"a": _prints(whole, *checks), "b": _prints(_right("np-outer"), *checks), "c": _prints(piece)}
    assert groups(prints, given) == []


def test_what_cannot_be_compared_is_told_where_it_works():
    """Code that is elsewhere than in sources, or more of it than is looked at, is the instructor's to read; short failed work is not."""
    hidden = _prints("exec(open('notes.txt').read())\n")
    whole = _prints(_right("np-dot"))
    prints = {"hidden": hidden, "whole": whole, "blank": hidden, "flood": replace(whole, is_cut=True)}
    found = not_compared(prints, own_hashes(prints, NOTHING), ["hidden", "whole", "flood", "lost"])
    assert {slug: why[:10] for slug, why in found.items()} == {"hidden": "too little", "lost": "too little", "flood": "too much c"}


def test_every_right_submission_of_the_corpus_has_enough_to_compare():
    """No honest solution is flagged for its shortness."""
    importlib.import_module(TRANSFORMER)
    given = _prints(*(path.read_text(encoding="utf-8") for path in HANDOUT.glob("*.py")))
    prints = {
        entry.name: _prints(*(sources.syntax_text(path) for path in sorted([*entry.path.rglob("*.py"), *entry.path.rglob("*.ipynb")])))
        for entry in entries() if entry.is_right and entry.name != "notebook-that-writes-its-module"
    }
    assert not_compared(prints, own_hashes(prints, given), prints) == {}


def test_the_main_file_is_looked_at_first(worker):
    """Sources that sort before it, however many, do not push it and what it imports off the list, and that some are left out is said."""
    many = {f"a{number:02}.py": b"x = 1\n" for number in range(MAX_SOURCES + 5)}
    main = b"from zlib_mine import *\n"
    found = fingerprint(Submission({**many, "zmain.py": main, "zlib_mine.py": SOURCE.encode()}, "zmain.py"), worker, DEFAULT)
    assert Fingerprints(found["kept"], found["dropped"]) == _prints(SOURCE) and found["cut"]


@pytest.mark.parametrize("line, is_told", [
    ("exec(open('notes.txt').read())", True), ("run = exec", True), ("import builtins; builtins.eval (text)", True),
    ("# exec(it)", False), ("text = 'exec(it)'", False),
    ("print(exec(x))", True), ("def f(eval): pass\neval(x)", True), ("def eval(x): pass", False),
    ("frame.eval(x)", False), ("retrieval(x)", False),
    ("from notes import *", True),
])
def test_what_may_run_text_is_told(worker, line, is_told):
    """Code beside a decoy that runs text is the instructor's to read; the same word elsewhere, and in the public checks, is not."""
    files = {"backprop.py": f"{line}\n{SOURCE}", "notes.py": "exec(SECRET)\n", "check.py": "exec(code)\n"}
    traceback = b'{"cells": [{"cell_type": "code", "outputs": ["-> 3326 exec(code_obj, self.user_global_ns)"], "source": "x = 1"}]}'
    submission = Submission({name: text.encode() for name, text in files.items()} | {"plots.ipynb": traceback}, "backprop.py")
    assert ("runs_text" in fingerprint(submission, worker, DEFAULT)) is is_told


@pytest.mark.parametrize("cell, is_told", [("%%time\nexec(text)", True), ("%time y = 1", False)])
def test_a_notebook_that_runs_text_is_told(worker, cell, is_told):
    """A cell counts as a script does; a traceback in what a cell printed is no code."""
    cells = [{"cell_type": "code", "source": text, "outputs": ["-> 3326 exec(code_obj)"], "metadata": {}} for text in (cell, SOURCE)]
    data = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    found = fingerprint(Submission({"backprop.ipynb": data}, "backprop.ipynb"), worker, DEFAULT)
    assert found["kept"] and ("runs_text" in found) is is_told
