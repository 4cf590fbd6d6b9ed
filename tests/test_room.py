"""How much a reply may hold: honest answers fit or are told by their shape, and no reply costs the grader more than a little memory."""
from __future__ import annotations

import sys
import tracemalloc

import numpy as np
import pytest

from grader.checks.compare import describe, fit
from grader.checks.subject import Point, draw_point
from grader.rubric import DEFAULT, Size
from grader.sandbox import exchange, messages, room
from grader.sandbox.child import _Loop
from grader.sandbox.messages import Ask, Call, Raised, Returned, number
from grader.sandbox.wire import Decoder, Foreign, Frame, Kind, Tensor, TooLarge, Value, WireError, encode

MB = 1 << 20
MOST_MB = 20
"""Of memory on top of the grader's own 40 to 60 MB, whatever a reply holds."""


def reply_to(ask: Ask, function: object) -> Value:
    """What an honest child answers with this function, as it went over the wire."""
    loop = _Loop()
    loop.namespace = {ask.function: function}
    return over_the_wire(ask, loop.answer(messages.ask_request(ask).value))


def over_the_wire(ask: Ask, value: Value) -> Value:
    bounds = messages.ask_request(ask).bounds
    decoder = Decoder(Kind.REPLY, bounds.body_bytes, bounds.values)
    decoder.feed(encode(Frame(Kind.REPLY, 1, value)))
    frame = decoder.next_frame()
    assert frame is not None
    return frame.value


def point(N: int) -> Point:
    return draw_point(1, Size(N, 2, 3))


def asked(function: str, points: list[Point], back: bool = False) -> Ask:
    return Ask(function, tuple(p.forward_call() if function == "forward" else p.backprop_call() for p in points), back)


def twice_as_deep(X, t, params):  # type: ignore[no-untyped-def]
    """As large as a right answer can be made by honest mistakes: outer products where sums belong."""
    wide = np.ones((len(X), len(X)))
    return {"U": wide, "b": wide, "W": wide, "c": wide}, wide


@pytest.mark.parametrize("N", [500, 2000])
def test_an_array_broadcast_by_accident_is_told_by_its_shape(N):
    """However large, an honest wrong answer is said to be what it is, for arrays and for lists."""
    for made, words in ((np.ones((N, N)), f"an array of shape ({N}, {N})"), ([[1.0] * N] * 300, f"a Python list of shape (300, {N})")):
        ask = asked("forward", [point(N)])
        (outcome,) = messages.read_outcomes(reply_to(ask, lambda X, params, made=made: made), ask)
        assert isinstance(outcome, Returned) and isinstance(outcome.value, Foreign) and describe(outcome.value) == words
        assert str(fit(outcome.value, (N,))).startswith(words)
    ask = Ask("make_dataset", (Call((number(N),), 1),))
    (outcome,) = messages.read_outcomes(reply_to(ask, lambda n: (np.ones((n, n)), np.ones(n))), ask)
    assert isinstance(outcome, Returned) and f"an array of shape ({N}, {N}), an array of shape ({N},)" in describe(outcome.value)


def test_answers_that_are_looked_into_keep_their_numbers():
    """Wrong answers of the sizes at which slips are looked for come whole, a hundred of them at once."""
    ask = asked("backprop", [point(10)] * 100)
    outcomes = messages.read_outcomes(reply_to(ask, twice_as_deep), ask)
    assert all(isinstance(o, Returned) and isinstance(o.value, tuple) and isinstance(o.value[1], Tensor) for o in outcomes)
    ask = asked("forward", [draw_point(1, size) for size in DEFAULT.gradient_sizes])
    outcomes = messages.read_outcomes(reply_to(ask, lambda X, params: np.ones((len(X), len(X)))), ask)
    assert all(isinstance(o, Returned) and isinstance(o.value, Tensor) for o in outcomes)


@pytest.mark.parametrize("function", ["forward", "backprop"])
@pytest.mark.parametrize("N", [1, 40, 2000])
def test_every_honest_reply_stays_within_its_bounds(function, N):
    """Whatever honest code returns or raises, the reply that its side makes is one that the grader accepts."""
    def deep(*args):  # type: ignore[no-untyped-def]
        return {f"{'k' * 90}{i}": {f"\U0001f600{'k' * 90}{j}": (np.ones(9), "x", deep) for j in range(16)} for i in range(16)}

    def loud(*args):  # type: ignore[no-untyped-def]
        raise ValueError("\U0001f600" * 5000)

    for answer in (twice_as_deep, deep, loud, lambda *args: args, lambda *args: ([1.0] * 4000,) * 16, lambda *args: [[[0] * 3] * 3] * 3):
        for back in (False, True):
            ask = asked(function, [point(N)] * 12, back)
            outcomes = messages.read_outcomes(reply_to(ask, answer), ask)
            assert len(outcomes) == 12 and isinstance(outcomes[0], Raised if answer is loud else (Returned, Raised))


def hostile_replies(ask: Ask) -> dict[str, Value]:
    """Well-formed replies that hold as much as the bounds allow, and too much of it."""
    bounds = messages.ask_request(ask).bounds
    calls = len(ask.calls)
    most = Tensor(np.zeros((bounds.body_bytes - 4096 - 64 * calls) // 8 // calls))
    parts = bounds.values // calls - 16
    return {
        "arrays": tuple(("returned", most, ()) for _ in range(calls)),
        "parts": tuple(("returned", (None,) * parts, ()) for _ in range(calls)),
        "names": tuple(("returned", {"k" * 100 + str(i): None for i in range(60)}, ()) for _ in range(calls)),
    }


@pytest.mark.parametrize("calls", [1, 8, 100, 300])
@pytest.mark.parametrize("kind", ["arrays", "parts", "names"])
def test_no_reply_costs_much_memory(kind, calls):
    """A reply filled to its bounds is read within a few megabytes, and less than one is kept of it."""
    ask = asked("backprop", [point(8)] * calls)
    data = encode(Frame(Kind.REPLY, 1, hostile_replies(ask)[kind]))
    bounds = messages.ask_request(ask).bounds
    tracemalloc.start()
    try:
        decoder = Decoder(Kind.REPLY, bounds.body_bytes, bounds.values)
        decoder.feed(data)
        kept = frame = None
        try:
            frame = decoder.next_frame()
            assert frame is not None
            kept = messages.read_outcomes(frame.value, ask)
        except WireError:
            pass
        peak = tracemalloc.get_traced_memory()[1]
        del frame, decoder
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert peak < MOST_MB * MB and left < 2 * MB and (kept is None or len(kept) == calls)


def test_a_longer_reply_is_refused_by_its_header():
    """Not a byte of a body beyond the bounds is waited for, and every bound is a few megabytes."""
    X = Tensor(np.zeros((500, 2)))
    descent = messages.Descent(X, X, {name: Tensor(value) for name, value in point(3).params.items()}, 50, 1.0)
    requests = [
        messages.ask_request(asked("backprop", [point(12)] * 300, True)), messages.descent_request(descent),
        messages.ask_request(Ask("make_dataset", (Call((number(2000),), 1),))), messages.load_request("/x", 1.0),
        messages.locate_request("/x", "forward", "G"), messages.fingerprint_request(["/x"]),
    ]
    for request in requests:
        bounds = request.bounds
        assert bounds.body_bytes < 8 * MB and bounds.values < 30_000
        decoder = Decoder(Kind.REPLY, bounds.body_bytes, bounds.values)
        decoder.feed(encode(Frame(Kind.REPLY, 1, None))[:16] + (bounds.body_bytes + 1).to_bytes(4, "little"))
        with pytest.raises(TooLarge):
            decoder.next_frame()


def test_what_is_kept_does_not_hold_the_reply():
    """A small array out of a long reply is a copy, and cannot be written to."""
    ask = asked("forward", [point(4)] * 2)
    value = over_the_wire(ask, (("returned", Tensor(np.ones(4)), ()), ("returned", Tensor(np.zeros(60_000)), ())))
    first, _ = messages.read_outcomes(value, ask)
    assert isinstance(first, Returned) and isinstance(first.value, Tensor)
    assert first.value.values.base is None and not first.value.values.flags.writeable and sys.getsizeof(first.value.values) < 1000


def test_both_sides_count_alike():
    """The room is the same whichever side counts, and one array that does not fit leaves room for the next."""
    left = room.Room(10)
    assert not left.takes_array(11) and left.takes_array(10) and not left.takes_array(1) and left.takes_array(0)


def test_a_flood_of_printing_ends_the_process(grade_source, monkeypatch):
    """What writes without end would keep the grader reading; a loop of print never gets as far."""
    monkeypatch.setattr(exchange, "MAX_PRINTED_BYTES", 1_000_000)
    result = grade_source("import os\n\n\ndef make_dataset(n):\n    while True:\n        os.write(1, bytes(60_000))\n")
    assert "printed more than" in result.checks[0].message.came
