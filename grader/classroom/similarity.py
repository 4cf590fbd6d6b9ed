"""Which submissions are nearly the same: groups of them, from fingerprints alone.

What may live here: comparing sets of hashes. That two are alike is a reason to
look at both, not a verdict: the exercise is short, and its formulas are printed
in the assignment. So hashes that many have count little, those of the template nothing.
"""
from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import sparse

Hashes = frozenset[int]

ALIKE = 0.8
"""Least weighted share of common hashes. In the shipped corpus, which was written by few hands, unrelated pairs stay below
0.7 with names dropped (tests/test_class_similarity.py)."""
LEAST_HASHES = 12
"""Of its own, besides the template's: below it a source has hardly a function in it."""
COMMON_SHARE = 0.2
"""Hashes that more than this share of different solutions have say nothing about a pair."""


@dataclass(frozen=True)
class Group:
    """Submissions that are nearly the same.

    slugs      two or more
    alike      the least similarity by which one of them belongs to the group, 0 to 1
    same_names whether they are as alike with all names kept; else variables or functions were renamed
    """

    slugs: tuple[str, ...]
    alike: float
    same_names: bool


@dataclass(frozen=True)
class Fingerprints:
    """The hashes of one submission, with names kept and with names dropped."""

    kept: Hashes
    dropped: Hashes


def groups(fingerprints: Mapping[str, Fingerprints], given: Fingerprints) -> list[Group]:
    """Groups of nearly identical submissions, largest first.

    fingerprints  by slug
    given         the hashes of the template, which all have
    """
    kept = {slug: prints.kept - given.kept for slug, prints in fingerprints.items()}
    dropped = {slug: prints.dropped - given.dropped for slug, prints in fingerprints.items()}
    links = _links({slug: hashes for slug, hashes in dropped.items() if len(hashes) >= LEAST_HASHES})
    found = []
    for members in _joined(links):
        alike = min(alike for pair, alike in links.items() if set(pair) <= members)
        same_names = all(_jaccard(kept[a], kept[b]) >= ALIKE for a, b in links if {a, b} <= members)
        found.append(Group(tuple(sorted(members)), alike, same_names))
    return sorted(found, key=lambda group: (-len(group.slugs), -group.alike, group.slugs))


def _links(hashes: Mapping[str, Hashes]) -> dict[tuple[str, str], float]:
    """Pairs of alike submissions, enough of them to join each group. Equal ones are compared once, on behalf of all."""
    equal: dict[Hashes, list[str]] = defaultdict(list)
    for slug in sorted(hashes):
        equal[hashes[slug]].append(slug)
    links = {(slugs[0], slug): 1.0 for slugs in equal.values() for slug in slugs[1:]}
    return links | _alike({slugs[0]: found for found, slugs in equal.items()})


def _alike(hashes: Mapping[str, Hashes]) -> dict[tuple[str, str], float]:
    """Pairs of different sets whose weighted Jaccard similarity is ALIKE or more.

    A hash that n of N sets have weighs log(N / n) + 1; one of more than COMMON_SHARE of N (and of more than 3) is left out.
    """
    if len(hashes) < 2:
        return {}
    slugs, count = list(hashes), len(hashes)
    spread = Counter(number for found in hashes.values() for number in found)
    counted = [number for number, n in spread.items() if n <= max(3, COMMON_SHARE * count)]
    weights = np.array([np.log(count / spread[number]) + 1.0 for number in counted])
    column = {number: index for index, number in enumerate(counted)}
    cells = [(row, column[number]) for row, slug in enumerate(slugs) for number in hashes[slug] if number in column]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    owned = sparse.csr_array((np.ones(len(cells)), (rows, columns)), shape=(count, len(counted)))
    total = owned @ weights
    shared = sparse.triu(owned.multiply(weights[None, :]) @ owned.T, k=1).tocoo()
    share = shared.data / (total[shared.row] + total[shared.col] - shared.data)
    alike = (share >= ALIKE) & (shared.data >= LEAST_HASHES / 2)
    return {
        (slugs[a], slugs[b]): float(value)
        for a, b, value in zip(shared.row[alike], shared.col[alike], share[alike])
    }


def _joined(links: Iterable[tuple[str, str]]) -> list[set[str]]:
    """The connected components."""
    group_of: dict[str, set[str]] = {}
    for a, b in links:
        joined = group_of.get(a, {a}) | group_of.get(b, {b})
        for slug in joined:
            group_of[slug] = joined
    return list({id(group): group for group in group_of.values()}.values())


def _jaccard(a: Hashes, b: Hashes) -> float:
    return len(a & b) / len(a | b) if a | b else 1.0
