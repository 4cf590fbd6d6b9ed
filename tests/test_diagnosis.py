"""The diagnosis says what was coded, charges it once, and says nothing it is not sure of."""
from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from grader.diagnosis import Answer, Diagnosis, diagnose, has_a_line, words
from grader.selftest import styles
from grader.selftest.diagnosis import InProcess, wrong_quantities
from grader.selftest.mutants import reference_source

REFERENCE = InProcess(reference_source())
QUANTITIES = ("data", "labels", "y", "loss", "dc", "dW", "db", "dU")
TANH = 'np.tanh(X @ params["U"].T + params["b"])'
LOSS = "np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))"
SIGMOID = '_sigmoid(X @ params["U"].T + params["b"])'


def diagnosed(*replacements: tuple[str, str], seed: int = 7) -> Diagnosis:
    source = reference_source()
    for old, new in replacements:
        assert old in source
        source = source.replace(old, new)
    student = InProcess(source)
    return diagnose(student, wrong_quantities(student, REFERENCE, seed), seed=seed)


def slips(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [(slip.id, slip.step) for slip in diagnosis.slips]


@pytest.mark.parametrize("old, new, id, step", [
    ("(_sigmoid(z) - t) / N", "_sigmoid(z) - t", "missing-batch-mean", "z_bar"),
    ("_sigmoid(z) - t", "t - _sigmoid(z)", "residual-sign-flipped", "z_bar"),
    ("(_sigmoid(z) - t) / N", "(_sigmoid(z) - t) * _sigmoid(z) * (1 - _sigmoid(z)) / N", "extra-sigmoid-derivative", "z_bar"),
    ("(_sigmoid(z) - t) / N", "(_sigmoid(z) - t) / 500", "fixed-count", "z_bar"),
    ("(_sigmoid(z) - t) / N", "(_sigmoid(z) - t) / X.shape[1]", "number-of-inputs-for-count", "z_bar"),
    ("(_sigmoid(z) - t) / N", "(_sigmoid(z) - t) / (N - 1)", "wrong-count", "z_bar"),
    ("_sigmoid(z) - t", "_sigmoid(z) + t", "sum-for-difference", "z_bar"),
    ("_sigmoid(z) - t", "_sigmoid(z) - t[::-1]", "labels-reversed", "z_bar"),
    ("(_sigmoid(z) - t) / N", "((_sigmoid(z)[:, None] - t) / N**2).sum(axis=1)", "labels-averaged", "z_bar"),
    ("z_bar.sum()", "z_bar.mean()", "mean-taken-twice", "c_bar"),
    ("z_bar.sum()", "z_bar[0]", "only-first-example", "c_bar"),
    ("H.T @ z_bar", "H.T * z_bar", "missing-sum-over-examples", "W_bar"),
    ("H.T @ z_bar", '(X @ params["U"].T + params["b"]).T @ z_bar', "score-for-hidden", "W_bar"),
    ('np.outer(z_bar, params["W"])', "np.outer(z_bar, np.ones(H.shape[1]))", "missing-output-weights", "H_bar"),
    ('np.outer(z_bar, params["W"])', 'np.outer(z_bar, params["W"][::-1])', "weights-reversed", "H_bar"),
    ('np.outer(z_bar, params["W"])', 'np.outer(params["W"], z_bar).reshape(N, -1)', "outer-reshaped", "H_bar"),
    ("H_bar * (1 - H**2)", "H_bar", "missing-tanh-derivative", "G_bar"),
    ("(1 - H**2)", "H * (1 - H)", "sigmoid-derivative-for-tanh", "G_bar"),
    ("(1 - H**2)", "(1 - H)", "missing-square-in-tanh-derivative", "G_bar"),
    ("(1 - H**2)", "(1 - np.tanh(H)**2)", "tanh-of-h", "G_bar"),
    ("H_bar * (1 - H**2)", "H_bar * 1 - H**2", "missing-parentheses", "G_bar"),
    ("G_bar.sum(axis=0)", "G_bar.sum(axis=1)", "sum-over-wrong-axis", "b_bar"),
    ("G_bar.T @ X", "X.T @ G_bar", "transposed", "U_bar"),
    ("G_bar.T @ X", "H_bar.T @ X", "hidden-gradient-for-score-gradient", "U_bar"),
    ('"b": b_bar, "W": W_bar', '"b": W_bar, "W": b_bar', "gradients-under-each-others-keys", "grads"),
    ('"W": W_bar, "c"', '"c"', "missing-key", "grads"),
    ("loss = np.mean(", "loss = np.sum(", "loss-summed", "loss"),
    ("loss = np.mean(", "loss = -np.mean(", "missing-minus-in-loss", "loss"),
    ("loss = np.mean(", "loss = 1 / np.log(2) * np.mean(", "base-2-logarithm", "loss"),
    ("(_sigmoid(z) - t) / N", "(_sigmoid(z) - t) * z * (1 - z) / N", "sigmoid-derivative-of-logit", "z_bar"),
    ("(_sigmoid(z) - t) / N", "2 * (_sigmoid(z) - t) * _sigmoid(z) * _sigmoid(-z) / N", "squared-error-gradient", "z_bar"),
    ("(_sigmoid(z) - t) / N", "(_sigmoid(z) - t) / t.sum()", "label-sum-for-count", "z_bar"),
    ("(_sigmoid(z) - t) / N", "(_sigmoid(z)[:, None] - t).sum(axis=1) / N", "labels-averaged", "z_bar"),
    ("(_sigmoid(z) - t) / N", "(_sigmoid(z) - t) / N ** (N - np.arange(N, dtype=float))", "divided-in-the-loop", "z_bar"),
    ('np.outer(z_bar, params["W"])', 'np.outer(z_bar, params["U"][:, 0])', "hidden-weight-for-output-weight", "H_bar"),
    ('np.outer(z_bar, params["W"])', "np.outer(z_bar, W_bar)", "gradient-for-weights", "H_bar"),
    ('np.outer(z_bar, params["W"])', 'np.outer(z_bar, np.cumsum(params["W"]))', "weights-accumulated", "H_bar"),
    ("(1 - H**2)", "np.sqrt(1 - H**2)", "square-root-of-tanh-derivative", "G_bar"),
    ("H_bar * (1 - H**2)", "H_bar * (1 - H**2) * (np.arange(H.shape[1]) > 0)", "first-unit-left-out", "G_bar"),
    ("G_bar.T @ X", "G_bar.T @ X * (np.arange(X.shape[1]) > 0)", "first-input-left-out", "U_bar"),
    ("G_bar.T @ X", "G_bar.T @ X + 0.5 / N * params['U']", "weight-decay", "U_bar"),
    ('"b": b_bar, "W": W_bar', '"b": b_bar + W_bar, "W": b_bar + W_bar', "gradients-in-one-array", "grads"),
    ('{"U": U_bar, "b": b_bar, "W": W_bar, "c": c_bar}',
     '{"U": U_bar.clip(-.1, .1), "b": b_bar.clip(-.1, .1), "W": W_bar.clip(-.1, .1), "c": c_bar.clip(-.1, .1)}',
     "gradients-clipped", "grads"),
    ("(1 - t) * np.logaddexp(0, z))", "(1 - t) * np.logaddexp(0, z)) + 0.01 * np.sum(params['U'] ** 2)", "weight-decay-in-loss", "loss"),
    ("loss = np.mean(t * np.logaddexp(0, -z) + ", "loss = np.sum(t * np.logaddexp(0, -z)) + np.mean(", "loss-term-not-averaged", "loss"),
    ("loss = np.mean(t * np.logaddexp(0, -z) + (1 - t) * np.logaddexp(0, z))", "loss = np.mean(np.logaddexp(0, -t * z))",
     "loss-of-labels-plus-minus-one", "loss"),
    ("2 * np.pi", "360", "degrees-for-radians", "dataset"),
    ("(r * np.sin(a), r * np.cos(a))", "(r * np.cos(a), r * np.sin(a))", "sine-and-cosine-swapped", "dataset"),
    ("np.random.uniform(low, high)", "np.random.default_rng().uniform(low, high)", "own-generator", "dataset"),
])
def test_one_mistake_is_one_slip(old: str, new: str, id: str, step: str) -> None:
    """A single mistake is named at its step, told once, and everything it spoils is explained."""
    diagnosis = diagnosed((old, new))
    assert slips(diagnosis) == [(id, step)]
    assert {finding.verdict for finding in diagnosis.findings} == {"explained"}


def test_weight_decay_of_several_parameters_is_one_slip() -> None:
    """What one loop adds to every gradient is charged once; the others are right but for it."""
    decays = [(f'"{key}": {key}_bar', f'"{key}": {key}_bar + 0.1 * params["{key}"]') for key in "UbWc"]
    diagnosis = diagnosed(*decays)
    assert [slip.spoils for slip in diagnosis.slips] == [("dc", "dW", "db", "dU")] and diagnosis.carried == {"dW", "db", "dU"}


@pytest.mark.parametrize("coded, told", [
    ("2 * H.T @ z_bar + 0.1 * params['W']", "0.1 W"), ("N * H.T @ z_bar + 0.1 * params['W']", "0.1 W"),
    ("-H.T @ z_bar + 0.3 * params['W'] / N", "0.3 W/N"), ("H.T @ z_bar / N + 0.02 * params['W'] / N", "0.02 W/N"),
])
def test_weight_decay_beside_a_factor_is_told_as_it_was_coded(coded: str, told: str) -> None:
    """The share that is told is the one in the code, whatever multiplies the gradient itself."""
    assert f"{told} added to the gradient" in [slip.structure for slip in diagnosed(("H.T @ z_bar", coded)).slips]


@pytest.mark.parametrize("rate", ["", "0.5 * "])
def test_a_parameter_after_a_step_is_not_called_weight_decay(rate: str) -> None:
    """W less its gradient has W in it, but no penalty."""
    assert diagnosed(("H.T @ z_bar", f"params['W'] - {rate}(H.T @ z_bar)")).slips == ()


@pytest.mark.parametrize("kept, id", [("np.arange(N) % 2 == 0", "every-second-example"), ("np.arange(N) < N // 2", "only-first-half")])
def test_examples_left_out_at_z_bar_are_one_slip_without_a_line(kept: str, id: str) -> None:
    """What every gradient lacks enters at z_bar; whether its line or a loop's head is to blame, no number tells."""
    diagnosis = diagnosed(("(_sigmoid(z) - t) / N", f"(_sigmoid(z) - t) / N * ({kept})"))
    assert slips(diagnosis) == [(id, "z_bar")] and not has_a_line(diagnosis.slips[0], diagnosis.slips)


@pytest.mark.parametrize("labels", ["1 - t", "2 * t - 1", "0.9 * t + 0.05"])
def test_no_line_where_labels_may_have_changed_above(labels: str) -> None:
    """Where the loss and z_bar both have other labels, their own lines may be right."""
    diagnosis = diagnosed(("    loss = np.mean(", f"    t = {labels}\n    loss = np.mean("))
    assert {slip.step for slip in diagnosis.slips} == {"loss", "z_bar"}
    assert not any(has_a_line(slip, diagnosis.slips) for slip in diagnosis.slips)


def test_no_line_for_a_network_whose_loss_is_right() -> None:
    """c taken away after the loss leaves the line of z as it should be."""
    diagnosis = diagnosed(("(_sigmoid(z) - t) / N", "(_sigmoid(z - params['c']) - t) / N"))
    assert slips(diagnosis) == [("missing-output-bias", "z")] and not has_a_line(diagnosis.slips[0], diagnosis.slips)


def test_what_one_gradient_alone_shows_is_not_told_of_z_bar() -> None:
    """Where the other gradients are not understood, y-0.5 may be z_bar's or dc's own, and is not told."""
    diagnosis = diagnosed(("z_bar.sum()", "_sigmoid(z).mean() - 0.5"), ("(_sigmoid(z) - t) / N", "np.sign(z - t) * np.exp(z) / N"))
    assert {finding.quantity: finding.verdict for finding in diagnosis.findings} == dict.fromkeys(("dc", "dW", "db", "dU"), "unexplained")


def test_no_line_for_what_is_seen_at_two_steps() -> None:
    """Where dW is made of y alone, z_bar's mistake shows at c_bar and at H_bar, whose lines are right."""
    diagnosis = diagnosed(("H.T @ z_bar", "H.T @ _sigmoid(z) / N"), ("(_sigmoid(z) - t) / N", "np.sign(_sigmoid(z) - t) / N"))
    assert {slip.step for slip in diagnosis.slips if has_a_line(slip, diagnosis.slips)} <= {"z_bar", "W_bar"}


def test_no_line_of_U_bar_for_a_derivative() -> None:
    """Where db is built from H_bar, only dU shows the derivative, which stands at G_bar all the same."""
    diagnosis = diagnosed(("(1 - H**2)", "(1 - 2 * H**2)"), ("G_bar.sum(axis=0)", "H_bar.sum(axis=0)"))
    assert [has_a_line(slip, diagnosis.slips) for slip in diagnosis.slips if slip.spoils == ("dU",)] == [False]


def test_a_neighbour_of_the_count_is_in_the_formula() -> None:
    """The formula that was coded divides by what the slip says, not by N."""
    assert diagnosed(("(_sigmoid(z) - t) / N", "(_sigmoid(z) - t) / (N - 1)")).findings[0].coded == "sum over the examples of (y-t) / (N-1)"


@pytest.mark.parametrize("sigmoid, id", [
    ("z", "missing-output-sigmoid"), ("1 / 1 + np.exp(-z)", "sigmoid-denominator"), ("np.tanh(z)", "tanh-output"),
])
def test_a_loss_that_is_no_number_belongs_to_the_output(sigmoid: str, id: str) -> None:
    """Where an output leaves (0, 1) the loss has no value, and the slip that explains the output explains that."""
    losses = "np.mean(-t * np.log(_sigmoid(z)) - (1 - t) * np.log(1 - _sigmoid(z)))"
    diagnosis = diagnosed((LOSS, losses), ("return np.exp(-np.logaddexp(0, -z))", f"return {sigmoid}"))
    assert slips(diagnosis) == [(id, "y")] and diagnosis.carried == {"loss", "dc", "dW", "db", "dU"}


def test_a_loss_that_ignores_the_outputs_of_one_label_is_not_called_clipped() -> None:
    """A constant in the place of the terms of one label is no clip."""
    diagnosis = diagnosed((LOSS, "np.mean(t * np.logaddexp(0, -z) + (1 - t) * 0.456)"))
    assert "loss-clipped" not in [slip.id for slip in diagnosis.slips]


def test_labels_exchanged_in_backprop_are_not_told_of_the_dataset() -> None:
    """The sentence about exchanged labels speaks of z_bar where they are exchanged there."""
    (slip,) = diagnosed(("_sigmoid(z) - t", "_sigmoid(z) - (1 - t)")).slips
    assert "half" not in words(slip, "full")


def test_a_step_for_two_places_names_both() -> None:
    """A sign that may stand at H_bar or at G_bar is told at both."""
    (slip,) = diagnosed(("(1 - H**2)", "(H**2 - 1)")).slips
    assert "H_bar = z_bar W or G_bar = H_bar o (1 - H^2)" in words(slip, "full")


def test_missing_factor_is_in_the_finding() -> None:
    """The finding names the factor, the step and both formulas, in the form that results.json holds."""
    entry = diagnosed(("H_bar * (1 - H**2)", "H_bar")).findings[0].to_json()
    assert entry["quantity"] == "db" and entry["missing"] == ["1-h^2"] and entry["step"] == "G_bar"
    assert entry["coded"] == "sum over the examples of (y-t) w / N"
    assert entry["asked"] == "sum over the examples of (y-t) w (1-h^2) / N"


def test_a_slip_is_charged_once_and_carried_on() -> None:
    """A missing 1/N is charged at dc; the gradients after it are carried."""
    diagnosis = diagnosed(("(_sigmoid(z) - t) / N", "_sigmoid(z) - t"))
    (slip,) = diagnosis.slips
    assert slip.spoils == ("dc", "dW", "db", "dU") and slip.charged_at == "dc"
    assert diagnosis.carried == {"dW", "db", "dU"}


def test_two_slips_are_charged_apart() -> None:
    """Two mistakes at two steps compose: each is named, each is charged once, the rest is carried."""
    diagnosis = diagnosed(("(_sigmoid(z) - t) / N", "_sigmoid(z) - t"), ("H_bar * (1 - H**2)", "H_bar"))
    assert [(slip.id, slip.charged_at) for slip in diagnosis.slips] == [
        ("missing-batch-mean", "dc"), ("missing-tanh-derivative", "db")]
    assert diagnosis.carried == {"dW", "dU"}


@pytest.mark.parametrize("derivative, consistent", [("H * (1 - H)", True), ("(1 - H**2)", False)])
def test_wrong_network_with_its_own_gradient(derivative: str, consistent: bool) -> None:
    """A sigmoid hidden layer is one slip at H; only if the gradient is right for it do the words say so."""
    diagnosis = diagnosed((TANH, SIGMOID), ("(1 - H**2)", derivative))
    (slip,) = diagnosis.slips
    assert (slip.id, slip.step, slip.consistent) == ("sigmoid-hidden-layer", "H", consistent)
    assert {"dc", "dW", "db", "dU"} <= diagnosis.carried
    assert ("right for the network that you wrote" in words(slip, "full")) == consistent


def test_forward_slip_beside_a_backward_slip() -> None:
    """A wrong forward network and a mistake on the way back are two slips."""
    diagnosis = diagnosed((TANH, SIGMOID), ("(_sigmoid(z) - t) / N", "_sigmoid(z) - t"))
    assert slips(diagnosis) == [("sigmoid-hidden-layer", "H"), ("missing-batch-mean", "z_bar")]


def test_what_takes_the_place_of_a_factor_does_not_take_it_away_as_well() -> None:
    """H in the place of 1-H^2 is not (H-H^3)/(1-H^2), though a network of its own makes the longer formula fit."""
    diagnosis = diagnosed(('H @ params["W"] + params["c"]', 'H @ params["W"] * params["c"]'), ("(1 - H**2)", "H"), seed=3)
    assert "difference-of-squares" not in {slip.id for slip in diagnosis.slips}


@pytest.mark.parametrize("name", sorted(styles.RIGHT))
def test_no_alarm_on_right_submissions(name: str) -> None:
    """Whatever the checks claim, right code in any style has no slip."""
    diagnosis = diagnose(InProcess(styles.RIGHT[name]), QUANTITIES, seed=11)
    assert diagnosis.slips == () and diagnosis.carried == frozenset()


@pytest.mark.parametrize("name", ["loops", "einsum", "mean-at-the-end", "units-first", "single-precision", "per-example"])
def test_styles_do_not_matter(name: str) -> None:
    """A lost tanh derivative is found in every way of writing the program, float32 included."""
    lost = {
        "loops": " * (1 - h[j] ** 2)", "einsum": "1 - H * H", "mean-at-the-end": " * (1 - np.power(H, 2))",
        "units-first": " - dA * A * A", "single-precision": " * (1 - H ** 2)", "per-example": " * (1 - h ** 2)",
    }[name]
    student = InProcess(styles.RIGHT[name].replace(lost, "np.ones_like(H)" if name == "einsum" else ""))
    diagnosis = diagnose(student, wrong_quantities(student, REFERENCE, 3), seed=3)
    assert slips(diagnosis) == [("missing-tanh-derivative", "G_bar")]


def test_unexplained_is_said_with_what_is_certain() -> None:
    """A gradient that nothing explains is withheld, with the gradients that are right."""
    (finding,) = diagnosed(("H.T @ z_bar", "np.sin(7 * H.T @ z_bar)")).findings
    assert finding.verdict == "unexplained" and finding.id == ""
    assert any("dc" in fact and "dU" in fact for fact in finding.certain)


class Scripted:
    """A student whose backprop answers whatever a function makes of the right answer."""

    def __init__(self, change) -> None:  # type: ignore[no-untyped-def]
        self.change = change

    def backprop(self, queries):  # type: ignore[no-untyped-def]
        return [self.change(answer, *query) for answer, query in zip(REFERENCE.backprop(queries), queries)]

    def errors(self, queries):  # type: ignore[no-untyped-def]
        return ["" if answer is not None else "it raised" for answer in self.backprop(queries)]

    def forward(self, queries):  # type: ignore[no-untyped-def]
        return [None] * len(queries)

    def dataset(self, queries):  # type: ignore[no-untyped-def]
        return [None] * len(queries)


@pytest.mark.parametrize("change", [
    lambda answer, X, t, params: None,
    lambda answer, X, t, params: Answer({}, float("nan")),
    lambda answer, X, t, params: Answer({k: v * np.nan for k, v in answer.grads.items()}, float("inf")),
    lambda answer, X, t, params: Answer({k: np.zeros((0, 3)) for k in answer.grads}, 1.0),
    lambda answer, X, t, params: Answer({k: np.zeros((2, 3, 4)) + len(X) for k in answer.grads}, 1e300),
    lambda answer, X, t, params: Answer({k: v * 1e300 for k, v in answer.grads.items()}, -0.0),
    lambda answer, X, t, params: None if len(X) % 2 else answer,
    lambda answer, X, t, params: Answer({k: np.random.default_rng().normal(size=v.shape) for k, v in answer.grads.items()}, 0.3),
])
def test_never_raises(change) -> None:  # type: ignore[no-untyped-def]
    """Whatever comes back, there is one finding for every wrong quantity."""
    diagnosis = diagnose(Scripted(change), QUANTITIES, seed=5)
    assert [finding.quantity for finding in diagnosis.findings] == list(QUANTITIES)


def test_no_answers_at_all() -> None:
    """A student that answers with empty lists is unexplained, not an error."""
    student = Scripted(None)
    student.backprop = student.errors = student.forward = student.dataset = lambda queries: []  # type: ignore[method-assign]
    assert {finding.verdict for finding in diagnose(student, QUANTITIES, seed=5).findings} == {"unexplained"}


def test_gradients_that_pile_up() -> None:
    """Gradients added up over the calls are seen by asking the same question again."""
    kept: dict[str, dict[str, np.ndarray]] = {}

    def pile(answer, X, t, params):  # type: ignore[no-untyped-def]
        total = kept.setdefault(str(X.shape) + str(params["U"].shape), {k: np.zeros_like(v) for k, v in answer.grads.items()})
        for key in total:
            total[key] = total[key] + answer.grads[key]
        return Answer(dict(total), answer.loss)

    diagnosis = diagnose(Scripted(pile), ("dc", "dW", "db", "dU"), seed=5)
    assert slips(diagnosis) == [("gradients-accumulate-over-calls", "grads")]


@pytest.mark.parametrize("data, labels, id", [
    (True, True, "module-data-for-arguments"), (False, True, "module-labels-for-argument"), (True, False, "module-points-for-argument"),
])
@pytest.mark.parametrize("slip", [False, True])
def test_module_globals_in_place_of_arguments(data: bool, labels: bool, id: str, slip: bool) -> None:
    """Code that takes its module's 500 points or labels is found out; what is right but for them is carried, and nothing else."""
    rng = np.random.default_rng(0)
    points, classes = rng.normal(size=(500, 2)), (np.arange(500) < 250) * 1.0

    def answer(right, X, t, params):  # type: ignore[no-untyped-def]
        if (len(X) != 500 and not (data and labels)) or params["U"].shape[1] != 2:
            return None
        given = REFERENCE.backprop([(points if data else X, classes if labels else t, params)])[0]
        spoiled = {"b": 2 * given.grads["b"], "U": given.grads["U"] * params["W"][:, None]} if slip else {}
        return Answer({**given.grads, **spoiled}, given.loss)

    wrong = ("loss", "dc", "dW", "db", "dU")
    diagnosis = diagnose(Scripted(answer), wrong, seed=5)
    assert [(slip.id, slip.charged_at) for slip in diagnosis.slips] == [(id, "arguments")]
    assert diagnosis.carried == {"loss", "dc", "dW", *([] if slip else ["db", "dU"])}


def test_module_parameters_in_place_of_arguments() -> None:
    """Parameters of the module are solved for, and what is right with them is carried; where forward has them too, they cost at y."""
    U = np.array([[1.0, 2.0], [-0.5, 1.5], [3.0, -2.0]])
    params = {"U": U, "b": np.array([0.3, -1.0, 0.5]), "W": np.array([2.0, -3.0, 1.0]), "c": np.array(0.4)}

    class Trained(Scripted):
        def forward(self, queries):  # type: ignore[no-untyped-def]
            return REFERENCE.forward([(X, params) for X, _ in queries])

    def answer(right, X, t, _):  # type: ignore[no-untyped-def]
        return REFERENCE.backprop([(X, t, params)])[0]

    diagnosis = diagnose(Trained(answer), ("y", "loss", "dc", "dW", "db", "dU"), seed=5)
    assert [(slip.id, slip.charged_at) for slip in diagnosis.slips] == [("module-parameters-for-arguments", "y")]
    assert diagnosis.carried == {"loss", "dc", "dW", "db", "dU"}


def test_sizes_fixed_in_the_code() -> None:
    """Code that answers for two inputs and three units only is still explained."""
    def answer(right, X, t, params):  # type: ignore[no-untyped-def]
        return right if params["U"].shape == (3, 2) else None

    def wrong(right, X, t, params):  # type: ignore[no-untyped-def]
        given = answer(right, X, t, params)
        return None if given is None else Answer({**given.grads, "W": given.grads["W"] * len(X)}, given.loss)

    assert slips(diagnose(Scripted(wrong), ("dW",), seed=5)) == [("missing-batch-mean", "W_bar")]


def test_words_by_depth() -> None:
    """full names the slip, hint asks without naming it, score is silent."""
    (slip,) = diagnosed(("H_bar * (1 - H**2)", "H_bar")).slips
    assert "1-H^2" in words(slip, "full")
    assert words(slip, "hint").endswith("?") and "lacks" not in words(slip, "hint")
    assert words(slip, "score") == ""


def test_same_seed_same_diagnosis() -> None:
    """The seed fixes everything that is asked and said."""
    change = ("H_bar * (1 - H**2)", "H_bar + (1 - H**2)")
    assert diagnosed(change) == diagnosed(change)


def test_imports_of_the_room() -> None:
    """The diagnosis imports numpy, the standard library, the rubric, the oracle, frozen and itself, nothing else of ours."""
    for path in Path("grader/diagnosis").resolve().glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("grader", "reference"):
                assert node.module.startswith(("grader.diagnosis", "grader.rubric", "grader.oracle", "grader.frozen")), (path, node.module)


def test_a_constant_loss_earns_its_zeros_nothing(grade_source, reference_source):
    """Gradients of zero fit a loss that is always the same, and nobody derived anything for them."""
    nothing = "\n\ndef backprop(X, t, params):\n    return {key: np.zeros(np.shape(value)) for key, value in params.items()}, np.log(2)\n"
    result = grade_source(reference_source + nothing)
    assert [check.score for check in result.checks if check.number in ("3.2", "3.3", "3.4", "3.5")] == [0, 0, 0, 0]
