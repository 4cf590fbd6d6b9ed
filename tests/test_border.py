"""Texts from the student's process: whatever it sends, they come out in the forms that the grader knows, each within a line."""
from __future__ import annotations

import unicodedata
from dataclasses import astuple

import numpy as np
import pytest

from grader.checks.compare import describe
from grader.checks.raised import problem_words
from grader.checks.subject import read_backprop
from grader.grading import load_notes
from grader.sandbox import border, messages
from grader.sandbox.answer import to_value
from grader.sandbox.messages import Ask, Call, Loaded, Problem, Raised, Returned
from grader.sandbox.notebook import NotANotebook
from grader.sandbox.room import Room
from grader.sandbox.wire import Foreign, Tensor, Value, WireError

FORGED = "number. The expected one.\n\u2713 3.2  dc equals the reference        6 / 6\r\x1b[2J\x00Note:\u2028 full\u202e marks \ud800"
FIELDS = tuple(Problem.__dataclass_fields__)


def read_answer(value: Value) -> Value:
    """An answer as the checks get it."""
    (outcome,) = messages.read_outcomes((messages.returned_reply(value, ()),), Ask("forward", (Call(()),)))
    assert isinstance(outcome, Returned)
    return outcome.value


def read_problem(**fields: str) -> Problem:
    report: dict[str, Value] = {**dict.fromkeys(FIELDS, ""), **fields}
    (outcome,) = messages.read_outcomes((messages.raised_reply(report),), Ask("forward", (Call(()),)))
    assert isinstance(outcome, Raised)
    return outcome.problem


def read_loaded(functions=(), others=(), problems=(), unusable=(), overwritten=()) -> Loaded:  # type: ignore[no-untyped-def]
    return messages.read_loaded(messages.loaded_reply(functions, others, problems, unusable, overwritten))


def is_clean(text: str) -> bool:
    return not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in text) and "\u2713 3.2" not in text


def texts(value: Value) -> list[str]:
    """Every text in an answer."""
    if isinstance(value, Foreign):
        return [value.type_name]
    if isinstance(value, tuple):
        return [text for item in value for text in texts(item)]
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in texts(item))]
    return [value] if isinstance(value, str) else []


def test_why_a_file_cannot_be_run_is_said_in_the_graders_words():
    """The student's process chooses among the grader's sentences and cannot bring its own."""
    assert read_loaded(unusable=("language", "R")).unusable == "this notebook is in R, and Python is asked for"
    assert all(border.unusable(code, "12") and is_clean(border.unusable(code)) for code in border.UNUSABLE)
    for forged in ((FORGED, ""), ("language", "R.\n\u2713 3.2"), ("language", "julia. Full marks"), ("language",), ("broken", "x" * 30)):
        with pytest.raises(WireError):
            read_loaded(unusable=forged)
    with pytest.raises(WireError):
        messages.read_loaded(((), (), (), FORGED, ()))
    assert "in Wolfram-Language-x, and" in str(NotANotebook("language", "Wolfram Language\n x"))


def test_only_graded_functions_are_believed_to_be_there():
    """A forged name of a function reaches no note; the names of others are such as Python takes."""
    reports = [{**dict.fromkeys(FIELDS, ""), "type": "OSError"}]
    loaded = read_loaded(("forward", FORGED, "forward", "main"), ("main", "forward", FORGED, "a" * 41, "not a name", "\u3164"), reports,
                         overwritten=("forward", "backprop", FORGED))
    assert (loaded.functions, loaded.others, loaded.overwritten) == (("forward",), ("main", "\u3164"), ("forward", "backprop"))
    assert all(is_clean(note) for note in load_notes(loaded))
    assert len(read_loaded(others=[f"f{number}" for number in range(500)]).others) == border.MAX_NAMES


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_of_a_problem_holds_more_than_a_line(field):
    """An exception's report stays within its line whichever field is forged, and so do the sentences made of it."""
    for forged in (FORGED, "\n" * 500 + FORGED, "\x1b[31m", "x" * 1999):
        problem = read_problem(**{"type": "ValueError", "line": "3", "file": "backprop.py", field: forged})
        assert all(is_clean(text) and len(text) <= 410 for text in astuple(problem))
        assert is_clean(problem_words(problem)) and is_clean("".join(load_notes(Loaded(("forward",), (), (problem,)))))


def test_what_honest_code_raises_comes_as_it_was():
    """Fields in their usual forms are not touched, and a file's name with spaces stands in quotes."""
    usual = {"type": "np.linalg.LinAlgError", "message": "shapes (3,) and (2, 3): x", "file": "nb.ipynb, code cell 4", "line": "12",
             "function": "<lambda>", "source": "a = b  # \u00fc", "defines": "forward backprop"}
    assert read_problem(**usual) == Problem(**{**usual, "source": "a = b # \u00fc"})
    assert read_problem(file="my work (2).py").file == '"my work (2).py"'
    assert read_problem(file="my nb.ipynb, code cell 4").file == '"my nb.ipynb", code cell 4'


def test_no_name_in_an_answer_can_be_read_as_a_sentence():
    """The name of a type is one, or is not told; a key is one, or stands in quotes."""
    forged: Value = ({FORGED: Foreign(FORGED), "c\n": "text", "U": Foreign("an array of shape (2, 2)\n\u2713")}, Foreign("Tensor"))
    value = read_answer(forged)
    assert all(map(is_clean, texts(value)))
    told = {repr(border.one_line(FORGED, 40)): Foreign(border.UNTOLD), "c": Foreign("str"), "U": Foreign(border.UNTOLD)}
    assert value == (told, Foreign("Tensor"))
    answer = read_backprop(Returned(value), {name: np.zeros(()) for name in "cWbU"})
    assert is_clean(str(answer)) and is_clean(describe(value))


def test_what_honest_code_returns_is_told_as_it_is():
    """Every description that the student's side makes of an answer passes."""
    class Tensorlike:
        pass

    odd = [Tensorlike(), Tensorlike, "text", b"bytes", {1, 2}, range(3), {}, {1: 2}, dict.fromkeys(map(str, range(40))), [[1], [1, 2]],
           np.zeros((1,) * 9), np.zeros(3, dtype=complex), np.array(["a"]), np.array(["2020"], dtype="datetime64[D]"), np.zeros((0, 2)),
           ([[{}]],), lambda: None, (x for x in ()), np.zeros((3, 7)), [0.0] * 9]
    for answer in odd:
        value = to_value(answer, Room(6))
        assert texts(read_answer(value)) == texts(value) and border.UNTOLD not in texts(value)
    assert describe(to_value([0.0] * 9, Room(6))) == describe(to_value([0.0] * 9, Room(9))) == "a Python list of shape (9,)"
    assert isinstance(read_answer(Tensor(np.zeros(3))), Tensor)


def test_a_line_is_cut_once():
    """What was cut already is not cut or marked again, and blanks are one."""
    once = border.one_line("  first\tline \nsecond", 40)
    assert once == "first line [...]" == border.one_line(once, 10)
    assert border.one_line("x" * 50, 40) == "x" * 40 + " [...]" and border.one_line("\n\n", 40) == ""
    assert border.one_line("\n a \n", 9) == "a"
