"""What a student's function returned, as wire values. Runs in the child, beside student code.

What may live here: conversion of any Python object to a wire value. Nothing
here is trusted by the grader; it only has to be right for honest code and to
say politely what cannot be graded.
"""
from __future__ import annotations

import array
from collections.abc import Mapping
from numbers import Number
from typing import Any

import numpy as np

from grader.sandbox.border import MAX_KEY_CHARS, MAX_NAME_CHARS
from grader.sandbox.room import Room, shape_told
from grader.sandbox.wire import MAX_NDIM, Foreign, Tensor, Value

MAX_STRUCTURE_ITEMS = 16
"""More parts than any answer of the exercise has; beyond it only the type is reported."""
MAX_WORDS_CHARS = 80
_FLOATS = {"d": "float64", "f": "float32", "e": "float16"}
_OTHERS = {"i": "int", "u": "int", "b": "bool", "O": "object"}
"""By a dtype's own letters: its name takes ten times as long to ask for."""


def to_value(answer: Any, room: Room, depth: int = 0) -> Value:
    """The wire value of what a function returned; arrays that no longer fit into the room are told by their shape alone."""
    if answer is None:
        return None
    if isinstance(answer, Mapping):
        return _mapping(answer, room, depth)
    if isinstance(answer, (tuple, list)):
        return _sequence(answer, room, depth)
    if isinstance(answer, (bool, int, float, complex)):
        return _tensor(answer, "number", room)
    if isinstance(answer, np.generic):
        return _tensor(answer, "numpy scalar", room)
    if isinstance(answer, np.ndarray):
        return _tensor(answer, "ndarray", room)
    if hasattr(answer, "__array__") or isinstance(answer, (array.array, memoryview)):
        return _tensor(answer, "other", room)
    if isinstance(answer, Number):  # a Fraction, a Decimal
        return _tensor(answer, "number", room)
    return Foreign(_type_name(answer))


def _mapping(answer: Mapping[Any, Any], room: Room, depth: int) -> Value:
    if len(answer) > MAX_STRUCTURE_ITEMS or depth > 2 or not room.takes_parts(len(answer)):
        return Foreign(f"a dict of {len(answer)} entries")
    items: dict[str, Value] = {}
    for key, item in answer.items():
        name = str.__str__(key) if isinstance(key, str) else f"<{_type_name(key)}>"
        items[name[: MAX_KEY_CHARS + 1]] = to_value(item, room, depth + 1)
    return items


def _sequence(answer: tuple[Any, ...] | list[Any], room: Room, depth: int) -> Value:
    flat = all(isinstance(item, (bool, int, float, np.number)) for item in answer)
    if flat or (isinstance(answer, list) and depth > 0) or len(answer) > MAX_STRUCTURE_ITEMS:
        return _tensor(answer, "list", room)
    if (isinstance(answer, list) or depth > 0) and all(isinstance(item, (list, tuple)) for item in answer):
        tensor = _tensor(answer, "list", room)
        if isinstance(tensor, Tensor):
            return tensor
    if depth > 2 or not room.takes_parts(len(answer)):
        return Foreign(f"a {_type_name(answer)} of {len(answer)} things")
    return tuple(to_value(item, room, depth + 1) for item in answer)


def _tensor(answer: Any, container: str, room: Room) -> Value:
    try:
        array = np.asarray(answer)
    except Exception:
        return Foreign(f"a {_type_name(answer)} that does not fit into an array")
    if array.ndim > MAX_NDIM:
        return Foreign(f"an array of {array.ndim} axes")
    if not room.takes_array(array.size):
        return shape_told(array.shape, container)
    dtype = _dtype_name(array.dtype)
    if dtype is None:
        return Foreign(f"an array of {array.dtype}"[:MAX_WORDS_CHARS])
    try:
        values = np.array(array, dtype=np.float64, order="C")
    except Exception:
        return Foreign(f"a {_type_name(answer)} that does not hold plain numbers")
    return Tensor(values, container, dtype)


def _dtype_name(dtype: np.dtype[Any]) -> str | None:
    """One of wire.DTYPES; None for what is no number."""
    if dtype.kind == "f":
        return _FLOATS.get(dtype.char, "longdouble")
    return _OTHERS.get(dtype.kind)


def _type_name(answer: Any) -> str:
    return str(getattr(type(answer), "__name__", "object"))[:MAX_NAME_CHARS]
