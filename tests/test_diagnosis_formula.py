"""Reading formulas back: the design is well-conditioned, powers come out whole, differences are placed right."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.diagnosis.chain import ASKED, times
from grader.diagnosis.formula import Design
from grader.diagnosis.gradient import Scale, law
from grader.diagnosis.network import run_forward
from grader.diagnosis.placement import place
from grader.diagnosis.questions import scalar


def design(seed: int) -> Design:
    signals = run_forward(scalar(np.random.default_rng(seed)))
    return Design(replace(signals, z_bar=(signals.y - signals.t) / signals.count[:, None]))


@pytest.mark.parametrize("seed", range(20))
def test_design_is_well_conditioned(seed: int) -> None:
    """The factors' logarithms are far from collinear for every seed, sixteen unknowns at once."""
    assert design(seed).condition() < 500


@pytest.mark.parametrize("powers", [
    {"1-h": -1, "1+h": -1}, {"h": 1, "1+h": -1}, {"w": -1, "b": 1}, {"y": 1, "1-y": 1, "x": 2}, {"1-g^2": 1, "1-h": -1, "1+h": -1},
    {"w": 0.5, "h": 3, "y-t": -1, "u": 1, "z": -2, "c": 1},
])
def test_powers_come_back(powers: dict[str, float]) -> None:
    """Any product of factors is read back exactly, several differences at once."""
    read = design(3)
    asked = read.asked["dU"][:, None, None, None]
    values = times(asked, powers, read.signals).reshape(-1)
    (reading,) = read.read("dU", values, (), (), 1e-10)
    assert reading.powers == powers and reading.expression is None


def test_no_powers_for_a_sum() -> None:
    """A sum of two products is no product: nothing is read rather than something near."""
    read = design(4)
    assert read.read("db", read.asked["db"] + 0.3 * read.values["w"], (), (), 1e-10) == []


def test_count_is_read_with_its_power() -> None:
    """A lost 1/N shows as one power of N at rows that are all alike."""
    read = design(5)
    (reading,) = read.read("dc", read.asked["dc"] * read.signals.count, (), (), 1e-10)
    assert reading.powers == {"N": 1.0} and set(ASKED["dc"]) == {"y-t"}


@pytest.mark.parametrize("difference, steps", [
    ({"dc": 1.0, "dW": 1.0, "db": 1.0, "dU": 1.0}, {"z_bar"}),
    ({"dc": 0.0, "dW": 0.0, "db": 1.0, "dU": 1.0}, {"H_bar"}),
    ({"dc": 0.0, "dW": 0.0, "db": 0.0, "dU": 1.0}, {"U_bar"}),
    ({"dc": 1.0, "dW": 1.0, "db": 0.0, "dU": 0.0}, {"c_bar", "W_bar"}),
    ({"dc": 0.0, "dW": 1.0, "db": 1.0, "dU": 1.0}, {"z_bar", "c_bar"}),
    ({"dc": 1.0, "dW": 1.0, "db": 3.0, "dU": 3.0}, {"z_bar", "H_bar"}),
])
def test_differences_are_placed_at_the_fewest_steps(difference: dict[str, float], steps: set[str]) -> None:
    """What gradients share is placed where the chain still has one trunk."""
    assert set(place({"y": difference}, at_z={"y"}, at_hidden={"y"}).steps) == steps


def test_law_of_a_constant() -> None:
    """The powers of N, D and H and the constant come from sizes that differ in one of them."""
    sizes = [(5, 2, 3), (11, 2, 3), (7, 4, 3), (6, 2, 4)]
    for planted in (Scale(), Scale(-1.0, N=1), Scale(0.5, N=-1, D=1), Scale(1 / 500, N=1), Scale(N=1, H=-1), Scale(neighbour=-1)):
        found = law({size: planted.at(size) for size in sizes}, 1e-7)
        assert found is not None and found == replace(planted, constant=found.constant)
        assert found.constant == pytest.approx(planted.constant)


def test_no_law_for_mixed_signs() -> None:
    """Ratios that change sign with the size follow no law."""
    assert law({(5, 2, 3): 1.0, (11, 2, 3): -1.0}, 1e-7) is None
