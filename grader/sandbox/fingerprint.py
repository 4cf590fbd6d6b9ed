"""What a source says once names, layout and comments are gone, as a set of hashes. Runs in a confined child.

What may live here: reading a syntax tree, and hashing it. Runs before or instead
of student code, never after it, so that the code cannot lie about itself.

Each function becomes a line of tokens, and so does what stands outside of all;
every GRAM tokens in a row are hashed, and of every WINDOW hashes in a row the
least is kept: winnowing, after Schleimer, Wilkerson and Aiken, "Winnowing: Local
Algorithms for Document Fingerprinting" (SIGMOD 2003). Two functions that share
GRAM + WINDOW - 1 tokens share a hash; in which order they stand does not matter.
"""
from __future__ import annotations

import ast
import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

GRAM = 12
"""Tokens hashed together: two short statements. A single formula of the exercise, which all have, is shorter."""
WINDOW = 5
HASH_BYTES = 6
"""48 bits, which a float64 holds exactly; among a million hashes one pair in 500 runs collides."""
MAX_HASHES = 4_000
"""A solution of a hundred lines has some 300."""
MAX_TOKENS = 200_000
IGNORED_CALLS = frozenset({"print", "show", "savefig", "figure", "plot", "title", "xlabel", "ylabel", "legend"})

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

RUN_TEXT = frozenset({"exec", "eval"})
BUILTINS = frozenset({"builtins", "__builtins__"})

Fingerprint = tuple[list[int], list[int], list[bool]]
"""Hashes with names kept and with names dropped, each sorted, each once; of each source, whether it may run a text as code."""


def fingerprint(sources: Iterable[str]) -> Fingerprint:
    """The hashes of some sources of one submission; none of a source that is not Python.

    Left out: comments, docstrings, annotations, imports, printing and plotting, and what a function computes for a name that
    nothing reads. With names dropped, every variable,
    argument and function of one's own is alike, but attributes (tanh, T, sum) and numbers still count.
    """
    kept: set[int] = set()
    dropped: set[int] = set()
    run_text: list[bool] = []
    for source in sources:
        pieces: list[list[ast.AST]] = []
        read: set[str] = set()
        with contextlib.suppress(Exception):  # SyntaxError, ValueError, RecursionError, MemoryError: no syntax, no fingerprint
            tree = ast.parse(source)
            read = _names_read(tree)
            pieces = _pieces(tree, read)
        run_text.append(not RUN_TEXT.isdisjoint(read))
        for piece in pieces:
            kept.update(_winnowed(_tokens(piece, keep_names=True)))
            dropped.update(_winnowed(_tokens(piece, keep_names=False)))
    return sorted(kept)[:MAX_HASHES], sorted(dropped)[:MAX_HASHES], run_text


def _names_read(tree: ast.AST) -> set[str]:
    """Names that are read anywhere, of builtins also as attributes of the module."""
    read: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            read.add(node.id)
        elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in BUILTINS:
            read.add(node.attr)
    return read


def _pieces(tree: ast.AST, read: AbstractSet[str]) -> list[list[ast.AST]]:
    """All nodes that count, each before those below it, without recursion: of each function those outside of the functions in it."""
    pieces: list[list[ast.AST]] = []
    roots, left = [tree], MAX_TOKENS
    for root in roots:
        nodes: list[ast.AST] = []
        stack = [root]
        while stack and left:
            node = stack.pop()
            if isinstance(node, FUNCTIONS) and node is not root:
                roots.append(node)
            elif not _is_ignored(node) and (root is tree or not _is_unread(node, read)):
                left -= 1
                nodes.append(node)
                stack.extend(reversed([child for name, child in _children(node) if name not in ("annotation", "returns", "type_comment")]))
        pieces.append(nodes)
    return pieces


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, (ast.Load, ast.Store, ast.Del)):
                yield name, child


def _is_unread(node: ast.AST, read: AbstractSet[str]) -> bool:
    """Whether it gives something a name that nothing reads."""
    return isinstance(node, ast.Assign) and all(isinstance(one, ast.Name) and one.id not in read for one in node.targets)


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
