"""An exception of student code as text fields, as the grader may show it. Runs in the child.

What may live here: what an exception says and where in the student's own text it arose; nothing in it is trusted.
"""
from __future__ import annotations

import sys
import traceback

from grader.sandbox.messages import MAX_MESSAGE_CHARS
from grader.sandbox.wire import Value


def problem(error: BaseException, folder: str) -> dict[str, Value]:
    """What went wrong, as text fields: type, message, file, line, function, source."""
    fields = ("message", "file", "line", "function", "source", "defines", "went_on")
    found = {"type": type(error).__name__, **dict.fromkeys(fields, "")}
    try:
        found["message"] = _without_places(str(error), folder)
        if isinstance(error, SyntaxError):
            found["message"] = str(error.msg)
            found.update(file=str(error.filename or ""), line=str(error.lineno or ""), source=str(error.text or ""))
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(folder)]
        if frames and not (isinstance(error, SyntaxError) and found["line"]):
            last = frames[-1]
            found.update(file=last.filename, line=str(last.lineno), function=last.name, source=last.line or "")
    except Exception:
        found["message"] = found["message"] or "(the error could not be described)"
    found["file"] = found["file"].rpartition("/")[2]
    found["source"] = found["source"].strip()
    return {key: text[:MAX_MESSAGE_CHARS] for key, text in found.items()}


def _without_places(text: str, folder: str) -> str:
    """The text without the folders of this machine in which the submission and the libraries lie."""
    for place in (folder, sys.prefix):
        text = text.replace(f"{place}/", "").replace(place, ".")
    return text
