"""The words of every diagnosis. No other module holds any.

What may live here: sentences for students, by id, by step and by depth, and the
formulas in the tutorial's letters. Written for a second-year student at midnight:
what the code computes, what the equations ask, where to look.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from grader.diagnosis.model import ARGUMENTS, Slip
from grader.rubric import Feedback

STEP_NAMES: Mapping[str, str] = {
    "dataset": "make_dataset", "G": "the step G = X U^T + 1b^T", "H": "the step H = tanh(G)", "z": "the step z = H W^T + 1c",
    "y": "the step y = sigma(z)", "loss": "the loss", "z_bar": "the step z_bar = (y - t) / N",
    "c_bar": "the step c_bar = sum of z_bar", "W_bar": "the step W_bar = H^T z_bar", "H_bar": "the step H_bar = z_bar W",
    "G_bar": "the step G_bar = H_bar o (1 - H^2)", "b_bar": "the step b_bar = sum of the rows of G_bar",
    "U_bar": "the step U_bar = G_bar^T X", "grads": "the dict that backprop returns",
}
ASKED: Mapping[str, str] = {
    "dc": "sum over the examples of (y-t) / N",
    "dW": "sum over the examples of (y-t) h / N",
    "db": "sum over the examples of (y-t) w (1-h^2) / N",
    "dU": "sum over the examples of (y-t) w (1-h^2) x / N",
    "loss": "mean over the examples of -t log y - (1-t) log(1-y)",
    "y": "sigma(tanh(X U^T + 1b^T) W^T + 1c)",
    "data": "x = r sin(angle), y = r cos(angle), for each point first r and then the angle from np.random.uniform",
    "labels": "1 for the first half, 0 for the second",
}
QUESTIONS: Mapping[str, str] = {
    "dataset": "Which numbers are drawn for a point, in which order, and from which limits?",
    "G": "What does one hidden unit receive from one point, and what is added to it?",
    "H": "Which function turns G into H?",
    "z": "What is z for one example, written out with all its terms?",
    "y": "What keeps every output between 0 and 1?",
    "loss": "Work the loss out by hand for one example with t = 1, then for two examples: what does your code give?",
    "z_bar": "The loss is a mean over N examples: what is its derivative with respect to one example's z?",
    "c_bar": "c is added to every example's z: how do the examples' z_bar come together in its gradient?",
    "W_bar": "What is z's derivative with respect to one entry of W, and what happens over the examples?",
    "H_bar": "By what is a unit's h multiplied on its way to z?",
    "G_bar": "What is the derivative of tanh at G, written with H?",
    "b_bar": "b is added to every row of G: how do the rows of G_bar come together?",
    "U_bar": "Which number multiplies an entry of U on the way to G, and what happens over the examples?",
    "grads": "Which gradient belongs under which key?",
}
OF_ARGUMENTS = "What should change in the answer when other arguments are given, and what does change?"
QUESTIONS_OF: Mapping[str, str] = {
    **dict.fromkeys(("module-data-for-arguments", "module-points-for-argument", "module-labels-for-argument",
                     "module-parameters-for-arguments", "answer-constant"), OF_ARGUMENTS),
    "gradients-accumulate-over-calls": "What do they hold when the function is called a second time?",
    "gradients-rounded": "Are they returned just as they were computed?",
}
"""By id, where a step's question would lead away."""
SENTENCES_AT: Mapping[tuple[str, str], str] = {
    ("labels-swapped", "z_bar"): "t and 1 - t changed places: yours is y - (1 - t).",
    ("labels-swapped", "dataset"): "The first half of the points must be labelled 1, the second 0. Yours is the other way round.",
    ("missing-output-sigmoid", "z_bar"): "What is called y there is z: the sigmoid has not been applied.",
    ("missing-residual-and-output-weight", "H_bar"): "G_bar holds neither z_bar nor W: it is 1-H^2 times H_bar, and H_bar is left out.",
    ("one-minus-hidden-for-one-plus-hidden", "G_bar"): "You multiply by (1-h)^2. The derivative of tanh is 1-h^2: only h is squared.",
    **{("units-summed", step): "All units get one and the same number: np.sum without an axis, perhaps. The examples are the rows (axis=0)."
       for step in ("W_bar", "b_bar", "U_bar")},
    ("hidden-weight-for-output-weight", "H_bar"): "The first column of U stands where W is asked.",
    ("sign-flipped", "H_bar"): "The sign is turned round (H^2 - 1 where 1 - H^2 is asked, perhaps).",
    ("extra-sigmoid-derivative", "z_bar"): "Your z_bar has an extra factor y(1-y). With the cross-entropy loss it cancels: "
                                           "z_bar is (y-t)/N.",
    ("missing-sigmoid-derivative", "z_bar"): "Your z_bar is the loss's derivative by y; it lacks sigma's own derivative y(1-y).",
    ("extra-two", "z_bar"): "There is a factor 2 too much. It comes with a squared error; the derivative of the cross-entropy has none.",
}
"""By id and step, where the sentence is true at that step alone."""
# What the student is told first, by id; where an id has no sentence of its own, the factors and the structure speak.
SENTENCES: Mapping[str, str] = {
    "sigmoid-derivative-of-output": "You apply sigma to y once more inside its derivative. y is already sigma(z): y(1-y) is all.",
    "residual-negative": "Every example's residual counts as negative: -|y-t| where y-t is asked. Is the sign of (1-t)/(1-y) turned round?",
    "residual-absolute": "Every example's residual counts as positive: |y-t| where y-t is asked. Is the minus before t/y missing?",
    "tanh-derivative-for-sigmoid-derivative": "You multiply by 1-y^2, the derivative of a tanh. y is a sigmoid: its derivative is y(1-y).",
    "other-expression-for-residual": "The loss's derivative with respect to z is y-t for each example, and nothing else.",
    "other-expression-for-tanh-derivative": "The derivative of tanh, written with H, is 1-H^2.",
    "plus-for-minus": "A plus stands where a minus is asked: the derivative of tanh is 1-H^2.",
    "sum-over-wrong-axis": "The sum runs over the wrong axis: it must run over the examples, which are the rows (axis 0).",
    "transposed": "The product is the wrong way round, so the result is transposed: row and column are exchanged.",
    "only-first-example": "Every example must count.",
    "only-last-example": "Every example must count; yours keeps the last one. In a loop, is there = where += is asked?",
    "only-last-batch": "Every example must count; yours keeps the last batch. In the loop, is there = where += is asked?",
    "weights-updated-inside": "W is changed inside backprop before its old value has been used. "
                              "Compute all gradients first; the update is not backprop's task.",
    "weight-decay-in-loss": "A penalty on the parameters is added to it. The asked loss has none.",
    "weight-decay": "A share of the parameter itself is added, as weight decay does. The asked loss has no such term.",
    "labels-averaged": "A column (N, 1) less a row (N,) is an (N, N) array. Give both the same shape before you subtract.",
    "outputs-averaged": "A column (N, 1) less a row (N,) is an (N, N) array. Give both the same shape before you subtract.",
    "broadcast-by-accident": "A column (N, 1) meets a row (N,), which makes an (N, N) array. Give y and t the same shape before you "
                             "subtract (t.reshape(-1, 1), or y.ravel()).",
    "gradients-rounded": "Return the gradients as they are: rounded, they are no slopes of the loss.",
    "loss-rounded": "Return the loss as it is: a rounded one has no slope. Round it only where you print it.",
    "loss-clipped": "A clip is meant to avoid log(0); this one reaches outputs that are common and changes the loss. "
                    "np.logaddexp needs none.",
    "number-added-in-logarithm": "The number that you add inside the logarithm is large enough to change the loss.",
    "loss-first-example-only": "Every example must count in the loss; yours is the first one's. Is there a return inside the loop?",
    "loss-last-example-only": "Every example must count in the loss; yours is the last one's. In a loop, is there = where += is asked?",
    "loss-lacks-first-example": "The first example is left out. Does a loop begin at 1?",
    "loss-lacks-last-example": "The last example is left out. Does a loop end too early?",
    "residual-lacks-first": "The first example is left out. Does a loop begin at 1?",
    "residual-lacks-last": "The last example is left out. Does a loop end too early?",
    "loss-sign-between-terms": "The sign of the second term is turned round: parentheses after the minus, perhaps.",
    "loss-ignores-labels": "t makes no difference to it. Have both terms the same logarithm?",
    "loss-labels-swapped": "t and 1 - t changed places.",
    "loss-broadcast": "A column (N, 1) meets a row (N,), which makes an (N, N) array. Give y and t the same shape before you use both.",
    "zero-one-loss": "Your loss counts wrong answers. That has no slope; the cross-entropy is asked.",
    "half-squared-error-loss": "Your loss is the squared error; the cross-entropy is asked.",
    "squared-error-loss": "Your loss is the squared error; the cross-entropy is asked.",
    "loss-lacks-label-0": "The term of the examples labelled 0 is missing.",
    "loss-lacks-label-1": "The term of the examples labelled 1 is missing.",
    "hidden-weights-not-transposed": "U is (H, D) and X is (N, D): the transpose is missing.",
    "weights-exchanged": "U and W changed places: U belongs to the hidden layer, W to the output.",
    "degrees-for-radians": "np.sin and np.cos take radians: a full turn is 2 pi, not 360.",
    "angle-drawn-before-radius": "The distribution is right, but not the order: draw first the radius and then the angle of each point. "
                                 "Yours draws the angle first.",
    "other-draws": "The points are others than np.random.uniform gives where it is called, point after point, "
                   "first for the radius and then for the angle.",
    "other-angles": "The radii are as asked. The angles are not: each is drawn from [0, 2 pi), right after its radius.",
    "draws-vectorised": "The distribution is right, but not the order: draw point after point, each one's radius before its angle.",
    "rings-swapped": "The first half of the points must be the disc, the second the ring. Yours is the other way round.",
    "missing-key": "Every parameter needs an entry there, under its own name.",
    "missing-batch-mean": "The loss is the mean over the N examples, so its gradient carries 1/N. Yours does not divide by N.",
    "mean-taken-twice": "1/N is already in z_bar. Your code divides by N once more (np.mean where a sum is asked, perhaps).",
    "residual-sign-flipped": "The sign is turned round from here on, as if t - y stood where y - t is asked. Training walks uphill.",
    "sign-flipped": "The sign is turned round.",
    "missing-sigmoid-derivative": "It lacks sigma's own derivative y(1-y), as if built from the loss's derivative with respect to y.",
    "residual-squared": "Your z_bar has (y-t) squared. That is an error's size, not the loss's derivative.",
    "missing-output-weights": "z = H W^T, so each unit's gradient is multiplied by its weight W. Yours is not.",
    "square-root-of-tanh-derivative": "You multiply by the square root of 1-h^2, which is 1/cosh(g). The derivative of tanh is 1-h^2, "
                                      "or 1/cosh(g)^2: a square is missing.",
    "divided-by-tanh-derivative": "You divide by 1-h^2 where you should multiply by it.",
    "missing-tanh-derivative": "H = tanh(G), so going back through it multiplies by 1-H^2. Your code lacks that factor.",
    "tanh-derivative-twice": "The factor 1-H^2 is in your code twice.",
    "sigmoid-derivative-for-tanh": "You use h(1-h), the derivative of a sigmoid. The hidden layer is a tanh: its derivative is 1-h^2.",
    "missing-square-in-tanh-derivative": "You multiply by 1-h where 1-h^2 is asked: the square is missing.",
    "score-for-hidden-in-tanh-derivative": "You multiply by 1-g^2. The derivative of tanh is 1-h^2, with h = tanh(g): use H, not G.",
    "tanh-of-h": "You apply tanh to H once more inside the derivative. H is already tanh(G): 1-H^2 is all.",
    "missing-hidden-output": "z = H W^T, so W's gradient multiplies z_bar by H. Yours lacks H.",
    "score-for-hidden": "You multiply z_bar by G where H = tanh(G) is asked.",
    "missing-input": "G = X U^T, so U's gradient multiplies G_bar by X. Yours lacks X.",
    "hidden-gradient-for-score-gradient": "This gradient is built from H_bar; it must be built from G_bar, after the tanh.",
    "fixed-count": "You divide by a fixed number, not by the number of examples you are given. Use X.shape[0].",
    "number-of-inputs-for-count": "You divide by the number of inputs D where the number of examples N is asked: len(X), not X.shape[1].",
    "number-of-units-for-count": "You divide by the number of hidden units where the number of examples N is asked.",
    "missing-number-of-inputs": "You divide by the number of inputs D as well. X.size is N D; the number of examples is len(X).",
    "missing-number-of-units": "You divide by the number of hidden units as well, as a mean over all entries of an (N, H) array does.",
    "output-weights-twice": "The factor W is in your code twice.",
    "logit-negated": "y comes out as sigma(-z): z has its sign turned round, or e^z stands where e^-z is asked.",
    "sigmoid-derivative-of-logit": "You put z where y belongs: sigma's derivative is y(1-y), with y = sigma(z).",
    "square-inside-tanh": "The square is inside the tanh: the derivative is 1 - tanh(G)^2.",
    "squared-error-gradient": "Your z_bar is the derivative of the squared error (y-t)^2, which has 2 y(1-y) in it. "
                              "That of the cross-entropy has not: z_bar is (y-t)/N.",
    "labels-plus-minus-one": "The labels are 0 and 1 here, not -1 and 1.",
    "loss-of-labels-plus-minus-one": "log(1 + e^(-tz)) is the loss of labels -1 and 1; here they are 0 and 1.",
    "label-sum-for-count": "You divide by the number of examples labelled 1; the mean is over all N.",
    "loss-over-label-sum": "You divide by the number of examples labelled 1; the mean is over all N.",
    "loss-averaged-by-label": "You take a mean over each label's examples; one mean over all N is asked.",
    "loss-term-not-averaged": "Only one of the two terms is divided by N: are parentheses missing?",
    "outputs-and-labels-exchanged": "The logarithms are taken of t and 1 - t: y and t changed places.",
    **dict.fromkeys(("divided-in-the-loop", "loss-divided-in-the-loop"),
                    "The division by N stands inside the loop and is done once for every example. Divide once, after the loop."),
    "gradient-for-weights": "W's gradient stands where W is asked.",
    "last-unit-left-out": "The last hidden unit is left out. Does a loop over the units end too early?",
    "first-unit-left-out": "The first hidden unit is left out. Does a loop over the units begin at 1?",
    "last-input-left-out": "The last input is left out. Does a loop over the inputs end too early?",
    "first-input-left-out": "The first input is left out. Does a loop over the inputs begin at 1?",
    "logit-accumulated": "z goes on from one example to the next. In the loop, start each example's z anew.",
    "weights-accumulated": "H_bar goes on from one unit to the next. In the loop, is there += where = is asked?",
    "gradients-clipped": "Return the gradients as they are: clipped, they are no slopes of the loss.",
    "sigmoid-denominator": "Write 1 / (1 + np.exp(-z)): without the parentheses, 1 / 1 + np.exp(-z) is 1 + e^-z.",
    "loss-derivative-denominators": "As if both terms of -t/y + (1-t)/(1-y) had the same denominator.",
    "gradients-in-one-array": "One array stands under both names, so that both gradients are added up in it. "
                              "Make an array for each: a = b = np.zeros(n) makes one alone.",
    "transposed-and-reshaped": "reshape gives the right shape and leaves the entries in the wrong places. Take the transpose (.T) instead.",
    "outer-reshaped": "reshape gives the right shape and leaves the entries in the wrong places. np.outer(z_bar, W) is (N, H) at once.",
    **dict.fromkeys(("hidden-summed", "hidden-averaged", "points-summed", "points-averaged"),
                    "Multiply example by example and then sum: a product of two sums is another number."),
    **dict.fromkeys(("residual-averaged", "residual-summed"),
                    "Every example has a z_bar of its own; yours is one number for all."),
    "missing-hidden-bias": "b is left out.",
    "missing-output-bias": "c is left out.",
    "gradient-left-at-zero": "This gradient is zero whatever is asked. Either it is set up but never filled, "
                             "or it is cut down to whole numbers (an array of ints).",
    "missing-sum-over-examples": "Your code leaves one gradient for every example; they must be summed over the examples.",
    "missing-minus-in-loss": "Your loss has the sign turned round: the minus before the logarithms is missing.",
    "base-2-logarithm": "Your loss uses the logarithm to base 2; the natural one is asked (np.log).",
    "missing-parentheses": "Without parentheses, H_bar * 1 - H**2 is (H_bar * 1) - H**2. Write H_bar * (1 - H**2).",
    "labels-divided-by-n": "Without parentheses, y - t / N divides only t. Write (y - t) / N.",
    "loss-summed": "The loss is the mean over the N examples. Yours is their sum.",
    "loss-divided-by-n-twice": "Your loss is divided by N twice (a mean of what is divided by N already, perhaps).",
    "module-data-for-arguments": "What you are given as X and t makes no difference: global data stand in their place. Use the arguments.",
    "module-points-for-argument": "What you are given as X makes no difference: a global stands in its place. Use the argument.",
    "module-labels-for-argument": "What you are given as t makes no difference: a global stands in its place. Use the argument.",
    "module-parameters-for-arguments": "What you are given as params makes no difference: globals stand in its place. Use the argument.",
    "gradients-accumulate-over-calls": "The gradients of earlier calls are still in those that you return. Start from zero in every call.",
    "seed-inside": "Every seed gives the same points: a seed is set inside make_dataset. Remove it, and draw from np.random.uniform.",
    "own-generator": "np.random.seed does not decide your points: draw from np.random.uniform, not from a generator of your own.",
}
# Ids whose sentence says all that their structure says.
SAID_ALREADY = frozenset({
    "module-data-for-arguments", "module-points-for-argument", "module-labels-for-argument", "module-parameters-for-arguments",
    "gradients-accumulate-over-calls", "broadcast-by-accident", "missing-sum-over-examples", "gradient-left-at-zero", "missing-parentheses",
    "labels-divided-by-n", "seed-inside", "own-generator", "residual-absolute", "sum-over-wrong-axis", "transposed", "labels-averaged",
    "outputs-averaged", "labels-swapped", "angle-drawn-before-radius", "degrees-for-radians", "only-last-example",
    "other-draws", "residual-lacks-first", "residual-lacks-last", "residual-negative", "rings-swapped", "other-angles", "missing-key",
    "label-sum-for-count", "divided-in-the-loop", "last-unit-left-out", "first-unit-left-out", "last-input-left-out",
    "first-input-left-out", "gradient-for-weights",
})
CONSISTENT = "Your gradient is right for the network that you wrote; the network is not the one asked."
CONSISTENT_LOSS = "Your gradient is right for the loss that you wrote: mend the loss, and then the gradient."
CERTAIN: Mapping[str, str] = {
    "no-answer-at-times": "Your code gave no usable answer on some of the networks that were tried.",
    "not-finite": "On some of the networks that were tried it holds NaN or infinity: is something divided by 0, or the logarithm "
                  "of a negative number taken?",
    "other-shapes": "Its shape is not the same at all networks of one size.",
    "infinite-loss": "It is infinite: a logarithm is taken of 0. t is 0 or 1, so only y and 1 - y can stand in a logarithm.",
    "right-for-one-example": "For a single example your backprop is right; for several it raises. "
                             "Look for a row (N,) where a column (N, 1) is meant, or the other way round.",
    "state": "The same question asked twice gives different numbers: something is kept between calls, or drawn at random.",
    "sign": "Every entry has the opposite sign of the asked one.",
    "constant-ratio": "It is the asked value times {ratio:.6g} in every entry.",
    "shape": "Its shape is {actual}; {expected} is asked.",
    "first-step": "The first step at which something can be wrong is {step}.",
    "right": "Right are: {quantities}.",
    "not-reproduced": "On the networks that were tried here it was right.",
}
UNEXPLAINED = "The cause was not found."
CAUSES = tuple(CERTAIN[fact].partition("{")[0] for fact in ("infinite-loss", "right-for-one-example"))
"""Beginnings of what is certain and is a cause."""
FACTORS_IN_ORDER = ("y-t", "w", "1-h^2", "h", "x")
_STEP_SIZE = re.compile(r"1/10+")
_NUMBER = re.compile(r"(1/)?(ln )?[0-9.]+(e[+-]?[0-9]+)?(\^-?[0-9.]+)?")
MULTIPLES: Mapping[str, tuple[str, str]] = {
    "2": ("half of", "twice"), "2^2": ("a quarter of", "4 times"), "2^3": ("an eighth of", "8 times"),
}
"""A factor -> what is said where it is missing, and where it is too much."""


def formula(powers: Mapping[str, float], notes: Sequence[str] = ()) -> str:
    """A product of factors as the sum over the examples that a gradient is, with notes on its structure.

    Factors stand in the order in which the asked formulas have them, a constant before them.
    """
    above: list[str] = []
    below: list[str] = []
    for name, power in sorted(powers.items(), key=lambda item: _place(item[0])):
        if name in ("-1",) or not power:
            continue
        name_in = f"({name})" if any(sign in name[1:] for sign in "+- ") and name[0] not in "|[" else name
        text = name_in if abs(power) == 1 else f"{name_in}^{abs(power):g}"
        (above if power > 0 else below).append(text)
    sign = "-" if powers.get("-1", 0) % 2 else ""
    divisor = f" / {' '.join(below)}" if len(below) < 2 else f" / ({' '.join(below)})"
    product = sign + (" ".join(above) or "1") + (divisor if below else "")
    return f"sum over the examples of {product}" + (f", with {'; '.join(notes)}" if notes else "")


def unexplained(facts: Sequence[str]) -> str:
    """What is certain of a quantity that is not explained, and that no cause was found, unless one is among it."""
    return " ".join(facts if any(fact.startswith(CAUSES) for fact in facts) else (*facts, UNEXPLAINED))


def scaled(powers: Mapping[str, float], text: str) -> str:
    """A loss that is a product of constants and counts times what text says."""
    factors = [
        name if power == 1 else f"1/{name}" if power == -1 else f"{name}^{power:g}"
        for name, power in powers.items() if power and name != "-1"
    ]
    if powers.get("-1"):
        factors.insert(0, "-1")
    article = "the " if text.startswith(("mean of", "root of", "share of")) else ""
    return f"{' '.join(factors)} times {article}{text}" if factors else text


def _place(name: str) -> int:
    if name in FACTORS_IN_ORDER:
        return FACTORS_IN_ORDER.index(name)
    return -1 if is_number(name) else len(FACTORS_IN_ORDER)


def is_number(factor: str) -> bool:
    """Whether a factor is a number, 2 or 1/500 or 1/ln 2, and no quantity of the network."""
    return bool(_NUMBER.fullmatch(factor))


def certain(fact: str, **values: object) -> str:
    return CERTAIN[fact].format(**values)


def _listed(quantities: Sequence[str]) -> str:
    return ", ".join(quantities[:-1]) + " and " + quantities[-1] if len(quantities) > 1 else "".join(quantities)


def _fact(slip: Slip) -> str:
    """What the factors and the structure say, as a sentence."""
    if slip.structure and slip.step in ("G", "H", "z", "y"):
        return f"Your network has {slip.structure}."
    if slip.structure and slip.step == "loss" and slip.id != "wrong-count":
        return "Another loss is asked."  # both formulas stand below
    if slip.structure:
        return f"Your code has {slip.structure}."
    numbers = [factor for factor in (*slip.missing, *slip.extra) if is_number(factor)]
    if len(numbers) == 1 and len(slip.missing) + len(slip.extra) == 1:
        return _multiple(numbers[0], is_missing=bool(slip.missing))
    missing, extra = _listed(slip.missing), _listed(slip.extra)
    if not slip.extra:
        return f"Your code lacks the factor{'s' * (len(slip.missing) > 1)} {missing}."
    return f"Your code multiplies by {extra}{f' where {missing} is asked' if slip.missing else ', which is not asked'}."


def _multiple(number: str, is_missing: bool) -> str:
    """What a number alone, missing or too much, makes of what is asked."""
    less, more = MULTIPLES.get(number, (f"1/({number}) of", f"{number} {'of' if number.startswith('1/') else 'times'}"))
    told = f"It comes out as {less if is_missing else more} what is asked."
    return f"{told} A step size belongs to the training, not to the gradients." if _STEP_SIZE.fullmatch(number) else told


def _where(slip: Slip) -> str:
    """The step of a slip, and the one after it where the same numbers come of a slip there."""
    factors = (*slip.missing, *slip.extra)
    is_constant = slip.step == "H_bar" and not slip.structure and all(name in ("-1", "1/N") or is_number(name) for name in factors)
    after = "G_bar" if is_constant else "y" if slip.id == "logit-negated" else ""
    here = STEP_NAMES.get(slip.step, slip.step)
    return f"{here} or {STEP_NAMES[after].removeprefix('the step ')}" if after else here


def named(slip: Slip) -> str:
    """What is wrong, wherever it is."""
    sentence = SENTENCES_AT.get((slip.id, slip.step)) or SENTENCES.get(slip.id)
    adds = slip.structure and slip.step != "loss" and slip.id not in SAID_ALREADY
    return f"{sentence} {_fact(slip)}" if sentence and adds else sentence or _fact(slip)


def words(slip: Slip, feedback: Feedback, is_next: bool = False) -> str:
    """What a student is told of a slip: full names it, hint names the quantity and step and asks, score is silent.

    is_next  whether it follows the words of another slip at the same step
    """
    if feedback == "score":
        return ""
    where = _where(slip)
    told_at = slip.charged_at if slip.charged_at in slip.spoils else "".join(slip.spoils[:1])
    if feedback == "hint":
        if is_next:
            return ""
        place = f"Look at {where}." if told_at == slip.step else f"Look at {where}, where {told_at} goes wrong."
        return f"{place} {QUESTIONS_OF.get(slip.id) or QUESTIONS.get(slip.step, '')}".strip()
    told = named(slip)
    text = told if slip.charged_at == ARGUMENTS else f"There too: {told}" if is_next else f"In {where}: {told}"
    others = [q for q in slip.spoils if q != slip.charged_at and not (slip.step == "grads" and q in (slip.structure or ""))]
    if slip.consistent:
        text += f" {CONSISTENT_LOSS if slip.step == 'loss' else CONSISTENT}"
    if others:
        text += f" This one slip {'' if slip.charged_at == ARGUMENTS else 'also '}spoils {_listed(others)}."
    return text
