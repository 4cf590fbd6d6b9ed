"""A notebook of far too many cells."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """Three hundred thousand cells in 15 MB."""
    target = folder / "submission"
    target.mkdir()
    cell = '{"cell_type": "code", "source": "%time x = ?\\n"}'
    (target / "backprop.ipynb").write_text('{"nbformat": 4, "cells": [' + ",".join([cell] * 300_000) + "]}")
    return target
