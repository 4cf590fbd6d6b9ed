"""What is fuzzed: each target takes any bytes, and raises only if the trusted side does what it must not.

What may live here: one function a door through which a student's bytes come,
and seeds from which a fuzzer starts. No fuzzer is imported here.
"""
from __future__ import annotations

import contextlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from grader.checks.compare import describe, fit
from grader.checks.raised import raised_words
from grader.checks.subject import NoAnswer, draw_point, read_backprop
from grader.rubric import Size
from grader.sandbox import messages
from grader.sandbox.fingerprint import HASH_BYTES, MAX_HASHES
from grader.sandbox.messages import Ask, Descent, Returned
from grader.sandbox.notebook import MAX_CELLS, NotANotebook, read_cells
from grader.sandbox.wire import HEADER, MAGIC, Decoder, Foreign, Frame, Kind, Tensor, WireError, encode
from grader.submission import UnusableSubmission, read_submission
from grader.submission.gathering import MAX_TOTAL_BYTES

MAX_BODY_BYTES = 1 << 20
NONCE = 7
POINT = draw_point(1, Size(3, 2, 3))
ASK = Ask("backprop", (POINT.backprop_call(), POINT.backprop_call()), arguments_back=True)
DESCENT = Descent(Tensor(POINT.X), Tensor(POINT.t), {name: Tensor(value) for name, value in POINT.params.items()}, 2, 1.0)


def _outcomes(value: object) -> None:
    """As the checks read an answer: into words, into shapes, into gradients."""
    for outcome in messages.read_outcomes(value, ASK):  # type: ignore[arg-type]
        answer = read_backprop(outcome, POINT.params)
        words = [raised_words(outcome)]
        if isinstance(outcome, Returned):
            words += [describe(outcome.value), *map(describe, outcome.arguments)]
            fitted = fit(outcome.value, (3,))
            words += [fitted] if isinstance(fitted, str) else []
        if isinstance(answer, NoAnswer):
            words.append(answer.why)
        else:
            words += [grad for grad in answer.grads.values() if isinstance(grad, str)]
            answer.gradient()
        assert max(map(len, words)) < 20_000, "an answer grows without bound when it is told"
        assert all(len(text.splitlines()) <= 1 for text in words), "a student's process writes lines of the report"


READERS: tuple[Callable[[object], object], ...] = (
    _outcomes,
    lambda value: messages.read_loaded(value),  # type: ignore[arg-type]
    lambda value: messages.read_gradients(value, DESCENT),  # type: ignore[arg-type]
    lambda value: messages.read_place(value),  # type: ignore[arg-type]
    lambda value: messages.read_fingerprint(value, 8 * HASH_BYTES, MAX_HASHES, 20),  # type: ignore[arg-type]
)


def wire(data: bytes) -> None:
    """Bytes on the replies' pipe: two of control (which reader; how they are cut, and whether they get a true header)."""
    if len(data) < 2:
        return
    reader, how, body = READERS[data[0] % len(READERS)], data[1], data[2:]
    if how & 1:
        body = HEADER.pack(MAGIC, Kind.REPLY, NONCE, len(body)) + body
    step = (len(body) + 1, 1, 7, 64)[how >> 1 & 3]
    decoder = Decoder(Kind.REPLY, MAX_BODY_BYTES)
    with contextlib.suppress(WireError):
        for start in range(0, len(body), step):
            decoder.feed(body[start : start + step])
            decoder.missing_bytes()
            frame = decoder.next_frame()
            if frame is not None:
                assert encode(frame), "what was read cannot be written"
                with contextlib.suppress(ValueError):  # the client takes it for a broken protocol as well
                    reader(frame.value)


SUFFIXES = (".zip", ".py", ".ipynb", ".zip")


def submission(data: bytes) -> None:
    """What was handed in: one byte says as what, the rest is the file."""
    if not data:
        return
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        (folder / "in").mkdir()
        path = folder / "in" / f"backprop{SUFFIXES[data[0] % len(SUFFIXES)]}"
        path.write_bytes(data[1:])
        try:
            found = read_submission(path)
        except UnusableSubmission as unusable:
            assert len(str(unusable).splitlines()) <= 1, "more than a line for the student"
            return
        assert sum(map(len, found.files.values())) <= MAX_TOTAL_BYTES
        assert all(note.isprintable() for note in found.notes)
        (folder / "out").mkdir()
        main = found.lay_out(folder / "out")
        assert main.is_file() and sorted(path.name for path in folder.iterdir()) == ["in", "out"]


def notebook(data: bytes) -> None:
    """A notebook's bytes, as they are read in the confined child."""
    with contextlib.suppress(NotANotebook):
        cells = read_cells(data)
        assert len(cells) <= MAX_CELLS and all(isinstance(cell.source, str) for cell in cells)


def planted(data: bytes) -> None:
    """Not a door: a fault that only a fuzzer led by coverage finds, to show that this one is."""
    if data[:1] == b"f" and data[1:2] == b"a" and data[2:3] == b"u":
        raise RuntimeError("the planted fault was found")


def every(data: bytes) -> None:
    """All doors, one byte says which: for a run that has no time for each."""
    if data:
        (wire, submission, notebook)[data[0] % 3](data[1:])


TARGETS: dict[str, Callable[[bytes], None]] = {
    "wire": wire, "submission": submission, "notebook": notebook, "every": every, "planted": planted,
}


def seeds(target: str) -> list[bytes]:
    """Well-formed inputs of every kind."""
    if target == "every":
        return [bytes([number]) + seed for number, door in enumerate(("wire", "submission", "notebook")) for seed in seeds(door)]
    makers = {"wire": _wire_seeds, "submission": _submission_seeds, "notebook": lambda: [_notebook()]}
    return makers.get(target, lambda: [b"seed"])()


def _wire_seeds() -> list[bytes]:
    grads = {name: Tensor(value) for name, value in POINT.params.items()}
    arguments = (Tensor(POINT.X), Tensor(POINT.t), dict(grads))
    problem = dict.fromkeys(messages.Problem.__dataclass_fields__, "text")
    returned = messages.returned_reply((grads, Tensor(np.asarray(0.5), "number")), arguments)
    values = [
        (0, (returned, messages.raised_reply(problem))),
        (0, (messages.returned_reply(Foreign("generator"), arguments), messages.returned_reply({"U": (None, "x")}, arguments))),
        (1, messages.loaded_reply(["forward"], ["other"], [], "")),
        (2, {name: Tensor(np.zeros((2, *value.shape))) for name, value in POINT.params.items()}),
        (3, None),
        (4, messages.fingerprint_reply([1, 2], [3], [True])),
    ]
    frames = [(reader, encode(Frame(Kind.REPLY, NONCE, value))) for reader, value in values]
    whole = [bytes([reader, 0]) + frame for reader, frame in frames]
    return whole + [bytes([reader, 1]) + frame[HEADER.size :] for reader, frame in frames]


def _submission_seeds() -> list[bytes]:
    source = b"import helper\nimport numpy as np\n\n\ndef forward(X, params):\n    return X\n"
    archives = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name in ("backprop.py", "folder/helper.py", "../out.py", "backprop.ipynb"):
                archive.writestr(name, _notebook() if name.endswith(".ipynb") else source)
        archives.append(buffer.getvalue())
    return [b"\0" + archive for archive in archives] + [b"\1" + source, b"\2" + _notebook()]


def _notebook() -> bytes:
    cells = [{"cell_type": "code", "source": ["%matplotlib inline\n", "def forward(X, params): ..."], "outputs": [], "metadata": {}}]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()
