"""What can happen instead on the way forward: the steps G, H, z, y and the loss.

What may live here: the bank of forward variants and of loss variants, and the
search for the ones that reproduce a student's y or loss. Nothing about gradients.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from grader.diagnosis.chain import Signals, flip, sigmoid
from grader.diagnosis.model import FORWARD_STEPS, Array
from grader.diagnosis.questions import Inputs
from grader.frozen import frozen


@frozen
class ForwardVariant:
    """One way to compute one forward step.

    compute    G: (inputs, XU) -> G; H: G -> (H, slope dH/dG); z: (inputs, G, H) -> z; y: z -> y
    structure  what stands in the place of the asked expression
    """

    id: str
    step: str
    structure: str
    compute: Callable[..., Any]


Plan = tuple[ForwardVariant, ...]  # the variants that differ from the asked steps, at most one a step

_Pair = tuple[Array, Array]


def _tanh(G: Array) -> _Pair:
    H = np.tanh(G)
    return H, 1 - H**2


def _sigmoid_pair(G: Array) -> _Pair:
    H = sigmoid(G)
    return H, H * (1 - H)


def _softmax(G: Array, axis: int) -> _Pair:
    exp = np.exp(G - G.max(axis=axis, keepdims=True))
    H = exp / exp.sum(axis=axis, keepdims=True)
    return H, H * (1 - H)


def _squared_tanh(G: Array) -> _Pair:
    H = np.tanh(G)
    return H**2, 2 * H * (1 - H**2)


def _twice_tanh(G: Array) -> _Pair:
    inner = np.tanh(G)
    H = np.tanh(inner)
    return H, (1 - H**2) * (1 - inner**2)


def _scores(s: Inputs, XU: Array) -> Array:
    return np.asarray(XU + s.b[:, None, :])


def _logit(s: Inputs, G: Array, H: Array) -> Array:
    return np.asarray(np.einsum("knh,kh->kn", H, s.W) + s.c[:, None])


ASKED: dict[str, ForwardVariant] = {
    "G": ForwardVariant("", "G", "", _scores),
    "H": ForwardVariant("", "H", "", _tanh),
    "z": ForwardVariant("", "z", "", _logit),
    "y": ForwardVariant("", "y", "", sigmoid),
}


def _reshaped_U(s: Inputs, XU: Array) -> Array:
    networks, H, D = s.U.shape
    return np.asarray(np.einsum("knd,kdh->knh", s.X, s.U.reshape(networks, D, H)) + s.b[:, None, :])


def _reshaped_X(s: Inputs, XU: Array) -> Array:
    networks, N, D = s.X.shape
    return np.asarray(np.einsum("kdn,khd->knh", s.X.reshape(networks, D, N), s.U) + s.b[:, None, :])


def _dot(H: Array, W: Array) -> Array:
    return np.asarray(np.einsum("knh,kh->kn", H, W))


def _relu(G: Array) -> Array:
    return np.asarray(np.maximum(G, 0))


FORWARD_BANK: tuple[ForwardVariant, ...] = (
    ForwardVariant("missing-hidden-bias", "G", "X U^T", lambda s, XU: XU),
    ForwardVariant("hidden-bias-subtracted", "G", "X U^T - 1b^T", lambda s, XU: XU - s.b[:, None, :]),
    ForwardVariant("hidden-bias-multiplied", "G", "X U^T o 1b^T", lambda s, XU: XU * s.b[:, None, :]),
    ForwardVariant("output-bias-for-hidden-bias", "G", "X U^T + c", lambda s, XU: XU + s.c[:, None, None]),
    ForwardVariant("output-weights-for-hidden-bias", "G", "X U^T + 1W", lambda s, XU: XU + s.W[:, None, :]),
    ForwardVariant("hidden-weights-reshaped", "G", "X U.reshape(D, H) + 1b^T", _reshaped_U),
    ForwardVariant("points-reshaped", "G", "X U^T + 1b^T with X.reshape(D, N) in place of X^T", _reshaped_X),
    ForwardVariant("hidden-score-negated", "G", "-X U^T + 1b^T", lambda s, XU: -XU + s.b[:, None, :]),
    ForwardVariant("hidden-bias-twice", "G", "X U^T + 2(1b^T)", lambda s, XU: XU + 2 * s.b[:, None, :]),
    ForwardVariant("hidden-bias-summed", "G", "X U^T + sum of b", lambda s, XU: XU + s.b.sum(axis=1)[:, None, None]),
    ForwardVariant("hidden-score-averaged", "G", "X U^T / D + 1b^T", lambda s, XU: XU / s.X.shape[2] + s.b[:, None, :]),
    ForwardVariant("missing-hidden-weights", "G", "1b^T", lambda s, XU: 0 * XU + s.b[:, None, :]),
    ForwardVariant("sigmoid-hidden-layer", "H", "sigma(G)", _sigmoid_pair),
    ForwardVariant("relu-hidden-layer", "H", "max(0, G)", lambda G: (_relu(G), (G > 0) * 1.0)),
    ForwardVariant("missing-hidden-activation", "H", "G", lambda G: (G, np.ones_like(G))),
    ForwardVariant("leaky-relu-hidden-layer", "H", "max(0.01 G, G)",
                   lambda G: (np.where(G > 0, G, 0.01 * G), np.where(G > 0, 1.0, 0.01))),
    ForwardVariant("sine-hidden-layer", "H", "sin(G)", lambda G: (np.sin(G), np.cos(G))),
    ForwardVariant("cosine-hidden-layer", "H", "cos(G)", lambda G: (np.cos(G), -np.sin(G))),
    ForwardVariant("tan-hidden-layer", "H", "tan(G)", lambda G: (np.tan(G), 1 + np.tan(G) ** 2)),
    ForwardVariant("arctan-hidden-layer", "H", "arctan(G)", lambda G: (np.arctan(G), 1 / (1 + G**2))),
    ForwardVariant("sinh-hidden-layer", "H", "sinh(G)", lambda G: (np.sinh(G), np.cosh(G))),
    ForwardVariant("exponential-hidden-layer", "H", "e^G", lambda G: (np.exp(G), np.exp(G))),
    ForwardVariant("softplus-hidden-layer", "H", "log(1 + e^G)", lambda G: (np.logaddexp(0, G), sigmoid(G))),
    ForwardVariant("softmax-hidden-layer", "H", "softmax of G over the units", lambda G: _softmax(G, 2)),
    ForwardVariant("softmax-over-examples", "H", "softmax of G over the examples", lambda G: _softmax(G, 1)),
    ForwardVariant("hidden-tanh-negated", "H", "-tanh(G)", lambda G: (-np.tanh(G), np.tanh(G) ** 2 - 1)),
    ForwardVariant("hidden-tanh-squared", "H", "tanh(G)^2", _squared_tanh),
    ForwardVariant("hidden-tanh-twice", "H", "tanh(tanh(G))", _twice_tanh),
    ForwardVariant("tanh-derivative-for-tanh", "H", "1 - tanh(G)^2",
                   lambda G: (1 - np.tanh(G) ** 2, -2 * np.tanh(G) * (1 - np.tanh(G) ** 2))),
    ForwardVariant("hidden-score-squared", "H", "G^2", lambda G: (G**2, 2 * G)),
    ForwardVariant("absolute-hidden-layer", "H", "|tanh(G)|",
                   lambda G: (np.abs(np.tanh(G)), np.sign(G) * (1 - np.tanh(G) ** 2))),
    ForwardVariant("tanh-of-half", "H", "tanh(G/2)", lambda G: (np.tanh(G / 2), (1 - np.tanh(G / 2) ** 2) / 2)),
    ForwardVariant("tanh-of-double", "H", "tanh(2G)", lambda G: (np.tanh(2 * G), 2 * (1 - np.tanh(2 * G) ** 2))),
    ForwardVariant("missing-output-bias", "z", "H W^T", lambda s, G, H: _dot(H, s.W)),
    ForwardVariant("output-bias-subtracted", "z", "H W^T - 1c", lambda s, G, H: _dot(H, s.W) - s.c[:, None]),
    ForwardVariant("output-bias-multiplied", "z", "H W^T * c", lambda s, G, H: _dot(H, s.W) * s.c[:, None]),
    ForwardVariant("hidden-score-for-output", "z", "G W^T + 1c", lambda s, G, H: _dot(G, s.W) + s.c[:, None]),
    ForwardVariant("missing-output-weights", "z", "row sums of H + 1c", lambda s, G, H: H.sum(axis=2) + s.c[:, None]),
    ForwardVariant("output-negated", "z", "-H W^T + 1c", lambda s, G, H: -_dot(H, s.W) + s.c[:, None]),
    ForwardVariant("logit-negated", "z", "-(H W^T + 1c)", lambda s, G, H: -_dot(H, s.W) - s.c[:, None]),
    ForwardVariant("logit-accumulated", "z", "the running sum of H W^T over the examples + 1c",
                   lambda s, G, H: _dot(H, s.W).cumsum(axis=1) + s.c[:, None]),
    ForwardVariant("hidden-bias-after-tanh", "z", "(tanh(X U^T) + 1b^T) W^T + 1c",
                   lambda s, G, H: _dot(np.tanh(G - s.b[:, None, :]) + s.b[:, None, :], s.W) + s.c[:, None]),
    ForwardVariant("output-weights-reversed", "z", "H W^T + 1c with W's entries in reverse order",
                   lambda s, G, H: _dot(H, s.W[:, ::-1]) + s.c[:, None]),
    ForwardVariant("output-averaged", "z", "H W^T / H + 1c",
                   lambda s, G, H: _dot(H, s.W) / H.shape[2] + s.c[:, None]),
    ForwardVariant("hidden-bias-for-output-weights", "z", "H b + 1c", lambda s, G, H: _dot(H, s.b) + s.c[:, None]),
    ForwardVariant("output-bias-twice", "z", "H W^T + 2(1c)", lambda s, G, H: _dot(H, s.W) + 2 * s.c[:, None]),
    ForwardVariant("hidden-bias-for-output-bias", "z", "H W^T + sum of b",
                   lambda s, G, H: _dot(H, s.W) + s.b.sum(axis=1)[:, None]),
    ForwardVariant("missing-output-sigmoid", "y", "z", lambda z: z),
    ForwardVariant("tanh-output", "y", "tanh(z)", np.tanh),
    ForwardVariant("relu-output", "y", "max(0, z)", _relu),
    ForwardVariant("softmax-output", "y", "softmax of z over the examples",
                   lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)),
    ForwardVariant("sigmoid-sign-flipped", "y", "sigma(-z)", lambda z: sigmoid(-z)),
    ForwardVariant("output-rounded", "y", "sigma(z) rounded to 0 or 1", lambda z: (z > 0) * 1.0),
    *(ForwardVariant("output-rounded-to-decimals", "y", f"sigma(z) rounded to {digits} decimals",
                     lambda z, digits=digits: np.round(sigmoid(z), digits)) for digits in (2, 3, 4)),
    ForwardVariant("sigmoid-of-double", "y", "sigma(2z)", lambda z: sigmoid(2 * z)),
    ForwardVariant("sigmoid-twice", "y", "sigma(sigma(z))", lambda z: sigmoid(sigmoid(z))),
    ForwardVariant("sigmoid-derivative-for-sigmoid", "y", "sigma(z) (1 - sigma(z))",
                   lambda z: sigmoid(z) * (1 - sigmoid(z))),
    ForwardVariant("exponential-output", "y", "e^z", np.exp),
    ForwardVariant("exponential-minus-output", "y", "e^-z", lambda z: np.exp(-z)),
    ForwardVariant("sigmoid-denominator", "y", "1 + e^-z", lambda z: 1 + np.exp(-z)),
    ForwardVariant("sigmoid-minus-for-plus", "y", "1 / (1 - e^-z)", lambda z: 1 / (1 - np.exp(-z))),
    ForwardVariant("log-of-sigmoid", "y", "log(1 + e^-z)", lambda z: np.logaddexp(0, -z)),
    ForwardVariant("log-of-sigmoid-negated", "y", "-log(1 + e^-z)", lambda z: -np.logaddexp(0, -z)),
)
ASKED_PLAN: Plan = ()
# A sum of numbers of order one that should cancel leaves this much at most.
ROUNDED_TO_ZERO = 1e-13
# Two slips at once are looked for among these only, which keeps the search short.
COMMON: tuple[ForwardVariant, ...] = tuple(variant for variant in FORWARD_BANK if variant.id in {
    "missing-hidden-bias", "hidden-bias-subtracted", "hidden-weights-reshaped", "output-bias-for-hidden-bias",
    "sigmoid-hidden-layer", "relu-hidden-layer", "missing-hidden-activation", "softmax-hidden-layer",
    "missing-output-bias", "output-bias-subtracted", "missing-output-weights", "logit-negated", "hidden-score-for-output",
    "missing-output-sigmoid", "tanh-output", "relu-output", "sigmoid-sign-flipped", "output-rounded",
    "output-weights-for-hidden-bias", "hidden-bias-for-output-weights",
})


def run_forward(inputs: Inputs, plan: Plan = ASKED_PLAN) -> Signals:
    """The forward pass of a stack of networks with the variants of plan in place of the asked steps."""
    steps = {**ASKED, **{variant.step: variant for variant in plan}}
    XU = np.einsum("knd,khd->knh", inputs.X, inputs.U)
    with np.errstate(all="ignore"):
        G: Array = np.asarray(steps["G"].compute(inputs, XU))
        H, slope = steps["H"].compute(G)
        z: Array = np.asarray(steps["z"].compute(inputs, G, H))
        y: Array = np.asarray(steps["y"].compute(z))
    return Signals(
        inputs.X, inputs.t, inputs.U, inputs.b, inputs.W, inputs.c, inputs.count,
        G, H, slope, z, y, z_bar=np.zeros_like(z), G_bar=np.zeros_like(H),
    )


def plans(slips: int) -> Iterator[Plan]:
    """Every plan with exactly this many variants, each at another step; of more than one only the COMMON ones."""
    for chosen in combinations(FORWARD_BANK if slips < 2 else COMMON, slips):
        if len({variant.step for variant in chosen}) == slips:
            yield chosen


def _in_order(plan: Sequence[ForwardVariant]) -> Plan:
    return tuple(sorted(plan, key=lambda variant: FORWARD_STEPS.index(variant.step)))


def same(actual: Array, expected: Array, rtol: float) -> bool:
    """Equal shapes up to axes of length one, and every entry within rtol of the largest expected one.

    Entries of which none is larger than ROUNDED_TO_ZERO count as zero.
    """
    if actual.size != expected.size or not np.isfinite(expected).all():
        return False
    if [n for n in actual.shape if n != 1] != [n for n in expected.shape if n != 1]:
        return False
    difference = np.abs(actual.reshape(expected.shape) - expected).max(initial=0.0)
    return bool(difference <= max(rtol * np.abs(expected).max(initial=0.0), ROUNDED_TO_ZERO))


def explain_output(stacks: Sequence[tuple[Inputs, Array | None]], rtol: float) -> list[Plan]:
    """The smallest plans, of up to two variants, whose y equals the student's at every stack.

    stacks: the networks asked about and the student's y (K, N); the first stack finds, the others confirm.
    There can be several: sigma(-z) and z negated are the same y.
    """
    first, actual = stacks[0]
    if actual is None:
        return []
    for slips in range(3):
        found = [
            _in_order(plan) for plan in plans(slips)
            if same(actual, run_forward(first, plan).y, rtol)
            and all(y is None or same(y, run_forward(inputs, plan).y, rtol) for inputs, y in stacks[1:])
        ]
        if found:
            return found
    return []


@frozen
class LossVariant:
    """One way to compute the loss; compute gives (K,) from the signals, up to a constant scale where scaled."""

    id: str
    structure: str
    compute: Callable[[Signals], Array]


def _cross_entropy(s: Signals) -> Array:
    return np.asarray(s.t * np.logaddexp(0, -s.z) + (1 - s.t) * np.logaddexp(0, s.z))


def _from_output(s: Signals) -> Array:
    return np.asarray(-s.t * np.log(s.y) - (1 - s.t) * np.log(1 - s.y))


def _mean(per_example: Callable[[Signals], Array]) -> Callable[[Signals], Array]:
    return lambda s: np.asarray(per_example(s).mean(axis=1))


def _cross_entropy_with(t: Callable[[Signals], Array]) -> Callable[[Signals], Array]:
    return lambda s: np.asarray((t(s) * np.logaddexp(0, -s.z) + (1 - t(s)) * np.logaddexp(0, s.z)).mean(axis=1))


def _terms(of_ones: Callable[[Signals], Array], of_zeros: Callable[[Signals], Array]) -> Callable[[Signals], Array]:
    """The mean cross-entropy with the losses of the examples labelled 1, and of those labelled 0, times a number (K, 1) each."""
    return lambda s: np.asarray(
        (of_ones(s) * s.t * np.logaddexp(0, -s.z) + of_zeros(s) * (1 - s.t) * np.logaddexp(0, s.z)).mean(axis=1)
    )


def _once(s: Signals) -> Array:
    return np.ones_like(s.count)[:, None]


def _count_times(s: Signals) -> Array:
    return s.count[:, None]


def _share(label: int) -> Callable[[Signals], Array]:
    """N over the number of examples with a label, (K, 1)."""
    return lambda s: np.asarray(1 / np.mean(s.t == label, axis=1, keepdims=True))


def _divided_in_the_loop(s: Signals) -> Array:
    losses = _cross_entropy(s)
    N = losses.shape[1]
    return np.asarray((losses * float(N) ** -np.arange(N, 0.0, -1)).sum(axis=1))


ASKED_LOSS = LossVariant("", "", _mean(_cross_entropy))
LOSS_BANK: tuple[LossVariant, ...] = (
    LossVariant("", "", _mean(_from_output)),
    LossVariant("half-squared-error-loss", "mean of (y-t)^2 / 2", _mean(lambda s: (s.y - s.t) ** 2 / 2)),
    LossVariant("squared-error-loss", "mean of (y-t)^2", _mean(lambda s: (s.y - s.t) ** 2)),
    LossVariant("absolute-error-loss", "mean of |y-t|", _mean(lambda s: np.abs(s.y - s.t))),
    LossVariant("zero-one-loss", "share of wrong answers", _mean(lambda s: (s.y > 0.5) != (s.t > 0.5))),
    LossVariant("loss-lacks-label-0", "mean of -t log y", _mean(lambda s: s.t * np.logaddexp(0, -s.z))),
    LossVariant("loss-lacks-label-1", "mean of -(1-t) log(1-y)", _mean(lambda s: (1 - s.t) * np.logaddexp(0, s.z))),
    LossVariant("loss-labels-swapped", "mean of -(1-t) log y - t log(1-y)", _cross_entropy_with(lambda s: 1 - s.t)),
    LossVariant("loss-sign-between-terms", "mean of -t log y + (1-t) log(1-y)",
                _mean(lambda s: s.t * np.logaddexp(0, -s.z) - (1 - s.t) * np.logaddexp(0, s.z))),
    LossVariant("loss-ignores-labels", "mean of -log y", _mean(lambda s: np.logaddexp(0, -s.z))),
    LossVariant("loss-ignores-labels", "mean of -log(1-y)", _mean(lambda s: np.logaddexp(0, s.z))),
    LossVariant("loss-of-both-terms", "mean of -log y - log(1-y)",
                _mean(lambda s: np.logaddexp(0, -s.z) + np.logaddexp(0, s.z))),
    LossVariant("loss-of-labels-plus-minus-one", "mean of log(1 + e^(-t z))", _mean(lambda s: np.logaddexp(0, -s.t * s.z))),
    LossVariant("loss-term-not-averaged", "-(sum of t log y) - (mean of (1-t) log(1-y))", _terms(_count_times, _once)),
    LossVariant("loss-term-not-averaged", "-(mean of t log y) - (sum of (1-t) log(1-y))", _terms(_once, _count_times)),
    LossVariant("loss-term-not-averaged", "-(sum of t log y) + (mean of (1-t) log(1-y))",
                _terms(_count_times, lambda s: -_once(s))),
    LossVariant("loss-averaged-by-label", "the mean of -log y over the examples labelled 1 + that of -log(1-y) over the others",
                _terms(_share(1), _share(0))),
    LossVariant("loss-over-label-sum", "the sum of all losses over the sum of t", _terms(_share(1), _share(1))),
    LossVariant("loss-divided-in-the-loop", "the losses summed, with a division by N after every example", _divided_in_the_loop),
    LossVariant("loss-without-logarithm", "mean of t y + (1-t)(1-y)",
                _mean(lambda s: s.t * s.y + (1 - s.t) * (1 - s.y))),
    LossVariant("loss-without-logarithm", "mean of t z + (1-t) z", _mean(lambda s: s.z)),
    LossVariant("loss-first-example-only", "the first example's loss", lambda s: _cross_entropy(s)[:, 0]),
    LossVariant("loss-first-example-only", "the first example's loss over N", lambda s: _cross_entropy(s)[:, 0] / s.count),
    LossVariant("loss-last-example-only", "the last example's loss", lambda s: _cross_entropy(s)[:, -1]),
    LossVariant("loss-last-example-only", "the last example's loss over N", lambda s: _cross_entropy(s)[:, -1] / s.count),
    LossVariant("loss-lacks-first-example", "the losses of all examples but the first, summed, over N",
                lambda s: _cross_entropy(s)[:, 1:].sum(axis=1) / s.count),
    LossVariant("loss-lacks-last-example", "the losses of all examples but the last, summed, over N",
                lambda s: _cross_entropy(s)[:, :-1].sum(axis=1) / s.count),
    LossVariant("loss-largest-example", "the largest example's loss", lambda s: _cross_entropy(s).max(axis=1)),
    LossVariant("loss-smallest-example", "the smallest example's loss", lambda s: _cross_entropy(s).min(axis=1)),
    LossVariant("loss-median-example", "the median of the examples' losses", lambda s: np.median(_cross_entropy(s), axis=1)),
    LossVariant("root-mean-square-loss", "root of the mean of (y-t)^2",
                lambda s: np.sqrt(np.mean((s.y - s.t) ** 2, axis=1))),
    LossVariant("mean-error-loss", "mean of y-t", _mean(lambda s: s.y - s.t)),
    LossVariant("loss-not-reduced", "every example's loss", _cross_entropy),
    LossVariant("labels-reversed", "the loss with the labels in reverse order", _cross_entropy_with(lambda s: flip(s.t))),
    LossVariant("loss-broadcast", "the mean over all N x N pairs of an output and a label",
                _cross_entropy_with(lambda s: np.repeat(s.t.mean(axis=1, keepdims=True), s.t.shape[1], axis=1))),
    LossVariant("hinge-loss", "mean of max(0, 1 - (2t-1) z)", _mean(lambda s: np.maximum(0, 1 - (2 * s.t - 1) * s.z))),
    LossVariant("sigmoid-applied-twice", "mean cross-entropy of sigma(y)",
                _mean(lambda s: s.t * np.logaddexp(0, -s.y) + (1 - s.t) * np.logaddexp(0, s.y))),
    LossVariant("loss-clipped", "mean cross-entropy with y clipped to [0.1, 0.9]",
                _mean(lambda s: -s.t * np.log(np.clip(s.y, 0.1, 0.9)) - (1 - s.t) * np.log(1 - np.clip(s.y, 0.1, 0.9)))),
    *(LossVariant("loss-rounded", f"the loss rounded to {digits} digit{'s' * (digits > 1)}",
                  lambda s, digits=digits: np.round(_cross_entropy(s).mean(axis=1), digits)) for digits in range(1, 7)),  # type: ignore[misc]
)
