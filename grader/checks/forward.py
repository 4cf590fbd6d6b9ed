"""Rows 2.1 to 2.3: forward.

What may live here: checks of the network's output.
"""
from __future__ import annotations

import numpy as np

from grader.checks.base import Case, CheckFailed, check, form_words, sentence
from grader.checks.compare import difference, fit
from grader.checks.subject import NoAnswer, Point, is_core
from grader.result import Message
from grader.sandbox.wire import Tensor, Value


class ForwardCase(Case):
    @check("2.1")
    def check_shape_type_range(self) -> None:
        for point, output in self._core():
            N = point.size.N
            asked = f"y of shape ({N},), floats between 0 and 1, for X of shape {point.X.shape}"
            if isinstance(output, NoAnswer):
                raise self.no_answer(output, asked)
            y = fit(output, (N,))
            if isinstance(y, str):
                raise CheckFailed(Message(asked, f"forward returned {y}.", look=_shape_advice(output, N)), quantity="y")
            assert isinstance(output, Tensor)
            if not np.isfinite(y.values).all():
                raise CheckFailed(Message(asked, "There is NaN or infinity among the values."), quantity="y")
            if y.values.min() <= 0 or y.values.max() >= 1:
                low, high = y.values.min(), y.values.max()
                came = f"The values run from {low:.4g} to {high:.4g}." if low < high else f"Every value is {low:.4g}."
                raise CheckFailed(Message(asked, came, look="Is sigma applied to z?"), quantity="y")
            if output.dtype in ("int", "bool", "object"):
                raise CheckFailed(Message(asked, f"The values are of type {output.dtype}."), quantity="y")
            if y.slip:
                raise CheckFailed(Message(asked, sentence(y.slip), look=_shape_advice(output, N)))

    @check("2.2")
    def check_values(self) -> None:
        self._compare(self._core())

    @check("2.3")
    def check_any_size(self) -> None:
        for _, output in self._core():
            if isinstance(output, NoAnswer):
                raise self.no_answer(output, "y for other sizes")
        self._compare([pair for pair in self._pairs() if not is_core(pair[0])])

    def _pairs(self) -> list[tuple[Point, Value | NoAnswer]]:
        return list(zip(self.subject.points, self.subject.outputs))

    def _core(self) -> list[tuple[Point, Value | NoAnswer]]:
        return [pair for pair in self._pairs() if is_core(pair[0])]

    def _compare(self, pairs: list[tuple[Point, Value | NoAnswer]]) -> None:
        slip = ""
        for point, output in pairs:
            asked = f"y for {size_words(point)}"
            if isinstance(output, NoAnswer):
                if is_core(point):
                    raise self.no_answer(output, asked)
                raise CheckFailed(Message(asked, sentence(output.why)))
            y = fit(output, (point.size.N,))
            if isinstance(y, str):
                raise CheckFailed(Message(asked, f"forward returned {y}."), quantity="y")
            off = difference(point.expected_output, y.values, self.rubric.value_rtol)
            if off and y.slip:
                raise CheckFailed(Message(asked, form_words("y", y.slip)), quantity="y")
            if off:
                raise CheckFailed(Message(asked, "Other values came.", off), quantity="y")
            slip = slip or y.slip
        if slip:
            raise CheckFailed(Message("y", f"The numbers are right. {sentence(slip)}"), self.rubric.wrong_shape_share)


def size_words(point: Point) -> str:
    size = point.size
    return f"{size.N} example{'s' * (size.N > 1)}, {size.D} input{'s' * (size.D > 1)}, {size.H} hidden unit{'s' * (size.H > 1)}"


def _shape_advice(output: Value, N: int) -> str:
    if isinstance(output, Tensor) and output.values.shape == (N, N):
        return "Somewhere an (N, 1) array meets an (N,) one: numpy broadcasts them to (N, N)."
    if isinstance(output, Tensor) and output.values.shape in ((N, 1), (1, N)):
        return "W has shape (H,), so H @ W has shape (N,): is W or b reshaped on the way?"
    if output is None:
        return "Is a return missing?"
    return "It should return y alone." if isinstance(output, tuple) else ""
