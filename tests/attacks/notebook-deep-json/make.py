"""A notebook whose JSON is nested so deep that a parser overflows its stack."""
from __future__ import annotations

from pathlib import Path


def make(folder: Path) -> Path:
    """A million brackets, with a number of a million digits behind them."""
    target = folder / "submission"
    target.mkdir()
    deep = '{"a":[' * 500_000 + "]}" * 500_000
    (target / "backprop.ipynb").write_text('{"nbformat": 4, "cells": [], "x": ' + deep + ', "y": ' + "9" * 1_000_000 + "}")
    return target
