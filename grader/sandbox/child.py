"""A confined child: loads one submission, then answers calls until its pipe closes.

What may live here: the loop that runs student code. It shares its process with
that code, so nothing it says is trusted; the grader bounds and checks it all.
"""
from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from grader.sandbox import loading, messages, sources
from grader.sandbox.answer import to_value
from grader.sandbox.border import FUNCTIONS
from grader.sandbox.failure import problem
from grader.sandbox.fingerprint import fingerprint
from grader.sandbox.room import Room, room_for
from grader.sandbox.wire import Decoder, Frame, Kind, Tensor, Value, encode

MAX_REQUEST_BYTES = 32 << 20
READ_BYTES = 1 << 16
_FLOAT64 = np.dtype(np.float64)


def serve(request_fd: int, reply_fd: int) -> NoReturn:
    """Answer requests until the grader closes the pipe; never returns into the worker."""
    loop = _Loop()
    decoder = Decoder(Kind.REQUEST, MAX_REQUEST_BYTES)
    read, leave = os.read, os._exit
    while data := read(request_fd, READ_BYTES):
        decoder.feed(data)
        while (frame := decoder.next_frame()) is not None:
            reply = loop.answer(frame.value)
            _flush()
            _write_all(reply_fd, encode(Frame(Kind.REPLY, frame.nonce, reply)))
    leave(0)


class _Loop:
    def __init__(self) -> None:
        self.folder = ""
        self.namespace: dict[str, Any] = {}

    def answer(self, request: Value) -> Value:
        assert isinstance(request, tuple)
        if request[0] == "load":
            return self.load(Path(str(request[1])), float(str(request[2])))
        if request[0] == "locate":
            return sources.place(Path(str(request[1])), str(request[2]), str(request[3]))
        if request[0] == "fingerprint":
            paths = messages.read_fingerprint_request(request)
            return messages.fingerprint_reply(*fingerprint(sources.syntax_text(Path(path)) for path in paths))
        if request[0] == "descend":
            return self.descend(messages.read_descent(request))
        ask = messages.read_ask(request)
        function = loading.pick(self.namespace, ask.function)
        room = room_for([call.args for call in ask.calls])
        return tuple(self.call(function, call, room, ask.arguments_back) for call in ask.calls)

    def load(self, path: Path, run_s: float) -> Value:
        root = Path.cwd() if Path.cwd() in path.parents else path.parent
        self.folder = str(root)
        loaded = loading.load(path, root, run_s)
        self.namespace = loaded.namespace
        found = [name for name in FUNCTIONS if loading.pick(self.namespace, name)]
        others = [name for name in loading.missing_name_hint(self.namespace) if name not in found]
        return messages.loaded_reply(
            found, others, loaded.problems, loaded.unusable, loaded.overwritten, loaded.elsewhere, loaded.indented, loaded.was_interrupted
        )

    def descend(self, descent: messages.Descent) -> Value:
        """The gradients of some steps of gradient descent; fewer where one step gives no plain gradient."""
        function = loading.pick(self.namespace, "backprop")
        X, t = np.asarray(messages.argument(descent.X)), np.asarray(messages.argument(descent.t))
        given = {name: tensor.values for name, tensor in descent.params.items()}
        flat = np.concatenate([np.ravel(values) for values in given.values()])
        gradients = np.empty((descent.steps, flat.size))
        params, rows = _parts(flat, given), _parts(gradients, given)
        step = 0
        while step < descent.steps:
            try:
                answer = function(X.copy(), t.copy(), _fresh(params))  # type: ignore[misc]
                if not self.keep_gradient(answer, rows, step):
                    break
            except BaseException:  # asked again by itself, this step will say what is wrong
                break
            flat -= descent.alpha * gradients[step]
            step += 1
        return {name: Tensor(values[:step]) for name, values in rows.items()} if step else {}

    def keep_gradient(self, answer: Any, rows: dict[str, Any], step: int) -> bool:
        """Write all four gradients into their rows at this step; False if they are not plain numbers of these shapes."""
        if not (isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[0], dict)):
            return False
        for name, gradients in rows.items():
            plain, shape = answer[0].get(name), gradients.shape[1:]
            is_plain = type(plain) in (np.ndarray, np.float64) and plain.dtype is _FLOAT64  # type: ignore[union-attr]
            if is_plain and plain.shape == shape:  # type: ignore[union-attr]
                gradients[step] = plain
                continue
            value = to_value(plain, Room(gradients[step].size))
            if not isinstance(value, Tensor) or value.values.size != gradients[step].size:
                return False
            gradients[step] = value.values.reshape(shape)
        return True

    def call(self, function: Callable[..., Any] | None, call: messages.Call, room: Room, arguments_back: bool) -> Value:
        room.next_answer()
        arguments = [messages.argument(value) for value in call.args]
        if call.seed is not None:
            np.random.seed(call.seed)
            random.seed(call.seed)
        try:
            answer = function(*arguments)  # type: ignore[misc]  # None raises like any student's error
            back = tuple(to_value(item, room) for item in arguments) if arguments_back else ()
            value = to_value(answer, room)
        except BaseException as error:
            return messages.raised_reply(problem(error, self.folder))
        return messages.returned_reply(value, back)


def _parts(flat: Any, shaped: dict[str, Any]) -> dict[str, Any]:
    """Views of the last axis of flat, one after the other, in these shapes."""
    parts, start = {}, 0
    for name, values in shaped.items():
        parts[name] = flat[..., start : start + values.size].reshape((*flat.shape[:-1], *values.shape))
        start += values.size
    return parts


def _fresh(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters as a student's function is given them: arrays of its own, and c a number, int where it can be."""
    c = float(params["c"])
    return {**{name: value.copy() for name, value in params.items()}, "c": int(c) if c.is_integer() else c}


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            continue


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
