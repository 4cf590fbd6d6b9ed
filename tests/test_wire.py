"""The protocol, as h11 tests its own: one table of messages drives writer and reader, whole, in pieces and damaged."""
from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import pytest

from grader.sandbox import wire
from grader.sandbox.wire import Decoder, Foreign, Frame, Kind, Tensor, TooLarge, Value, WireError, encode

NONCE = 0x0123456789ABCDEF
PAYLOADS = (0x7FF8000000000001, 0x7FF0000000000001, 0xFFF8DEADBEEF0000)
"""Not-a-numbers with contents: quiet, signalling, negative."""


@dataclass(frozen=True)
class Case:
    """A value and the body it has on the wire, written out by hand."""

    value: Value
    body: bytes


def floats(*numbers: float) -> bytes:
    return struct.pack(f"<{len(numbers)}d", *numbers)


def from_bits(*bits: int) -> wire.Array:
    return np.array(bits, dtype="<u8").view("<f8")


CASES = {
    "none": Case(None, b"N"),
    "empty text": Case("", b"S\0\0\0\0"),
    "text": Case("dU", b"S\2\0\0\0dU"),
    "text beyond ASCII": Case("σ(z) 🙂", b"S\x0a\0\0\0\xcf\x83(z) \xf0\x9f\x99\x82"),
    "foreign": Case(Foreign("Tensor"), b"F\6\0\0\0Tensor"),
    "number": Case(Tensor(np.array(0.5), "number"), b"A\2\0\0" + floats(0.5)),
    "int": Case(Tensor(np.array(3.0), "number", "int"), b"A\2\3\0" + floats(3)),
    "vector": Case(Tensor(np.array([1.0, -0.0])), b"A\0\0\1\2\0\0\0" + floats(1, -0.0)),
    "float32 matrix": Case(
        Tensor(np.array([[1.0, 2], [3, 4], [5, 6]]), "ndarray", "float32"),
        b"A\0\1\2\3\0\0\0\2\0\0\0" + floats(1, 2, 3, 4, 5, 6),
    ),
    "column order": Case(
        Tensor(np.asfortranarray([[1.0, 2], [3, 4]])), b"A\0\0\2\2\0\0\0\2\0\0\0" + floats(1, 2, 3, 4)
    ),
    "no entries": Case(Tensor(np.zeros((0, 3))), b"A\0\0\2\0\0\0\0\3\0\0\0"),
    "list": Case(Tensor(np.array([7.0]), "list", "object"), b"A\3\5\1\1\0\0\0" + floats(7)),
    "infinities": Case(Tensor(np.array([np.inf, -np.inf])), b"A\0\0\1\2\0\0\0" + floats(np.inf, -np.inf)),
    "not-a-numbers": Case(Tensor(from_bits(*PAYLOADS)), b"A\0\0\1\3\0\0\0" + struct.pack("<3Q", *PAYLOADS)),
    "empty tuple": Case((), b"T\0\0"),
    "tuple": Case((None, ("a",)), b"T\2\0NT\1\0S\1\0\0\0a"),
    "empty dict": Case({}, b"D\0\0"),
    "dict in order": Case({"W": None, "U": "u"}, b"D\2\0\1\0\0\0WN\1\0\0\0US\1\0\0\0u"),
    "empty key": Case({"": None}, b"D\1\0\0\0\0\0N"),
    "deepest": Case(((((((),),),),),), b"T\1\0" * 5 + b"T\0\0"),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def header(length: int, *, magic: bytes = wire.MAGIC, kind: int = Kind.REPLY, zeros: bytes = bytes(3)) -> bytes:
    """A frame's head as the module's docstring has it, apart from the code under test."""
    return magic + bytes([kind]) + zeros + struct.pack("<QI", NONCE, length)


def framed(body: bytes) -> bytes:
    return header(len(body)) + body


def decoder(max_body_bytes: int = 1 << 20) -> Decoder:
    return Decoder(Kind.REPLY, max_body_bytes)


def decode(data: bytes) -> Frame | None:
    reader = decoder()
    reader.feed(data)
    return reader.next_frame()


def same(a: Value, b: Value) -> bool:
    """Equality of values, bit by bit where they are numbers, in order where they are dicts."""
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        held = (a.container, a.dtype, a.values.shape) == (b.container, b.dtype, b.values.shape)
        return held and a.values.tobytes() == b.values.tobytes()
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


# ---------------------------------------------------------------- whole messages


@every_case
def test_a_value_is_written_as_documented(case: Case) -> None:
    """The writer makes exactly the bytes that the module's docstring says."""
    assert encode(Frame(Kind.REPLY, NONCE, case.value)) == framed(case.body)


@every_case
def test_a_value_is_read_whole(case: Case) -> None:
    """The reader gives back what was written, numbers bit for bit, and keeps nothing behind."""
    reader = decoder()
    reader.feed(framed(case.body))
    frame = reader.next_frame()
    assert frame is not None and (frame.kind, frame.nonce) == (Kind.REPLY, NONCE)
    assert same(frame.value, case.value)
    assert reader.buffered_bytes == 0 and reader.next_frame() is None


@every_case
def test_a_value_is_read_byte_by_byte(case: Case) -> None:
    """However the stream is cut, a frame comes with its last byte and not before, and the reader knows what it lacks."""
    reader, data = decoder(), framed(case.body)
    for at in range(len(data)):
        assert reader.next_frame() is None
        assert reader.missing_bytes() == (wire.HEADER.size - at if at < wire.HEADER.size else len(data) - at)
        reader.feed(data[at : at + 1])
    assert reader.missing_bytes() == 0
    frame = reader.next_frame()
    assert frame is not None and same(frame.value, case.value)


def test_frames_follow_each_other() -> None:
    """Two frames in one read come out as two, and the beginning of a third is kept."""
    reader = decoder()
    reader.feed(framed(b"N") + framed(b"T\0\0") + wire.MAGIC)
    values = [frame.value for frame in (reader.next_frame(), reader.next_frame()) if frame]
    assert values == [None, ()]
    assert reader.next_frame() is None and reader.buffered_bytes == len(wire.MAGIC)


def test_read_numbers_cannot_be_written_to() -> None:
    """What came from the other side stays as it came."""
    frame = decode(framed(CASES["vector"].body))
    assert frame is not None and isinstance(frame.value, Tensor)
    with pytest.raises(ValueError, match="read-only"):
        frame.value.values[0] = 1


# ---------------------------------------------------------------- damaged messages


@every_case
def test_a_cut_body_is_no_value(case: Case) -> None:
    """A body that ends too early is an error at every place, even if the header tells its true length."""
    for end in range(len(case.body)):
        with pytest.raises(WireError):
            decode(framed(case.body[:end]))


@every_case
@pytest.mark.parametrize("junk", [b"\0", b"N", b"junk" * 100])
def test_junk_inside_the_frame_is_an_error(case: Case, junk: bytes) -> None:
    """A body is one value and nothing behind it."""
    with pytest.raises(WireError, match=f"{len(junk)} bytes behind the value"):
        decode(framed(case.body + junk))


@every_case
def test_junk_behind_the_frame_waits_for_its_own_turn(case: Case) -> None:
    """The frame before is good; what follows is an error as soon as it cannot become a frame."""
    reader = decoder()
    reader.feed(framed(case.body) + b"junk")
    assert reader.next_frame() is not None
    with pytest.raises(WireError, match="magic"):
        reader.next_frame()
    with pytest.raises(WireError, match="magic"):
        reader.missing_bytes()


@pytest.mark.parametrize("start", [b"x", b"b\0", b"bpg\2", b"\0" * 40, b"HTTP/1.1 200 OK\r\n"])
def test_wrong_magic_is_told_at_its_first_wrong_byte(start: bytes) -> None:
    """Text printed into the channel is recognised at once, not after twenty bytes."""
    with pytest.raises(WireError, match="magic"):
        decode(start)


HEADERS = {
    "another kind": (header(1, kind=Kind.REQUEST) + b"N", "kind 1"),
    "an unknown kind": (header(1, kind=99) + b"N", "kind 99"),
    "zeros that are none": (header(1, zeros=b"\0\0\1") + b"N", "kind"),
    "an empty body": (framed(b""), "past the end"),
}


@pytest.mark.parametrize(("data", "why"), HEADERS.values(), ids=HEADERS.keys())
def test_a_wrong_header_is_an_error(data: bytes, why: str) -> None:
    """Every field of the header is held to what it must be."""
    with pytest.raises(WireError, match=why):
        decode(data)


@pytest.mark.parametrize("length", [101, 1 << 31, (1 << 32) - 1])
def test_an_oversized_body_is_refused_by_its_announcement(length: int) -> None:
    """The bound is checked on the header alone, before one byte of the body is waited for; the bound itself is allowed."""
    reader = decoder(100)
    reader.feed(header(length))
    with pytest.raises(TooLarge, match=f"{length} bytes, at most 100"):
        reader.next_frame()
    reader = decoder(100)
    reader.feed(header(100))
    assert reader.next_frame() is None and reader.missing_bytes() == 100


def array(container: int, dtype: int, *shape: int, data: bytes = b"") -> bytes:
    return b"A" + bytes([container, dtype, len(shape)]) + struct.pack(f"<{len(shape)}I", *shape) + data


def text(length: int, data: bytes, tag: bytes = b"S") -> bytes:
    return tag + struct.pack("<I", length) + data


MOST = (1 << 32) - 1
BODIES = {
    "an unknown tag": (b"Z", "unknown tag 90"),
    "a text longer than its frame": (text(5, b"abcd"), "past the end"),
    "a text of four gigabytes": (text(MOST, b"abcd"), "a text of 4294967295 bytes"),
    "a text above the bound": (text(wire.MAX_TEXT_BYTES + 1, bytes(wire.MAX_TEXT_BYTES + 1)), "at most 8192"),
    "a key above the bound": (b"D\1\0" + text(wire.MAX_TEXT_BYTES + 1, bytes(9000), b"") + b"N", "at most 8192"),
    "a name of a type above the bound": (text(9000, bytes(9000), b"F"), "at most 8192"),
    "text that is no UTF-8": (text(2, b"\xff\xfe"), "not UTF-8"),
    "half a surrogate pair": (text(3, b"\xed\xa0\x80"), "not UTF-8"),
    "an overlong slash": (text(2, b"\xc0\xaf"), "not UTF-8"),
    "a key that is no UTF-8": (b"D\1\0" + text(1, b"\x80", b"") + b"N", "not UTF-8"),
    "a key twice": (b"D\2\0\1\0\0\0aN\1\0\0\0aN", "stands twice"),
    "fewer items than announced": (b"T\3\0NN", "past the end"),
    "more items than announced": (b"T\1\0NN", "1 bytes behind"),
    "a dict without its last value": (b"D\1\0\1\0\0\0a", "past the end"),
    "too many items": (b"T" + struct.pack("<H", wire.MAX_ITEMS + 1) + b"N" * (wire.MAX_ITEMS + 1), "at most 4096"),
    "too many keys": (b"D\xff\xff", "65535 items"),
    "nested too deep": (b"T\1\0" * (wire.MAX_DEPTH + 1) + b"N", "too deep"),
    "dicts nested too deep": (b"D\1\0\0\0\0\0" * (wire.MAX_DEPTH + 1) + b"N", "too deep"),
    "nested without end": (b"T\1\0" * 100_000, "too deep"),
    "more values than fit": ((b"T" + struct.pack("<H", 17)) + (b"T\0\x10" + b"N" * 4096) * 17, "65536 values"),
    "an unknown container": (array(len(wire.CONTAINERS), 0, data=bytes(8)), "unknown form"),
    "an unknown dtype": (array(0, len(wire.DTYPES), data=bytes(8)), "unknown form"),
    "too many axes": (array(0, 0, 1, 1, 1, 1, 1, data=bytes(8)), "unknown form"),
    "fewer entries than its shape": (array(0, 0, 2, data=bytes(15)), "past the end"),
    "a shape of four billion": (array(0, 0, MOST, data=bytes(8)), "past the end"),
    "a product past 64 bits": (array(0, 0, 1 << 31, 1 << 31, 4, data=bytes(64)), "impossible shape|past the end"),
    "a product that is zero in 64 bits": (array(0, 0, 1 << 31, 1 << 31, 1 << 2, 1, data=b""), "impossible|past the end"),
    "no entries on axes too long": (array(0, 0, 0, MOST, MOST), "impossible shape"),
    "no entries on the longest axes": (array(0, 0, MOST, MOST, MOST, 0), "impossible shape"),
}


@pytest.mark.parametrize(("body", "why"), BODIES.values(), ids=BODIES.keys())
def test_a_lying_body_is_an_error(body: bytes, why: str) -> None:
    """No length, count, shape, depth or text is believed; the message says what was wrong, in one line."""
    with pytest.raises(WireError, match=why) as caught:
        decode(framed(body))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("body", [case.body for case in CASES.values()], ids=CASES.keys())
def test_every_flipped_byte_is_an_error_or_another_value(body: bytes) -> None:
    """A damaged frame never raises anything but WireError, whichever of its bytes is damaged and how."""
    data = framed(body)
    for at in range(len(data)):
        for flip in (1, 0x80, 0xFF):
            damaged = bytearray(data)
            damaged[at] ^= flip
            try:
                decode(bytes(damaged))
            except WireError:
                continue


# ---------------------------------------------------------------- what the writer refuses

NOT_CARRIED = {
    "a number that is no Tensor": 1.0,
    "a list": [None],
    "bytes": b"N",
    "too deep": ((((((((),),),),),),),),
    "too many items": (None,) * (wire.MAX_ITEMS + 1),
    "too many axes": Tensor(np.zeros((1,) * (wire.MAX_NDIM + 1))),
    "an unknown container": Tensor(np.zeros(1), "set"),
    "an unknown dtype": Tensor(np.zeros(1), "ndarray", "complex128"),
    "too long a text": "x" * (wire.MAX_TEXT_BYTES + 1),
}


@pytest.mark.parametrize("value", NOT_CARRIED.values(), ids=NOT_CARRIED.keys())
def test_what_cannot_be_carried_is_the_writers_fault(value: Value) -> None:
    """The writer never makes a frame that the reader would refuse; its error is not WireError, which blames the other side."""
    with pytest.raises(ValueError) as caught:
        encode(Frame(Kind.REPLY, NONCE, value))
    assert not isinstance(caught.value, WireError)


def test_text_that_is_no_text_is_still_sent() -> None:
    """Half a surrogate pair, as in a file name that is not UTF-8, becomes a question mark."""
    frame = decode(encode(Frame(Kind.REPLY, NONCE, "bad\udcff.py")))
    assert frame is not None and frame.value == "bad?.py"
