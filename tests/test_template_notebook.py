"""The template's notebook, filled in, runs from top to bottom in a real kernel and shows what it promises."""
from __future__ import annotations

import json
import re
import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from grader import template
from grader.grading import grade

REFERENCE = template.REFERENCE.read_text(encoding="utf-8")


def filled():
    """The committed notebook with the reference's solutions in its blanks."""
    document = nbformat.read(template.NOTEBOOK, as_version=4)
    helpers = re.search(r"# <only-reference>\n(.*?)# </only-reference>", REFERENCE, re.DOTALL)[1]
    for name in ("make_dataset", "forward", "backprop"):
        solution = re.search(rf'    # <solution hint="{name} .*?\n(.*?)    # </solution>', REFERENCE, re.DOTALL)[1]
        blank = f'    raise NotImplementedError("{name} is yours to write")'
        (cell,) = [cell for cell in document.cells if blank in cell.source]
        assert cell.source.count("def ") == 1 and cell.cell_type == "code"
        cell.source = cell.source.replace(blank, solution.rstrip()) + ("\n\n\n" + helpers if name == "forward" else "")
    return document


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    shutil.copy(template.FOLDER / "check.py", folder)
    document = filled()
    NotebookClient(document, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    return document


def outputs(document, kind):
    return [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs if output.output_type == kind]


def test_it_runs_and_shows_pictures_table_and_checks(executed):
    """Data, surface before, losses and surface after inline; the tutorial's table; all checks pass; nothing on stderr."""
    pictures = [output for output in outputs(executed, "display_data") if "image/png" in output.data]
    text = "".join(output.text for output in outputs(executed, "stream"))
    assert len(pictures) == 4
    assert "step  950   loss 0.03" in text and "All public checks pass" in text
    assert [output.text for output in outputs(executed, "stream") if output.name == "stderr"] == []


def test_it_scores_all_points_with_its_outputs_in_it(executed, tmp_path, worker):
    """Handed in as it was saved, pictures and all, it is worth 100."""
    path = tmp_path / "backprop.ipynb"
    nbformat.write(executed, path)
    result = grade(path, worker)
    assert result.score == 100 and result.notes == ()


def test_the_notebook_holds_no_line_of_a_solution():
    """No line between the marks stands in any cell, and no output is stored."""
    document = json.loads(template.NOTEBOOK.read_text(encoding="utf-8"))
    lines = {line.strip() for cell in document["cells"] for line in cell["source"]}
    assert not set(template.solution_lines(REFERENCE)) & lines
    assert all(not cell.get("outputs") for cell in document["cells"])


def test_one_blank_a_cell_and_equations_before_it():
    """Each blank has a cell of its own, under a text cell with the equations in the tutorial's letters."""
    cells = nbformat.read(template.NOTEBOOK, as_version=4).cells
    nbformat.validate(nbformat.read(template.NOTEBOOK, as_version=4))
    for place, cell in enumerate(cells):
        if cell.cell_type == "code" and "is yours to write" in cell.source:
            assert cell.source.count("NotImplementedError") == 1
            assert cells[place - 1].cell_type == "markdown" and "$" in cells[place - 1].source
