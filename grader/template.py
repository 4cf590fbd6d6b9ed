"""The student template, made from the reference by the marks in its text.

What may live here: the marks and what becomes of them.
  # <solution hint="..."> ... # </solution>    the lines between become: raise NotImplementedError("...")
  # <only-reference> ... # </only-reference>   the lines between are left out
"""
from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "reference" / "backprop.py"
TEMPLATE = ROOT / "student_template" / "backprop.py"

_SOLUTION = re.compile(r'^( *)# <solution hint="([^"]*)">\n(.*?)^ *# </solution>\n', re.MULTILINE | re.DOTALL)
_ONLY_REFERENCE = re.compile(r"^# <only-reference>\n(.*?)^# </only-reference>\n", re.MULTILINE | re.DOTALL)


def render(reference: str) -> str:
    """The template's text. Raises ValueError if a mark is left over, so that no solution can slip through."""
    for mark in ("solution", "only-reference"):
        if len(re.findall(f"# <{mark}\\b", reference)) != reference.count(f"# </{mark}>"):
            raise ValueError(f"a mark {mark} in the reference is not closed")
    text = _SOLUTION.sub(lambda match: f'{match[1]}raise NotImplementedError("{match[2]}")\n', reference)
    text = _ONLY_REFERENCE.sub("", text)
    if "solution" in text or "only-reference" in text:
        raise ValueError("a mark in the reference is not where it belongs")
    return text


def solution_lines(reference: str) -> list[str]:
    """The lines that the template must never hold, stripped."""
    blocks = [match[3] for match in _SOLUTION.finditer(reference)] + [match[1] for match in _ONLY_REFERENCE.finditer(reference)]
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def write() -> None:
    """Write the template into the repository."""
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_text(render(REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")


def is_stale() -> bool:
    """Whether the committed template differs from what the reference gives."""
    expected = render(REFERENCE.read_text(encoding="utf-8"))
    return not TEMPLATE.exists() or TEMPLATE.read_text(encoding="utf-8") != expected
