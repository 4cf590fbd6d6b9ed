"""Where in a student's own text a step of the chain is computed: a line, or nothing.

What may live here: reading a syntax tree. Runs in the confined worker on the
student's own text; needs ast and nothing of ours.

A step has a line only if one statement of the function, and one alone, computes
its quantity: an assignment to one of the names people give it, or what the returned
dict holds under its key. A wrong line is worse than none, so every doubt gives None.
"""
from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

LARGEST_SOURCE_BYTES = 1_000_000
DEEPEST_NESTING = 200  # what CPython's own parser allows for parentheses; deeper trees are not walked
MOST_NODES = 100_000

# step -> the names people give its quantity, lower case, underscores dropped.
NAMES: Mapping[str, frozenset[str]] = {
    step: frozenset(names.split())
    for step, names in {
        "G": "g preactivation hiddeninput z1 a1in",
        "H": "h hidden a1",
        "z": "z logit logits z2",
        "y": "y yhat ypred pred output a2 prob probs",
        "loss": "loss cost l j",
        "z_bar": "zbar dz dz2 dldz delta2 deltaout outputdelta",
        "H_bar": "hbar dh da1 dldh",
        "G_bar": "gbar dg dz1 dldg delta1 hiddendelta",
        "c_bar": "cbar dc dldc gradc cgrad db2",
        "W_bar": "wbar dw dldw gradw wgrad dw2",
        "b_bar": "bbar db dldb gradb bgrad db1",
        "U_bar": "ubar du dldu gradu ugrad dw1",
    }.items()
}
# Names that case alone tells apart (g and G, h and H): only the upper-case one is the matrix of the chain.
UPPER_CASE_ONLY = frozenset({"G", "H"})
# Names of quantities whose lines may hold the slip just as well: the derivative with respect to y before z_bar's.
BEFORE: Mapping[str, frozenset[str]] = {"z_bar": frozenset({"ybar", "dy", "dldy", "da2", "dyhat", "error", "err"})}
IN_DOUBT = -1
LIBRARIES = frozenset({"np", "numpy", "scipy", "special", "math"})
ARRAY_METHODS = frozenset({"dot", "sum", "mean", "reshape", "ravel", "flatten", "transpose", "astype", "squeeze", "copy", "item"})
# Calls that only rename, measure or reshape.
ALIASING = frozenset({
    "len", "float", "int", "asarray", "array", "reshape", "ravel", "flatten", "astype", "copy", "atleast_1d", "squeeze", "items",
    "float32", "float64",
})
KEYS: Mapping[str, str] = {"c_bar": "c", "W_bar": "W", "b_bar": "b", "U_bar": "U"}


def locate(source: str, function: str, step: str) -> int | None:
    """The line (from 1) of the statement in this function that computes a step's quantity; None if in doubt.

    source    the student's whole text; over LARGEST_SOURCE_BYTES gives None
    function  forward, backprop or make_dataset
    step      G, H, z, y, loss, z_bar, c_bar, W_bar, H_bar, G_bar, b_bar or U_bar

    Never raises.
    """
    if step not in NAMES:
        return None
    try:
        if len(source.encode("utf-8", "surrogatepass")) > LARGEST_SOURCE_BYTES or _too_deep(source):
            return None
        return _located(ast.parse(source), function, step)
    except Exception:  # ValueError, SyntaxError, RecursionError, MemoryError: no line is always an answer
        return None


def _too_deep(source: str) -> bool:
    """Whether brackets or indentation nest deeper than can be walked, counted without parsing."""
    depth = 0
    for character in source:
        if character in "([{":
            depth += 1
            if depth > DEEPEST_NESTING:
                return True
        elif character in ")]}":
            depth = max(0, depth - 1)
    return max((len(line) - len(line.lstrip()) for line in source.splitlines()), default=0) > 4 * DEEPEST_NESTING


def _located(tree: ast.Module, function: str, step: str) -> int | None:
    bodies = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    if len(bodies) != 1:
        return None
    nodes = list(ast.walk(bodies[0]))
    if len(nodes) > MOST_NODES or any(isinstance(node, (ast.FunctionDef, ast.Lambda)) for node in nodes[1:]):
        return None
    named = set(_named_lines(nodes, step))
    if step in KEYS:
        keyed = set(_keyed_lines(nodes, KEYS[step]))
        named = keyed | named if keyed and named else keyed or named
    if len(named) != 1 or IN_DOUBT in named or (step in (*KEYS, "loss", "z_bar") and _changed_later(nodes, step)):
        return None
    (line,) = named
    own = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    statements = [node for node in nodes if isinstance(node, ast.stmt) and node.lineno == line and not isinstance(node, ast.For)]
    elsewhere = any(
        _computes_elsewhere(statement, step, own) or _uses_others(statement, nodes) or _uses_altered(statement, nodes)
        or _uses_exchanged(statement, nodes, tree)
        for statement in statements
    )
    return None if elsewhere else line


def _changed_later(nodes: list[ast.AST], step: str) -> bool:
    """Whether the answers are worked on once more where they are returned, or for all keys in a loop: the slip may stand there."""
    for node in nodes:
        if isinstance(node, ast.Return) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for part in parts:
                inside = list(ast.walk(part))
                reads_it = any(isinstance(n, ast.Name) and _matches(n.id, step) for n in inside)
                over_keys = any(isinstance(n, (ast.DictComp, ast.GeneratorExp)) for n in inside)
                if (reads_it and not _is_alias(part)) if step == "loss" else (over_keys and not isinstance(part, ast.BinOp)):
                    return True
    if step == "loss":
        return False
    stores = [t for node in nodes for t, _, _ in _targets(node) if isinstance(t, ast.Subscript) and isinstance(t.value, ast.Name)]
    keyed = {t.value.id for t in stores if isinstance(t.slice, ast.Constant) and isinstance(t.slice.value, str)}  # type: ignore[attr-defined]
    return any(isinstance(t.slice, ast.Name) and t.value.id in keyed for t in stores)  # type: ignore[attr-defined]


def _computes_elsewhere(statement: ast.stmt, step: str, own: set[str]) -> bool:
    """Whether a statement calls functions of the student's, where the slip may stand as well; the sigmoid in z_bar is let pass."""
    for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name):
            name = call.func.id
            if name in own and not (step == "z_bar" and name.replace("_", "").lower().startswith("sig")):
                return True
        elif isinstance(call.func, ast.Attribute):
            base: ast.expr = call.func
            while isinstance(base, ast.Attribute):
                base = base.value
            if isinstance(base, ast.Name) and base.id not in LIBRARIES and call.func.attr not in ARRAY_METHODS:
                return True
    return False


def _uses_others(statement: ast.stmt, nodes: list[ast.AST]) -> bool:
    """Whether a statement alone uses a variable that was computed before it and is no quantity of the chain.

    The slip may stand there as well. What other statements use too would spoil them too.
    """
    inside = {id(node) for node in ast.walk(statement)}
    loads = [node for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    here = {node.id for node in loads if id(node) in inside}
    for node in nodes:
        for target, value, _ in _targets(node):
            if not isinstance(target, ast.Name) or target.id not in here or id(target) in inside or _is_alias(value):
                continue
            own = {id(part) for part in ast.walk(value)}
            elsewhere = any(n.id == target.id and id(n) not in inside | own for n in loads)
            if not elsewhere and not any(_matches(target.id, step) for step in NAMES):
                return True
    return False


def _uses_altered(statement: ast.stmt, nodes: list[ast.AST]) -> bool:
    """Whether a statement uses a name that another one changes in place after it was computed."""
    here = _read_in(statement)
    own = {id(node) for node in ast.walk(statement)}
    computed = {t.id for node in nodes for t, value, _ in _targets(node)
                if isinstance(t, ast.Name) and not isinstance(node, ast.AugAssign) and not _is_setting_up(value)}
    return any(
        isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in here & computed and id(node) not in own
        for node in nodes
    )


def _uses_exchanged(statement: ast.stmt, nodes: list[ast.AST], tree: ast.Module) -> bool:
    """Whether a statement uses a name that is unpacked from a call of the student's own in another place than it is returned."""
    here = _read_in(statement)
    for node in nodes:
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Call)):
            continue
        unpacked = _names(node.targets[0])
        called = getattr(node.value.func, "id", "")
        for function in (f for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == called):
            for last in (n.value for n in ast.walk(function) if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)):
                returned = _names(last)
                if any(name in here and returned.index(name) != place for place, name in enumerate(unpacked) if name in returned):
                    return True
    return False


def _read_in(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _names(values: ast.Tuple) -> list[str]:
    return [value.id if isinstance(value, ast.Name) else "" for value in values.elts]


def _is_alias(value: ast.expr) -> bool:
    """Whether a value only renames, measures or reshapes something: no arithmetic, no slice."""
    for node in ast.walk(value):
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.Slice, ast.IfExp)):
            return False
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called not in ALIASING:
                return False
    return True


def _matches(name: str, step: str) -> bool:
    if step in UPPER_CASE_ONLY and len(name) == 1:
        return name == step
    return name.replace("_", "").lower() in NAMES[step]


def _targets(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, int]]:
    """(target, value, line) of every plain assignment to one target, an augmented one included."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            yield from ((t, v, node.lineno) for t, v in zip(target.elts, value.elts))
        else:
            yield target, value, node.lineno
    elif isinstance(node, ast.AugAssign) or (isinstance(node, ast.AnnAssign) and node.value is not None):
        if node.value is not None:
            yield node.target, node.value, node.lineno


def _is_setting_up(value: ast.expr) -> bool:
    """Whether a value only makes room: a constant, np.zeros(...), zeros_like, empty."""
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return called in ("zeros", "zeros_like", "empty", "empty_like")
    return False


def _named_lines(nodes: list[ast.AST], step: str) -> Iterator[int]:
    """Lines that assign to a name or to an entry of an array with a name of this step."""
    for node in nodes:
        for target, value, line in _targets(node):
            while isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
                target = target.value
            if not isinstance(target, ast.Name) or _is_setting_up(value):
                continue
            if _matches(target.id, step):
                # what is divided later, or was set before, is not seen here
                added_up = step in ("loss", "z", "G") and isinstance(node, ast.AugAssign)
                yield line if _is_read(target.id, node, nodes) and not added_up else IN_DOUBT
            elif target.id.replace("_", "").lower() in BEFORE.get(step, ()):
                yield IN_DOUBT


def _is_read(name: str, statement: ast.AST, nodes: list[ast.AST]) -> bool:
    """Whether a name is used outside the statement that assigns it: what nothing reads spoils nothing."""
    own = {id(node) for node in ast.walk(statement)}
    return any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) and id(n) not in own for n in nodes)


def _keyed_lines(nodes: list[ast.AST], key: str) -> Iterator[int]:
    """Lines that compute what a dict holds under this key, one name followed back to its assignments."""
    for node in nodes:
        values: list[tuple[ast.expr, int]] = []
        if isinstance(node, ast.Dict):
            values = [(v, v.lineno) for k, v in zip(node.keys, node.values) if isinstance(k, ast.Constant) and k.value == key]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
            values = [(word.value, word.value.lineno) for word in node.keywords if word.arg == key]
        else:
            for target, value, line in _targets(node):
                if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and target.slice.value == key:
                    if isinstance(node, ast.AugAssign):
                        yield line
                    else:
                        values.append((value, line))
        for value, line in values:
            yield from _origin(nodes, value, line)


def _origin(nodes: list[ast.AST], value: ast.expr, line: int) -> Iterator[int]:
    """The lines that assign a plain name; the value's own line if it is a computation; none if it makes room.

    A name that is read elsewhere too (the residual stored as c's gradient, say) is in doubt.
    """
    if isinstance(value, ast.Name):
        reads = sum(isinstance(n, ast.Name) and n.id == value.id and isinstance(n.ctx, ast.Load) for n in nodes)
        if reads > 1:
            yield IN_DOUBT
            return
        for node in nodes:
            for target, assigned, at in _targets(node):
                while isinstance(target, ast.Subscript):
                    target = target.value
                if isinstance(target, ast.Name) and target.id == value.id and not _is_setting_up(assigned):
                    yield at
    elif not _is_setting_up(value):
        yield line
