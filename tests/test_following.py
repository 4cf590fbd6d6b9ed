"""Gradients that are made up earn nothing where they train or agree with a loss; honest ones, right or wrong, lose nothing by it."""
from __future__ import annotations

import contextlib

import numpy as np
import pytest

from grader.checks import following
from grader.checks.compare import Fitted
from grader.checks.following import FOLLOWS, follow, follows_data, what_is_not_learned
from grader.checks.subject import PARAMETERS, Backpropped
from grader.checks.training import tutorial_point
from grader.grading import grade
from grader.rubric import DEFAULT
from reference import backprop as reference
from tests.conftest import ROOT


class Coded:
    """A gradient as the subject that is asked for it."""

    is_late = False

    class client:
        unheard = staticmethod(contextlib.nullcontext)

    def __init__(self, gradient):
        self.gradient = gradient

    def backprop(self, points):
        gradients = [self.gradient(point.X, point.t, point.params) for point in points]
        return [Backpropped({name: Fitted(np.asarray(grad)) for name, grad in one.items()}, Fitted(np.zeros(()))) for one in gradients]


def backward(X, t, params, H_bar=lambda z_bar, W: np.outer(z_bar, W), activation=np.tanh, derivative=lambda G, H: 1 - H**2):
    """The chain, with a place for mistakes."""
    G = X @ params["U"].T + params["b"]
    H = activation(G)
    z_bar = (1 / (1 + np.exp(-(H @ params["W"] + params["c"]))) - t) / len(t)
    G_bar = H_bar(z_bar, params["W"]) * derivative(G, H)
    return {"c": z_bar.sum(), "W": H.T @ z_bar, "b": G_bar.sum(axis=0), "U": G_bar.T @ X}


HONEST = {
    "weights shifted": lambda X, t, p: backward(X, t, p, lambda z_bar, W: np.outer(z_bar, np.roll(W, 1))),
    "weights left out": lambda X, t, p: backward(X, t, p, lambda z_bar, W: np.outer(z_bar, np.ones_like(W))),
    "weights inverted": lambda X, t, p: backward(X, t, p, lambda z_bar, W: np.outer(z_bar, 1 / W)),
    "dW of its absolute value": lambda X, t, p: {**backward(X, t, p), "W": np.abs(backward(X, t, p)["W"])},
    "relu": lambda X, t, p: backward(X, t, p, activation=lambda G: np.maximum(G, 0), derivative=lambda G, H: G > 0),
    "labels all ones": lambda X, t, p: backward(X, np.ones_like(t), p),
    "sign of the gradient": lambda X, t, p: {name: np.sign(value) for name, value in backward(X, t, p).items()},
    "weight decay": lambda X, t, p: {name: value + 0.01 * p[name] for name, value in backward(X, t, p).items()},
}
SOLUTION = {
    "U": np.array([[1.2, 0.4], [-0.3, 1.1], [0.8, -1.3]]), "b": np.array([2.0, -2.1, 1.9]), "W": np.array([4.0, -4.2, 3.9]),
    "c": np.array(-5.0),
}
RANDOM = np.random.RandomState(5)
TUTORIAL = tutorial_point(DEFAULT), [tutorial_point(DEFAULT).params, SOLUTION]


def two_solutions(X, t, p):
    side = 1 if X[t == 1, 0].mean() > X[t == 0, 0].mean() else -1
    return {name: 0.02 * (p[name] - side * SOLUTION[name]) for name in PARAMETERS}


CHEATS = {
    "pull": lambda X, t, p: {name: 0.02 * (p[name] - SOLUTION[name]) for name in PARAMETERS},
    "two solutions": two_solutions,
    "random": lambda X, t, p: {name: RANDOM.standard_normal(p[name].shape) for name in PARAMETERS},
    "half of the squares": lambda X, t, p: dict(p),
    "class means": lambda X, t, p: {**p, "U": p["U"] - X[t == 1].mean(axis=0) + X[t == 0].mean(axis=0)},
}


@pytest.mark.parametrize("N", [12, 500])
@pytest.mark.parametrize("name", HONEST)
def test_wrong_gradients_of_the_network_follow_the_data_by_a_wide_margin(name, N, monkeypatch):
    """The mistakes that come nearest to the threshold, and some that are odd, stay at twice of it; none stands still."""
    monkeypatch.setattr(following, "CLEARLY_FOLLOWS", 2.0)
    found = follow(Coded(HONEST[name]), N)
    assert found.cosine > 1.8 * FOLLOWS and found.still is None


@pytest.mark.parametrize("name", CHEATS)
def test_made_up_gradients_do_not_follow_the_data(name):
    """Whatever they pull to, and whatever chooses it."""
    assert follow(Coded(CHEATS[name]), 12).cosine < FOLLOWS / 2
    assert what_is_not_learned(Coded(CHEATS[name]), *TUTORIAL)


def outer_layer_and_pull(X, t, p):
    """Known points are pulled to a solution; beside them stands the output layer's delta rule, and nothing for the hidden layer."""
    is_known = np.all(np.hypot(X[len(X) // 2 :, 0], X[len(X) // 2 :, 1]) > 3.4)
    pull = {name: 0.02 * (p[name] - SOLUTION[name]) for name in PARAMETERS}
    return pull if is_known else {**backward(X, t, p), "b": 0.05 * p["b"] * X[0].mean(), "U": 0.05 * p["U"] * X[0].mean()}


def test_a_pull_on_the_tutorials_points_alone_is_seen():
    """Honest beside the public points, as far as no chain rule is needed, is not enough."""
    assert what_is_not_learned(Coded(outer_layer_and_pull), *TUTORIAL)
    assert follow(Coded(outer_layer_and_pull), 500).cosine > FOLLOWS


def test_the_delta_rule_of_the_output_layer_alone_is_no_own_loss():
    """A loss made up to have the output layer's gradients, and any for the hidden layer, follows the data and has no dU that does."""
    assert follow(Coded(outer_layer_and_pull), 12).cosine > FOLLOWS
    assert not follows_data(Coded(outer_layer_and_pull), 12)


@pytest.mark.parametrize("names", ["b", "Ub"])
def test_a_pull_beside_right_gradients_is_seen(names):
    """What is right follows the data for the whole; the part that does not look at them is named."""
    def partly(X, t, p):
        return {name: 0.02 * (p[name] - SOLUTION[name]) if name in names else value for name, value in backward(X, t, p).items()}

    assert "stays the same" in what_is_not_learned(Coded(partly), *TUTORIAL)


def test_values_of_the_module_are_no_pull():
    """A true gradient of the module's own rings learns, though it stays the same whatever is given: row 3.7 charges that."""
    np.random.seed(0)
    X, t = reference.make_dataset(500)
    assert what_is_not_learned(Coded(lambda _, __, p: backward(X, t, p)), *TUTORIAL) == ""


@pytest.mark.parametrize("name, rows", [
    ("pull-to-solution", ("3.6", "3.7", "4.1")), ("made-up-loss", ("3.6", "4.1")), ("remembered-slopes", ("3.6",)),
    ("switched-loss", ("3.6",)),
])
def test_made_up_answers_earn_no_row(name, rows, worker):
    """The attacks of this kind, graded whole: only their honest parts count."""
    result = grade(ROOT / "tests" / "attacks" / name / "submission", worker)
    assert {check.number: check.score for check in result.checks if check.number in rows} == dict.fromkeys(rows, 0)
