"""Whatever bytes a student sends: the trusted side raises its own error or none, and neither hangs nor grows."""
from __future__ import annotations

import importlib.util
import os
import platform
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import run, targets

IN_CI = os.environ.get("CI", "") not in ("", "false")
HAS_WHEELS = sys.platform == "linux" and platform.machine() == "x86_64" and (3, 11) <= sys.version_info < (3, 14)
"""Where atheris is built for; elsewhere hypothesis alone fuzzes."""
guided = pytest.mark.skipif(
    not HAS_WHEELS or (not IN_CI and importlib.util.find_spec("atheris") is None), reason="no atheris for this Python"
)


@pytest.mark.parametrize("target", run.DOORS)
def test_seeds_pass(target):
    """The fuzzer starts from inputs that are right."""
    for seed in targets.seeds(target):
        targets.TARGETS[target](seed)


@st.composite
def damaged(draw, target):
    """A right input with a few bytes changed, cut out, doubled or put in; or any bytes."""
    data = bytearray(draw(st.sampled_from(targets.seeds(target))))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        data[start:end] = draw(st.one_of(st.just(bytes(data[start:end]) * 2), st.binary(max_size=12)))
    return bytes(data)


@pytest.mark.parametrize("target", run.DOORS)
def test_hypothesis_finds_no_fault(target):
    """Mutations of right inputs, shrunk where they fail."""

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(damaged(target), st.binary(max_size=300)))
    def fuzz(data):
        targets.TARGETS[target](data)

    fuzz()


@guided
def test_coverage_guided_fuzzing_finds_no_fault():
    """Two seconds for all doors together; `make fuzz` takes longer for each."""
    figures = run.fuzz("every", 2)
    assert figures.fault == "" and figures.executions > len(targets.seeds("every"))


@guided
def test_the_fuzzer_finds_a_planted_fault():
    """Three bytes in a row, which chance alone would take sixteen million tries for."""
    assert run.fuzz("planted", 60).fault.startswith("b'fau")
