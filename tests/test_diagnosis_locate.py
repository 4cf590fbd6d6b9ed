"""A line is pointed at only where it is certain."""
from __future__ import annotations

import pytest

from grader.sandbox.locate import NAMES, locate
from grader.selftest import styles
from grader.selftest.edits import STEP_SOURCE
from grader.selftest.mutants import reference_source


@pytest.mark.parametrize("step", sorted(STEP_SOURCE))
def test_lines_of_the_reference(step: str) -> None:
    """Every backward step of the reference is found at its own assignment."""
    source = reference_source()
    line = locate(source, "backprop", step)
    assert line is not None and source.splitlines()[line - 1].strip().startswith(f"{step} = ")


@pytest.mark.parametrize("source", [
    "", "def backprop(:", "x = 1\n", "\0", "def backprop(X):\n" * 3, "(" * 100_000, "a = " + "-" * 50_000 + "1",
    "#" * 2_000_000, "def backprop(X):\n    z_bar = 1 + X\n    z_bar = 2 + X\n", "\ud800",
    "def backprop(X):\n    dW = X\n    dW = 2 * X\n    return {'W': dW}, 0\n",
    "def backprop(X):\n    z_bar = X + 1\ndef backprop(X):\n    z_bar = X + 2\n",
    "def backprop(X):\n    delta = X - 1\n    return {'c': delta, 'W': delta}, 0\n",
    "def backprop(X):\n    H = X * 2\n    H *= H\n    z_bar = H + 1\n    return z_bar\n",
    "def run(X):\n    return g, h\ndef backprop(X):\n    h, g = run(X)\n    dW = X @ h\n    return {'W': dW}, 0\n",
    "def backprop(X):\n    loss = X + 1\n    return X, round(loss, 2)\n",
    "def backprop(X):\n    z = X\n    z += X + 1\n    return z\n",
    "def backprop(X):\n    z_bar = X + 1\n    g = {}\n    g['W'] = z_bar\n    for k in g:\n        g[k] = -g[k]\n    return g\n",
    "def backprop(X):\n    def inner():\n        z_bar = X + 1\n    return inner()\n",
])
def test_doubt_gives_no_line(source: str) -> None:
    """Broken, huge, nested or ambiguous text gives None for every step, and nothing is raised."""
    assert all(locate(source, "backprop", step) is None for step in NAMES)


@pytest.mark.parametrize("name, step, text", [
    ("einsum", "z_bar", "dz = (y - t) / len(X)"), ("loops", "c_bar", 'grads["c"] += delta'),
    ("single-precision", "G_bar", 'dG = np.outer(dz, p["W"]) * (1 - H ** 2)'), ("columns", "W_bar", 'return {"U"'),
])
def test_lines_in_other_styles(name: str, step: str, text: str) -> None:
    """The usual names and the returned dict lead to the line in other people's programs too."""
    source = styles.RIGHT[name]
    line = locate(source, "backprop", step)
    assert line is not None and source.splitlines()[line - 1].strip().startswith(text)


def test_unknown_step() -> None:
    """A step that has no line of its own gives None."""
    assert locate(reference_source(), "backprop", "grads") is None
