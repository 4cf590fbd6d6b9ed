"""Mutants: the reference's syntax tree with one or two of its steps rewritten, no two of them the same in numbers.

What may live here: making an edit in a tree, and which edits make distinct mutants. Nothing that diagnoses and
nothing that judges a diagnosis.
"""
from __future__ import annotations

import ast
import functools
import hashlib
import pickle
import random
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.frozen import frozen
from grader.selftest.blind import blind_edits
from grader.selftest.edits import ANY_FACT, Edit, singles

GRADED = frozenset({"make_dataset", "forward", "backprop", "_sigmoid", "_hidden_and_logit"})
Signature = tuple[bytes, ...]


@frozen
class Mutant:
    """Edited source, and every way to plant the same numbers (the first has the fewest edits)."""

    source: str
    truths: tuple[tuple[Edit, ...], ...]
    kept_apart: bool = False

    @property
    def edits(self) -> tuple[Edit, ...]:
        return self.truths[0]

    @property
    def kind(self) -> str:
        """product, structure, forward, loss or dataset, with s for a pair."""
        steps = {edit.step for edit in self.edits}
        if any(ANY_FACT in edit.facts for edit in self.edits):
            return "blind"
        if steps & {"G", "H", "z", "y"}:
            kind = "forward"
        elif "dataset" in steps:
            kind = "dataset"
        elif "loss" in steps:
            kind = "loss"
        else:
            kind = "product" if all(edit.is_product for edit in self.edits) else "structure"
        return kind + (" pair" if len(self.edits) > 1 else "")


def reference_source() -> str:
    return files("reference").joinpath("backprop.py").read_text(encoding="utf-8")


class _Replace(ast.NodeTransformer):
    """Replaces every subtree equal to old inside the assignments to target (or the return statements)."""

    def __init__(self, edit: Edit) -> None:
        self.edit = edit
        self.old = ast.dump(ast.parse(edit.old, mode="eval").body)
        self.replaced = 0
        self.inside = False

    def visit(self, node: ast.AST) -> Any:
        if self.inside and isinstance(node, ast.expr) and ast.dump(node) == self.old:
            self.replaced += 1
            return ast.parse(self.edit.new, mode="eval").body
        if self._is_target(node):
            self.inside = True
            node = self.generic_visit(node)
            self.inside = False
            return node
        return self.generic_visit(node)

    def _is_target(self, node: ast.AST) -> bool:
        if self.edit.target == "return":
            return isinstance(node, ast.Return)
        if isinstance(node, (ast.FunctionDef, ast.For)) and self.edit.target in ("_sigmoid", "make_dataset"):
            return getattr(node, "name", "") == self.edit.target
        return (
            isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == self.edit.target
        )


def rewrite(tree: ast.Module, edits: Sequence[Edit]) -> str | None:
    """The source with the edits made, or None where one finds nothing to replace."""
    rewritten = pickle.loads(pickle.dumps(tree))  # a deep copy; copy.deepcopy takes several times as long
    for edit in edits:
        replacer = _Replace(edit)
        rewritten = replacer.visit(rewritten)
        if not replacer.replaced:
            return None
    return ast.unparse(ast.fix_missing_locations(rewritten))


def graded_tree() -> ast.Module:
    """The syntax tree of the reference's graded functions and what they call, without the training and the pictures."""
    tree = ast.parse(reference_source())
    kept = [node for node in tree.body if isinstance(node, ast.Import) or getattr(node, "name", "") in GRADED]
    for node in kept:
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.Module(kept, [])


def compiled(source: str) -> dict[str, Any]:
    """The module's names after running the source; the caller trusts it (it is ours)."""
    namespace: dict[str, Any] = {"__name__": "mutant"}
    exec(compile(source, "<mutant>", "exec"), namespace)
    return namespace


@functools.cache
def _probes() -> list[tuple[NDArray[np.float64], NDArray[np.float64], dict[str, Any]]]:
    rng = np.random.default_rng(20)
    probes = []
    for N, D, H in ((7, 2, 3), (7, 2, 3), (9, 4, 5), (11, 2, 3)):
        params: dict[str, Any] = {"U": rng.normal(size=(H, D)), "b": rng.normal(size=H), "W": rng.normal(size=H), "c": rng.normal()}
        labels = (np.arange(N) % 3 == 0) * 1.0
        probes.append((rng.normal(size=(N, D)), rng.permutation(labels), params))
    return probes


def signature(source: str) -> Signature | None:
    """The numbers that tell mutants apart, to nine digits; None where the code raises or gives no finite number."""
    try:
        module = compiled(source)
        with np.errstate(all="ignore"):
            values = [np.asarray(module["forward"](X, params)) for X, _, params in _probes()]
            for X, t, params in _probes():
                grads, loss = module["backprop"](X, t, params)
                values += [np.asarray(loss), *(np.asarray(grads[key]) if key in grads else np.zeros((0,)) for key in "UbWc")]
            np.random.seed(5)
            values += [np.asarray(array) for array in module["make_dataset"](10)]
    except Exception:
        return None
    if not all(np.isfinite(value.astype(np.float64)).all() for value in values):
        return None
    return tuple(f"{value.shape}{np.char.mod('%.8e', value.astype(np.float64) + 0.0)}".encode() for value in values)


@functools.cache
def blind_mutants(seed: int) -> tuple[Mutant, ...]:
    """Distinct mutants by one blind rewriting each."""
    return _made([(edit,) for edit in blind_edits()], seed)


def _compatible(first: Edit, second: Edit) -> bool:
    """Whether two edits make a pair of which the truth is known: at two steps, and none makes the other unseen in part."""
    if first.step == second.step or "dataset" in (first.step, second.step):
        return False
    hidden = (first.facts and first.step in second.cuts) or (second.facts and second.step in first.cuts)
    return not hidden


@functools.cache
def mutants(seed: int, pairs: int = 400) -> tuple[Mutant, ...]:
    """Distinct mutants: every single edit, and pairs of edits at different steps drawn by the seed.

    Distinct means distinct in numbers, from the reference and from each other. Edits
    that make equal numbers are one mutant with several truths. About a third is kept apart by a seeded hash.
    """
    chosen = singles()
    rng = random.Random(seed)
    possible = [pair for pair in combinations(chosen, 2) if _compatible(*pair)]
    products = [pair for pair in possible if all(edit.is_product and edit.step != "loss" for edit in pair)]
    others = [pair for pair in possible if not all(edit.is_product for edit in pair)]
    drawn = rng.sample(products, min(len(products), 2 * pairs // 3)) + rng.sample(others, min(len(others), pairs // 3))
    return _made([*((edit,) for edit in chosen), *drawn], seed)


def _made(planted: Sequence[tuple[Edit, ...]], seed: int) -> tuple[Mutant, ...]:
    """The distinct mutants among these, each with all that make its numbers."""
    tree = graded_tree()
    made: dict[Signature, tuple[str, list[tuple[Edit, ...]]]] = {}
    original = signature(ast.unparse(tree))
    for edits in planted:
        source = rewrite(tree, edits)
        numbers = signature(source) if source is not None else None
        if source is None or numbers is None or numbers == original:
            continue
        made.setdefault(numbers, (source, []))[1].append(edits)
    equal: dict[Edit, list[Edit]] = {}
    for _, truths in made.values():
        alone = [edits[0] for edits in truths if len(edits) == 1]
        equal.update(dict.fromkeys(alone, alone))
    return tuple(Mutant(source, _also_true(truths, equal), _apart(seed, source)) for source, truths in made.values())


def _also_true(truths: Sequence[tuple[Edit, ...]], equal: Mapping[Edit, Sequence[Edit]]) -> tuple[tuple[Edit, ...], ...]:
    """The truths, and those with an edit replaced by one that alone makes the same numbers everywhere."""
    told = [tuple(chosen) for edits in truths for chosen in product(*(equal.get(edit, [edit]) for edit in edits))]
    return (*truths, *(edits for edits in told if edits not in truths))


def _apart(seed: int, source: str) -> bool:
    return hashlib.sha256(f"{seed}/{source}".encode()).digest()[0] < 86
