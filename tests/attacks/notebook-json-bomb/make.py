"""A notebook of 20 MB that is nothing but empty lists, which fill the memory when parsed."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """Just below the bound of 20 MiB; each list takes three bytes here and 64 in memory."""
    target = folder / "submission"
    target.mkdir()
    (target / "backprop.ipynb").write_text('{"nbformat": 4, "cells": [' + "[]," * 6_900_000 + "[]]}")
    return target
