"""What every check is made of: its row, its ways to end, its prerequisite.

What may live here: the base class of the cases, the decorator that ties a
method to its row of the rubric, and the exceptions by which a check ends.
"""
from __future__ import annotations

import functools
import unittest
from collections.abc import Callable
from typing import TypeVar

from gradescope_utils.autograder_utils.decorators import number, visibility, weight

from grader.checks.by_heart import CAME, is_by_heart
from grader.checks.raised import NOT_PYTHON, fails_here_alone, problem_words
from grader.checks.subject import NoAnswer, Subject
from grader.result import Message
from grader.rubric import DEFAULT
from grader.sandbox.border import CELL
from grader.sandbox.messages import Raised

Method = TypeVar("Method", bound=Callable[..., None])

FIRST_ROW = {"make_dataset": "1.1", "forward": "2.1", "backprop": "3.1"}
"""The row that tells at length why a function cannot be asked; the others only refer to it."""


class CheckFailed(AssertionError):
    """The student's answer is not right.

    message   for the student
    share     of the row's points earned all the same, 0 to 1
    quantity  what a diagnosis may explain: data, labels, y, loss, dc, dW, db, dU; or None
    """

    def __init__(self, message: Message, share: float = 0.0, quantity: str | None = None) -> None:
        super().__init__(message.came)
        self.message, self.share, self.quantity = message, share, quantity


class NotRun(Exception):
    """A prerequisite is missing, so nothing can be said about this row."""


def check(row_number: str) -> Callable[[Method], Method]:
    """Tie a method to a row: Gradescope's number, points and visibility come from the rubric.

    What the method lets pass, whole or in part, must also have been computed, see by_heart.
    """
    row = DEFAULT.row(row_number)

    def tie(method: Method) -> Method:
        @functools.wraps(method)
        def run(case: Case) -> None:
            try:
                method(case)
            except CheckFailed as failed:
                if failed.share:
                    case.demand_computed()
                raise
            case.demand_computed()

        tied: Method = number(row.number)(weight(row.points)(visibility(row.visibility)(run)))
        return tied

    return tie


class Case(unittest.TestCase):
    """A part of the assignment: one method a row. Built anew for every grading, so nothing is kept between students.

    information  what an information row has to say, set by its method
    """

    def __init__(self, method_name: str, subject: Subject) -> None:
        super().__init__(method_name)
        self.subject = subject
        self.rubric = subject.rubric
        self.information = Message()

    def setUp(self) -> None:
        self.subject.client.take_printed()
        if self.subject.is_late:
            raise NotRun(f"The time for the whole grading ({self.rubric.grading_s:g} seconds) was over before this check.")
        function = self.row_function
        if not self.subject.has(function):
            if self.row_number == FIRST_ROW[function]:
                raise CheckFailed(missing_function(self.subject, function))
            raise NotRun(f"Not run, because there is no function {function}: see {FIRST_ROW[function]}.")

    def demand_computed(self) -> None:
        """Raises CheckFailed where this row's function gives its graded answers by heart."""
        if self.rubric.row(self.row_number).points and is_by_heart(self.subject, self.row_function):
            raise CheckFailed(Message("answers that your code computes", CAME))

    @property
    def row_number(self) -> str:
        return str(getattr(getattr(self, self._testMethodName), "__number__"))  # noqa: B009 - set by the decorator

    @property
    def row_function(self) -> str:
        return self.rubric.row(self.row_number).function

    def no_answer(self, answer: NoAnswer, asked: str) -> Exception:
        """What to raise where there is no value: told once, at the row that meets it first, and referred to elsewhere."""
        function = self.row_function
        if is_unwritten(answer):
            why = f"{function} is not written yet: it still raises NotImplementedError."
        else:
            why = sentence(answer.why)
        if function in self.subject.told:
            return NotRun(f"Not run, because {function} gave no answer: see {self.subject.told[function]}.")
        self.subject.told[function] = self.row_number
        return CheckFailed(Message(asked, why))


def is_unwritten(answer: NoAnswer) -> bool:
    return isinstance(answer.raised, Raised) and answer.raised.problem.type == "NotImplementedError"


def missing_function(subject: Subject, function: str) -> Message:
    """Why a function cannot be called, for its first row."""
    problems = subject.loaded.problems
    problem = next((one for one in problems if function in one.defines.split()), problems[0] if problems else None)
    names = ", ".join(subject.loaded.others)
    came = f"Your file defines no function {function}" + (f" (it defines {names})." if names else ".")
    if function in subject.loaded.overwritten:
        came = f"When your file has run, the name {function} stands for something else, which is no function."
        look = f"A line below it takes its name, such as `{function} = {function}(...)`: give what comes out another name."
        return Message(f"a function {function}", came, look=look)
    where = subject.loaded.indented.get(function, "")
    if where and not (problem and where == "if"):
        return _indented(function, where)
    if problem is not None and CELL in problem.file:
        came = f"Nothing defines {function}, and a cell stopped with {problem_words(problem)}"
        look = "Choose `Restart & Run All`: the cell stops at the same place."
        if any(map(fails_here_alone, problems)):
            look = f"Put {function} into a cell of its own that needs nothing of what is not here."
        return Message(f"a function {function}", sentence(came), look=look)
    if problem is not None and problem.type in NOT_PYTHON:
        came = f"Python cannot read your file: {problem_words(problem)}"
        look = "Look at that line and at the one above it." if problem.line else "Open it in your editor and save it as UTF-8 text."
        return Message(f"a function {function}", sentence(came), look=look)
    if problem is not None:
        came = f"{came}\nIt stopped with {problem_words(problem)}"
        look = "Mend that line first, and check the spelling of the function's name."
        return Message(f"a function {function}", sentence(came), look=look)
    return Message(f"a function {function}", came, look="Check the spelling of its name: the grader calls it by that name.")


def _indented(function: str, where: str) -> Message:
    """A function that is there, but not at the left margin. where: 'function main', 'class Net' or 'if'."""
    kind, _, name = where.partition(" ")
    if kind == "if":
        came = f"Your file defines {function} inside an `if` that was not reached where it is graded."
        return Message(f"a function {function}", came, look=f"Move `def {function}` out of it, to the left margin.")
    place = f"the class {name}" if kind == "class" else f"{name}()"
    came = f"Your file defines {function} only inside {place}, where the grader cannot call it."
    return Message(f"a function {function}", came, look=f"Move `def {function}` out of it, to the left margin.")


def sentence(text: str) -> str:
    """The text as a sentence: capital first, a full stop at the end."""
    text = text.strip()
    if not text.startswith(("dc", "dW", "db", "dU", "y ", "y:", "make_dataset", "forward", "backprop")):
        text = text[:1].upper() + text[1:]
    return text + ("" if text.endswith((".", "!", "?", "`")) else ".")


def form_words(quantity: str, why: str) -> str:
    """What is wrong with the form of a quantity, as a sentence; why: what it is, or 'no key ...'."""
    name = "the loss" if quantity == "loss" else quantity
    return sentence(f"{name}: {why}" if why.startswith("no key") else f"{name} is {why.removeprefix('it is ')}")
