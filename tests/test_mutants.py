"""The generated mistakes are many, distinct and truly described; the diagnosis meets its targets on a sample."""
from __future__ import annotations

import pytest

from grader.diagnosis import Diagnosis, Slip
from grader.selftest.diagnosis import InProcess, Table, Tally, agrees, parsed, run, wrong_quantities
from grader.selftest.edits import Edit, product_edits, singles
from grader.selftest.mutants import graded_tree, mutants, reference_source, rewrite, signature
from tests.conftest import EVERYTHING

SEED, PAIRS = 3, 60


def test_every_edit_finds_its_place() -> None:
    """Each edit changes the syntax tree of the reference, and the result runs."""
    tree = graded_tree()
    for edit in singles()[::3]:
        source = rewrite(tree, [edit])
        assert source is not None, edit
        compile(source, "mutant", "exec")


def test_enough_distinct_mutants() -> None:
    """Over 400 mutants differ in numbers from the reference and from each other; a third or so is kept apart."""
    made = mutants(SEED, PAIRS)
    signatures = {signature(mutant.source) for mutant in made}
    assert len(signatures) == len(made) >= 400
    assert signature(reference_source()) not in signatures
    assert 0.2 < sum(mutant.kept_apart for mutant in made) / len(made) < 0.5


def test_product_edits_are_products() -> None:
    """What is said to change one gradient's step spoils only gradients that the step reaches."""
    reference, tree = InProcess(reference_source()), graded_tree()
    reaches = {"c_bar": {"dc"}, "W_bar": {"dW"}, "b_bar": {"db"}, "U_bar": {"dU"}, "H_bar": {"db", "dU"}, "G_bar": {"db", "dU"}}
    for edit in list(product_edits())[::7]:
        source = rewrite(tree, [edit])
        assert source is not None
        assert wrong_quantities(InProcess(source), reference, 1) <= reaches.get(edit.step, {"dc", "dW", "db", "dU"})


@pytest.mark.parametrize("factor, powers", [
    ("1/N", {"N": -1}), ("(1-h^2)^2", {"1-h": 2, "1+h": 2}), ("y(1-y)", {"y": 1, "1-y": 1}), ("2^-1", {"2": -1}),
    ("1-g^2", {"1-g^2": 1}), ("(y-t)^2", {"y-t": 2}), ("h^2", {"h": 2}),
])
def test_factors_are_parsed(factor: str, powers: dict[str, float]) -> None:
    """The judge reads the diagnosis's factors as powers of atoms."""
    assert parsed(factor) == powers


@pytest.mark.parametrize("slip, right", [
    (Slip("missing-tanh-derivative", "G_bar", ("1-h^2",), (), None, ("db", "dU"), "db"), True),
    (Slip("missing-tanh-derivative", "b_bar", ("1-h^2",), (), None, ("db",), "db"), False),
    (Slip("missing-output-weights", "H_bar", ("w",), (), None, ("db", "dU"), "db"), False),
    (Slip("tanh-of-h", "G_bar", (), (), "1-tanh(h)^2 in place of 1-h^2", ("db", "dU"), "db"), False),
])
def test_the_judge_can_fail(slip: Slip, right: bool) -> None:
    """Only the planted factor at the planted step is right; a near miss is not."""
    edit = Edit("drop", "backprop", "G_bar", "G_bar", "", "", {"1-h": -1, "1+h": -1})
    assert agrees(Diagnosis(slips=(slip,)), [edit], {"db", "dU"}) is right


def test_targets_on_a_sample() -> None:
    """Every so many mistakes: the targets of `selftest --diagnosis` hold, no wrong line is pointed at, no right style is accused."""
    table: Table = run(SEED, PAIRS, every=14 if EVERYTHING else 29)
    assert table.made >= 400
    assert [miss for miss in table.missed() if " takes over " not in miss] == []


@pytest.mark.parametrize("spoil, missed", [
    (lambda table: table.tallies["product"].seconds.append(9.0), ""),
    (lambda table: setattr(table.tallies["product"], "correct", 95), "product: 95 of 100 correct, 97% asked"),
    (lambda table: setattr(table.tallies["product"], "wrong", 1), "1 of 100 explained and wrong, 0.5% allowed"),
    (lambda table: table.pointed.update(["wrong"]), "1 wrong lines pointed at"),
    (lambda table: table.false_alarms.append("loops"), "false alarms: loops"),
    (lambda table: setattr(table, "made", 399), "399 distinct mistakes, 400 asked"),
])
def test_a_missed_target_is_said(spoil, missed) -> None:  # type: ignore[no-untyped-def]
    """Each target can fail, and only it is reported then."""
    table = Table("apart", 400, {"product": Tally(100, 100, 100, 0, 0, [0.01] * 100)})
    spoil(table)
    assert table.missed() == ([missed] if missed else [])
