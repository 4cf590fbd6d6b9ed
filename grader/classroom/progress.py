"""How far a run is: a bar on a terminal, plain lines elsewhere.

What may live here: the words and the drawing of progress on a stream.
"""
from __future__ import annotations

import shutil
import time
from typing import TextIO

LINE_EVERY_S = 15.0
DRAW_EVERY_S = 0.2


class Progress:
    """Counts what is done of a total. Rate and time left are those of this run alone, what was done before left out.

    before  how many were done by an earlier run
    """

    def __init__(self, total: int, before: int, stream: TextIO) -> None:
        self._total, self._done, self._before, self._stream = total, before, before, stream
        self._start_s = self._shown_s = self._advanced_s = time.monotonic()
        self._terminal = stream.isatty()

    def advance(self) -> None:
        self._done += 1
        self._advanced_s = time.monotonic()
        self.tick()

    def tick(self) -> None:
        """Show how far it is, if it is time to."""
        now_s = time.monotonic()
        if now_s - self._shown_s >= (DRAW_EVERY_S if self._terminal else LINE_EVERY_S):
            self._shown_s = now_s
            self._show()

    def close(self) -> None:
        """Show the last state, and leave the line."""
        self._show()
        if self._terminal:
            self._stream.write("\n")
            self._stream.flush()

    def _show(self) -> None:
        if self._terminal:
            width = shutil.get_terminal_size((80, 24)).columns
            text = self.text()
            bar = _bar(self._done / max(1, self._total), max(5, min(40, width - len(text) - 4)))
            self._stream.write(f"\r{bar} {text}\x1b[K")
        else:
            self._stream.write(f"{self.text()}\n")
        self._stream.flush()

    def text(self) -> str:
        """For example: 312 of 1,000 graded, 3.1 a second, 3 min 42 s left; or, where some do not end: none for 42 s."""
        now_s = time.monotonic()
        elapsed_s = now_s - self._start_s
        here = self._done - self._before
        rate = here / elapsed_s if elapsed_s > 0 else 0.0
        text = f"{self._done:,} of {self._total:,} graded"
        if here and self._done < self._total:
            left = f"{duration((self._total - self._done) / rate)} left"
            silent_s = now_s - self._advanced_s
            text += f", {rate:.1f} a second, {left if silent_s < LINE_EVERY_S else f'none for {duration(silent_s)}'}"
        return text


def _bar(share: float, width: int) -> str:
    full = int(share * width)
    return f"[{'#' * full}{'.' * (width - full)}]"


def duration(seconds: float) -> str:
    """For example: 42 s, 3 min 42 s, 1 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
