"""What students are given, made from the reference and the rubric by marks in their text.

What may live here: the marks, and what becomes of them in the script, the notebook and the handout.
  # <solution hint="..."> ... # </solution>      the lines between become: raise NotImplementedError("...")
  # <only-reference> ... # </only-reference>     stands in neither script nor notebook
  # <only-script> ... # </only-script>           not in the notebook
  # <only-notebook> ... # </only-notebook>       a code cell of its own, commented out here; not in the script
  # <markdown> ... # </markdown>                 a text cell, as comments; not in the script
  # <cell>                                       a code cell begins
`first` in the last two marks puts a cell before all functions, where the notebook needs what the script has at its end.
In the handout, <!-- points --> ... <!-- /points --> holds the table of what is graded.
"""
from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from grader.frozen import frozen
from grader.rubric import ROWS, Row

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "reference" / "backprop.py"
FOLDER = ROOT / "student_template"
TEMPLATE = FOLDER / "backprop.py"
NOTEBOOK = FOLDER / "backprop.ipynb"
HANDOUT = FOLDER / "README.md"

BLOCKS = ("solution", "only-reference", "only-script", "only-notebook", "markdown")
_SOLUTION = re.compile(r'^( *)# <solution hint="([^"]*)">\n(.*?)^ *# </solution>\n', re.MULTILINE | re.DOTALL)
_POINTS = re.compile(r"(?<=<!-- points -->\n).*?(?=<!-- /points -->)", re.DOTALL)
_MARK = re.compile(r"# <(/?)(only-script|only-notebook|markdown|cell)( first)?>\n")


def _block(name: str) -> re.Pattern[str]:
    return re.compile(rf"^# <{name}(?: first)?>\n(.*?)^# </{name}>\n", re.MULTILINE | re.DOTALL)


def blanked(reference: str) -> str:
    """The reference's text with blanks for solutions, the other marks still in it.

    Raises ValueError if a mark is left over, so that no solution can slip through.
    """
    for name in BLOCKS:
        if len(re.findall(f"# <{name}\\b", reference)) != reference.count(f"# </{name}>"):
            raise ValueError(f"a mark {name} in the reference is not closed")
    text = _SOLUTION.sub(lambda match: f'{match[1]}raise NotImplementedError("{match[2]}")\n', reference)
    text = _block("only-reference").sub("", text)
    if "solution" in text or "only-reference" in text:
        raise ValueError("a mark in the reference is not where it belongs")
    return text


def script(text: str) -> str:
    """The script that a text with marks for script and notebook stands for."""
    for name in ("only-notebook", "markdown"):
        text = _block(name).sub("", text)
    return re.sub(r"\n{4,}", "\n\n\n", _MARK.sub("", text))


@frozen
class Cell:
    """A cell of the notebook. `first`: it stands before the functions; a given cell is folded in."""

    kind: Literal["code", "markdown"]
    source: str
    first: bool = False

    def as_json(self, number: int) -> dict[str, Any]:
        lines = self.source.splitlines(keepends=True)
        cell: dict[str, Any] = {"cell_type": self.kind, "id": f"cell-{number:02}", "metadata": {}, "source": lines}
        if self.kind == "code":
            cell |= {"execution_count": None, "outputs": []}
            if self.first:
                cell["metadata"] = {"jupyter": {"source_hidden": True}}
        return cell


def notebook_cells(text: str) -> list[Cell]:
    """The cells that a text with marks for script and notebook stands for, in the notebook's order."""
    cells = [
        replace(cell, source=cell.source.strip("\n"))
        for cell in _cells_in_order(_block("only-script").sub("", text))
        if cell.source.strip()
    ]
    start = next(number for number, cell in enumerate(cells) if cell.kind == "code") + 1
    rest = cells[start:]
    return cells[:start] + [cell for cell in rest if cell.first] + [cell for cell in rest if not cell.first]


def _cells_in_order(text: str) -> Iterator[Cell]:
    cell = Cell("code", "")
    is_commented = False
    for line in text.splitlines(keepends=True):
        mark = _MARK.fullmatch(line)
        if mark:
            yield cell
            cell = Cell("markdown" if mark[2] == "markdown" and not mark[1] else "code", "", bool(mark[3]))
            is_commented = mark[2] in ("markdown", "only-notebook") and not mark[1]
        else:
            cell = replace(cell, source=cell.source + (line[2:] or "\n" if is_commented else line))
    yield cell


def notebook(text: str) -> str:
    """The notebook (nbformat 4.5, no outputs) that a text with marks for script and notebook stands for."""
    document = {
        "cells": [cell.as_json(number) for number, cell in enumerate(notebook_cells(text), 1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def render(reference: str) -> str:
    """The student's script. Raises ValueError as blanked() does."""
    return script(blanked(reference))


def render_notebook(reference: str) -> str:
    """The student's notebook. Raises ValueError as blanked() does."""
    return notebook(blanked(reference))


def render_handout(handout: str, rows: Sequence[Row] = ROWS) -> str:
    """The handout with its table of points made anew. Raises ValueError where it has no place for one."""
    lines = ["| number | what | points |", "|---|---|---|"]
    lines += [f"| {row.number} | {row.name} | {row.points:g} |" for row in rows if row.points]
    lines += [f"| | **all** | **{sum(row.points for row in rows):g}** |", ""]
    table = "\n".join(lines)
    text, count = _POINTS.subn(lambda _: table, handout)
    if count != 1:
        raise ValueError("the handout has no place for the table of points, or several")
    return text


def solution_lines(reference: str) -> list[str]:
    """The lines that nothing for students must ever hold, stripped."""
    blocks = [match[3] for match in _SOLUTION.finditer(reference)]
    blocks += [match[1] for match in _block("only-reference").finditer(reference)]
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def products() -> dict[Path, str]:
    """What the generated files in student_template should hold now."""
    reference = REFERENCE.read_text(encoding="utf-8")
    return {
        TEMPLATE: render(reference),
        NOTEBOOK: render_notebook(reference),
        HANDOUT: render_handout(HANDOUT.read_text(encoding="utf-8")),
    }


def write() -> None:
    """Write what is generated into the repository."""
    for path, text in products().items():
        path.write_text(text, encoding="utf-8")


def stale() -> list[Path]:
    """The generated files that differ from what reference and rubric give, or are not there."""
    return [path for path, text in products().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def is_stale() -> bool:
    """Whether anything generated is stale."""
    return bool(stale())
