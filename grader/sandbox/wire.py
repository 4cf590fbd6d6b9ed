"""Bytes to values and back: the protocol between the grader and a worker.

Two rules for this module. It does no I/O: bytes are fed in and come out. And
it trusts no byte: whatever is fed, a Decoder raises only WireError, allocates
at most the bound it was built with, and never runs anything it is sent.

A frame is a header and a body. The header is 20 bytes, little endian:
magic (4), kind (1), zeros (3), nonce (8), body length (4). A reply repeats the
nonce of its request, which the grader draws at random, so a reply that was
written before its request came does not fit.

A body is one value, a tag byte and what belongs to it:

    N                                            None
    S  length u32, UTF-8                         text
    F  length u32, UTF-8                         foreign: the name of a type that has no place here
    A  container u8, dtype u8, ndim u8,          numbers, always sent as float64
       ndim times u32, float64 ...
    T  count u16, values                         tuple
    D  count u16, (length u32, UTF-8, value) ... dict with text keys, in order
"""
from __future__ import annotations

import struct
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from math import prod
from typing import Union

import numpy as np
from numpy.typing import NDArray

from grader.frozen import frozen

Array = NDArray[np.float64]
_FLOAT64 = np.dtype("<f8")

MAGIC = b"bpg\x01"
HEADER = struct.Struct("<4sB3xQI")
_U32 = struct.Struct("<I")
_U16 = struct.Struct("<H")
_ARRAY_HEAD = struct.Struct("<BBB")

MAX_NDIM = 4
"""More axes than any array of this exercise, even one broadcast by accident, can have."""
MAX_DEPTH = 6
"""A reply is tuple > tuple > dict > array; deeper nesting is not ours."""
MAX_ITEMS = 4096
"""Calls in one batch; the largest batch the grader sends has some 300."""
MAX_VALUES = 1 << 16
"""Values in one frame, nested ones counted: one costs 12 bytes in a frame and some 330 in memory. A call of backprop
with its arguments sent back makes 18."""
MAX_TEXT_BYTES = 8_192
"""Longest text or key: a path of 4,096 bytes, or a report's field of 2,000 characters of 4 bytes."""
MAX_ENTRIES = 1 << 40
"""Product of an array's axes, those of length 0 left out: numpy refuses shapes whose size in bytes passes 2^63."""


class WireError(Exception):
    """The other side broke the protocol. Says how, in one line."""


class TooLarge(WireError):
    """The other side announced more than the reader's bound."""


class Kind(IntEnum):
    """What a frame is for."""

    REQUEST = 1
    REPLY = 2


CONTAINERS = ("ndarray", "numpy scalar", "number", "list", "other")
"""What held the numbers on the student's side."""
DTYPES = ("float64", "float32", "float16", "int", "bool", "object", "longdouble")
"""What kind of numbers they were there."""


@frozen
class Tensor:
    """Numbers, with what held them.

    values     float64, any shape of at most MAX_NDIM axes
    container  one of CONTAINERS
    dtype      one of DTYPES
    """

    values: Array
    container: str = "ndarray"
    dtype: str = "float64"


@frozen
class Foreign:
    """Something that is not numbers, told by the name of its type."""

    type_name: str


Value = Union[None, str, Foreign, Tensor, "tuple[Value, ...]", "Mapping[str, Value]"]


@frozen
class Frame:
    """One whole message: its kind, its nonce and its value."""

    kind: Kind
    nonce: int
    value: Value


def encode(frame: Frame) -> bytes:
    """The bytes of a frame.

    Raises ValueError for a value that the protocol cannot carry (the caller's fault).
    """
    parts: list[bytes] = []
    _write(frame.value, parts, 0)
    body = b"".join(parts)
    return HEADER.pack(MAGIC, frame.kind, frame.nonce, len(body)) + body


def _write(value: Value, parts: list[bytes], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, Tensor):
        _write_tensor(value, parts)
    elif value is None:
        parts.append(b"N")
    elif isinstance(value, str):
        _write_text(b"S", value, parts)
    elif isinstance(value, Foreign):
        _write_text(b"F", value.type_name, parts)
    elif isinstance(value, tuple):
        parts += (b"T", _count(value))
        for item in value:
            _write(item, parts, depth + 1)
    elif isinstance(value, Mapping):
        parts += (b"D", _count(value))
        for key, item in value.items():
            _write_text(b"", key, parts)
            _write(item, parts, depth + 1)
    else:
        raise ValueError(f"no place for {type(value).__name__}")


def _count(items: tuple[Value, ...] | Mapping[str, Value]) -> bytes:
    if len(items) > MAX_ITEMS:
        raise ValueError(f"{len(items)} items, at most {MAX_ITEMS}")
    return _U16.pack(len(items))


def _write_text(tag: bytes, text: str, parts: list[bytes]) -> None:
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_TEXT_BYTES:
        raise ValueError(f"a text of {len(data)} bytes, at most {MAX_TEXT_BYTES}")
    parts += (tag, _U32.pack(len(data)), data)


def _write_tensor(tensor: Tensor, parts: list[bytes]) -> None:
    values = tensor.values
    parts += (_written_head(tensor.container, tensor.dtype, values.shape), values.astype(_FLOAT64, copy=False).tobytes())


@lru_cache(64)
def _written_head(container: str, dtype: str, shape: tuple[int, ...]) -> bytes:
    """What stands before an array's numbers: the tag, and what _read_head reads."""
    if len(shape) > MAX_NDIM:
        raise ValueError(f"{len(shape)} axes, at most {MAX_NDIM}")
    head = _ARRAY_HEAD.pack(CONTAINERS.index(container), DTYPES.index(dtype), len(shape))
    return b"A" + head + struct.pack(f"<{len(shape)}I", *shape)


class Decoder:
    """Turns a stream of bytes, cut anywhere, into frames.

    kind            the only kind that the other side may send
    max_body_bytes  the largest body it may announce
    max_values      how many values that body may hold
    """

    def __init__(self, kind: Kind, max_body_bytes: int, max_values: int = MAX_VALUES) -> None:
        self._kind = kind
        self.expect(max_body_bytes, max_values)
        self._buffer = bytearray()

    def expect(self, max_body_bytes: int, max_values: int) -> None:
        """Bound the frames that are still to come."""
        self._max_body_bytes, self._max_values = max_body_bytes, min(max_values, MAX_VALUES)

    def feed(self, data: bytes) -> None:
        """Add what was read. Feed at most what next_frame has asked for plus one read's worth."""
        self._buffer += data

    @property
    def buffered_bytes(self) -> int:
        """What was fed and belongs to no frame handed out so far."""
        return len(self._buffer)

    def missing_bytes(self) -> int:
        """How many bytes are surely needed before next_frame can return a frame.

        Raises WireError as next_frame does.
        """
        length = self._body_length()
        if length is None:
            return HEADER.size - len(self._buffer)
        return max(0, HEADER.size + length - len(self._buffer))

    def next_frame(self) -> Frame | None:
        """The next whole frame, or None while bytes are missing.

        Raises TooLarge or WireError; the stream is then of no more use.
        """
        length = self._body_length()
        if length is None or len(self._buffer) < HEADER.size + length:
            return None
        end = HEADER.size + length
        nonce = HEADER.unpack_from(self._buffer)[2]
        body = bytes(memoryview(self._buffer)[HEADER.size : end])
        del self._buffer[:end]
        reader = _Reader(body, self._max_values)
        value = reader.value(0)
        if reader.position != length:
            raise WireError(f"{length - reader.position} bytes behind the value")
        return Frame(self._kind, nonce, value)

    def _body_length(self) -> int | None:
        head = bytes(self._buffer[: len(MAGIC)])
        if head != MAGIC[: len(head)]:
            raise WireError("not a frame: wrong magic")
        if len(self._buffer) < HEADER.size:
            return None
        _, kind, _, length = HEADER.unpack_from(self._buffer)
        if kind != self._kind or any(self._buffer[5:8]):
            raise WireError(f"frame of unexpected kind {kind}")
        if length > self._max_body_bytes:
            raise TooLarge(f"a body of {length} bytes, at most {self._max_body_bytes}")
        return int(length)


class _Reader:
    """Reads one body. Every length is checked against what is there before anything is made of it."""

    def __init__(self, body: bytes, max_values: int) -> None:
        self.body = body
        self.position = 0
        self.max_values = self.values_left = max_values

    def take(self, count: int) -> int:
        """Move past count bytes; returns where they start."""
        start = self.position
        if count > len(self.body) - start:
            raise WireError("a value runs past the end of its frame")
        self.position = start + count
        return start

    def text(self) -> str:
        (length,) = _U32.unpack_from(self.body, self.take(_U32.size))
        if length > MAX_TEXT_BYTES:
            raise WireError(f"a text of {length} bytes, at most {MAX_TEXT_BYTES}")
        start = self.take(length)
        try:
            return self.body[start : self.position].decode()
        except UnicodeDecodeError:
            raise WireError("text is not UTF-8") from None

    def count(self) -> int:
        (count,) = _U16.unpack_from(self.body, self.take(_U16.size))
        if count > MAX_ITEMS:
            raise WireError(f"{count} items, at most {MAX_ITEMS}")
        return int(count)

    def value(self, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise WireError("nested too deep")
        self.values_left -= 1
        if self.values_left < 0:
            raise WireError(f"more than {self.max_values} values")
        tag = self.body[self.take(1)]
        if tag == 0x41:
            return self.tensor()
        if tag == 0x4E:
            return None
        if tag == 0x53:
            return self.text()
        if tag == 0x46:
            return Foreign(self.text())
        if tag == 0x54:
            return tuple([self.value(depth + 1) for _ in range(self.count())])
        if tag == 0x44:
            return self.mapping(depth)
        raise WireError(f"unknown tag {tag}")

    def mapping(self, depth: int) -> Mapping[str, Value]:
        items: dict[str, Value] = {}
        for _ in range(self.count()):
            key = self.text()
            if key in items:
                raise WireError("a key stands twice")
            items[key] = self.value(depth + 1)
        return items

    def tensor(self) -> Tensor:
        start = self.take(_ARRAY_HEAD.size)
        ndim = self.body[self.position - 1]
        if ndim > MAX_NDIM:
            raise WireError("an array of unknown form")
        self.take(4 * ndim)
        container, dtype, shape, entries = _read_head(self.body[start : self.position])
        values = np.frombuffer(self.body, _FLOAT64, entries, self.take(8 * entries))
        return Tensor(values if ndim == 1 else values.reshape(shape), container, dtype)


@lru_cache(64)
def _read_head(head: bytes) -> tuple[str, str, tuple[int, ...], int]:
    """An array's container, dtype, shape and number of entries. The same few heads come again and again."""
    container, dtype, ndim = _ARRAY_HEAD.unpack_from(head)
    if container >= len(CONTAINERS) or dtype >= len(DTYPES):
        raise WireError("an array of unknown form")
    shape = struct.unpack_from(f"<{ndim}I", head, _ARRAY_HEAD.size)
    entries = prod(shape)
    if (entries or prod(length or 1 for length in shape)) > MAX_ENTRIES:
        raise WireError("an array of impossible shape")
    return CONTAINERS[container], DTYPES[dtype], shape, entries
