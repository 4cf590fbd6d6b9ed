"""The report that a student reads in a terminal.

What may live here: layout and colour. What is said comes from the result.
"""
from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from typing import TextIO

from grader.frozen import frozen
from grader.result import CONTROLS, CheckResult, Difference, Message, Result

MARKS = {"passed": "✓", "failed": "✗", "not run": "–", "information": "i"}
COLOURS = {"passed": "32", "failed": "31", "not run": "33", "information": "36", "dim": "2", "bold": "1"}
MAX_PRINTED_LINES = 12
BLANK_OF_BRAILLE = "\u2800"
_UNPRINTABLE = re.compile(
    rf"{CONTROLS}|[\ud800-\udfff]"  # no characters
    r"|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]"  # turn the direction, or break a line
    r"|[\u00ad\u115f\u1160\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"  # are not to be seen
)


@frozen
class Style:
    """How wide lines may be, in characters, and whether to use colour."""

    width: int = 88
    colour: bool = False

    def paint(self, text: str, kind: str) -> str:
        return f"\x1b[{COLOURS[kind]}m{text}\x1b[0m" if self.colour else text


PLAIN = Style()


def style_of(stream: TextIO) -> Style:
    """Colour only on a terminal, and not where NO_COLOR is set."""
    terminal = stream.isatty()
    width = min(100, max(60, shutil.get_terminal_size((88, 24)).columns))
    return Style(width, terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb")


def report(result: Result, style: Style = PLAIN) -> str:
    """The whole report, without a newline at its end."""
    total = f"{points(result.score)} of {points(result.max_score)} points"
    lines = ["", style.paint(f"{' '.join(clean(result.submission).split())}: {total}", "bold"), ""]
    if result.headline:
        lines += [*_labelled("", result.headline, "", style), ""]
    begin = first_to_mend(result.checks)
    if begin is not None and not result.headline:
        lines += [*_wrapped(f"Begin with {begin.number}: {begin.name}.", "", style), ""]
    for note in result.notes:
        lines += [*_labelled("Note:", note, "", style), ""]
    lines += _printed(result.printed_at_load, "  ", "your file printed while it was run")
    part = "1"
    for block in blocks(result.checks):
        lines += [""] if block[0].number.split(".")[0] != part else []
        part = block[-1].number.split(".")[0]
        for check in block:
            lines += _row(check, style, bool(result.headline) or len(block) > 1)
        if len(block) > 1 and not result.headline:
            lines += _wrapped(of_block([check.number for check in block], block[0].message.came), " " * 7, style)
    if result.held:
        lines += ["", *(style.paint(line, "dim") for line in _wrapped(result.held, "", style))]
    return "\n".join(lines)


def first_to_mend(checks: Sequence[CheckResult]) -> CheckResult | None:
    """The first failed row, before any without points at stake. Of a row that is not shown yet, nothing may be told."""
    failed = [check for check in checks if check.state == "failed" and check.visibility == "visible"]
    return next((check for check in failed if check.score < check.max_score), failed[0] if failed else None)


def blocks(checks: Sequence[CheckResult]) -> Iterator[list[CheckResult]]:
    """The rows one by one, but neighbours that were not run for the same cause together."""
    block: list[CheckResult] = []
    for check in checks:
        if block and not (check.state == "not run" and (check.state, check.message) == (block[0].state, block[0].message)):
            yield block
            block = []
        block.append(check)
    if block:
        yield block


def of_block(numbers: Sequence[str], why: str) -> str:
    """Why the rows of these numbers were not run."""
    return f"{numbers[0]} {'and' if len(numbers) == 2 else 'to'} {numbers[-1]}: {why[:1].lower()}{why[1:]}"


def _row(check: CheckResult, style: Style, is_told: bool) -> list[str]:
    """is_told: whether what was the matter stands elsewhere: above all rows, or below several."""
    earned = f"{points(check.score)} / {points(check.max_score)}" if check.max_score else ""
    mark = style.paint(MARKS[check.state], check.state)
    name = f"{check.number}  {check.name}"
    lines = [f"{mark} {name}{earned.rjust(max(1, style.width - 2 - len(name)))}".rstrip()]
    if check.state in ("information", "not run") and not check.message.look and not is_told:
        lines += _wrapped(check.message.came, " " * 7, style)
    elif check.state != "passed" and not is_told:
        lines += _message(check.message, style, " " * 7)
    if check.state == "failed":
        lines += _printed(check.printed, " " * 7, "your code printed")
    return lines


def _message(message: Message, style: Style, indent: str) -> list[str]:
    lines: list[str] = []
    if message.asked and (message.difference or message.look or message.came):
        lines += _labelled("asked", message.asked, indent, style)
    if message.came:
        lines += _labelled("came", message.came, indent, style)
    if message.difference:
        for label, text in _difference(message.difference):
            lines += _labelled(label, text, indent, style)
    if message.look:
        lines += _labelled("look", message.look, indent, style)
    return lines


def _difference(off: Difference) -> Iterator[tuple[str, str]]:
    where = f"at {off.entry}: " if off.entry else ""
    yield "yours", f"{where}{significant(off.actual)}"
    wrong = f"   ({off.wrong} of {off.total} entries differ)" if off.total > 1 else ""
    yield "expected", f"{where}{significant(off.expected)}{wrong}"


def significant(value: float) -> str:
    """Seven significant digits: enough to tell two numbers apart, few enough to read."""
    return f"{value:.7g}"


def points(value: float) -> str:
    return f"{value:g}"


def _labelled(label: str, text: str, indent: str, style: Style) -> list[str]:
    start = f"{indent}{label:<9}"
    lines = _wrapped(text, " " * len(start), style)
    return [start + lines[0][len(start) :], *lines[1:]] if lines else []


def _wrapped(text: str, indent: str, style: Style) -> list[str]:
    lines: list[str] = []
    for paragraph in clean(text).splitlines():
        lines += textwrap.wrap(
            paragraph, style.width, initial_indent=indent, subsequent_indent=indent, break_long_words=True, break_on_hyphens=False
        )
    return lines


def _printed(text: str, indent: str, label: str) -> list[str]:
    shown = clean(text).splitlines()
    if not "".join(shown).strip():
        return []
    more = [f"[... {len(shown) - MAX_PRINTED_LINES} more lines]"] if len(shown) > MAX_PRINTED_LINES else []
    return [f"{indent}{label}:", *(f"{indent}  | {line[:200]}" for line in [*shown[:MAX_PRINTED_LINES], *more])]


def clean(text: str) -> str:
    """The text without what could move a terminal's cursor, change its colours, break a line or turn its direction, or cannot be seen."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\t", "    ").replace(BLANK_OF_BRAILLE, " "))
