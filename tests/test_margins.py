"""Tolerances by measurement: right code stays far inside them, every listed mistake falls far outside, at every seed."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.checks.gradients import expectation
from grader.checks.subject import draw_point, is_core
from grader.rubric import DEFAULT

TERMS = [DEFAULT.term_seed, *range(1, 20)]
RIGHT_SHARE = 0.2
"""Right code, float32 included, uses at most this share of a tolerance."""
MARGIN = 50.0
"""A mistake misses the tolerance at least so many times at one of the graded points."""


def chain(point, dtype=np.float64, **changed):
    """The reference's chain with steps replaced; each replacement gets all that was computed before it."""
    v = {name: np.asarray(value, dtype) for name, value in point.params.items()}
    v.update(X=point.X.astype(dtype), t=point.t.astype(dtype), N=dtype(len(point.X)))
    steps = {
        "G": lambda v: v["X"] @ v["U"].T + v["b"], "H": lambda v: np.tanh(v["G"]), "z": lambda v: v["H"] @ v["W"] + v["c"],
        "y": lambda v: 1 / (1 + np.exp(-v["z"])),
        "loss": lambda v: np.mean(-v["t"] * np.log(v["y"]) - (1 - v["t"]) * np.log(1 - v["y"])),
        "z_bar": lambda v: (v["y"] - v["t"]) / v["N"], "dc": lambda v: v["z_bar"].sum(), "dW": lambda v: v["H"].T @ v["z_bar"],
        "H_bar": lambda v: np.outer(v["z_bar"], v["W"]), "G_bar": lambda v: v["H_bar"] * (1 - v["H"] ** 2),
        "db": lambda v: v["G_bar"].sum(axis=0), "dU": lambda v: v["G_bar"].T @ v["X"],
    }
    with np.errstate(all="ignore"):
        for name, step in {**steps, **changed}.items():
            v[name] = step(v)
    return v


def sigma(x):
    return 1 / (1 + np.exp(-x))


MISTAKES = {
    "no 1/N": ("dc", {"z_bar": lambda v: v["y"] - v["t"]}),
    "mean twice": ("dc", {"z_bar": lambda v: (v["y"] - v["t"]) / v["N"] ** 2}),
    "sign": ("dc", {"z_bar": lambda v: (v["t"] - v["y"]) / v["N"]}),
    "factor 2": ("dc", {"z_bar": lambda v: 2 * (v["y"] - v["t"]) / v["N"]}),
    "extra y(1-y)": ("dc", {"z_bar": lambda v: (v["y"] - v["t"]) * v["y"] * (1 - v["y"]) / v["N"]}),
    "residual squared": ("dc", {"z_bar": lambda v: (v["y"] - v["t"]) ** 2 / v["N"]}),
    "dc mean": ("dc", {"dc": lambda v: v["z_bar"].mean()}),
    "dc last": ("dc", {"dc": lambda v: v["z_bar"][-1]}),
    "dc first": ("dc", {"dc": lambda v: v["z_bar"][0]}),
    "G for H": ("dW", {"dW": lambda v: v["G"].T @ v["z_bar"]}),
    "dW mean": ("dW", {"dW": lambda v: v["H"].T @ v["z_bar"] / v["N"]}),
    "dW reversed": ("dW", {"dW": lambda v: (v["H"].T @ v["z_bar"])[::-1]}),
    "dW with tanh'": ("dW", {"dW": lambda v: (1 - v["H"] ** 2).T @ v["z_bar"]}),
    "no W": ("db", {"H_bar": lambda v: np.outer(v["z_bar"], np.ones_like(v["W"]))}),
    "W squared": ("db", {"H_bar": lambda v: np.outer(v["z_bar"], v["W"] ** 2)}),
    "no tanh'": ("db", {"G_bar": lambda v: v["H_bar"]}),
    "sigmoid'": ("db", {"G_bar": lambda v: v["H_bar"] * v["H"] * (1 - v["H"])}),
    "1-h": ("db", {"G_bar": lambda v: v["H_bar"] * (1 - v["H"])}),
    "1-g^2": ("db", {"G_bar": lambda v: v["H_bar"] * (1 - v["G"] ** 2)}),
    "h^2": ("db", {"G_bar": lambda v: v["H_bar"] * v["H"] ** 2}),
    "tanh' twice": ("db", {"G_bar": lambda v: v["H_bar"] * (1 - v["H"] ** 2) ** 2}),
    "db mean": ("db", {"db": lambda v: v["G_bar"].mean(axis=0)}),
    "db last": ("db", {"db": lambda v: v["G_bar"][-1]}),
    "dU mean": ("dU", {"dU": lambda v: v["G_bar"].T @ v["X"] / v["N"]}),
    "dU from H_bar": ("dU", {"dU": lambda v: v["H_bar"].T @ v["X"]}),
    "dU last": ("dU", {"dU": lambda v: np.outer(v["G_bar"][-1], v["X"][-1])}),
    "dU columns": ("dU", {"dU": lambda v: (v["G_bar"].T @ v["X"])[:, ::-1]}),
    "dU reshaped": ("dU", {"dU": lambda v: (v["X"].T @ v["G_bar"]).reshape(v["U"].shape)}),
    "no b": ("loss", {"G": lambda v: v["X"] @ v["U"].T}),
    "no c": ("loss", {"z": lambda v: v["H"] @ v["W"]}),
    "sigmoid hidden": ("loss", {"H": lambda v: sigma(v["G"])}),
    "relu hidden": ("loss", {"H": lambda v: np.maximum(v["G"], 0)}),
    "linear hidden": ("loss", {"H": lambda v: v["G"]}),
    "loss summed": ("loss", {"loss": lambda v: np.sum(-v["t"] * np.log(v["y"]) - (1 - v["t"]) * np.log(1 - v["y"]))}),
    "no minus": ("loss", {"loss": lambda v: np.mean(v["t"] * np.log(v["y"]) + (1 - v["t"]) * np.log(1 - v["y"]))}),
    "log2": ("loss", {"loss": lambda v: np.mean(-v["t"] * np.log2(v["y"]) - (1 - v["t"]) * np.log2(1 - v["y"]))}),
    "squared error": ("loss", {"loss": lambda v: np.mean((v["y"] - v["t"]) ** 2) / 2}),
    "one term": ("loss", {"loss": lambda v: np.mean(-v["t"] * np.log(v["y"]))}),
}


def graded_points(term):
    rubric = replace(DEFAULT, term_seed=term)
    return [draw_point(rubric.seed("point", i), size, i) for i, size in enumerate(rubric.gradient_sizes)]


def misses(point, quantity, actual):
    """By how many tolerances the worst entry is off."""
    expected, tolerance = expectation(point, quantity if quantity == "loss" else quantity[1:], DEFAULT.value_rtol)
    return float(np.abs(np.asarray(actual, float) - expected).max()) / tolerance


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_right_code_stays_far_inside(dtype):
    """Float64 and float32 code use a small share of every tolerance at every graded point of twenty terms."""
    worst = max(
        misses(point, quantity, chain(point, dtype)[quantity])
        for term in TERMS for point in graded_points(term) for quantity in ("loss", "dc", "dW", "db", "dU")
    )
    assert worst < RIGHT_SHARE


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_fall_far_outside(name):
    """A listed mistake misses the tolerance by the margin at one of the tutorial-sized points, in every term."""
    quantity, changed = MISTAKES[name]
    for term in TERMS:
        core = [point for point in graded_points(term) if is_core(point)]
        assert max(misses(point, quantity, chain(point, **changed)[quantity]) for point in core) > MARGIN
