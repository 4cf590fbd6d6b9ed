"""The public checks for pytest: run `pytest` in this folder. What they ask stands in check.py."""
import os

import check
import pytest

WORK, PROBLEM = check.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), "backprop.py"))
NAMES = [(stage, one.__name__) for stage, checks in check.STAGES.items() for one in checks]


@pytest.fixture(scope="session")
def outcomes():
    return dict(zip(NAMES, check.outcomes(WORK)))


@pytest.mark.parametrize("stage, name", NAMES, ids=[name for _, name in NAMES])
def test_public_check(outcomes, stage, name):
    _, what, state, message = outcomes[stage, name]
    if state == "locked":
        pytest.skip(message)
    if state != "ok":
        pytest.fail("\n".join(part for part in (what, message, PROBLEM) if part), pytrace=False)
