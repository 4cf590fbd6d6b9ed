"""Requests and replies as dataclasses, and as wire values. Both sides import this.

What may live here: dataclasses and their two-way conversion. Reading a reply
checks its form strictly: whatever does not fit raises WireError. Every text in
it passes through border, and comes out as a part of one line.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, fields
from typing import Union

import numpy as np

from grader.frozen import frozen
from grader.sandbox import border
from grader.sandbox.border import FUNCTIONS, MAX_NAMES
from grader.sandbox.fingerprint import MAX_HASHES
from grader.sandbox.room import CALL_BYTES, Bounds, Room, bounds_for, room_for, shape_told
from grader.sandbox.wire import Array, Foreign, Tensor, Value, WireError

REQUEST_FD, REPLY_FD = 100, 101
"""Where a child finds its pipes: above every descriptor that the worker holds open for its children."""
MAX_FIELD_CHARS = 2_000
"""Longest text a report from the child may hold in one field; longer is a broken protocol."""
MAX_MESSAGE_CHARS, MAX_SOURCE_CHARS = 400, 160
"""Of an exception's text and of a line of code, as they are kept."""


@frozen
class Problem:
    """An exception in the student's code: what, and where in the student's own text (empty if unknown). Each a part of one line.

    defines  the graded functions, separated by spaces, that the cell of a notebook would have defined
    """

    type: str
    message: str
    file: str = ""
    line: str = ""
    function: str = ""
    source: str = ""
    defines: str = ""
    went_on: str = ""


@frozen
class Loaded:
    """What came of running the file.

    functions, others  the graded functions found, and other functions' names
    problems           what stopped it; of a notebook, the cells to blame for a graded function, whose `defines` names it
    unusable           why it could not be run at all, in half a sentence of the grader's; "" where it was
    overwritten        graded functions under whose names something stands in the end that cannot be called
    elsewhere          graded functions that another file defines, and its name
    indented           graded functions that are missing and whose definition is not at the left margin, and in what it stands
    was_interrupted    whether a part of it ran for its share of time
    """

    functions: tuple[str, ...]
    others: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    unusable: str = ""
    overwritten: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    indented: Mapping[str, str] = field(default_factory=dict)
    was_interrupted: bool = False


@frozen
class Place:
    """A line from 1 of the student's file, in a notebook of a code cell from 1."""

    line: int
    cell: int | None = None


@frozen
class Call:
    """One call: positional arguments, and the seed of the global random state to set before, if any."""

    args: tuple[Value, ...]
    seed: int | None = None


@frozen
class Returned:
    """The function returned; arguments as they were after the call, if asked for."""

    value: Value
    arguments: tuple[Value, ...] = ()


@frozen
class Raised:
    """The function raised."""

    problem: Problem


Outcome = Union[Returned, Raised]


@frozen
class Ask:
    """Call one function several times, in order."""

    function: str
    calls: tuple[Call, ...]
    arguments_back: bool = False


@frozen
class Descent:
    """Some steps of gradient descent from params, each with fresh copies of X and t."""

    X: Tensor
    t: Tensor
    params: Mapping[str, Tensor]
    steps: int
    alpha: float


@frozen
class Request:
    """What is asked of a child.

    kind    what to do: "load", "ask", "descend", "locate" or "fingerprint"
    parts   what belongs to it
    bounds  how large the reply may be
    """

    kind: str
    parts: tuple[Value, ...]
    bounds: Bounds

    @property
    def value(self) -> Value:
        """As it goes over the wire."""
        return (self.kind, *self.parts)


FEW_NAMES = Bounds(CALL_BYTES * (2 + MAX_NAMES), 16 * (2 + MAX_NAMES))
"""For a reply of names and short texts: what a file defines and what stopped it, or a place in it."""


def descent_request(descent: Descent) -> Request:
    """The gradients of a descent."""
    entries = descent.steps * sum(tensor.values.size for tensor in descent.params.values())
    parts = (descent.X, descent.t, descent.params, str(descent.steps), repr(descent.alpha))
    return Request("descend", parts, Bounds(CALL_BYTES + 8 * entries, 2 * len(descent.params) + 1))


def read_descent(request: Value) -> Descent:
    """The Descent in a request. Raises WireError for another form."""
    _, X, t, params, steps, alpha = _parts(request, 6)
    if not (isinstance(X, Tensor) and isinstance(t, Tensor)):
        raise WireError("not a descent")
    return Descent(X, t, _tensors(params), int(_text(steps)), float(_text(alpha)))


def read_gradients(reply: Value, descent: Descent) -> dict[str, Array]:
    """The gradients of up to descent.steps steps, by parameter, steps along the first axis; empty if there are none.

    Raises WireError unless all are float64 arrays of the parameters' shapes, as many of each.
    """
    found = {name: tensor.values for name, tensor in _tensors(reply).items()}
    if not found:
        return {}
    counts = {len(values) if values.ndim else 0 for values in found.values()}
    shapes_fit = all(name in found and found[name].shape[1:] == tensor.values.shape for name, tensor in descent.params.items())
    if len(found) != len(descent.params) or len(counts) != 1 or not shapes_fit or not 1 <= counts.pop() <= descent.steps:
        raise WireError("not the gradients of a descent")
    return found


def _tensors(value: Value) -> dict[str, Tensor]:
    if not isinstance(value, Mapping):
        raise WireError("not a dict of arrays")
    found = {name: tensor for name, tensor in value.items() if isinstance(tensor, Tensor)}
    if len(found) != len(value):
        raise WireError("not a dict of arrays")
    return found


def load_request(path: str, run_s: float) -> Request:
    """Run the student's file, for so many seconds at most."""
    return Request("load", (path, repr(run_s)), FEW_NAMES)


def ask_request(ask: Ask) -> Request:
    """Call a function."""
    parts = (ask.function, "back" if ask.arguments_back else "", tuple(_call_value(call) for call in ask.calls))
    return Request("ask", parts, bounds_for([call.args for call in ask.calls]))


def locate_request(path: str, function: str, step: str) -> Request:
    """The place in a file where a function computes a step."""
    return Request("locate", (path, function, step), FEW_NAMES)


def read_place(reply: Value) -> Place | None:
    """A place, or None. Raises WireError for another form."""
    if reply is None:
        return None
    numbers = _text(reply).split(":")
    if len(numbers) > 2 or not all(text.isascii() and text.isdigit() and len(text) < 8 for text in numbers):
        raise WireError("not a place")
    return Place(int(numbers[-1]), int(numbers[0]) if len(numbers) == 2 else None)


def fingerprint_request(paths: Sequence[str]) -> Request:
    """The hashes of the syntax of some files."""
    return Request("fingerprint", (tuple(paths),), Bounds(CALL_BYTES + 2 * 8 * MAX_HASHES, 4))


def read_fingerprint_request(request: Value) -> tuple[str, ...]:
    """The paths in a request. Raises WireError for another form."""
    _, paths = _parts(request, 2)
    return tuple(_text(path) for path in _sequence(paths))


def fingerprint_reply(kept: Sequence[int], dropped: Sequence[int], run_text: Sequence[bool]) -> Value:
    return tuple(Tensor(np.asarray(numbers, dtype=np.float64)) for numbers in (kept, dropped, run_text))


def read_fingerprint(reply: Value, bits: int, most: int, sources: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Two sets of hashes, each of at most `most` whole numbers of so many bits; 0 or 1 for so many sources.

    Raises WireError for anything else.
    """
    kept, dropped, run_text = _parts(reply, 3)
    return _hashes(kept, bits, most), _hashes(dropped, bits, most), _hashes(run_text, 1, sources)


def _hashes(value: Value, bits: int, most: int) -> tuple[int, ...]:
    if not isinstance(value, Tensor) or value.values.ndim != 1 or value.values.size > most:
        raise WireError("not a list of hashes")
    numbers = value.values
    if not ((numbers >= 0) & (numbers < 2.0**bits) & (numbers == np.floor(numbers))).all():
        raise WireError("not hashes")
    return tuple(int(number) for number in numbers)


def _call_value(call: Call) -> Value:
    return (None if call.seed is None else str(call.seed), call.args)


def read_ask(request: Value) -> Ask:
    """The Ask in a request. Raises WireError for another form."""
    _, function, back, calls = _parts(request, 4)
    return Ask(_text(function), tuple(_read_call(call) for call in _sequence(calls)), back == "back")


def _read_call(value: Value) -> Call:
    seed, args = _parts(value, 2)
    return Call(_sequence(args), None if seed is None else int(_text(seed)))


def loaded_reply(
    functions: Sequence[str], others: Sequence[str], problems: Sequence[Mapping[str, Value]], unusable: Sequence[str] = (),
    overwritten: Sequence[str] = (), elsewhere: Mapping[str, str] | None = None, indented: Mapping[str, str] | None = None,
    was_interrupted: bool = False,
) -> Value:
    return (
        tuple(functions), tuple(others), tuple(problems), tuple(unusable), tuple(overwritten),
        dict(elsewhere or {}), dict(indented or {}), "interrupted" if was_interrupted else "",
    )


def read_loaded(reply: Value) -> Loaded:
    """Raises WireError unless the reply has the form of a Loaded."""
    functions, others, problems, unusable, overwritten, elsewhere, indented, interrupted = _parts(reply, 8)
    found = _sequence(problems)
    if len(found) > MAX_NAMES:
        raise WireError(f"{len(found)} problems, at most {MAX_NAMES}")
    read = tuple(_read_problem(problem) for problem in found)
    are, lost = border.graded(_texts(functions)), border.graded(_texts(overwritten))
    others_kept = tuple(name for name in border.identifiers(_texts(others)) if name not in FUNCTIONS)
    files = {name: border.file_name(text) for name, text in _of_functions(elsewhere).items() if name in are}
    places = {name: border.indented(text) for name, text in _of_functions(indented).items() if name not in are}
    return Loaded(are, others_kept, read, _unusable(unusable), lost, files, places, _text(interrupted) != "")


def _of_functions(value: Value) -> dict[str, str]:
    """A text for some of the graded functions."""
    if not isinstance(value, Mapping) or not set(value) <= set(FUNCTIONS):
        raise WireError("not texts about functions")
    return {name: _text(text) for name, text in value.items()}


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(_text(item) for item in _sequence(value))


def _unusable(value: Value) -> str:
    if not _sequence(value):
        return ""
    code, detail = _texts(_parts(value, 2))
    try:
        return border.unusable(code, detail)
    except ValueError as error:
        raise WireError(str(error)) from None


def returned_reply(value: Value, arguments: tuple[Value, ...]) -> Value:
    return ("returned", value, arguments)


def raised_reply(problem: Mapping[str, Value]) -> Value:
    return ("raised", problem)


def read_outcomes(reply: Value, ask: Ask) -> list[Outcome]:
    """The outcomes of the calls asked, in order; no text in them is more than a part of one line.

    Raises WireError for another form or number.
    """
    items, room = _parts(reply, len(ask.calls)), room_for([call.args for call in ask.calls])
    return [_read_outcome(item, len(call.args) if ask.arguments_back else 0, room) for item, call in zip(items, ask.calls)]


def _read_outcome(value: Value, arguments: int, room: Room) -> Outcome:
    items = _sequence(value)
    room.next_answer()
    if len(items) == 3 and items[0] == "returned":
        return Returned(_believed(items[1], room), tuple(_believed(item, room) for item in _parts(items[2], arguments)))
    if len(items) == 2 and items[0] == "raised":
        return Raised(_read_problem(items[1]))
    raise WireError("neither returned nor raised")


def _believed(value: Value, room: Room) -> Value:
    """An answer with the names in it as the border lets them in, and its arrays copied out of the reply as far as they fit.

    A bare text, which no honest child sends, is told by its type.
    """
    if value is None:
        return None
    if isinstance(value, Tensor):
        return _kept(value) if room.takes_array(value.values.size) else shape_told(value.values.shape, value.container)
    if isinstance(value, (tuple, Mapping)):
        if not room.takes_parts(len(value)):
            raise WireError("an answer of too many parts")
        if isinstance(value, tuple):
            return tuple([_believed(item, room) for item in value])
        return {border.key_name(key): _believed(item, room) for key, item in value.items()}
    return Foreign("str" if isinstance(value, str) else border.told(value.type_name))


def _kept(tensor: Tensor) -> Tensor:
    values = tensor.values.copy()  # a view would keep the whole reply
    values.setflags(write=False)
    return Tensor(values, tensor.container, tensor.dtype)


def _read_problem(value: Value) -> Problem:
    names = {field.name for field in fields(Problem)}
    if not isinstance(value, Mapping) or set(value) != names:
        raise WireError("not the report of a problem")
    said = {name: _text(value[name]) for name in names}
    return Problem(
        type=border.type_name(said["type"]), message=border.one_line(said["message"], MAX_MESSAGE_CHARS),
        file=border.file_name(said["file"]), line=border.line_number(said["line"]),
        function=border.one_line(said["function"], border.MAX_NAME_CHARS),
        source=border.one_line(said["source"], MAX_SOURCE_CHARS), defines=" ".join(border.graded(said["defines"].split())),
        went_on="yes" if said["went_on"] else "",
    )


def _parts(value: Value, count: int) -> tuple[Value, ...]:
    items = _sequence(value)
    if len(items) != count:
        raise WireError(f"{len(items)} parts where {count} belong")
    return items


def _sequence(value: Value) -> tuple[Value, ...]:
    if not isinstance(value, tuple):
        raise WireError("not a sequence")
    return value


def _text(value: Value) -> str:
    if not isinstance(value, str) or len(value) > MAX_FIELD_CHARS:
        raise WireError("not a short text")
    return value


def number(value: float) -> Tensor:
    """A Python number as an argument: int stays int, float stays float."""
    return Tensor(np.asarray(value, dtype=np.float64), "number", "int" if isinstance(value, int) else "float64")


def argument(value: Value) -> object:
    """The object that a student's function is given: fresh, writable, of the kind the Tensor names."""
    if isinstance(value, Tensor):
        if value.container == "number":
            return int(value.values) if value.dtype == "int" else float(value.values)
        dtype = np.int64 if value.dtype == "int" else np.dtype(value.dtype)
        return np.array(value.values, dtype=dtype)
    if isinstance(value, Mapping):
        return {key: argument(item) for key, item in value.items()}
    return value
