"""Why a student's code gave no value: what it raised, or how it ended, in words.

What may live here: sentences about exceptions and endings. Type, message and source come from the student's process:
each is a part of one line, so that none can look like a row of a report, and cut here to what is worth reading.
"""
from __future__ import annotations

import re
import sys

from grader.checks.compare import returned
from grader.sandbox.border import CELL, one_line
from grader.sandbox.client import Answer
from grader.sandbox.messages import Problem, Raised, Returned

MAX_TYPE_CHARS, MAX_MESSAGE_CHARS, MAX_SOURCE_CHARS = 60, 160, 160
NOT_PYTHON = frozenset({"SyntaxError", "IndentationError", "TabError"})
PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}"
"""Which reads the submission, too: the worker is started with the grader's own interpreter."""
FORBIDDEN = frozenset({"PermissionError", "BlockingIOError"})
OF_NETWORK = frozenset({"URLError", "HTTPError", "gaierror", "ConnectionError", "ConnectionRefusedError", "ConnectTimeout", "SSLError"})
CALLS = {"make_dataset": "(num_points)", "forward": "(X, params)", "backprop": "(X, t, params)"}
HINTS = (
    (FORBIDDEN, "The grader lets your code use no files but your own, no network and no other processes."),
    (OF_NETWORK, "There is no network where your code is graded."),
    (frozenset({"ModuleNotFoundError"}), "Of packages only numpy, scipy and matplotlib are here; a file of your own must be handed in."),
    (frozenset({"FileNotFoundError"}), "Your code runs in the folder of its file, with only the files that you hand in."),
    (NOT_PYTHON, f"{PYTHON} reads it here."),
    (frozenset({"MemoryError"}), "The grader gives your code no more memory."),
)
"""What the grader has to do with an exception, by its type. "Own" files are those handed in and those that the code itself made."""
ENDINGS = {
    "SIGSEGV": "it crashed the interpreter: segmentation fault",
    "SIGKILL": "it was stopped by force: too much memory or time",
    "SIGXCPU": "it used too much processor time",
    "SIGXFSZ": "it wrote too large a file",
    "SIGSYS": "it made a system call that is not allowed here",
    "exit code 0": "os._exit or the like",
}


def exception_words(problem: Problem) -> str:
    """'ValueError: what it says'."""
    kind, message = one_line(problem.type, MAX_TYPE_CHARS), one_line(problem.message, MAX_MESSAGE_CHARS).rstrip(".")
    return f"{kind}: {message}" if message else kind


def hint(problem: Problem) -> str:
    """What the grader has to do with it, as a sentence; "" if nothing."""
    named, _, complaint = problem.message.partition("() ")
    if problem.type == "TypeError" and named in CALLS and complaint.startswith(("missing", "takes")):
        return f"The grader calls {named}{CALLS[named]}."
    if problem.message.endswith("it cannot be imported here"):
        return ""
    if problem.type == "SyntaxError" and sys.version_info < (3, 12):
        if problem.message.startswith("f-string: "):
            return f"In the braces of an f-string only Python 3.12 and newer read the quotes that are around it; {PYTHON} reads it here."
        if re.match(r"(?:type \w+ ?[=\[]|(?:async )?(?:def|class) \w+ ?\[)", problem.source):
            return f"`type` statements and type parameters are new in Python 3.12; {PYTHON} reads it here."
    return next((words for types, words in HINTS if problem.type in types), "")


def fails_here_alone(problem: Problem) -> bool:
    """Whether this may well go right at the student's: what the grader has to do with it is more than to read it."""
    return problem.type == "TimeLimit" or (problem.type not in NOT_PYTHON and bool(hint(problem)))


def ended_by_itself(problem: Problem) -> bool:
    """Whether the file ended as sys.exit() or sys.exit(0) ends one in which all is well."""
    return problem.type == "SystemExit" and problem.message in ("", "0", "None")


def problem_words(problem: Problem) -> str:
    """What was raised, where, the student's own line there, and what the grader has to do with it."""
    source = one_line(problem.source, MAX_SOURCE_CHARS)
    kind, message = one_line(problem.type, MAX_TYPE_CHARS), one_line(problem.message, MAX_MESSAGE_CHARS)
    told = f"{kind}{problem_place(problem)}{f' (`{source}`)' if source else ''}{f': {message}' if message else ''}"
    ours = hint(problem)
    stop = "" if told.endswith(("?", "!")) else "."
    return f"{told.rstrip('.')}{stop} {ours}" if ours else told


def problem_place(problem: Problem) -> str:
    """' at line 3 of backprop.py', ' at code cell 3, line 2', or nothing where no line is known."""
    _, is_cell, cell = problem.file.rpartition(CELL)
    if not problem.line:
        return ""
    place = f" at code cell {cell}, line {problem.line}" if is_cell else f" at line {problem.line} of {problem.file}"
    return f" {one_line(place, MAX_SOURCE_CHARS)}"


def raised_words(answer: Answer) -> str:
    """Why there is no value, for an answer that is not Returned."""
    if isinstance(answer, Raised):
        lacking = re.fullmatch(r"name '(\w+)' is not defined", answer.problem.message) if answer.problem.type == "NameError" else None
        advice = f". No line that was run defines {lacking[1]}: is an import missing, or is it spelled in another way?" if lacking else ""
        return f"your code raised {problem_words(answer.problem)}{advice}"
    if isinstance(answer, Returned):
        return f"it returned {returned(answer.value)}"
    if answer.how == "late":
        return f"it gave no answer within {seconds_words(answer.detail)}: is there an endless loop, or very slow code?"
    if answer.how == "ended":
        return f"it ended the whole Python process ({ENDINGS.get(answer.detail, answer.detail)})"
    if answer.how == "filled":
        return f"your program wrote too much: {answer.detail}"
    if answer.how == "protocol":
        return "your program wrote into the channel between it and the grader"
    return "it was not called again, because it had not come back before"


def seconds_words(detail: str) -> str:
    """A deadline as it is told: what is left of the time for the training is no round number."""
    try:
        seconds = float(detail)
    except ValueError:
        return f"{detail} seconds"
    return f"{seconds:.0f} seconds" if seconds >= 1.5 else "1 second" if seconds >= 0.95 else f"{seconds:.1g} seconds"
