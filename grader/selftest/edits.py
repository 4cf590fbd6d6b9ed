"""The mistakes that are made on purpose: rewritings of one step, and what is true of each.

What may live here: the tables of edits. Nothing that makes them, that diagnoses or that judges a diagnosis.

An edit replaces a part of one step's expression. What is true of it follows from
the edit alone: for a product, by which powers the step's factors change (N, -1 and 2
among them); for anything else, the facts that name what happens.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

Powers = Mapping[str, float]
ANY_FACT = "*"  # an edit of which only the step is true: any fact at that step names it rightly


@dataclass(frozen=True, eq=False)
class Edit:
    """One rewriting of one step.

    operator   drop, replace, swap, transpose, sign, axis, scale, wrong-variable, wrong-key
    function   the student's function it spoils: backprop, forward or make_dataset
    step       the step of the chain where the slip enters
    target     the variable whose assignment is rewritten, or "return"; found in the whole module
    old, new   source of the part replaced and of what replaces it
    powers     factor -> power after less power before; None where the edit changes none
    facts      the ids that name the slip rightly, where powers alone do not say what the step computes;
               "id: structure" where the id alone does not say it either
    cuts       the steps whose result no longer reaches this step after the edit
    """

    operator: str
    function: str
    step: str
    target: str
    old: str
    new: str
    powers: Powers | None = None
    facts: frozenset[str] = frozenset()
    cuts: frozenset[str] = frozenset()

    @property
    def is_product(self) -> bool:
        return not self.facts


# ---- products of factors: expressions and the powers of the factors in them

SCALARS: Mapping[str, Powers] = {"N": {"N": 1}, "1 / N": {"N": -1}, "2": {"2": 1}, "0.5": {"2": -1}, "-1": {"-1": 1}}
OUTPUT = "_sigmoid(z)"
EXAMPLE_LEVEL: Mapping[str, Powers] = {
    f"{OUTPUT} * (1 - {OUTPUT})": {"y": 1, "1-y": 1}, OUTPUT: {"y": 1}, f"(1 - {OUTPUT})": {"1-y": 1}, "z": {"z": 1},
    f"({OUTPUT} - t)": {"y-t": 1}, f"{OUTPUT}**2": {"y": 2},
}
SCORE = "(X @ params['U'].T + params['b'])"
UNIT_LEVEL: Mapping[str, Powers] = {
    "H": {"h": 1}, "(1 - H)": {"1-h": 1}, "(1 + H)": {"1+h": 1}, "(1 - H**2)": {"1-h": 1, "1+h": 1}, "H**2": {"h": 2},
    SCORE: {"g": 1}, f"(1 - {SCORE}**2)": {"1-g^2": 1}, "H * (1 - H)": {"h": 1, "1-h": 1}, "(1 - H)**2": {"1-h": 2},
    "(1 - H**2)**2": {"1-h": 2, "1+h": 2}, "np.sqrt(1 - H**2)": {"1-h": 0.5, "1+h": 0.5}, "H * (1 + H)": {"h": 1, "1+h": 1},
    "(H - 1)": {"1-h": 1, "-1": 1}, "(H**2 - 1)": {"1-h": 1, "1+h": 1, "-1": 1},
}
WEIGHTS: Mapping[str, Powers] = {
    "params['W']**2": {"w": 2}, "params['b']": {"b": 1}, "-params['W']": {"w": 1, "-1": 1},
    "np.ones_like(params['W'])": {}, "2 * params['W']": {"w": 1, "2": 1}, "params['W'] * params['b']": {"w": 1, "b": 1},
    "1 / params['W']": {"w": -1}, "params['W']**3": {"w": 3}, "params['W'] * params['c']": {"w": 1, "c": 1},
}
POINTS: Mapping[str, Powers] = {
    "X**2": {"x": 2}, "np.ones_like(X)": {}, "-X": {"x": 1, "-1": 1}, "X / N": {"x": 1, "N": -1}, "2 * X": {"x": 1, "2": 1},
    "X**3": {"x": 3}, "1 / X": {"x": -1},
}


def combined(*changes: tuple[Powers, float]) -> dict[str, float]:
    """The sum of powers, each taken a number of times; -1 counts modulo two."""
    total: dict[str, float] = {}
    for powers, count in changes:
        for name, power in powers.items():
            total[name] = total.get(name, 0) + count * power
    if "-1" in total:
        total["-1"] %= 2
    return {name: power for name, power in total.items() if power}


def _product(operator: str, step: str, old: str, new: str, powers: Powers, *cuts: str) -> Edit:
    return Edit(operator, "backprop", step, step, old, new, powers, cuts=frozenset(cuts))


STEP_SOURCE: Mapping[str, str] = {
    "z_bar": f"({OUTPUT} - t) / N", "W_bar": "H.T @ z_bar", "c_bar": "z_bar.sum()", "H_bar": "np.outer(z_bar, params['W'])",
    "G_bar": "H_bar * (1 - H**2)", "U_bar": "G_bar.T @ X", "b_bar": "G_bar.sum(axis=0)",
}


def product_edits() -> Iterator[Edit]:
    """Edits after which every step still is a product of factors."""
    for step, old in STEP_SOURCE.items():
        for factor, powers in SCALARS.items():
            yield _product("sign" if factor == "-1" else "scale", step, old, f"({old}) * ({factor})", powers)
    z = STEP_SOURCE["z_bar"]
    yield _product("drop", "z_bar", z, f"{OUTPUT} - t", {"N": 1})
    yield _product("swap", "z_bar", f"{OUTPUT} - t", f"t - {OUTPUT}", {"-1": 1})
    yield _product("drop", "z_bar", f"{OUTPUT} - t", OUTPUT, {"y": 1, "y-t": -1})
    yield _product("replace", "z_bar", f"{OUTPUT} - t", f"1 - {OUTPUT}", {"1-y": 1, "y-t": -1})
    yield _product("wrong-variable", "z_bar", z, f"({OUTPUT} - t) / len(params)", {"N": 1, "2": -2})
    yield _product("wrong-variable", "z_bar", z, f"({OUTPUT} - t) / X.shape[1]", {"N": 1, "D": -1})
    yield _product("wrong-variable", "z_bar", z, f"({OUTPUT} - t) / len(params['W'])", {"N": 1, "H": -1})
    yield _product("wrong-variable", "z_bar", z, f"({OUTPUT} - t) / X.size", {"D": -1})
    yield _product("replace", "z_bar", z, f"({OUTPUT} - t) / N**2", {"N": -1})
    for factor, powers in EXAMPLE_LEVEL.items():
        yield _product("scale", "z_bar", z, f"({z}) * {factor}", powers)
        yield _product("scale", "z_bar", z, f"({z}) / ({factor})", combined((powers, -1)))
        yield _product("scale", "c_bar", "z_bar", f"(z_bar * {factor})", powers)
        yield _product("scale", "W_bar", "z_bar", f"(z_bar * {factor})", powers)
        yield _product("scale", "H_bar", "z_bar", f"(z_bar * {factor})", powers)
    for factor, powers in UNIT_LEVEL.items():
        if factor != "(1 - H**2)":
            changed = combined((powers, 1), (UNIT_LEVEL["(1 - H**2)"], -1))
            yield _product("replace", "G_bar", "1 - H**2", factor, changed)
        yield _product("scale", "G_bar", "H_bar", f"(H_bar * {factor})", powers)
        yield _product("replace", "G_bar", "H_bar * (1 - H**2)", f"H_bar / ({factor})",
                       combined((powers, -1), (UNIT_LEVEL["(1 - H**2)"], -1)))
        if factor != "H":
            yield _product("replace", "W_bar", "H", f"({factor})", combined((powers, 1), ({"h": 1}, -1)))
        yield _product("scale", "b_bar", "G_bar", f"(G_bar * {factor})", powers)
        yield _product("scale", "U_bar", "G_bar", f"(G_bar * {factor})", powers)
    yield _product("drop", "G_bar", "H_bar * (1 - H**2)", "H_bar", {"1-h": -1, "1+h": -1})
    yield _product("drop", "G_bar", "H_bar * (1 - H**2)", "1 - H**2", {"y-t": -1, "w": -1, "N": 1}, "z_bar", "H_bar")
    yield _product("wrong-variable", "G_bar", "H_bar", "np.outer(z_bar, np.ones_like(params['W']))", {"w": -1}, "H_bar")
    for factor, powers in WEIGHTS.items():
        yield _product("replace", "H_bar", "params['W']", f"({factor})", combined((powers, 1), ({"w": 1}, -1)))
    yield _product("wrong-variable", "H_bar", "np.outer(z_bar, params['W'])", "z_bar[:, None] * H", {"w": -1, "h": 1})
    for factor, powers in POINTS.items():
        yield _product("replace", "U_bar", "X", f"({factor})", combined((powers, 1), ({"x": 1}, -1)))
    for step in ("U_bar", "b_bar"):
        yield _product("wrong-variable", step, "G_bar", "H_bar", {"1-h": -1, "1+h": -1}, "G_bar")
        yield _product("wrong-variable", step, "G_bar", "(z_bar[:, None] * (1 - H**2))", {"w": -1}, "G_bar", "H_bar")
    yield _product("replace", "c_bar", "z_bar.sum()", "(z_bar**2).sum()", {"y-t": 1, "N": -1})
    yield _product("axis", "b_bar", "G_bar.sum(axis=0)", "G_bar.mean(axis=0)", {"N": -1})
    yield _product("axis", "c_bar", "z_bar.sum()", "z_bar.mean()", {"N": -1})
    yield _product("scale", "U_bar", "G_bar.T @ X", "G_bar.T @ X * params['U']", {"u": 1})
    yield _product("scale", "W_bar", "H.T @ z_bar", "H.T @ z_bar * params['W']", {"w": 1})
    yield _product("scale", "W_bar", "H.T @ z_bar", "H.T @ z_bar * params['b']", {"b": 1})
    yield _product("scale", "b_bar", "G_bar.sum(axis=0)", "G_bar.sum(axis=0) * params['b']", {"b": 1})
    yield _product("scale", "c_bar", "z_bar.sum()", "z_bar.sum() * params['c']", {"c": 1})


# ---- everything else on the way back


def _structure(operator: str, step: str, old: str, new: str, *facts: str) -> Edit:
    return Edit(operator, "backprop", step, step, old, new, None, frozenset(facts))


def structural_edits() -> Iterator[Edit]:
    """Edits about what happens between examples, units and inputs, and sums in the place of products."""
    yield from _residual_edits()
    yield from _hidden_edits()
    yield from _reduction_edits()
    yield from _key_edits()


def _residual_edits() -> Iterator[Edit]:
    z, r = STEP_SOURCE["z_bar"], f"{OUTPUT} - t"
    for new, *facts in (
        (f"{OUTPUT} + t", "sum-for-difference"), ("z - t", "missing-output-sigmoid"), ("np.tanh(z) - t", "tanh-output"),
        (f"{OUTPUT} - t[::-1]", "labels-reversed"), (f"{OUTPUT}[::-1] - t", "outputs-reversed"),
        (f"({OUTPUT} > 0.5) - t", "output-rounded"), (f"_sigmoid({OUTPUT}) - t", "sigmoid-twice"),
        (f"{OUTPUT} - (1 - t)", "labels-swapped"), (f"np.abs({OUTPUT} - t)", "residual-absolute"),
        (f"t * ({OUTPUT} - 1)", "residual-lacks-label-0"), (f"(1 - t) * {OUTPUT}", "residual-lacks-label-1"),
        (f"{OUTPUT} - t[0]", "first-label-only"), (f"{OUTPUT} - np.mean(t)", "labels-averaged"),
        (f"{OUTPUT} - np.sum(t)", "labels-summed"), (f"{OUTPUT} - np.roll(t, 1)", "labels-shifted"),
        (f"{OUTPUT} - np.sort(t)", "labels-sorted"), (f"np.sign({OUTPUT} - t)", "residual-sign"),
        (f"{OUTPUT} * t", "residual-times-label"), (f"2 * {OUTPUT} - t", "output-doubled"),
        (f"{OUTPUT} - 2 * t", "labels-doubled"), (f"{OUTPUT}**2 - t", "output-squared"),
        (f"np.mean({OUTPUT}) - t", "outputs-averaged"), (f"-t / {OUTPUT}", "loss-derivative-lacks-label-0"),
        (f"t / {OUTPUT} + (1 - t) / (1 - {OUTPUT})", "loss-derivative-signs"),
        ("_sigmoid(-z) - t", "sigmoid-sign-flipped"), (f"{OUTPUT} - t**2 - 0.1", "other-expression-for-residual: y-t-0.1 in place of y-t"),
        ("np.maximum(z, 0) - t", "relu-output"),
    ):
        yield _structure("replace", "z_bar", r, f"({new})", *facts)
    yield _structure("swap", "z_bar", z, f"{OUTPUT} - t / N", "labels-divided-by-n")
    yield _structure("swap", "z_bar", z, f"{OUTPUT} / N - t", "output-divided-by-n")
    yield _structure("wrong-variable", "z_bar", z, f"({r}) / (N - 1)", "wrong-count")
    yield _structure("wrong-variable", "z_bar", z, f"({r}) / (N + 1)", "wrong-count")
    yield _structure("wrong-variable", "z_bar", z, f"({r}) / 500", "fixed-count")
    for new, *facts in (
        (f"({z})[::-1]", "residual-reversed"), (f"np.roll({z}, 1)", "residual-shifted"),
        (f"np.cumsum({z})", "residual-accumulated"), (f"({z}) * (np.arange(N) == 0)", "only-first-example"),
        (f"({z}) * (np.arange(N) == N - 1)", "only-last-example"), (f"({z}) * (np.arange(N) > 0)", "residual-lacks-first"),
        (f"np.full(N, np.mean({z}))", "residual-averaged"), (f"({z}) - np.mean({z})", "residual-centred"),
        (f"np.full(N, ({z})[-1])", "last-residual-for-all"), (f"np.sort({z})", "residual-sorted"),
        (f"np.clip({z}, -0.05, 0.05)", "clipped"),
    ):
        yield _structure("replace", "z_bar", z, new, *facts)


def _hidden_edits() -> Iterator[Edit]:
    outer, W = STEP_SOURCE["H_bar"], "params['W']"
    for new, *facts in (
        (f"{W}[::-1]", "weights-reversed"), (f"np.roll({W}, 1)", "weights-shifted"), (f"np.roll({W}, -1)", "weights-shifted"),
        (f"np.full_like({W}, {W}.sum())", "weights-summed"), (f"np.full_like({W}, {W}[0])", "first-weight-only"),
        (f"np.abs({W})", "weights-absolute"), (f"np.sort({W})", "weights-sorted"),
        (f"({W} / np.linalg.norm({W}))", "weights-normalised"), (f"({W} - 0.1 * W_bar)", "weights-updated-inside"),
        (f"({W} - W_bar)", "weights-updated-inside"), (f"np.full_like({W}, {W}.mean())", "weights-averaged"),
    ):
        yield _structure("replace", "H_bar", W, new, *facts)
    yield _structure("transpose", "H_bar", outer, f"np.outer({W}, z_bar).reshape(H.shape)", "outer-reshaped")
    yield _structure("replace", "H_bar", outer, f"z_bar[:, None] + {W}", "sum-for-product")
    yield _structure("replace", "H_bar", outer, f"z_bar[:, None] - {W}", "difference-for-product")
    for new, *facts in (
        ("z_bar[::-1]", "residual-reversed"), ("np.full(N, z_bar.sum())", "residual-summed"),
        ("np.abs(z_bar)", "residual-absolute"),
        ("np.full(N, z_bar[0])", "first-residual-for-all"), ("np.roll(z_bar, 1)", "residual-shifted"),
    ):
        yield _structure("wrong-variable", "H_bar", "z_bar", new, *facts)
    yield replace(_structure("wrong-variable", "H_bar", "z_bar", "np.sign(z_bar)", "residual-sign"), powers={"N": 1})
    for new, *facts in (
        ("H_bar + (1 - H**2)", "sum-for-product"), ("H_bar - (1 - H**2)", "difference-for-product"),
        ("H_bar * 1 - H**2", "missing-parentheses"), ("H_bar * (1 - H[::-1]**2)", "hidden-rows-reversed"),
        ("H_bar * (1 - H[:, ::-1]**2)", "hidden-reversed"),
        ("H_bar * (1 - H.mean(axis=0)**2)", "hidden-averaged-over-examples"),
        ("H_bar * (1 - H[0]**2)", "hidden-first-example"),
        ("H_bar * (1 - (H**2).sum(axis=1, keepdims=True))", "squares-summed-over-units"),
        ("H_bar * (1 - np.roll(H, 1, axis=1)**2)", "hidden-shifted"),
        ("(H_bar * (1 - H**2))[::-1]", "gradient-rows-reversed"),
        ("(H_bar * (1 - H**2))[:, ::-1]", "gradient-columns-reversed"),
        ("np.maximum(H_bar * (1 - H**2), 0)", "gradient-relu"),
        ("H_bar * (1 - (H**2).mean(axis=0))", "squares-averaged-over-examples"),
        ("H_bar @ (1 - H**2).T @ H", "matrix-product-for-entrywise"),
    ):
        yield _structure("replace", "G_bar", STEP_SOURCE["G_bar"], new, *facts)
    for new, *facts in (
        ("1 + H**2", "plus-for-minus"), ("1 - H**3", "cube-for-square"), ("1 - np.tanh(H)**2", "tanh-of-h"),
        ("1 - 2 * H", "double-for-square"),
        ("1 - np.tanh(H)", "tanh-of-h"), ("2 - H**2", "two-for-one"), ("(H > 0)", "relu-derivative-for-tanh"),
        (f"np.cos({SCORE})", "cosine-for-derivative"), ("_sigmoid(H) * (1 - _sigmoid(H))", "sigmoid-derivative-of-h"),
        (f"_sigmoid({SCORE}) * (1 - _sigmoid({SCORE}))", "sigmoid-derivative-of-g"), ("1 - np.abs(H)", "absolute-for-square"),
        (f"1 - {OUTPUT}[:, None]**2", "output-for-hidden"), ("1 - H_bar**2", "gradient-for-hidden"),
        ("1 - H**4", "fourth-power-for-square"),
        ("1 - params['W']**2", "weight-for-hidden"), ("1 - z[:, None]**2", "output-for-hidden"),
        (f"1 / (1 + {SCORE}**2)", "arctan-derivative-for-tanh"), ("np.exp(-H)", "exponential"),
        (f"{SCORE} > 0", "relu-derivative-for-tanh"),
    ):
        yield _structure("replace", "G_bar", "1 - H**2", f"({new})", *facts)


def _reduction_edits() -> Iterator[Edit]:
    c, W, b, U = (STEP_SOURCE[step] for step in ("c_bar", "W_bar", "b_bar", "U_bar"))
    for step, old, new, *facts in (
        ("c_bar", c, "z_bar", "missing-sum-over-examples"), ("c_bar", c, "z_bar[0]", "only-first-example"),
        ("c_bar", c, "z_bar[-1]", "only-last-example"), ("c_bar", c, "z_bar.max()", "largest-for-sum"),
        ("c_bar", c, "z_bar.min()", "smallest-for-sum"), ("c_bar", c, "np.median(z_bar)", "median-for-sum"),
        ("c_bar", c, "np.abs(z_bar).sum()", "absolute-values-summed"),
        ("c_bar", c, "np.linalg.norm(z_bar)", "norm-for-sum"),
        ("c_bar", c, "z_bar[1:].sum()", "first-example-left-out"),
        ("c_bar", c, "z_bar[:-1].sum()", "last-example-left-out"),
        ("c_bar", c, "z_bar.std()", "spread-for-sum"), ("c_bar", c, "z_bar.prod()", "product-for-sum"),
        ("c_bar", c, "0.0", "gradient-left-at-zero"),
        ("c_bar", c, "z_bar[t == 1].sum()", "residual-lacks-label-0"),
        ("W_bar", W, "(H * z_bar[:, None]).sum(axis=1)", "sum-over-wrong-axis"),
        ("W_bar", W, "H[0] * z_bar[0]", "only-first-example"),
        ("W_bar", W, "H[-1] * z_bar[-1]", "only-last-example"), ("W_bar", W, "(H.T @ z_bar)[::-1]", "units-reversed"),
        ("W_bar", W, "np.roll(H.T @ z_bar, 1)", "units-shifted"),
        ("W_bar", W, "H.T * z_bar", "missing-sum-over-examples"),
        ("W_bar", W, "H * z_bar[:, None]", "missing-sum-over-examples"),
        ("W_bar", W, "H[::-1].T @ z_bar", "hidden-rows-reversed"),
        ("W_bar", W, "H.sum(axis=0) * z_bar.sum()", "hidden-summed"),
        ("W_bar", W, "H.mean(axis=0) * z_bar.sum()", "hidden-averaged"),
        ("W_bar", W, "np.zeros_like(params['W'])", "gradient-left-at-zero"),
        ("W_bar", W, "(H * z_bar[:, None]).max(axis=0)", "largest-for-sum"),
        ("W_bar", W, "np.full_like(params['W'], (H.T @ z_bar).sum())", "units-summed"),
        ("W_bar", W, "H[1:].T @ z_bar[1:]", "first-example-left-out"),
        ("W_bar", W, "H[0] * z_bar.sum()", "first-hidden-only"), ("W_bar", W, "(H.T @ z_bar).sum()", "units-summed"),
        ("W_bar", W, "np.abs(H).T @ z_bar", "absolute-for-h"),
        ("W_bar", W, f"_sigmoid({SCORE}).T @ z_bar", "sigmoid-for-tanh"),
        ("W_bar", W, f"np.maximum({SCORE}, 0).T @ z_bar", "relu-for-tanh"),
        ("W_bar", W, "np.tanh(H).T @ z_bar", "tanh-twice"),
        ("W_bar", W, "(H + z_bar[:, None]).sum(axis=0)", "sum-for-product"),
        ("W_bar", W, "np.abs(H.T @ z_bar)", "absolute-value-taken"),
        ("W_bar", W, "H.T @ z_bar + params['W']", "weight-decay"),
        ("W_bar", W, "np.cumsum(H.T @ z_bar)", "running-sum-over-units"),
        ("W_bar", W, "X[:, :1].T @ z_bar", "first-input-for-all", "input-for-hidden-output"),
        ("b_bar", b, "G_bar.sum(axis=1)", "sum-over-wrong-axis"), ("b_bar", b, "G_bar.sum()", "units-summed"),
        ("b_bar", b, "G_bar", "missing-sum-over-examples"), ("b_bar", b, "G_bar[0]", "only-first-example"),
        ("b_bar", b, "G_bar[-1]", "only-last-example"), ("b_bar", b, "G_bar.max(axis=0)", "largest-for-sum"),
        ("b_bar", b, "G_bar.sum(axis=0)[::-1]", "units-reversed"),
        ("b_bar", b, "np.zeros_like(params['b'])", "gradient-left-at-zero"),
        ("b_bar", b, "np.full_like(params['b'], G_bar.sum())", "units-summed"),
        ("b_bar", b, "G_bar.T", "missing-sum-over-examples"),
        ("b_bar", b, "np.median(G_bar, axis=0)", "median-for-sum"),
        ("b_bar", b, "np.abs(G_bar).sum(axis=0)", "absolute-values-summed"),
        ("b_bar", b, "np.roll(G_bar.sum(axis=0), 1)", "units-shifted"),
        ("b_bar", b, "G_bar.cumsum(axis=0)", "running-sum"),
        ("b_bar", b, "G_bar[1:].sum(axis=0)", "first-example-left-out"),
        ("b_bar", b, "np.sort(G_bar.sum(axis=0))", "units-sorted"),
        ("b_bar", b, "np.linalg.norm(G_bar, axis=0)", "norm-for-sum"),
        ("b_bar", b, "G_bar.sum(axis=0) + params['b']", "weight-decay"),
        ("U_bar", U, "X.T @ G_bar", "transposed"),
        ("U_bar", U, "(X.T @ G_bar).reshape(params['U'].shape)", "transposed-and-reshaped"),
        ("U_bar", U, "(G_bar.T @ X)[::-1]", "units-reversed"),
        ("U_bar", U, "(G_bar.T @ X)[:, ::-1]", "inputs-reversed"),
        ("U_bar", U, "np.outer(G_bar[0], X[0])", "only-first-example"),
        ("U_bar", U, "np.outer(G_bar[-1], X[-1])", "only-last-example"),
        ("U_bar", U, "np.outer(G_bar.sum(axis=0), X.sum(axis=0))", "points-summed"),
        ("U_bar", U, "G_bar.T @ X[::-1]", "points-reversed", "gradient-rows-reversed"),
        ("U_bar", U, "np.outer(G_bar.sum(axis=0), X.mean(axis=0))", "points-averaged"),
        ("U_bar", U, "np.zeros_like(params['U'])", "gradient-left-at-zero"),
        ("U_bar", U, "np.roll(G_bar.T @ X, 1, axis=0)", "units-shifted"),
        ("U_bar", U, "G_bar[1:].T @ X[1:]", "first-example-left-out"),
        ("U_bar", U, "np.outer(G_bar.sum(axis=0), X[0])", "first-point-only"),
        ("U_bar", U, "G_bar[:, :, None] * X[:, None, :]", "missing-sum-over-examples"),
        ("U_bar", U, "G_bar.T @ np.abs(X)", "absolute-for-x"),
        ("U_bar", U, "(G_bar.T @ X).sum(axis=1, keepdims=True) + 0 * params['U']", "inputs-summed"),
        ("U_bar", U, "(G_bar.T @ X).sum(axis=0) + 0 * params['U']", "units-summed"),
        ("U_bar", U, "(G_bar.T @ X)[:, :1] + 0 * params['U']", "first-input-for-all"),
        ("U_bar", U, "np.abs(G_bar.T @ X)", "absolute-value-taken"), ("U_bar", U, "G_bar.T @ np.tanh(X)", "tanh-of-x"),
        ("U_bar", U, "(G_bar.T @ X)[:1] + 0 * params['U']", "first-unit-for-all"),
        ("U_bar", U, "G_bar.T @ X + params['U']", "weight-decay"),
    ):
        yield _structure("axis" if "axis" in new else "transpose" if ".T" in new else "replace", step, old, new, *facts)


def _key_edits() -> Iterator[Edit]:
    returned = "{'U': U_bar, 'b': b_bar, 'W': W_bar, 'c': c_bar}"
    for new, *facts in (
        ("{'U': U_bar, 'b': W_bar, 'W': b_bar, 'c': c_bar}", "gradients-under-each-others-keys"),
        ("{'U': U_bar, 'b': W_bar, 'W': W_bar, 'c': c_bar}", "dw-stored-under-b"),
        ("{'U': U_bar, 'b': b_bar, 'W': b_bar, 'c': c_bar}", "db-stored-under-w"),
        ("{'U': U_bar, 'b': b_bar, 'W': W_bar}", "missing-key"),
        ("{'U': U_bar, 'b': b_bar, 'c': c_bar}", "missing-key"),
        ("{'U': b_bar, 'b': U_bar, 'W': W_bar, 'c': c_bar}", "gradients-under-each-others-keys"),
        ("{'U': U_bar, 'b': b_bar, 'W': c_bar, 'c': W_bar}", "gradients-under-each-others-keys"),
        ("{'U': U_bar, 'b': c_bar, 'W': W_bar, 'c': b_bar}", "gradients-under-each-others-keys"),
        ("{'dU': U_bar, 'db': b_bar, 'dW': W_bar, 'dc': c_bar}", "missing-key"),
    ):
        yield Edit("wrong-key", "backprop", "grads", "return", returned, new, None, frozenset(facts))


# ---- forward, loss, dataset


def forward_edits() -> Iterator[Edit]:
    """Edits of the steps G, H, z, y, made in the code that forward and backprop share, and of the loss."""
    G, tanh, z = "X @ params['U'].T + params['b']", "np.tanh(X @ params['U'].T + params['b'])", "H @ params['W'] + params['c']"
    product = "X @ params['U'].T"
    for step, target, old, new, fact in (
        ("G", "H", G, product, "missing-hidden-bias"),
        ("G", "H", G, f"{product} - params['b']", "hidden-bias-subtracted"),
        ("G", "H", G, f"{product} * params['b']", "hidden-bias-multiplied"),
        ("G", "H", G, f"{product} + params['c']", "output-bias-for-hidden-bias"),
        ("G", "H", G, f"{product} + params['W']", "output-weights-for-hidden-bias"),
        ("G", "H", G, "X @ params['U'].reshape(X.shape[1], -1) + params['b']", "hidden-weights-reshaped"),
        ("G", "H", G, f"-{product} + params['b']", "hidden-score-negated"),
        ("H", "H", tanh, f"_sigmoid({G})", "sigmoid-hidden-layer"),
        ("H", "H", tanh, f"np.maximum({G}, 0)", "relu-hidden-layer"),
        ("H", "H", tanh, G, "missing-hidden-activation"), ("H", "H", tanh, f"np.sin({G})", "sine-hidden-layer"),
        ("H", "H", tanh, f"np.tanh(np.tanh({G}))", "hidden-tanh-twice"),
        ("H", "H", tanh, f"-np.tanh({G})", "hidden-tanh-negated"),
        ("H", "H", tanh, f"np.tanh({G})**2", "hidden-tanh-squared"),
        ("H", "H", tanh, f"np.arctan({G})", "arctan-hidden-layer"),
        ("H", "H", tanh, f"np.exp({G}) / np.exp({G}).sum(axis=1, keepdims=True)", "softmax-hidden-layer"),
        ("H", "H", tanh, f"1 - np.tanh({G})**2", "tanh-derivative-for-tanh"),
        ("H", "H", tanh, f"np.cosh({G})", "hyperbolic-cosine"),
        ("z", "return", z, "H @ params['W']", "missing-output-bias"),
        ("z", "return", z, "H @ params['W'] - params['c']", "output-bias-subtracted"),
        ("z", "return", z, "H.sum(axis=1) + params['c']", "missing-output-weights"),
        ("z", "return", z, "-(H @ params['W'] + params['c'])", "logit-negated"),
        ("z", "return", z, "H @ params['W'][::-1] + params['c']", "output-weights-reversed"),
        ("z", "return", z, "H @ params['W'] * params['c']", "output-bias-multiplied"),
        ("z", "return", z, "H @ params['b'] + params['c']", "hidden-bias-for-output-weights"),
        ("z", "return", z, "(H * params['W']).mean(axis=1) + params['c']", "output-averaged"),
        ("z", "return", z, "(H * params['W']).max(axis=1) + params['c']", "largest-unit"),
        ("y", "_sigmoid", "np.exp(-np.logaddexp(0, -z))", "z", "missing-output-sigmoid"),
        ("y", "_sigmoid", "np.exp(-np.logaddexp(0, -z))", "np.tanh(z)", "tanh-output"),
        ("y", "_sigmoid", "np.exp(-np.logaddexp(0, -z))", "np.exp(-np.logaddexp(0, z))", "sigmoid-sign-flipped"),
        ("y", "_sigmoid", "np.exp(-np.logaddexp(0, -z))", "np.exp(z) / np.exp(z).sum()", "softmax-output"),
        ("y", "_sigmoid", "np.exp(-np.logaddexp(0, -z))", "1.0 * (z > 0)", "output-rounded"),
        ("y", "_sigmoid", "np.exp(-np.logaddexp(0, -z))", "np.maximum(z, 0)", "relu-output"),
        ("y", "_sigmoid", "np.exp(-np.logaddexp(0, -z))", "1 / (1 - np.exp(-z))", "sigmoid-minus-for-plus"),
    ):
        yield Edit("replace", "forward", step, target, old, new, None, frozenset({fact}))
    yield from _loss_edits()


LOSS_SOURCE = "np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))"


def _loss_edits() -> Iterator[Edit]:
    loss, first, second = LOSS_SOURCE, "t * np.logaddexp(0, -z)", "(1 - t) * np.logaddexp(0, z)"
    clipped = f"np.clip({OUTPUT}, 0.1, 0.9)"
    inner = f"{first} + {second}"
    for old, new, powers in (
        (loss, f"np.sum({inner})", {"N": 1}), (loss, f"-{loss}", {"-1": 1}), (loss, f"{loss} / 2", {"2": -1}),
        (loss, f"{loss} * 2", {"2": 1}),
        (loss, f"{loss} / N", {"N": -1}),
    ):
        yield Edit("scale", "backprop", "loss", "loss", old, new, powers)
    for old, new, fact in (
        (loss, f"{loss} / np.log(2)", "base-2-logarithm"), (inner, first, "loss-lacks-label-0"),
        (inner, second, "loss-lacks-label-1"),
        (inner, f"{first} - {second}", "loss-sign-between-terms"), (inner, f"({OUTPUT} - t)**2", "squared-error-loss"),
        (inner, f"({OUTPUT} - t)**2 / 2", "half-squared-error-loss"), (inner, f"np.abs({OUTPUT} - t)", "absolute-error-loss"),
        (inner, f"({OUTPUT} > 0.5) != t", "zero-one-loss"),
        (inner, "t * np.logaddexp(0, z) + (1 - t) * np.logaddexp(0, -z)", "loss-labels-swapped"),
        (loss, f"({inner})[0]", "loss-first-example-only"), (loss, f"({inner})[-1]", "loss-last-example-only"),
        (loss, f"np.max({inner})", "loss-largest-example"),
        (inner, "np.logaddexp(0, -z)", "loss-ignores-labels"),
        (inner, "np.logaddexp(0, -z) + np.logaddexp(0, z)", "loss-of-both-terms"),
        (inner, "t[::-1] * np.logaddexp(0, -z) + (1 - t[::-1]) * np.logaddexp(0, z)", "labels-reversed"),
        (inner, f"{OUTPUT} - t", "mean-error-loss"),
        (loss, f"np.median({inner})", "loss-median-example"),
        (loss, f"np.sqrt(np.mean(({OUTPUT} - t)**2))", "root-mean-square-loss"),
        (inner, f"-t * np.log({clipped}) - (1 - t) * np.log(1 - {clipped})", "loss-clipped"),
        (inner, f"{inner} + t", "other-terms-in-loss: mean of -t log y + t log(1-y) - log(1-y) + t"),
        (loss, f"np.exp({loss})", "exponential"),
    ):
        yield Edit("replace", "backprop", "loss", "loss", old, new, None, frozenset({fact}))


def dataset_edits() -> Iterator[Edit]:
    """Edits of make_dataset."""
    for target, old, new, *facts in (
        ("a", "2 * np.pi", "360", "degrees-for-radians"), ("a", "2 * np.pi", "np.pi", "angle-of-half-a-turn"),
        ("a", "2 * np.pi", "1", "angle-of-one-radian"),
        ("make_dataset", "(r * np.sin(a), r * np.cos(a))", "(r * np.cos(a), r * np.sin(a))", "sine-and-cosine-swapped"),
        ("r", "np.random.uniform(low, high)", "np.sqrt(np.random.uniform(low**2, high**2))", "square-root-of-radius"),
        ("r", "np.random.uniform(low, high)", "np.random.uniform(low, 2 * high)", "wrong-radii"),
        ("r", "np.random.uniform(low, high)", "np.random.uniform(0, high)", "wrong-radii"),
        ("make_dataset", "((0.0, 2.5, 1), (3.5, 5.0, 0))", "((0.0, 2.5, 0), (3.5, 5.0, 1))", "labels-swapped"),
        ("make_dataset", "((0.0, 2.5, 1), (3.5, 5.0, 0))", "((0.0, 2.0, 1), (3.0, 5.0, 0))", "wrong-radii"),
        ("make_dataset", "num_points // 2", "num_points // 4", "wrong-number-of-points"),
        ("make_dataset", "num_points // 2", "num_points", "wrong-number-of-points"),
        ("r", "np.random.uniform(low, high)", "np.random.default_rng().uniform(low, high)", "own-generator"),
        ("r", "np.random.uniform(low, high)", "np.random.normal(low, high)", "normal-radius"),
    ):
        yield Edit("replace", "make_dataset", "dataset", target, old, new, None, frozenset(facts))


def singles() -> list[Edit]:
    """Every edit of the tables."""
    return [*product_edits(), *structural_edits(), *forward_edits(), *dataset_edits()]
