"""What can happen instead on the way back, where no product of factors says it.

What may live here: two banks and nothing that searches them.
- Expressions stand in the place of factors and can be seen at scalar networks:
  y + t for y - t, 1 + H^2 for 1 - H^2, a sum for a product.
- Structures happen between examples, units or inputs and cannot be seen there:
  a wrong axis, a reversed index, only the first example.
Each belongs to one step of the chain and composes with any product of factors.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace

import numpy as np

from grader.diagnosis.chain import Signals, flip, sigmoid
from grader.diagnosis.model import Array
from grader.frozen import frozen

DERIVATIVE: Mapping[str, int] = {"1-h": 1, "1+h": 1}
RESIDUAL: Mapping[str, int] = {"y-t": 1}


@frozen
class Expression:
    """An expression in the place of asked factors.

    compute   (K, N) at z_bar; (K, N, H) at H_bar, G_bar and W_bar; (K, N, H, D) at U_bar
    replaces  the asked factors in whose place it stands. If whole is set it is all of G_bar, (K, N, H),
              and the asked z_bar, w and 1 - h^2 stand in compute.
    """

    id: str
    step: str
    structure: str
    compute: Callable[[Signals], Array]
    replaces: Mapping[str, int]
    whole: bool = False


def _residual(id: str, structure: str, compute: Callable[[Signals], Array]) -> Expression:
    return Expression(id, "z_bar", f"{structure} in place of y-t", compute, RESIDUAL)


def _slope(id: str, structure: str, compute: Callable[[Signals], Array]) -> Expression:
    return Expression(id, "G_bar", f"{structure} in place of 1-h^2", compute, DERIVATIVE)


def _activation(id: str, structure: str, compute: Callable[[Signals], Array]) -> Expression:
    return Expression(id, "W_bar", f"{structure} in place of h", compute, {"h": 1})


def _count(s: Signals) -> Array:
    return s.count.reshape(-1, 1)


def _total(s: Signals, array: Array) -> Array:
    """The sum over the examples, a row that stands for identical ones counted as often, (K, 1)."""
    return np.asarray(array.sum(axis=1, keepdims=True) * _count(s) / array.shape[1])


def _H_bar(s: Signals) -> Array:
    return np.asarray(s.z_bar[:, :, None] * s.W[:, None, :])


def _sum(id: str, step: str, structure: str, compute: Callable[[Signals], Array]) -> Expression:
    return Expression(id, step, structure, compute, {"y-t": 1, "w": 1, **DERIVATIVE}, whole=True)


EXPRESSIONS: tuple[Expression, ...] = (
    _residual("sum-for-difference", "y+t", lambda s: s.y + s.t),
    _residual("missing-output-sigmoid", "z-t", lambda s: s.z - s.t),
    _residual("logit-plus-label", "z+t", lambda s: s.z + s.t),
    _residual("tanh-output", "tanh(z)-t", lambda s: np.tanh(s.z) - s.t),
    _residual("relu-output", "max(0,z)-t", lambda s: np.maximum(0, s.z) - s.t),
    _residual("sigmoid-sign-flipped", "sigma(-z)-t", lambda s: sigmoid(-s.z) - s.t),
    _residual("output-rounded", "(y rounded)-t", lambda s: (s.y > 0.5) - s.t),
    _residual("sigmoid-twice", "sigma(y)-t", lambda s: sigmoid(s.y) - s.t),
    _residual("sigmoid-derivative-for-sigmoid", "y(1-y)-t", lambda s: s.y * (1 - s.y) - s.t),
    _residual("labels-doubled", "y-2t", lambda s: s.y - 2 * s.t),
    _residual("output-doubled", "2y-t", lambda s: 2 * s.y - s.t),
    _residual("output-squared", "y^2-t", lambda s: s.y**2 - s.t),
    _residual("labels-divided-by-n", "y - t/N", lambda s: (s.y - s.t / _count(s)) * _count(s)),
    _residual("output-divided-by-n", "y/N - t", lambda s: (s.y / _count(s) - s.t) * _count(s)),
    _residual("labels-summed", "y - sum of t", lambda s: s.y - _total(s, s.t)),
    _residual("outputs-summed", "(sum of y) - t", lambda s: _total(s, s.y) - s.t),
    _residual("labels-swapped", "y-(1-t)", lambda s: s.y - (1 - s.t)),
    _residual("residual-absolute", "|y-t|", lambda s: np.abs(s.y - s.t)),
    _residual("residual-sign", "sign of y-t", lambda s: np.sign(s.y - s.t)),
    _residual("residual-lacks-label-0", "t(y-1)", lambda s: s.t * (s.y - 1)),
    _residual("residual-lacks-label-1", "(1-t)y", lambda s: (1 - s.t) * s.y),
    _residual("labels-only", "t", lambda s: s.t),
    _residual("labels-only", "1-t", lambda s: 1 - s.t),
    _residual("residual-times-label", "ty", lambda s: s.t * s.y),
    _residual("label-sign", "2t-1", lambda s: 2 * s.t - 1),
    _residual("cross-entropy-for-residual", "the loss of each example",
              lambda s: s.t * np.logaddexp(0, -s.z) + (1 - s.t) * np.logaddexp(0, s.z)),
    _residual("loss-derivative-lacks-label-0", "-t/y", lambda s: -s.t / s.y),
    _residual("loss-derivative-lacks-label-1", "(1-t)/(1-y)", lambda s: (1 - s.t) / (1 - s.y)),
    _residual("loss-derivative-signs", "t/y + (1-t)/(1-y)", lambda s: s.t / s.y + (1 - s.t) / (1 - s.y)),
    _residual("loss-derivative-signs", "t(1-y) + (1-t)y", lambda s: s.t * (1 - s.y) + (1 - s.t) * s.y),
    _residual("sigmoid-derivative-of-output", "(y-t) sigma(y)(1-sigma(y)) / (y(1-y))",
              lambda s: (s.y - s.t) / (s.y * (1 - s.y)) * sigmoid(s.y) * sigmoid(-s.y)),
    _residual("sigmoid-derivative-of-output", "(y-t) sigma(y)(1-sigma(y))", lambda s: (s.y - s.t) * sigmoid(s.y) * sigmoid(-s.y)),
    _residual("sigmoid-derivative-of-logit", "(y-t) z(1-z) / (y(1-y))", lambda s: (s.y - s.t) / (s.y * (1 - s.y)) * s.z * (1 - s.z)),
    _residual("sigmoid-derivative-of-logit", "(y-t) z(1-z)", lambda s: (s.y - s.t) * s.z * (1 - s.z)),
    _residual("labels-plus-minus-one", "y-(2t-1)", lambda s: s.y - (2 * s.t - 1)),
    _residual("loss-derivative-denominators", "(1-2t)(1-y)", lambda s: (1 - 2 * s.t) * (1 - s.y)),
    _residual("loss-derivative-denominators", "(1-2t)y", lambda s: (1 - 2 * s.t) * s.y),
    _residual("tanh-of-output", "tanh(y)-t", lambda s: np.tanh(s.y) - s.t),
    _slope("plus-for-minus", "1+h^2", lambda s: 1 + s.H**2),
    _slope("cube-for-square", "1-h^3", lambda s: 1 - s.H**3),
    _slope("fourth-power-for-square", "1-h^4", lambda s: 1 - s.H**4),
    _slope("double-for-square", "1-2h", lambda s: 1 - 2 * s.H),
    _slope("double-for-square", "1-2g", lambda s: 1 - 2 * s.G),
    _slope("tanh-of-h", "1-tanh(h)^2", lambda s: 1 - np.tanh(s.H) ** 2),
    _slope("tanh-of-h", "1-tanh(h)", lambda s: 1 - np.tanh(s.H)),
    _slope("square-inside-tanh", "1-tanh(g^2)", lambda s: 1 - np.tanh(s.G**2)),
    _slope("minus-for-square", "2-h", lambda s: 2 - s.H),
    _slope("two-for-one", "2-h^2", lambda s: 2 - s.H**2),
    _slope("linear-g", "1-g", lambda s: 1 - s.G),
    _slope("linear-g", "1+g", lambda s: 1 + s.G),
    _slope("plus-g-squared", "1+g^2", lambda s: 1 + s.G**2),
    _slope("relu-derivative-for-tanh", "[g > 0]", lambda s: np.where(s.G > 0, 1.0, 0.0)),
    _slope("cosine-for-derivative", "cos(g)", lambda s: np.cos(s.G)),
    _slope("sigmoid-derivative-of-g", "sigma(g)(1-sigma(g))", lambda s: sigmoid(s.G) * (1 - sigmoid(s.G))),
    _slope("sigmoid-derivative-of-h", "sigma(h)(1-sigma(h))", lambda s: sigmoid(s.H) * (1 - sigmoid(s.H))),
    _slope("sigmoid-for-derivative", "sigma(g)", lambda s: sigmoid(s.G)),
    _slope("sigmoid-for-derivative", "1-sigma(g)^2", lambda s: 1 - sigmoid(s.G) ** 2),
    _slope("arctan-derivative-for-tanh", "1/(1+g^2)", lambda s: 1 / (1 + s.G**2)),
    _slope("tanh-of-g-for-h", "tanh(g)", lambda s: np.tanh(s.G)),
    _slope("tanh-of-g-for-h", "1-tanh(g)^2", lambda s: 1 - np.tanh(s.G) ** 2),
    _slope("own-activation-derivative", "the derivative of your activation", lambda s: s.slope),
    _slope("output-for-hidden", "1-y^2", lambda s: np.repeat(1 - s.y[..., None] ** 2, s.H.shape[2], axis=2)),
    _slope("output-for-hidden", "1-z^2", lambda s: np.repeat(1 - s.z[..., None] ** 2, s.H.shape[2], axis=2)),
    _slope("weight-for-hidden", "1-w^2", lambda s: np.repeat(1 - s.W[:, None, :] ** 2, s.H.shape[1], axis=1)),
    _slope("weight-for-hidden", "1-b^2", lambda s: np.repeat(1 - s.b[:, None, :] ** 2, s.H.shape[1], axis=1)),
    _slope("gradient-for-hidden", "1-z_bar^2", lambda s: np.repeat(1 - s.z_bar[..., None] ** 2, s.H.shape[2], axis=2)),
    _slope("gradient-for-hidden", "1-H_bar^2", lambda s: 1 - _H_bar(s) ** 2),
    _slope("difference-of-squares", "h-h^3", lambda s: s.H - s.H**3),
    _slope("absolute-for-square", "1-|h|", lambda s: 1 - np.abs(s.H)),
    _slope("inner-square-missing", "(1-h)^2 + h", lambda s: (1 - s.H) ** 2 + s.H),
    _sum("sum-for-product", "G_bar", "H_bar + (1-H^2)", lambda s: _H_bar(s) + 1 - s.H**2),
    _sum("difference-for-product", "G_bar", "H_bar - (1-H^2)", lambda s: _H_bar(s) - 1 + s.H**2),
    _sum("missing-parentheses", "G_bar", "H_bar * 1 - H^2", lambda s: _H_bar(s) - s.H**2),
    _sum("sum-for-product", "H_bar", "(z_bar + W) o (1-H^2)",
         lambda s: (s.z_bar[:, :, None] + s.W[:, None, :]) * (1 - s.H**2)),
    _sum("difference-for-product", "H_bar", "(z_bar - W) o (1-H^2)",
         lambda s: (s.z_bar[:, :, None] - s.W[:, None, :]) * (1 - s.H**2)),
    _activation("sigmoid-for-tanh", "sigma(g)", lambda s: sigmoid(s.G)),
    _activation("relu-for-tanh", "max(0,g)", lambda s: np.maximum(0, s.G)),
    _activation("tanh-twice", "tanh(h)", lambda s: np.tanh(s.H)),
    _activation("absolute-for-h", "|h|", lambda s: np.abs(s.H)),
    _activation("tanh-of-g-for-h", "tanh(g)", lambda s: np.tanh(s.G)),
    _activation("plus-one", "1+h^2", lambda s: 1 + s.H**2),
    _activation("sum-for-product", "(h + z_bar)/z_bar", lambda s: 1 + s.H / s.z_bar[..., None]),
    _activation("difference-for-product", "(h - z_bar)/z_bar", lambda s: s.H / s.z_bar[..., None] - 1),
    Expression("sum-for-product", "U_bar", "(x + G_bar)/G_bar in place of x",
               lambda s: 1 + s.X[:, :, None, :] / s.G_bar[..., None], {"x": 1}),
    Expression("difference-for-product", "U_bar", "(x - G_bar)/G_bar in place of x",
               lambda s: s.X[:, :, None, :] / s.G_bar[..., None] - 1, {"x": 1}),
    Expression("absolute-for-x", "U_bar", "|x| in place of x",
               lambda s: np.repeat(np.abs(s.X)[:, :, None, :], s.H.shape[2], axis=2), {"x": 1}),
    Expression("tanh-of-x", "U_bar", "tanh(x) in place of x",
               lambda s: np.repeat(np.tanh(s.X)[:, :, None, :], s.H.shape[2], axis=2), {"x": 1}),
)


def _unchanged(signals: Signals) -> Signals:
    return signals


@frozen
class Structure:
    """What happens between examples, units or inputs at one step.

    inputs   changes what the step is computed from
    output   at z_bar: changes (K, N); at H_bar, G_bar: changes (K, N, H); at the four last steps it takes
             the place of the sum over the examples: (K, N, H or 1, D or 1) to the answer's shape (K, ...)
    """

    id: str
    step: str
    name: str
    inputs: Callable[[Signals], Signals] = field(default=_unchanged)
    output: Callable[[Array], Array] | None = None


def sum_examples(term: Array) -> Array:
    """The sum over the examples, axes of length one dropped: the asked last move of every gradient."""
    return squeeze(term.sum(axis=1))


def squeeze(array: Array) -> Array:
    """The stack without its axes of length one; the stack's own axis stays."""
    return array.reshape((array.shape[0], *(n for n in array.shape[1:] if n != 1)))


def _at(step: str, id: str, name: str, inputs: Callable[[Signals], Signals]) -> Structure:
    return Structure(id, step, name, inputs=inputs)


def _after(step: str, id: str, name: str, output: Callable[[Array], Array]) -> Structure:
    return Structure(id, step, name, output=output)


def _only(array: Array, index: int) -> Array:
    kept = np.zeros_like(array)
    kept[:, index] = array[:, index]
    return kept


def _spread_mean(array: Array, axis: int) -> Array:
    return np.asarray(array.mean(axis=axis, keepdims=True) + np.zeros_like(array))


def _residual_after(id: str, name: str, output: Callable[[Array], Array]) -> Structure:
    return _after("z_bar", id, name, output)


def _divided_again(N: int) -> Array:
    """By what each of N examples is divided once more for every example after it, as a factor."""
    return np.asarray(float(N) ** -np.arange(N - 1.0, -1, -1))


# Batch sizes small enough to show at the networks that are asked about.
BATCHES = (2, 4, 5, 8, 10)


def _over_batch(size: int) -> Callable[[Array], Array]:
    def output(residual: Array) -> Array:
        N = residual.shape[1]
        starts = np.arange(N) // size * size
        return np.asarray(residual / np.minimum(size, N - starts))

    return output


Z_STRUCTURES: tuple[Structure, ...] = (
    _at("z_bar", "labels-reversed", "the labels in reverse order", lambda s: replace(s, t=flip(s.t))),
    _at("z_bar", "outputs-reversed", "the outputs in reverse order", lambda s: replace(s, y=flip(s.y))),
    _at("z_bar", "labels-shifted", "each label taken from the next example", lambda s: replace(s, t=np.roll(s.t, -1, 1))),
    _at("z_bar", "labels-shifted", "each label taken from the example before", lambda s: replace(s, t=np.roll(s.t, 1, 1))),
    _at("z_bar", "labels-sorted", "the labels sorted", lambda s: replace(s, t=np.sort(s.t, axis=1))),
    _at("z_bar", "labels-by-halves", "first half labelled 1 whatever t says",
        lambda s: replace(s, t=np.repeat((np.arange(s.t.shape[1]) < s.t.shape[1] // 2)[None] * 1.0, len(s.t), axis=0))),
    _at("z_bar", "first-label-only", "the first label for all examples", lambda s: replace(s, t=0 * s.t + s.t[:, :1])),
    _at("z_bar", "last-label-only", "the last label for all examples", lambda s: replace(s, t=0 * s.t + s.t[:, -1:])),
    _at("z_bar", "first-output-only", "the first output for all examples", lambda s: replace(s, y=0 * s.y + s.y[:, :1])),
    _at("z_bar", "labels-averaged", "the mean label for all examples (an N x N broadcast summed over its labels)",
        lambda s: replace(s, t=_spread_mean(s.t, 1))),
    _at("z_bar", "outputs-averaged", "the mean output for all examples (an N x N broadcast summed over its outputs)",
        lambda s: replace(s, y=_spread_mean(s.y, 1))),
    Structure("labels-averaged", "z_bar", "each output less every label, summed over the labels (an N x N array)",
              lambda s: replace(s, t=_spread_mean(s.t, 1)), lambda r: r * r.shape[1]),
    Structure("outputs-averaged", "z_bar", "every output less each label, summed over the outputs (an N x N array)",
              lambda s: replace(s, y=_spread_mean(s.y, 1)), lambda r: r * r.shape[1]),
    _at("z_bar", "label-sum-for-count", "a division by the sum of t in place of N", lambda s: replace(s, count=s.t.sum(axis=1))),
    _at("z_bar", "largest-output-only", "the largest output for all examples", lambda s: replace(s, y=0 * s.y + s.y.max(1, keepdims=True))),
    _at("z_bar", "smallest-output-only", "the smallest output for all examples",
        lambda s: replace(s, y=0 * s.y + s.y.min(1, keepdims=True))),
    *(_residual_after("mean-over-each-batch", f"each example over the size of its batch of up to {size}",
        _over_batch(size)) for size in BATCHES),
    _residual_after("residual-averaged", "the mean residual for all examples", lambda r: _spread_mean(r, 1)),
    _residual_after("residual-summed", "the sum of the residuals for all examples", lambda r: 0 * r + r.sum(axis=1, keepdims=True)),
    _residual_after("divided-in-the-loop", "a division by N after every example", lambda r: r * _divided_again(r.shape[1])),
    _residual_after("only-first-example", "only the first example", lambda r: _only(r, 0)),
    _residual_after("only-last-example", "only the last example", lambda r: _only(r, -1)),
    _residual_after("first-residual-for-all", "the first residual for all examples", lambda r: 0 * r + r[:, :1]),
    _residual_after("last-residual-for-all", "the last residual for all examples", lambda r: 0 * r + r[:, -1:]),
    _residual_after("residual-reversed", "the residuals in reverse order", flip),
    _residual_after("residual-shifted", "each residual taken from the next example", lambda r: np.roll(r, -1, 1)),
    _residual_after("residual-shifted", "each residual taken from the example before", lambda r: np.roll(r, 1, 1)),
    _residual_after("residual-accumulated", "the running sum of the residuals", lambda r: r.cumsum(axis=1)),
    _residual_after("residual-sorted", "the residuals sorted", lambda r: np.sort(r, axis=1)),
    _residual_after("residual-centred", "the residuals less their mean", lambda r: r - r.mean(axis=1, keepdims=True)),
    _residual_after("residual-normalised", "the residuals over their sum", lambda r: r / r.sum(axis=1, keepdims=True)),
    _residual_after("residual-normalised", "the residuals over their norm",
                    lambda r: r / np.sqrt((r**2).sum(axis=1, keepdims=True))),
    _residual_after("largest-residual", "the largest residual for all examples", lambda r: 0 * r + r.max(1, keepdims=True)),
    _residual_after("residual-lacks-first", "all examples but the first", lambda r: r - _only(r, 0)),
    _residual_after("residual-lacks-last", "all examples but the last", lambda r: r - _only(r, -1)),
    _residual_after("every-second-example", "every second example", lambda r: r * (np.arange(r.shape[1]) % 2 == 0)),
    _residual_after("only-first-half", "only the first half of the examples", lambda r: r * (np.arange(r.shape[1]) < r.shape[1] // 2)),
)


def _W_bar(s: Signals) -> Array:
    return np.asarray(np.einsum("knh,kn->kh", s.H, s.z_bar))


def updated(alpha: float) -> Callable[[Signals], Signals]:
    return lambda s: replace(s, W=s.W - alpha * _W_bar(s))


def _weights(id: str, name: str, change: Callable[[Array], Array]) -> Structure:
    return _at("H_bar", id, name, lambda s: replace(s, W=change(s.W)))


def _hidden(id: str, name: str, change: Callable[[Array], Array]) -> Structure:
    return _at("G_bar", id, name, lambda s: replace(s, H=change(s.H), G=change(s.G), slope=change(s.slope)))


def _gradient(id: str, name: str, change: Callable[[Array], Array]) -> Structure:
    return _at("H_bar", id, name, lambda s: replace(s, z_bar=change(s.z_bar)))


def _column_mean(axis: int) -> Callable[[Array], Array]:
    return lambda a: _spread_mean(a, axis)


def _only_unit(G: Array, index: int) -> Array:
    return np.asarray(_only(G.transpose(0, 2, 1), index).transpose(0, 2, 1))


G_STRUCTURES: tuple[Structure, ...] = (
    _weights("weights-reversed", "W's entries in reverse order", lambda W: W[:, ::-1]),
    _weights("weights-shifted", "each unit takes the next unit's weight", lambda W: np.roll(W, -1, 1)),
    _weights("weights-shifted", "each unit takes the weight of the unit before", lambda W: np.roll(W, 1, 1)),
    _weights("weights-sorted", "W's entries sorted", lambda W: np.sort(W, axis=1)),
    _weights("weights-summed", "the sum of W for every unit", lambda W: 0 * W + W.sum(axis=1, keepdims=True)),
    _weights("weights-averaged", "the mean of W for every unit", lambda W: 0 * W + W.mean(axis=1, keepdims=True)),
    _weights("first-weight-only", "the first unit's weight for every unit", lambda W: 0 * W + W[:, :1]),
    _weights("last-weight-only", "the last unit's weight for every unit", lambda W: 0 * W + W[:, -1:]),
    _weights("weights-accumulated", "the running sum of W over the units", lambda W: W.cumsum(axis=1)),
    _at("H_bar", "gradient-for-weights", "W_bar in place of W", lambda s: replace(s, W=_W_bar(s))),
    _weights("weights-absolute", "|W|", np.abs),
    _weights("weights-largest", "the largest weight for every unit", lambda W: 0 * W + W.max(axis=1, keepdims=True)),
    _weights("weights-normalised", "W over its norm", lambda W: W / np.sqrt((W**2).sum(axis=1, keepdims=True))),
    _at("H_bar", "weights-shifted-with-bias", "W without its first entry and with c in the last place",
        lambda s: replace(s, W=np.concatenate([s.W[:, 1:], s.c[:, None]], axis=1))),
    _hidden("hidden-reversed", "H's columns in reverse order", lambda H: H[:, :, ::-1]),
    _hidden("hidden-shifted", "each unit takes the next unit's H", lambda H: np.roll(H, -1, 2)),
    _hidden("hidden-shifted", "each unit takes the H of the unit before", lambda H: np.roll(H, 1, 2)),
    _hidden("hidden-rows-reversed", "H's rows in reverse order", flip),
    _hidden("hidden-rows-shifted", "each example takes the next one's H", lambda H: np.roll(H, -1, 1)),
    _hidden("hidden-rows-shifted", "each example takes the H of the one before", lambda H: np.roll(H, 1, 1)),
    _hidden("hidden-first-example", "the first example's H for all examples", lambda H: 0 * H + H[:, :1]),
    _hidden("hidden-last-example", "the last example's H for all examples", lambda H: 0 * H + H[:, -1:]),
    _hidden("hidden-first-unit", "the first unit's H for every unit", lambda H: 0 * H + H[:, :, :1]),
    _hidden("hidden-last-unit", "the last unit's H for every unit", lambda H: 0 * H + H[:, :, -1:]),
    _hidden("hidden-averaged-over-examples", "H's mean over the examples", _column_mean(1)),
    _hidden("hidden-averaged-over-units", "H's mean over the units", _column_mean(2)),
    _hidden("hidden-summed-over-examples", "H's sum over the examples", lambda H: 0 * H + H.sum(axis=1, keepdims=True)),
    _hidden("hidden-summed-over-units", "H's sum over the units", lambda H: 0 * H + H.sum(axis=2, keepdims=True)),
    _at("G_bar", "squares-summed-over-units", "1 - the sum of h^2 over the units",
        lambda s: replace(s, H=0 * s.H + np.sqrt((s.H**2).sum(axis=2, keepdims=True)))),
    _at("G_bar", "squares-summed-over-examples", "1 - the sum of h^2 over the examples",
        lambda s: replace(s, H=0 * s.H + np.sqrt((s.H**2).sum(axis=1, keepdims=True)))),
    _at("G_bar", "squares-averaged-over-units", "1 - the mean of h^2 over the units",
        lambda s: replace(s, H=0 * s.H + np.sqrt((s.H**2).mean(axis=2, keepdims=True)))),
    _at("G_bar", "squares-averaged-over-examples", "1 - the mean of h^2 over the examples",
        lambda s: replace(s, H=0 * s.H + np.sqrt((s.H**2).mean(axis=1, keepdims=True)))),
    _gradient("residual-reversed", "z_bar in reverse order", flip),
    _gradient("residual-summed", "the sum of z_bar for all examples", lambda z: 0 * z + z.sum(axis=1, keepdims=True)),
    _gradient("residual-shifted", "each example takes the next one's z_bar", lambda z: np.roll(z, -1, 1)),
    _gradient("residual-shifted", "each example takes the z_bar of the one before", lambda z: np.roll(z, 1, 1)),
    _gradient("only-first-example", "only the first example", lambda z: _only(z, 0)),
    _gradient("only-last-example", "only the last example", lambda z: _only(z, -1)),
    _gradient("first-residual-for-all", "the first example's z_bar for all", lambda z: 0 * z + z[:, :1]),
    _after("G_bar", "gradient-rows-reversed", "G_bar's rows in reverse order", flip),
    _after("G_bar", "gradient-columns-reversed", "G_bar's columns in reverse order", lambda G: G[:, :, ::-1]),
    _after("G_bar", "gradient-columns-shifted", "each unit takes the next unit's column", lambda G: np.roll(G, -1, 2)),
    _after("G_bar", "gradient-columns-shifted", "each unit takes the column of the unit before",
           lambda G: np.roll(G, 1, 2)),
    _after("G_bar", "gradient-averaged-over-units", "G_bar's mean over the units", _column_mean(2)),
    _after("G_bar", "gradient-first-unit", "the first unit's column for every unit", lambda G: 0 * G + G[:, :, :1]),
    _after("G_bar", "gradient-last-unit", "the last unit's column for every unit", lambda G: 0 * G + G[:, :, -1:]),
    _after("G_bar", "last-unit-left-out", "zero for the last unit", lambda G: G - _only_unit(G, -1)),
    _after("G_bar", "first-unit-left-out", "zero for the first unit", lambda G: G - _only_unit(G, 0)),
    _after("H_bar", "gradient-summed-over-all", "the sum of all entries of H_bar for each", lambda G: 0 * G + G.sum((1, 2), keepdims=True)),
    _after("H_bar", "gradient-averaged-over-all", "the mean of all entries of H_bar for each",
        lambda G: 0 * G + G.mean((1, 2), keepdims=True)),
    _after("H_bar", "outer-reshaped", "the outer product the wrong way round, reshaped",
           lambda G: G.transpose(0, 2, 1).reshape(G.shape)),
    _after("G_bar", "gradient-relu", "max(0, G_bar)", lambda G: np.maximum(0, G)),
    _after("G_bar", "gradient-absolute", "|G_bar|", np.abs),
)


def _last(id: str, name: str, output: Callable[[Array], Array]) -> Structure:
    return _after("", id, name, output)


def _feed(id: str, name: str, inputs: Callable[[Signals], Signals]) -> Structure:
    return _at("", id, name, inputs)


def _transposed_in_place(term: Array) -> Array:
    total = term.sum(axis=1)
    return squeeze(total.transpose(0, 2, 1).reshape(total.shape))


def _keep(index: int | slice) -> Callable[[Array], Array]:
    return lambda term: squeeze(np.asarray(term[:, index] if isinstance(index, int) else term[:, index].sum(axis=1)))


def _unit_for_all(index: int) -> Callable[[Array], Array]:
    return lambda term: squeeze(term.sum(axis=1)[:, [index] * term.shape[2]])


def _one(axis: int, index: int, left_out: bool = False) -> Callable[[Array], Array]:
    """The entries of one unit (axis 1) or input (axis 2), zero elsewhere; or all but those."""
    def output(term: Array) -> Array:
        total = term.sum(axis=1)
        kept = np.moveaxis(_only(np.moveaxis(total, axis, 1), index), 1, axis)
        return squeeze(total - kept if left_out else kept)
    return output


def _summed_over(axis: int, keep: bool) -> Callable[[Array], Array]:
    """Sum over another axis as well as the examples; spread it back over that axis if keep is set."""
    def output(term: Array) -> Array:
        total = term.sum(axis=1, keepdims=True).sum(axis=axis, keepdims=True)
        return squeeze((total + np.zeros_like(term[:, :1]))[:, 0] if keep else total[:, 0])
    return output


def _wrong_axis(term: Array) -> Array:
    """The sum over the units where the one over the examples is asked, (K, N, ...)."""
    return squeeze(term.sum(axis=2))


def _last_batch(size: int) -> Callable[[Array], Array]:
    return lambda term: squeeze(term[:, (term.shape[1] - 1) // size * size :].sum(axis=1))


# For any of c_bar, W_bar, b_bar, U_bar; the step is filled in where they are used.
LAST_STRUCTURES: tuple[Structure, ...] = (
    _last("missing-sum-over-examples", "no sum over the examples", squeeze),
    _last("missing-sum-over-examples", "no sum over the examples, transposed",
          lambda term: squeeze(np.moveaxis(term, 1, -1))),
    _last("sum-over-wrong-axis", "the sum over the units, not over the examples", _wrong_axis),
    _last("only-first-example", "only the first example", _keep(0)),
    _last("only-last-example", "only the last example", _keep(-1)),
    _last("only-second-example", "only the second example", _keep(1)),
    _last("first-example-left-out", "all examples but the first", _keep(slice(1, None))),
    _last("last-example-left-out", "all examples but the last", _keep(slice(None, -1))),
    _last("every-second-example", "every second example", _keep(slice(None, None, 2))),
    _last("only-first-half", "only the first half of the examples",
          lambda term: squeeze(term[:, : term.shape[1] // 2].sum(axis=1))),
    _last("largest-for-sum", "the largest entry in place of the sum", lambda term: squeeze(term.max(axis=1))),
    _last("smallest-for-sum", "the smallest entry in place of the sum", lambda term: squeeze(term.min(axis=1))),
    _last("median-for-sum", "the median in place of the sum", lambda term: squeeze(np.median(term, axis=1))),
    _last("product-for-sum", "the product in place of the sum", lambda term: squeeze(term.prod(axis=1))),
    _last("spread-for-sum", "the standard deviation in place of the sum", lambda term: squeeze(term.std(axis=1))),
    _last("absolute-values-summed", "the sum of absolute values", lambda term: squeeze(np.abs(term).sum(axis=1))),
    _last("squares-summed", "the sum of squares", lambda term: squeeze((term**2).sum(axis=1))),
    _last("norm-for-sum", "the norm in place of the sum", lambda term: squeeze(np.sqrt((term**2).sum(axis=1)))),
    _last("absolute-value-taken", "the absolute value of the gradient", lambda term: np.abs(sum_examples(term))),
    _last("sign-taken", "the sign of the gradient", lambda term: np.sign(sum_examples(term))),
    _last("running-sum", "the running sum over the examples", lambda term: squeeze(term.cumsum(axis=1))),
    _last("units-reversed", "the units in reverse order", lambda term: squeeze(term.sum(axis=1)[:, ::-1])),
    _last("units-shifted", "each unit takes the next unit's", lambda term: squeeze(np.roll(term.sum(axis=1), -1, 1))),
    _last("units-shifted", "each unit takes that of the unit before",
          lambda term: squeeze(np.roll(term.sum(axis=1), 1, 1))),
    _last("units-sorted", "the units in sorted order", lambda term: squeeze(np.sort(term.sum(axis=1), axis=1))),
    _last("units-summed", "the sum over the units as well, one number for all", _summed_over(2, keep=True)),
    _last("units-summed", "the sum over the units as well", _summed_over(2, keep=False)),
    _last("first-unit-for-all", "the first unit's for every unit", _unit_for_all(0)),
    _last("last-unit-for-all", "the last unit's for every unit", _unit_for_all(-1)),
    _last("only-first-unit", "only the first unit's entries, zero elsewhere", _one(1, 0)),
    _last("only-last-unit", "only the last unit's entries, zero elsewhere", _one(1, -1)),
    _last("only-first-input", "only the first input's entries, zero elsewhere", _one(2, 0)),
    _last("only-last-input", "only the last input's entries, zero elsewhere", _one(2, -1)),
    _last("first-unit-left-out", "zero for the first unit", _one(1, 0, left_out=True)),
    _last("last-unit-left-out", "zero for the last unit", _one(1, -1, left_out=True)),
    _last("first-input-left-out", "zero for the first input", _one(2, 0, left_out=True)),
    _last("last-input-left-out", "zero for the last input", _one(2, -1, left_out=True)),
    _last("inputs-reversed", "the inputs in reverse order", lambda term: squeeze(term.sum(axis=1)[:, :, ::-1])),
    _last("inputs-summed", "the sum over the inputs as well, one number for all", _summed_over(3, keep=True)),
    _last("inputs-summed", "the sum over the inputs as well", _summed_over(3, keep=False)),
    _last("first-input-for-all", "the first input's for every input",
          lambda term: squeeze(term.sum(axis=1)[:, :, [0] * term.shape[3]])),
    _last("last-input-for-all", "the last input's for every input",
          lambda term: squeeze(term.sum(axis=1)[:, :, [-1] * term.shape[3]])),
    _last("transposed", "the transpose", lambda term: squeeze(term.sum(axis=1).transpose(0, 2, 1))),
    _last("transposed-and-reshaped", "the transpose, reshaped", _transposed_in_place),
    *(_last("only-last-batch", f"only the last batch of up to {size} examples", _last_batch(size)) for size in BATCHES),
    _feed("hidden-shifted-with-ones", "H without its first column and with ones in the last place",
          lambda s: replace(s, H=np.concatenate([s.H[:, :, 1:], np.ones_like(s.H[:, :, :1])], axis=2))),
    _feed("hidden-for-input", "H in place of X", lambda s: replace(s, X=s.H)),
    _feed("points-reversed", "the points in reverse order", lambda s: replace(s, X=flip(s.X))),
    _feed("points-shifted", "each example takes the next one's point", lambda s: replace(s, X=np.roll(s.X, -1, 1))),
    _feed("points-shifted", "each example takes the point of the one before", lambda s: replace(s, X=np.roll(s.X, 1, 1))),
    _feed("points-averaged", "the mean point for all examples", lambda s: replace(s, X=_spread_mean(s.X, 1))),
    _feed("points-summed", "the sum of the points for all examples",
          lambda s: replace(s, X=0 * s.X + s.X.sum(axis=1, keepdims=True))),
    _feed("first-point-only", "the first point for all examples", lambda s: replace(s, X=0 * s.X + s.X[:, :1])),
    _feed("last-point-only", "the last point for all examples", lambda s: replace(s, X=0 * s.X + s.X[:, -1:])),
    _feed("gradient-rows-reversed", "G_bar's rows in reverse order", lambda s: replace(s, G_bar=flip(s.G_bar))),
    _feed("hidden-rows-reversed", "H's rows in reverse order", lambda s: replace(s, H=flip(s.H))),
    _feed("hidden-rows-shifted", "each example takes the next one's H", lambda s: replace(s, H=np.roll(s.H, -1, 1))),
    _feed("hidden-averaged", "H's mean over the examples", lambda s: replace(s, H=_spread_mean(s.H, 1))),
    _feed("hidden-summed", "H's sum over the examples", lambda s: replace(s, H=0 * s.H + s.H.sum(1, keepdims=True))),
    _feed("first-hidden-only", "the first example's H for all", lambda s: replace(s, H=0 * s.H + s.H[:, :1])),
    _feed("last-hidden-only", "the last example's H for all", lambda s: replace(s, H=0 * s.H + s.H[:, -1:])),
    _feed("residual-reversed", "z_bar in reverse order", lambda s: replace(s, z_bar=flip(s.z_bar))),
)


def _fed_by(structure: Structure) -> Structure:
    """A structure of G_bar where only one gradient is computed from it."""
    output = structure.output
    if output is None:
        return _feed(structure.id, structure.name, structure.inputs)
    return _feed(structure.id, structure.name, lambda s: replace(s, G_bar=output(s.G_bar)))


G_FEEDS: tuple[Structure, ...] = tuple(_fed_by(s) for s in G_STRUCTURES if s.output is not None and s.step == "G_bar")
