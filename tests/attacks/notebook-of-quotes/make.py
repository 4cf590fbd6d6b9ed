"""A notebook of 20 MB that is millions of one-letter strings: each a piece of its own for whoever takes it apart."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """Just below the bound of 20 MiB, with what ends a line of code and begins the next between any two strings."""
    target = folder / "submission"
    target.mkdir()
    (target / "backprop.ipynb").write_text('{"nbformat": 4, "cells": ["' + '\\n",\n"' * 3_400_000 + '"]}')
    return target
