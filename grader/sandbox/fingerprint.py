"""What a source says once names, layout and comments are gone, as a set of hashes. Runs in a confined child.

What may live here: reading a syntax tree, and hashing it. Runs before or instead
of student code, never after it, so that the code cannot lie about itself.

A tree becomes a line of tokens; every GRAM tokens in a row are hashed, and of
every WINDOW hashes in a row the least is kept: winnowing, after Schleimer,
Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting"
(SIGMOD 2003). Two sources that share GRAM + WINDOW - 1 tokens share a hash.
"""
from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator

GRAM = 12
"""Tokens hashed together: two short statements. A single formula of the exercise, which all have, is shorter."""
WINDOW = 5
HASH_BYTES = 6
"""48 bits, which a float64 holds exactly; among a million hashes one pair in 500 runs collides."""
MAX_HASHES = 4_000
"""A solution of a hundred lines has some 300."""
MAX_TOKENS = 200_000
IGNORED_CALLS = frozenset({"print", "show", "savefig", "figure", "plot", "title", "xlabel", "ylabel", "legend"})

Fingerprint = tuple[list[int], list[int]]
"""Hashes with names kept and with names dropped; each sorted, each once."""


def fingerprint(sources: Iterable[str]) -> Fingerprint:
    """The hashes of some sources of one submission; none of a source that is not Python.

    Left out: comments, docstrings, annotations, imports, printing and plotting. With names dropped, every variable,
    argument and function of one's own is alike, but attributes (tanh, T, sum) and numbers still count.
    """
    kept: set[int] = set()
    dropped: set[int] = set()
    for source in sources:
        try:
            nodes = list(_nodes(ast.parse(source)))
        except Exception:  # SyntaxError, ValueError, RecursionError, MemoryError: no syntax, no fingerprint
            continue
        kept.update(_winnowed(_tokens(nodes, keep_names=True)))
        dropped.update(_winnowed(_tokens(nodes, keep_names=False)))
    return sorted(kept)[:MAX_HASHES], sorted(dropped)[:MAX_HASHES]


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes that count, each before those below it, without recursion."""
    stack = [tree]
    for _ in range(MAX_TOKENS):
        if not stack:
            return
        node = stack.pop()
        if _is_ignored(node):
            continue
        yield node
        stack.extend(reversed([child for name, child in _children(node) if name not in ("annotation", "returns", "type_comment")]))


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, (ast.Load, ast.Store, ast.Del)):
                yield name, child


def _is_ignored(node: ast.AST) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    if isinstance(value, ast.Call):
        function = value.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return name in IGNORED_CALLS
    return isinstance(value, ast.Constant)


def _tokens(nodes: list[ast.AST], keep_names: bool) -> list[str]:
    return [_token(node, keep_names) for node in nodes]


def _token(node: ast.AST, keep_names: bool) -> str:
    kind = type(node).__name__
    if isinstance(node, ast.Attribute):
        return f"{kind} {node.attr}"
    if isinstance(node, ast.Constant):
        return f"{kind} {node.value!r}"[:60]
    if not keep_names:
        return kind
    if isinstance(node, ast.Name):
        return f"{kind} {node.id}"
    if isinstance(node, ast.arg):
        return f"{kind} {node.arg}"
    return f"{kind} {node.name}" if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else kind


def _winnowed(tokens: list[str]) -> set[int]:
    hashes = [_hash("\0".join(tokens[start : start + GRAM])) for start in range(len(tokens) - GRAM + 1)]
    return {min(hashes[start : start + WINDOW]) for start in range(max(0, len(hashes) - WINDOW + 1))}


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=HASH_BYTES).digest(), "big")
