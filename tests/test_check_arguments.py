"""Row 3.7: what counts as the same numbers, and which arguments count as used."""
from __future__ import annotations

import numpy as np
import pytest

from grader.checks.gradients import other_labels


def row(result, number):
    return next(check for check in result.checks if check.number == number)


def wrapped(reference_source, body):
    return f"{reference_source}\n\n_right = backprop\n\n\ndef backprop(X, t, params):\n{body}\n"


@pytest.mark.parametrize("body", [
    "    order = np.random.RandomState().permutation(len(X))\n    return _right(X[order], t[order], params)",
    "    order = np.random.RandomState().permutation(len(X))\n"
    "    grads, loss = _right(X[order], t[order], params)\n"
    "    return {k: np.float32(g) * np.float32(1 + 1e-7 * np.random.RandomState().randn()) for k, g in grads.items()}, np.float32(loss)",
])
def test_sums_in_another_order_are_the_same_numbers(grade_source, reference_source, body):
    """Threads and sets add in any order, in float64 and in float32: no right solution loses row 3.7 by that."""
    assert row(grade_source(wrapped(reference_source, body)), "3.7").score == 4


def test_gradients_kept_from_call_to_call_are_found(grade_source, reference_source):
    """A dict outside the function to which each call adds."""
    body = "    grads, loss = _right(X, t, params)\n    for k in grads:\n        KEPT[k] = KEPT.get(k, 0) + 0.01 * grads[k]\n"
    body += "    return dict(KEPT), loss"
    assert "second time" in row(grade_source("KEPT = {}\n" + wrapped(reference_source, body)), "3.7").message.came


def test_gradients_that_ignore_an_argument_are_found_beside_a_loss_that_uses_it(grade_source, reference_source):
    """The data of the module in the gradients alone: the row that is told elsewhere is the row that fails."""
    body = "    return _right(DATA[:len(X)], t, params)[0], _right(X, t, params)[1]"
    source = wrapped(reference_source, body) + "\n\nDATA = np.random.RandomState(1).randn(500, 2)\n"
    assert "same gradients came: X is not used" in row(grade_source(source), "3.7").message.came


def test_gradients_not_yet_derived_do_not_cost_the_arguments(grade_source, reference_source):
    """Zeros are the same whatever is given; the loss uses its arguments."""
    body = "    grads, loss = _right(X, t, params)\n    return {k: 0 * g for k, g in grads.items()}, loss"
    assert row(grade_source(wrapped(reference_source, body)), "3.7").score == 4


@pytest.mark.parametrize("count", range(4, 12, 2))
def test_other_labels_have_another_mean(count):
    """A broadcast (N, N) difference knows the labels by their mean alone, and uses them all the same."""
    t = (np.arange(count) % 2 == 0).astype(float)
    assert other_labels(t).mean() != t.mean() and (other_labels(t)[[0, -1]] != t[[0, -1]]).all()
