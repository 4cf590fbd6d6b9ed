"""Row 5.2: numeric differentiation in every disguise is told by its cost, and no honest style is taken for it."""
from __future__ import annotations

from dataclasses import replace

import pytest

from grader.report import terminal
from grader.rubric import DEFAULT
from tests.conftest import ROOT

QUICK = replace(DEFAULT, training_steps=2, training_points=20, training_loss=9.0, distribution_points=200)

DATASET = '''
import math
import numpy as np


def make_dataset(num_points):
    data, labels = [], []
    for low, high, label in ((0.0, 2.5, 1), (3.5, 5.0, 0)):
        for _ in range(num_points // 2):
            r = np.random.uniform(low, high)
            a = np.random.uniform(0, 2 * np.pi)
            data.append((r * np.sin(a), r * np.cos(a)))
            labels.append(label)
    return np.array(data), np.array(labels)
'''
FORWARD = '''

def forward(X, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    return 1 / (1 + np.exp(-(H @ params["W"] + params["c"])))


def cross_entropy(X, t, params):
    z = np.tanh(X @ params["U"].T + params["b"]) @ params["W"] + params["c"]
    return np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))
'''
LOOPED_FORWARD = '''

def outputs(X, params):
    for x in X:
        z = float(params["c"])
        for j in range(len(params["b"])):
            z += params["W"][j] * math.tanh(sum(params["U"][j, d] * x[d] for d in range(len(x))) + params["b"][j])
        yield z


def forward(X, params):
    return np.array([1 / (1 + math.exp(-z)) for z in outputs(X, params)])


def cross_entropy(X, t, params):
    return sum(math.log1p(math.exp(-z if one else z)) for z, one in zip(outputs(X, params), t)) / len(X)
'''
DIFFERENCES = '''

def backprop(X, t, params):
    grads = {}
    for key in params:
        value = np.array(params[key], dtype=float)
        grads[key] = np.zeros(value.shape)
        for index in np.ndindex(value.shape):
            up, down = value.copy(), value.copy()
            up[index] += 1e-5
            down[index] -= 1e-5
            rise = cross_entropy(X, t, {**params, key: up}) - cross_entropy(X, t, {**params, key: down})
            grads[key][index] = rise / 2e-5
    return grads, cross_entropy(X, t, params)
'''
FORWARD_DIFFERENCES = '''

def backprop(X, t, params):
    grads, loss = {}, cross_entropy(X, t, params)
    for key in params:
        value = np.array(params[key], dtype=float)
        grads[key] = np.zeros(value.shape)
        for index in np.ndindex(value.shape):
            up = value.copy()
            up[index] += 1e-7
            grads[key][index] = (cross_entropy(X, t, {**params, key: up}) - loss) / 1e-7
    return grads, loss
'''
COMPLEX_STEP = '''

def backprop(X, t, params):
    grads = {}
    for key in params:
        value = np.array(params[key], dtype=complex)
        grads[key] = np.zeros(value.shape)
        for index in np.ndindex(value.shape):
            up = value.copy()
            up[index] += 1e-30j
            changed = {**params, key: up}
            z = np.tanh(X @ changed["U"].T + changed["b"]) @ changed["W"] + changed["c"]
            grads[key][index] = np.mean(t * np.log1p(np.exp(-z)) + (1 - t) * np.log1p(np.exp(z))).imag / 1e-30
    return grads, cross_entropy(X, t, params)
'''
ALL_AT_ONCE = '''

def losses(X, t, vectors, H, D):
    U, b = vectors[:, : H * D].reshape(-1, H, D), vectors[:, H * D : H * D + H]
    W, c = vectors[:, H * D + H : -1], vectors[:, -1]
    hidden = np.tanh(np.einsum("nd,phd->pnh", X, U) + b[:, None, :])
    z = np.einsum("pnh,ph->pn", hidden, W) + c[:, None]
    return (t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z)).mean(axis=1)


def backprop(X, t, params):
    H, D = params["U"].shape
    vector = np.concatenate([np.ravel(np.asarray(params[key], dtype=float)) for key in ("U", "b", "W", "c")])
    steps = 1e-5 * np.eye(len(vector))
    slopes = (losses(X, t, vector + steps, H, D) - losses(X, t, vector - steps, H, D)) / 2e-5
    parts = np.split(slopes, [H * D, H * D + H, H * D + 2 * H])
    grads = {key: part.reshape(np.shape(params[key])) for key, part in zip(("U", "b", "W", "c"), parts)}
    return grads, cross_entropy(X, t, params)
'''
REMEMBERED = DIFFERENCES.replace("def backprop", "def slowly") + '''

known = {}


def backprop(X, t, params):
    key = X.tobytes() + b"".join(np.asarray(params[name]).tobytes() for name in sorted(params))
    if key not in known:
        known[key] = slowly(X, t, params)
    return known[key]
'''
EVADING = DIFFERENCES.replace("def backprop", "def slowly") + '''

def backprop(X, t, params):
    if params["U"].size > 50:
        return {key: np.zeros(np.shape(value)) for key, value in params.items()}, cross_entropy(X, t, params)
    return slowly(X, t, params)
'''
RAISING = DIFFERENCES.replace("def backprop", "def slowly") + '''

def backprop(X, t, params):
    if params["U"].size > 20:
        raise MemoryError("too wide")
    return slowly(X, t, params)
'''
ONLY_WHAT_MOVES = '''

def mean_loss(z, t):
    return np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))


def backprop(X, t, params, h=1e-6):
    G = X @ params["U"].T + params["b"]
    H = np.tanh(G)
    z = H @ params["W"] + params["c"]
    loss = mean_loss(z, t)
    grads = {"c": (mean_loss(z + h, t) - loss) / h, "W": np.zeros(len(params["W"]))}
    grads["U"], grads["b"] = np.zeros(params["U"].shape), np.zeros(params["b"].shape)
    for j, w in enumerate(params["W"]):
        grads["W"][j] = (mean_loss(z + h * H[:, j], t) - loss) / h
        grads["b"][j] = (mean_loss(z + w * (np.tanh(G[:, j] + h) - H[:, j]), t) - loss) / h
        for d in range(X.shape[1]):
            grads["U"][j, d] = (mean_loss(z + w * (np.tanh(G[:, j] + h * X[:, d]) - H[:, j]), t) - loss) / h
    return grads, loss
'''
FROM_LOG_OF_Y = DIFFERENCES.replace("cross_entropy", "naive_loss") + '''

def naive_loss(X, t, params):
    y = forward(X, params)
    return np.mean(-t * np.log(y) - (1 - t) * np.log(1 - y))
'''
CHAIN = '''

def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z = H @ params["W"] + params["c"]
    z_bar = (1 / (1 + np.exp(-z)) - t) / len(X)
    G_bar = np.outer(z_bar, params["W"]) * (1 - H**2)
    return {"U": G_bar.T @ X, "b": G_bar.sum(axis=0), "W": H.T @ z_bar, "c": z_bar.sum()}, cross_entropy(X, t, params)
'''
IN_FLOAT32 = CHAIN.replace("def backprop", "def exactly") + '''

def backprop(X, t, params):
    small = {key: np.asarray(value, dtype=np.float32) for key, value in params.items()}
    return exactly(X.astype(np.float32), t, small)
'''
ANEW = '''

def backprop(X, t, params):
    grads = {key: np.zeros(np.shape(value)) for key, value in params.items()}
    grads["c"] = np.sum(forward(X, params) - t) / len(X)
    for j in range(len(params["b"])):
        hidden = lambda: np.tanh(X @ params["U"].T + params["b"])[:, j]
        grads["W"][j] = np.sum((forward(X, params) - t) * hidden()) / len(X)
        grads["b"][j] = np.sum((forward(X, params) - t) * params["W"][j] * (1 - hidden() ** 2)) / len(X)
        for d in range(X.shape[1]):
            grads["U"][j, d] = np.sum((forward(X, params) - t) * params["W"][j] * (1 - hidden() ** 2) * X[:, d]) / len(X)
    return grads, cross_entropy(X, t, params)
'''
IN_LOOPS = '''

def backprop(X, t, params):
    grads = {key: np.zeros(np.shape(value)) for key, value in params.items()}
    for x, one in zip(X, t):
        hidden, z = [], float(params["c"])
        for j in range(len(params["b"])):
            g = params["b"][j]
            for d in range(len(x)):
                g += params["U"][j, d] * x[d]
            hidden.append(math.tanh(g))
            z += params["W"][j] * hidden[j]
        z_bar = (1 / (1 + math.exp(-z)) - one) / len(X)
        grads["c"] += z_bar
        for j, h in enumerate(hidden):
            grads["W"][j] += z_bar * h
            g_bar = z_bar * params["W"][j] * (1 - h**2)
            grads["b"][j] += g_bar
            for d in range(len(x)):
                grads["U"][j, d] += g_bar * x[d]
    return grads, cross_entropy(X, t, params)
'''
OVER_UNITS = '''

def backprop(X, t, params):
    H = np.tanh(X @ params["U"].T + params["b"])
    z_bar = (1 / (1 + np.exp(-(H @ params["W"] + params["c"]))) - t) / len(X)
    grads = {key: np.zeros(np.shape(value)) for key, value in params.items()}
    grads["c"] = np.sum(z_bar)
    for j in range(len(params["b"])):
        grads["W"][j] = np.sum(z_bar * H[:, j])
        g_bar = z_bar * params["W"][j] * (1 - H[:, j] ** 2)
        grads["b"][j] = np.sum(g_bar)
        for d in range(X.shape[1]):
            grads["U"][j, d] = np.sum(g_bar * X[:, d])
    return grads, cross_entropy(X, t, params)
'''
BY_JACOBIANS = '''

def backprop(X, t, params):
    grads = {key: np.zeros(np.shape(value)) for key, value in params.items()}
    for x, one in zip(X, t):
        h = np.tanh(params["U"] @ x + params["b"])
        z_bar = (1 / (1 + np.exp(-(params["W"] @ h + params["c"]))) - one) / len(X)
        g_bar = z_bar * params["W"] @ np.diag(1 - h**2)
        grads["U"] += np.outer(g_bar, x)
        grads["b"] += g_bar
        grads["W"] += z_bar * h
        grads["c"] += z_bar
    return grads, cross_entropy(X, t, params)
'''


def row(result):
    return next(check for check in result.checks if check.number == "5.2")


@pytest.mark.parametrize("forward, backprop", [
    (FORWARD, DIFFERENCES), (FORWARD, FORWARD_DIFFERENCES), (FORWARD, COMPLEX_STEP), (FORWARD, ALL_AT_ONCE),
    (LOOPED_FORWARD, DIFFERENCES), (FORWARD, REMEMBERED), (FORWARD, EVADING), (FORWARD, RAISING), (FORWARD, ONLY_WHAT_MOVES),
    (FORWARD, FROM_LOG_OF_Y),
], ids=[
    "central", "forward", "complex-step", "all-at-once", "in-loops", "remembered", "evading", "raising", "only-what-moves", "log-of-y",
])
def test_numeric_differentiation_is_reported_with_its_evidence(grade_source, forward, backprop):
    """Whatever the steps, their order and the disguise, the row says so, with numbers, and costs nothing by default."""
    found = row(grade_source(DATASET + forward + backprop, QUICK))
    assert found.state == "failed" and found.max_score == 0, found.message
    assert any(char.isdigit() for char in found.message.came)


@pytest.mark.parametrize("forward, backprop", [
    (FORWARD, CHAIN), (FORWARD, IN_FLOAT32), (LOOPED_FORWARD, CHAIN), (FORWARD, IN_LOOPS), (LOOPED_FORWARD, IN_LOOPS),
    (FORWARD, OVER_UNITS), (FORWARD, BY_JACOBIANS),
], ids=["arrays", "float32", "slow-forward", "loops", "all-loops", "over-units", "jacobians"])
def test_no_honest_style_is_taken_for_it(grade_source, forward, backprop):
    """Slow code that follows the chain rule is slow, not numeric."""
    found = row(grade_source(DATASET + forward + backprop, QUICK))
    assert found.state == "information" and "does not grow" in found.message.came, found.message


def test_a_forward_pass_for_each_entry_is_told_and_not_taken_for_it(grade_source):
    """It costs as much as moving one parameter after the other, and its gradients are exact where those of a loss cannot be."""
    found = row(grade_source(DATASET + FORWARD + ANEW, QUICK))
    assert found.state == "information" and "computed anew" in found.message.came and "numeric" not in found.message.came


def test_the_complex_step_is_told_by_tiny_inputs_where_its_cost_tells_nothing(grade_source):
    """It loses no digits and may cost no more than backpropagation, but its step times an input of 1e-300 is nothing."""
    found = row(grade_source((ROOT / "tests/attacks/complex-step-by-units/submission/backprop.py").read_text(), QUICK))
    assert found.state == "failed" and "1e-300" in found.message.came, found.message


def test_gradients_rounded_to_some_decimals_are_not_taken_for_the_complex_step(grade_source):
    """They are lost at tiny inputs as well, but also at inputs that are not tiny enough to lose a step."""
    rounded = "\n_exact = backprop\ndef backprop(X, t, params):\n    grads, loss = _exact(X, t, params)\n"
    rounded += "    return {k: np.round(g, 14) for k, g in grads.items()}, loss\n"
    found = row(grade_source(DATASET + FORWARD + CHAIN + rounded, QUICK))
    assert found.state == "information" and "does not grow" in found.message.came, found.message


def test_an_instructor_can_give_it_points(grade_source):
    """With points on row 5.2 numeric differentiation loses them, the chain rule earns them, and the totals count them."""
    rows = tuple(replace(row, points=10.0) if row.number == "5.2" else row for row in QUICK.rows)
    rubric = replace(QUICK, rows=rows)
    numeric, honest = (grade_source(DATASET + FORWARD + backprop, rubric) for backprop in (DIFFERENCES, CHAIN))
    assert (row(numeric).score, row(numeric).state) == (0, "failed") and "numeric differentiation" in row(numeric).message.came
    assert (row(honest).score, row(honest).state) == (10, "passed")
    assert (numeric.score, honest.score, honest.max_score) == (100, 110, 110)


WHY = "computes gradients by itself"


@pytest.mark.parametrize("line", [
    "import torch", "from jax import numpy as jnp", "import importlib\nimportlib.import_module('tensorflow')",
    "__import__('autograd.numpy')", "import keras.layers as layers",
])
def test_packages_that_differentiate_are_refused_with_the_reason(grade_source, line):
    """At the top of a file, the student reads why, whichever way it is imported."""
    report = terminal.report(grade_source(f"{line}\n{DATASET}{FORWARD}", QUICK))
    assert WHY in " ".join(report.split()), report


def test_inside_a_function_too(grade_source):
    """The row of the function says it."""
    source = DATASET + FORWARD + CHAIN.replace("    H = np.tanh", "    import jax\n    H = np.tanh", 1)
    found = {check.number: check for check in grade_source(source, QUICK).checks}
    assert found["2.2"].score == 12 and found["3.1"].score == 0 and WHY in found["3.1"].message.came


def test_who_can_do_without_loses_nothing(grade_source):
    """A guarded import is a habit and no offence."""
    source = "try:\n    import torch\nexcept ImportError:\n    torch = None\n" + DATASET + FORWARD + CHAIN
    assert grade_source(source, QUICK).score == 100
