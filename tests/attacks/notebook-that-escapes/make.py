"""A notebook whose magics read files, run commands and write outside its folder."""
from __future__ import annotations

import json
from pathlib import Path

CELLS = (
    "!echo EVIDENCE notebook-that-escapes: shell; touch /tmp/attack-evidence-notebook-that-escapes\n",
    "%%bash\necho EVIDENCE notebook-that-escapes: bash; touch /tmp/attack-evidence-notebook-that-escapes\n",
    "x = !cat /etc/passwd\nfor line in x: print('EVIDENCE notebook-that-escapes:', line)\n",
    "%%writefile /tmp/attack-evidence-notebook-that-escapes\nhello\n",
    "%%writefile ../../../../tmp/attack-evidence-notebook-that-escapes.py\nhello = 1\n",
    "%run /etc/passwd\n%load /etc/passwd\n",
    "%%python\nimport os\nos.system('echo EVIDENCE notebook-that-escapes: python')\n",
    "get_ipython().system('touch /tmp/attack-evidence-notebook-that-escapes')\n",
    "get_ipython().ev('1'); get_ipython().run_cell('!id')\n",
    "import IPython; IPython.utils.process.system('touch /tmp/attack-evidence-notebook-that-escapes')\n",
    "s = '\\ud800'\n",
    "\0",
)


def make(folder: Path) -> Path:
    """One try a cell; outputs claim success."""
    target = folder / "submission"
    target.mkdir()
    output = {"output_type": "stream", "name": "stdout", "text": "100 of 100 points"}
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [output], "source": source} for source in CELLS]
    (target / "backprop.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return target
