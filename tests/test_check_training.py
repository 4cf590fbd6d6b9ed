"""Row 4.1 trains with the gradients as they were read, and no row refers to another that says nothing."""
from __future__ import annotations

import re
import sys
from dataclasses import replace

import pytest

from grader.checks.raised import seconds_words
from grader.grading import grade
from grader.rubric import DEFAULT
from tests.conftest import ROOT


def rows(result):
    return {check.number: check for check in result.checks}


def wrapped(reference_source, body):
    return f"{reference_source}\n\n_right = backprop\n\n\ndef backprop(X, t, params):\n{body}\n"


@pytest.mark.parametrize("returned", [
    "{'d' + k: g for k, g in grads.items()}, loss", "loss, grads", "grads, loss, X", "{k: [g] for k, g in grads.items()}, loss",
])
def test_a_slip_in_what_is_returned_is_charged_once(grade_source, reference_source, returned):
    """Other keys, another order or another shape cost a share of part 3, and not the training as well."""
    body = f"    grads, loss = _right(X, t, params)\n    return {returned}"
    result = rows(grade_source(wrapped(reference_source, body)))
    assert result["3.5"].score < 11 and result["4.1"].score == 15


def test_what_gives_no_answer_in_the_training_alone_is_told_there(grade_source, reference_source):
    """Row 3.1 passed, so it cannot say why."""
    body = "    if len(X) > 100:\n        raise MemoryError('too many points')\n    return _right(X, t, params)"
    result = rows(grade_source(wrapped(reference_source, body)))
    assert result["3.1"].score == 8
    assert result["4.1"].state == "failed" and "too many points" in result["4.1"].message.came


def test_what_gives_no_answer_after_the_training_is_not_told_as_made_up(grade_source, reference_source):
    """Data drawn in secret come last, when a file's patience or memory may be at its end: that is said, and nothing of other gradients."""
    body = "    if len(X) == 500:\n        SEEN.append(X[0, 0])\n        if X[0, 0] != SEEN[0]:\n            raise MemoryError('full')\n"
    message = rows(grade_source(wrapped(reference_source, f"{body}    return _right(X, t, params)\n\n\nSEEN = []\n")))["4.1"].message
    assert "gave no answer: your code raised MemoryError" in message.came and "slopes" not in message.came


def test_what_raises_at_saturated_inputs_alone_is_told_there(grade_source, reference_source):
    """The same for the row of saturated inputs, which costs no points."""
    body = "    if abs(params['W']).max() > 200:\n        raise FloatingPointError('overflow')\n    return _right(X, t, params)"
    result = rows(grade_source(wrapped(reference_source, body)))
    assert "overflow" in result["5.1"].message.came and result["5.1"].state == "information"


def test_what_never_answers_is_told_once(grade_source, reference_source):
    """At the first row of the function; the others refer to it."""
    result = rows(grade_source(wrapped(reference_source, "    raise ValueError('broken')")))
    assert "broken" in result["3.1"].message.came
    assert all("see 3.1" in result[number].message.came for number in ("3.7", "4.1", "5.1"))


@pytest.mark.parametrize("detail, words", [("3.00055", "3 seconds"), ("10", "10 seconds"), ("0.3", "0.3 seconds"), ("1", "1 second")])
def test_a_deadline_is_told_in_round_numbers(detail, words):
    """What is left of the time for training is none."""
    assert seconds_words(detail) == words


def test_saturated_inputs_are_told_as_they_were_measured(grade_source, reference_source):
    """Whoever already wrote log(1 + e^-z) reads nothing of a logarithm of y; a gradient that is missing is no infinity."""
    source = re.sub(r"np\.logaddexp\(0, (-?z)\)", r"np.log(1 + np.exp(\1))", reference_source)
    assert source != reference_source
    body = "    grads, loss = _right(X, t, params)\n    return {k: g for k, g in grads.items() if k != 'c'}, loss"
    message = rows(grade_source(wrapped(source, body)))["5.1"].message
    assert message.came == "NaN or infinity in loss. This costs no points."
    assert "log(y)" not in message.look and "e^800 is infinite" in message.look and "logaddexp" in message.look


@pytest.mark.parametrize("body, says", [
    ("    for x in range(len(X)):\n        forward(X[x:x + 1], params)\n    return _right(X, t, params)", "as loops over examples do"),
    ("    for again in range(400):\n        forward(X[:9], params)\n    return _right(X, t, params)", "not loops over examples"),
])
def test_the_advice_on_time_follows_what_was_measured(grade_source, reference_source, body, says):
    """Loops over examples are named where the time grows with the examples, and only there."""
    assert says in rows(grade_source(wrapped(reference_source, body)))["5.3"].message.look


def test_a_name_that_is_taken_later_is_told(grade_source, reference_source):
    """`forward = forward(X, params)` below the functions: the function is graded, and what happened to its name is told."""
    source = f"{reference_source}\n\nforward = forward(np.zeros((3, 2)), {{'U': np.eye(2), 'b': np.zeros(2), 'W': np.ones(2), 'c': 0}})\n"
    result = grade_source(source)
    assert rows(result)["2.1"].state == "passed" and "gives the name forward to something else" in result.notes[0]


def test_a_name_that_is_no_function_is_told(grade_source, reference_source):
    """Where no function of that name was ever there, the row says what stands in its place."""
    source = reference_source.replace("def forward(", "def output(") + "\n\nforward = 0.5\n"
    assert "the name forward stands for something else" in rows(grade_source(source))["2.1"].message.came


def test_the_python_that_cannot_read_a_file_is_named(grade_source):
    """What one version reads is a syntax error to another."""
    assert f"Python {sys.version_info.major}.{sys.version_info.minor} reads it" in rows(grade_source("def forward(:\n"))["1.1"].message.came


def test_a_network_of_its_own_that_its_own_gradients_train_earns_follow_through(worker):
    """A relu network is charged at forward; its loss falls with its gradients, though the loss of the one that is asked does not."""
    row = rows(grade(ROOT / "tests" / "submissions" / "hidden-relu-consistent" / "submission", worker))["4.1"]
    assert row.score == 10.5 and row.state == "failed"
    assert "of the network that you wrote 0.0155" in row.message.came and "told at 2.2" in row.message.look


def test_slow_training_is_told_as_slow(grade_source, reference_source):
    """When its time is over in the middle of some steps, no endless loop is suspected."""
    source = "import time\n" + wrapped(reference_source, "    time.sleep(0.02 * (len(X) > 100))\n    return _right(X, t, params)")
    came = rows(grade_source(source, replace(DEFAULT, training_s=2.5, call_s=2.0)))["4.1"].message.came
    assert "time for training (2.5 seconds) was over" in came
