"""Which submissions are nearly the same: groups of them, from fingerprints alone.

What may live here: comparing sets of hashes. That two are alike is a reason to
look at both, not a verdict: the exercise is short, and its formulas are printed
in the assignment. So hashes that many have count little, those of the template nothing.
"""
from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from grader.frozen import frozen
from grader.report.class_summary import Alike
from grader.sandbox.fingerprint import HASH_BYTES

Hashes = NDArray[np.uint64]
Rows = NDArray[np.int64]

ALIKE = 0.8
"""Least weighted share of common hashes. In the shipped corpus, which was written by few hands, unrelated pairs stay below
0.7 with names dropped (tests/test_class_similarity.py)."""
LEAST_HASHES = 40
"""Of its own, besides the template's: whole solutions of the corpus have 62 and more, the dataset alone some 25, which many write alike.
A working solution below it has its code elsewhere than in what can be compared."""
WITHIN = 0.9
"""Least weighted share of the smaller one's hashes that are in the larger: a copy with other code beside it. Unrelated pairs of the
shipped corpus stay below 0.65."""
LEAST_WITHIN = 25
"""Of these, those that not many have, for the smaller of such a pair: with the template's names and formulas half are everybody's."""
LEAST_SHARED = 6.0
"""Least weight of what two have in common: two or three hashes that hardly anybody else has."""
COMMON_SHARE = 0.2
"""Hashes that more than this share of different solutions have say nothing about a pair."""


@frozen
class Fingerprints:
    """The hashes of one submission, with names kept and with names dropped, each as packed() makes it.

    is_cut     whether there are more
    runs_text  whether it may run code that is not in its sources
    """

    kept: str
    dropped: str
    is_cut: bool = False
    runs_text: bool = False


def packed(hashes: Iterable[int]) -> str:
    """Hashes as one text: base64 of HASH_BYTES each, big-endian."""
    return base64.b64encode(b"".join(number.to_bytes(HASH_BYTES, "big") for number in hashes)).decode()


def unpacked(text: str) -> Hashes:
    """The hashes in a text of packed(), each once and sorted. Raises ValueError for another text."""
    data = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8).reshape(-1, HASH_BYTES)
    wide = np.zeros((len(data), 8), dtype=np.uint8)
    wide[:, 8 - HASH_BYTES :] = data
    return np.unique(wide.view(">u8").astype(np.uint64))


def own_hashes(fingerprints: Mapping[str, Fingerprints], given: Fingerprints) -> dict[str, Hashes]:
    """By slug, the hashes with names dropped that what was given to all does not have."""
    common = unpacked(given.dropped)
    return {slug: np.setdiff1d(unpacked(prints.dropped), common, assume_unique=True) for slug, prints in fingerprints.items()}


def groups(fingerprints: Mapping[str, Fingerprints], given: Fingerprints, own: Mapping[str, Hashes]) -> list[Alike]:
    """Groups of nearly identical submissions, largest first; then pairs of which one holds the other and much more.

    Such pairs are never joined, since two that a third holds need not be alike.

    fingerprints  by slug
    given         the hashes of the template, which all have
    own           own_hashes() of these
    """
    links, within = _links({slug: hashes for slug, hashes in own.items() if len(hashes) >= LEAST_HASHES})
    group_of = {slug: number for number, members in enumerate(_joined(links)) for slug in members}
    inside: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pair in links:
        inside[group_of[pair[0]]].append(pair)
    found = []
    for pairs in inside.values():
        slugs = tuple(sorted({slug for pair in pairs for slug in pair}))
        same_names = all(_shared_names(fingerprints[a], fingerprints[b], given)[0] >= ALIKE for a, b in pairs)
        found.append(Alike(slugs, min(links[pair] for pair in pairs), same_names))
    for (smaller, larger), share in within.items():
        if group_of.get(smaller, smaller) != group_of.get(larger, larger):
            same_names = _shared_names(fingerprints[smaller], fingerprints[larger], given)[1] >= WITHIN
            found.append(Alike((smaller, larger), share, same_names, within=True))
    return sorted(found, key=lambda group: (group.within, -len(group.slugs), -group.share, group.slugs))


def not_compared(fingerprints: Mapping[str, Fingerprints], own: Mapping[str, Hashes], working: Iterable[str]) -> dict[str, str]:
    """By slug, why a working submission could not be compared, or not in full. One that computes must have code somewhere."""
    found = {}
    for slug in working:
        if slug not in own or len(own[slug]) < LEAST_HASHES:
            found[slug] = "too little code to compare with others': see where its functions come from"
        elif fingerprints[slug].runs_text:
            found[slug] = "exec or eval in its code: see what that runs, since it cannot be compared with others'"
        elif fingerprints[slug].is_cut:
            found[slug] = "too much code to compare it all with others'"
    return found


Links = dict[tuple[str, str], float]


def _links(hashes: Mapping[str, Hashes]) -> tuple[Links, Links]:
    """Pairs of alike submissions, enough of them to join each group; and pairs of which the second holds the first.

    Equal ones are compared once, on behalf of all.
    """
    equal: dict[bytes, list[str]] = defaultdict(list)
    for slug in sorted(hashes):
        equal[hashes[slug].tobytes()].append(slug)
    links = {(slugs[0], slug): 1.0 for slugs in equal.values() for slug in slugs[1:]}
    alike, within = _alike({slugs[0]: hashes[slugs[0]] for slugs in equal.values()})
    return links | alike, within


def _alike(hashes: Mapping[str, Hashes]) -> tuple[Links, Links]:
    """Pairs of different sets whose weighted Jaccard similarity is ALIKE or more; others of which the second has WITHIN of the first.

    A hash that n of N sets have weighs log(N / n) + 1; one of more than COMMON_SHARE of N (and of more than 3) is left out.
    """
    if len(hashes) < 2:
        return {}, {}
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
    counts = np.array([len(found) for found in weighed])
    links, within = Links(), Links()
    for row, found in enumerate(weighed):
        shared = _shared(found, count)
        share = shared / np.maximum(totals[row] + totals - shared, 1e-12)
        alike = (share >= ALIKE) & (shared >= LEAST_SHARED)
        links.update({(slugs[row], slugs[other]): float(share[other]) for other in np.flatnonzero(alike) if other > row})
        if counts[row] >= LEAST_WITHIN:
            share = shared / totals[row]
            held = (share >= WITHIN) & ~alike & (totals > totals[row])
            within.update({(slugs[row], slugs[other]): float(share[other]) for other in np.flatnonzero(held)})
    return links, within


def _shared(found: list[tuple[float, Rows]], count: int) -> NDArray[np.float64]:
    """The weight of what each row has in common with one; found: of each of its hashes the weight, and the rows that have it."""
    if not found:
        return np.zeros(count)
    weights = np.repeat([weight for weight, _ in found], [len(rows) for _, rows in found])
    return np.bincount(np.concatenate([rows for _, rows in found]), weights, count).astype(np.float64, copy=False)


def _joined(links: Iterable[tuple[str, str]]) -> list[set[str]]:
    """The connected components."""
    group_of: dict[str, set[str]] = {}
    for a, b in links:
        joined = group_of.get(a, {a}) | group_of.get(b, {b})
        for slug in joined:
            group_of[slug] = joined
    return list({id(group): group for group in group_of.values()}.values())


def _shared_names(a: Fingerprints, b: Fingerprints, given: Fingerprints) -> tuple[float, float]:
    """With all names kept: the share of what either has that both have, and the share of what the first has."""
    common = unpacked(given.kept)
    first, second = (np.setdiff1d(unpacked(prints.kept), common, assume_unique=True) for prints in (a, b))
    shared = len(np.intersect1d(first, second, assume_unique=True))
    return shared / max(1, len(first) + len(second) - shared), shared / max(1, len(first))
