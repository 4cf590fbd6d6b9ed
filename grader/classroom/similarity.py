"""Which submissions are nearly the same: groups of them, from fingerprints alone.

What may live here: comparing sets of hashes. That two are alike is a reason to
look at both, not a verdict: the exercise is short, and its formulas are printed
in the assignment. So hashes that many have count little, those of the template nothing.
"""
from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.sandbox.fingerprint import HASH_BYTES

Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]

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
    """The hashes of one submission, with names kept and with names dropped, each as packed() makes it."""

    kept: str
    dropped: str


def packed(hashes: Iterable[int]) -> str:
    """Hashes as one text: base64 of HASH_BYTES each, big-endian."""
    return base64.b64encode(b"".join(number.to_bytes(HASH_BYTES, "big") for number in hashes)).decode()


def unpacked(text: str) -> Hashes:
    """The hashes in a text of packed(), each once and sorted. Raises ValueError for another text."""
    data = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8).reshape(-1, HASH_BYTES)
    wide = np.zeros((len(data), 8), dtype=np.uint8)
    wide[:, 8 - HASH_BYTES :] = data
    return np.unique(wide.view(">u8").astype(np.uint64))


def groups(fingerprints: Mapping[str, Fingerprints], given: Fingerprints) -> list[Group]:
    """Groups of nearly identical submissions, largest first.

    fingerprints  by slug
    given         the hashes of the template, which all have
    """
    common = unpacked(given.dropped)
    own = {slug: np.setdiff1d(unpacked(prints.dropped), common, assume_unique=True) for slug, prints in fingerprints.items()}
    links = _links({slug: hashes for slug, hashes in own.items() if len(hashes) >= LEAST_HASHES})
    group_of = {slug: number for number, members in enumerate(_joined(links)) for slug in members}
    inside: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pair in links:
        inside[group_of[pair[0]]].append(pair)
    found = []
    for pairs in inside.values():
        slugs = tuple(sorted({slug for pair in pairs for slug in pair}))
        same_names = all(_same_names(fingerprints[a], fingerprints[b], given) for a, b in pairs)
        found.append(Group(slugs, min(links[pair] for pair in pairs), same_names))
    return sorted(found, key=lambda group: (-len(group.slugs), -group.alike, group.slugs))


def _links(hashes: Mapping[str, Hashes]) -> dict[tuple[str, str], float]:
    """Pairs of alike submissions, enough of them to join each group. Equal ones are compared once, on behalf of all."""
    equal: dict[bytes, list[str]] = defaultdict(list)
    for slug in sorted(hashes):
        equal[hashes[slug].tobytes()].append(slug)
    links = {(slugs[0], slug): 1.0 for slugs in equal.values() for slug in slugs[1:]}
    return links | _alike({slugs[0]: hashes[slugs[0]] for slugs in equal.values()})


def _alike(hashes: Mapping[str, Hashes]) -> dict[tuple[str, str], float]:
    """Pairs of different sets whose weighted Jaccard similarity is ALIKE or more.

    A hash that n of N sets have weighs log(N / n) + 1; one of more than COMMON_SHARE of N (and of more than 3) is left out.
    """
    if len(hashes) < 2:
        return {}
    slugs, count = list(hashes), len(hashes)
    every = np.concatenate([hashes[slug] for slug in slugs])
    row_of = np.repeat(np.arange(count), [len(hashes[slug]) for slug in slugs])
    order = np.argsort(every, kind="stable")
    starts = np.flatnonzero(np.r_[True, every[order][1:] != every[order][:-1]])
    weighed: list[list[tuple[float, Rows]]] = [[] for _ in slugs]
    for rows in np.split(row_of[order], starts[1:]):
        if len(rows) > max(3, COMMON_SHARE * count):
            continue
        counted = (float(np.log(count / len(rows)) + 1.0), rows)
        for row in rows:
            weighed[row].append(counted)
    totals = np.array([sum(weight for weight, _ in found) for found in weighed])
    links = {}
    for row, found in enumerate(weighed):
        for other, share in _alike_to(row, found, totals):
            links[slugs[row], slugs[other]] = share
    return links


def _alike_to(row: int, found: list[tuple[float, Rows]], totals: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Which later rows are alike to this one, and how much; found: of each hash its weight, and the rows that have it."""
    if not found:
        return []
    weights = np.repeat([weight for weight, _ in found], [len(rows) for _, rows in found])
    shared = np.bincount(np.concatenate([rows for _, rows in found]), weights, len(totals))
    share = shared / np.maximum(totals[row] + totals - shared, 1e-12)
    alike = np.flatnonzero((share >= ALIKE) & (shared >= LEAST_HASHES / 2))
    return [(int(other), float(share[other])) for other in alike if other > row]


def _joined(links: Iterable[tuple[str, str]]) -> list[set[str]]:
    """The connected components."""
    group_of: dict[str, set[str]] = {}
    for a, b in links:
        joined = group_of.get(a, {a}) | group_of.get(b, {b})
        for slug in joined:
            group_of[slug] = joined
    return list({id(group): group for group in group_of.values()}.values())


def _same_names(a: Fingerprints, b: Fingerprints, given: Fingerprints) -> bool:
    """Whether two are as alike with all names kept."""
    if a.kept == b.kept:
        return True
    common = unpacked(given.kept)
    first, second = (np.setdiff1d(unpacked(prints.kept), common, assume_unique=True) for prints in (a, b))
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared >= ALIKE * (len(first) + len(second) - shared)
