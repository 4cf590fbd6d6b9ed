"""Row 4.1 trains with the gradients as they were read, and no row refers to another that says nothing."""
from __future__ import annotations

import pytest

from grader.checks.raised import seconds_words


def rows(result):
    return {check.number: check for check in result.checks}


def wrapped(reference_source, body):
    return f"{reference_source}\n\n_right = backprop\n\n\ndef backprop(X, t, params):\n{body}\n"


@pytest.mark.parametrize("returned", [
    "{'d' + k: g for k, g in grads.items()}, loss", "loss, grads", "{k: [g] for k, g in grads.items()}, loss",
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
