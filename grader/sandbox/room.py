"""How much a reply may hold: by what is asked, and the same on both sides.

What may live here: the bounds, each with its reason. The child tells by its shape what does not fit; the grader
counts again, refuses a longer reply before it has come, and keeps no more of one than this.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.frozen import frozen
from grader.sandbox.wire import Foreign, Tensor, Value

TIMES_RIGHT = 4
"""A right answer is smaller than its arguments, which may be asked back; a wrong one may be float64 for int, or hold them twice."""
SPARE_ENTRIES = 1 << 16
"""Beside that, in a whole reply: what a hundred calls give that broadcast all to (N, N) where slips are looked for (N about 10)."""
DATASET_ENTRIES = 3
"""Of one point: two coordinates and a label."""
CALL_PARTS = 64
"""Items of tuples and dicts, nested ones counted, in one answer with its arguments; a right one has 18."""
CALL_BYTES = 1 << 14
"""Of a call, its numbers left out: an exception's seven fields of 400 characters, or 64 names of 48, at 4 bytes each."""
OUTCOME_PARTS = 16
"""The frame around an answer, or an exception's fields."""


@frozen
class Bounds:
    """The longest body of a reply, in bytes, and how many values it may hold."""

    body_bytes: int
    values: int


@dataclass
class Room:
    """What is left: entries of arrays in a whole reply, parts in one answer."""

    entries: int
    parts: int = CALL_PARTS

    def takes_array(self, entries: int) -> bool:
        """Whether so many numbers fit; they are then taken off."""
        fits = entries <= self.entries
        self.entries -= entries if fits else 0
        return fits

    def takes_parts(self, count: int) -> bool:
        fits = count <= self.parts
        self.parts -= count if fits else 0
        return fits

    def next_answer(self) -> None:
        self.parts = CALL_PARTS


def room_for(calls: Sequence[Sequence[Value]]) -> Room:
    """The room of the answers to some calls, by their arguments."""
    return Room(SPARE_ENTRIES + TIMES_RIGHT * sum(_right_entries(value) for args in calls for value in args))


def bounds_for(calls: Sequence[Sequence[Value]]) -> Bounds:
    body_bytes = CALL_BYTES * (1 + len(calls)) + 8 * room_for(calls).entries
    return Bounds(body_bytes, 1 + (CALL_PARTS + OUTCOME_PARTS) * len(calls))


def shape_told(shape: tuple[int, ...], container: str) -> Foreign:
    """An array that does not fit, told by its shape as compare.describe would."""
    return Foreign(f"{'a Python list' if container == 'list' else 'an array'} of shape {shape}")


def _right_entries(argument: Value) -> int:
    """Entries of an argument; of a whole number that is one, a number of points, those of the dataset."""
    if isinstance(argument, Tensor):
        is_count = argument.container == "number" and argument.dtype == "int"
        return DATASET_ENTRIES * abs(int(argument.values)) if is_count else argument.values.size
    if isinstance(argument, Mapping):
        return sum(item.values.size for item in argument.values() if isinstance(item, Tensor))
    return 0
