"""Comparing what came with what was expected.

What may live here: tolerance, the first difference, a constant ratio, and
saying a shape or type in words.
"""
from __future__ import annotations

from math import prod

import numpy as np

from grader.frozen import frozen
from grader.oracle import Array
from grader.result import Difference
from grader.sandbox.wire import Foreign, Tensor, Value

MAX_NAME_CHARS, MAX_WORDS_CHARS, MAX_THINGS = 120, 400, 8
"""How much of a name that the student's process chose and of a description, and how many of several things, is repeated."""
RATIO_RTOL = 1e-6
"""Entries whose ratios agree this well are told as one constant ratio; float32 code gets no ratio."""


@frozen
class Fitted:
    """Numbers brought to the expected shape.

    values  float64 of the expected shape
    slip    "" if they came so, else what is wrong with their shape or container, in words
    """

    values: Array
    slip: str = ""


def fit(value: Value, shape: tuple[int, ...]) -> Fitted | str:
    """Bring as many numbers as expected into the expected shape, row after row; else what came, in words."""
    if not isinstance(value, Tensor):
        return f"{describe(value)}, where {shape_words(shape)} belongs"
    if value.values.shape == shape and value.container in ("ndarray", "numpy scalar", "number", "other"):
        return Fitted(value.values)
    if value.values.size != prod(shape):
        return f"{describe(value)}, where {shape_words(shape)} belongs"
    slip = f"it is {describe(value)}, where {shape_words(shape)} belongs"
    if value.container == "list" and shape:
        slip += ": wrap it in np.array(...)"
    return Fitted(value.values.reshape(shape), slip)


def difference(expected: Array, actual: Array, tolerance: float) -> Difference | None:
    """The first entry that is off by more than the tolerance (NaN is), or None; shapes must agree."""
    with np.errstate(all="ignore"):
        off = ~(np.abs(actual - expected) <= tolerance)
    if not off.any():
        return None
    index = tuple(int(i) for i in np.argwhere(off)[0])
    return Difference(
        entry=f"[{', '.join(map(str, index))}]" if index else "",
        expected=float(expected[index]),
        actual=float(actual[index]),
        ratio=constant_ratio(expected, actual, tolerance),
        wrong=int(off.sum()),
        total=int(off.size),
    )


def constant_ratio(expected: Array, actual: Array, tolerance: float) -> float | None:
    """actual / expected if it is the same for all entries well above the tolerance, else None."""
    large = np.abs(expected) > 100 * tolerance
    if not large.any() or not np.isfinite(actual).all():
        return None
    ratios = actual[large] / expected[large]
    if np.ptp(ratios) > RATIO_RTOL * np.abs(ratios).max() or np.abs(actual - expected * ratios[0]).max() > tolerance:
        return None
    return float(ratios[0])


def describe(value: Value) -> str:
    """What came, in words a student uses."""
    if value is None:
        return "None"
    if isinstance(value, Foreign):
        name = value.type_name[:MAX_NAME_CHARS]
        return name if name.startswith(("a ", "an ")) else f"a {name}"
    if isinstance(value, Tensor):
        if value.container in ("number", "numpy scalar"):
            return f"one number ({value.dtype})"
        what = {"list": "a Python list of", "ndarray": "an array of"}.get(value.container, "something of")
        return f"{what} shape {shape_text(value.values.shape)}"
    if isinstance(value, tuple):
        more = f", and {len(value) - MAX_THINGS} more" if len(value) > MAX_THINGS else ""
        return f"{len(value)} things: {', '.join(describe(item) for item in value[:MAX_THINGS])}"[:MAX_WORDS_CHARS] + more
    if isinstance(value, str):
        return "a string"
    return f"a dict with keys {', '.join(key[:MAX_NAME_CHARS] for key in list(value)[:8]) or '(none)'}"[:MAX_WORDS_CHARS]


def returned(value: Value) -> str:
    """What a function returned, in words a student uses."""
    return "None (is a return missing?)" if value is None else describe(value)


def shape_words(shape: tuple[int, ...]) -> str:
    return f"an array of shape {shape_text(shape)}" if shape else "one number"


def shape_text(shape: tuple[int, ...]) -> str:
    return f"({shape[0]},)" if len(shape) == 1 else str(shape)
