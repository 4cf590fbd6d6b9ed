"""Blind rewriting: every operator, name, axis and constant of the backward pass, without a thought of what a student might do.

What may live here: what one node of a syntax tree can be turned into.
"""
from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.selftest.edits import ANY_FACT, LOSS_SOURCE, STEP_SOURCE, Edit

_OPERATORS: Mapping[type[ast.operator], tuple[str, ...]] = {
    ast.Add: ("-", "*"), ast.Sub: ("+", "*"), ast.Mult: ("+", "-", "/"), ast.Div: ("*", "+"), ast.Pow: ("*",), ast.MatMult: ("*",),
}
_VARIABLES = (
    "X", "t", "N", "H", "z", "z_bar", "W_bar", "c_bar", "H_bar", "G_bar",
    "params['W']", "params['b']", "params['U']", "params['c']",
)


def blind_edits() -> Iterator[Edit]:
    """Rewritings made without a thought of what a student might do; of them only the step is true."""
    for step, source in {**STEP_SOURCE, "loss": LOSS_SOURCE}.items():
        tree = ast.parse(source, mode="eval").body
        for node in ast.walk(tree):
            if isinstance(node, ast.expr):
                old = ast.unparse(node)
                for operator, new in _rewritten(node):
                    if new != old:
                        yield Edit(operator, "backprop", step, step, old, new, None, frozenset({ANY_FACT}))


def _rewritten(node: ast.expr) -> Iterator[tuple[str, str]]:
    """(operator, new source) of everything this node can be turned into by one blind change."""
    source = ast.unparse(node)
    if isinstance(node, ast.BinOp):
        left, right = ast.unparse(node.left), ast.unparse(node.right)
        yield "drop", left
        yield "drop", right
        yield "swap", f"({right}) {_symbol(node.op)} ({left})"
        for symbol in _OPERATORS.get(type(node.op), ()):
            yield "replace", f"({left}) {symbol} ({right})"
    elif (isinstance(node, ast.Name) and node.id not in ("np", "params", "_sigmoid")) or isinstance(node, ast.Subscript):
        for variable in _VARIABLES:
            yield "wrong-variable", variable
        yield "sign", f"(-{source})"
        yield "replace", f"np.abs({source})"
        yield "replace", f"{source}[::-1]"
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield "replace", str(node.value + 1)
        yield "replace", str(node.value - 1)
        yield "axis", "None"
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose", ast.unparse(node.value)
    elif isinstance(node, ast.Call):
        for name in ("sum", "mean", "max", "min", "prod", "std"):
            yield "replace", f"np.{name}({source})"
            if node.keywords:
                yield "axis", f"{ast.unparse(node.func).rsplit('.', 1)[0]}.{name}(axis=0)"
        if node.args:
            yield "drop", ast.unparse(node.args[0])


def _symbol(operator: ast.operator) -> str:
    return {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**", ast.MatMult: "@"}[type(operator)]
