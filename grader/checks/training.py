"""Row 4.1: training on the tutorial's data with the student's gradient.

What may live here: gradient descent whose parameters never leave the grader.
"""
from __future__ import annotations

import functools
import time
from dataclasses import dataclass, field
from secrets import randbelow

import numpy as np

from grader.checks.base import Case, CheckFailed, check, form_words, sentence
from grader.checks.following import what_is_not_learned
from grader.checks.raised import raised_words
from grader.checks.subject import NoAnswer, Point, Subject, read_backprop
from grader.oracle import Array, Params
from grader.result import Message, Training
from grader.rubric import Rubric, Size
from grader.sandbox.exchange import Lost
from grader.sandbox.messages import Descent
from grader.sandbox.wire import Tensor
from reference import backprop as reference

SEED = 0
ALPHA = 1.0
"""The tutorial's recipe: seed 0, 500 points, step size 1."""
LOSS_EVERY = 50
TUTORIAL_LOSSES = (
    0.74538, 0.434675, 0.346204, 0.158366, 0.109035, 0.085571, 0.072141, 0.063507, 0.057478, 0.053004, 0.049523,
    0.046713, 0.044373, 0.042374, 0.040628, 0.039077, 0.037678, 0.0364, 0.035221, 0.034125, 0.033098,
)
"""The reference's, which a test computes again; for pictures only, no point hangs on them."""
AGREE_RTOL = 1e-9
"""The same code with the same arguments may differ in the last bits where threads add in another order."""


@dataclass
class Run:
    """A course of training.

    losses      the true loss before every 50th step and at the end
    visited     the parameters there
    step        how many updates were made
    why         what stopped it early, in words; "" if nothing
    wall_s, cpu_s  time of all steps; the child's processor time, None where it cannot be known
    """

    params: Params
    losses: list[tuple[int, float]] = field(default_factory=list)
    visited: list[Params] = field(default_factory=list)
    step: int = 0
    why: str = ""
    no_answer: NoAnswer | None = None
    wall_s: float = 0.0
    cpu_s: float | None = None

    @property
    def final_loss(self) -> float:
        return self.losses[-1][1]

    @property
    def step_s(self) -> float | None:
        """Time of a step: the child's processor time, or the wall's where that is not known; None without a step."""
        if not self.step:
            return None
        return (self.cpu_s if self.cpu_s is not None else self.wall_s) / self.step


@functools.cache
def tutorial_data(points: int) -> tuple[Array, Array, Params]:
    """The tutorial's data and initial parameters: X (points, 2), t (points,), params; not to be written to."""
    np.random.seed(SEED)
    X, t = reference.make_dataset(points)
    params = {name: np.asarray(value, dtype=float) for name, value in reference.initial_parameters().items()}
    t = t.astype(float)
    for array in (X, t, *params.values()):
        array.setflags(write=False)
    return X, t, params


def tutorial_point(rubric: Rubric) -> Point:
    """Where the training starts."""
    X, t, params = tutorial_data(rubric.training_points)
    return Point(Size(rubric.training_points, 2, 3), X, t, params)


def train(subject: Subject) -> Run:
    """The student's gradients, the grader's parameters and updates, the reference's loss.

    The child is asked for the gradients of 50 steps at a time, and the grader
    replays every update. One step of each 50, picked in secret, is asked again
    by itself; if any answer differs, all steps are asked one by one.
    """
    run, secrets = _train(subject, in_stretches=True)
    if not run.why and not _agree(subject, secrets):
        run, _ = _train(subject, in_stretches=False)
    return run


Secret = tuple[Point, Params]
"""A point of the course, and the gradient that the child gave for it."""


def _train(subject: Subject, in_stretches: bool) -> tuple[Run, list[Secret]]:
    rubric = subject.rubric
    start = tutorial_point(rubric)
    X, t, params = start.X, start.t, start.params
    run, secrets = Run(params), list[Secret]()
    start_s, waited_start_s, cpu_start_s = time.monotonic(), subject.client.waited_s(), subject.client.cpu_s()
    while run.step < rubric.training_steps and not run.why:
        if run.step % LOSS_EVERY == 0:
            run.losses.append((run.step, true_loss(X, t, run.params)))
            run.visited.append(run.params)
        left_s = rubric.training_s - (time.monotonic() - start_s) + (subject.client.waited_s() - waited_start_s)
        steps = LOSS_EVERY - run.step % LOSS_EVERY
        over = f"the time for training ({rubric.training_s:g} seconds) was over"
        if left_s <= 0 or subject.is_late:
            run.why = over
        else:
            most = min(steps, rubric.training_steps - run.step)
            in_stretches = in_stretches and _stretch(subject, start, run, most, left_s, secrets)
            if not in_stretches and not run.why:
                _update(subject, start.with_params(run.params), run, min(rubric.call_s, left_s))
            if left_s < rubric.call_s and run.step and run.no_answer is not None and _is_late(run.no_answer):
                run.why = over
    run.wall_s, cpu_end_s = time.monotonic() - start_s, subject.client.cpu_s()
    if cpu_start_s is not None and cpu_end_s is not None and cpu_end_s > cpu_start_s:
        run.cpu_s = cpu_end_s - cpu_start_s
    run.losses.append((run.step, true_loss(X, t, run.params)))
    return run, secrets


def _is_late(answer: NoAnswer) -> bool:
    return isinstance(answer.raised, Lost) and answer.raised.how == "late"


def _stretch(subject: Subject, start: Point, run: Run, steps: int, left_s: float, secrets: list[Secret]) -> bool:
    """Up to `steps` updates with gradients asked for at once; whether there was at least one."""
    at = start.with_params(run.params)
    tensors = {name: Tensor(value) for name, value in run.params.items()}
    descent = Descent(Tensor(at.X), Tensor(at.t, dtype="int"), tensors, steps, ALPHA)
    gradients = subject.client.descend(descent, min(subject.rubric.call_s, left_s))
    if isinstance(gradients, Lost):
        answer = NoAnswer(raised_words(gradients), gradients)
        run.why, run.no_answer = f"in the {steps} steps from there, {answer.why}", answer
        return False
    if not gradients:
        return False
    finite = np.all([np.isfinite(values).reshape(len(values), -1).all(axis=1) for values in gradients.values()], axis=0)
    count = len(finite) if finite.all() else int(np.argmin(finite))
    if count == 0:
        return False
    picked = randbelow(count)
    course = {name: _course(run.params[name], values[:count]) for name, values in gradients.items()}
    at_picked = {name: np.asarray(values[picked]) for name, values in course.items()}
    secrets.append((start.with_params(at_picked), {name: values[picked] for name, values in gradients.items()}))
    run.params = {name: np.asarray(values[count]) for name, values in course.items()}
    run.step += count
    return True


def _course(param: Array, gradients: Array) -> Array:
    """A parameter before, between and after the updates with these gradients, one a row; as the loop would, to the bit."""
    return np.subtract.accumulate(np.concatenate([param[np.newaxis], ALPHA * gradients]))


def _agree(subject: Subject, secrets: list[Secret]) -> bool:
    """Whether the student's backprop, asked by itself, gives the gradients of the course again."""
    answers = subject.backprop([point for point, _ in secrets])
    for answer, (_, expected) in zip(answers, secrets):
        actual = None if isinstance(answer, NoAnswer) else answer.gradient()
        largest = max(float(np.abs(value).max()) for value in expected.values())
        if actual is None or not all((np.abs(actual[name] - expected[name]) <= AGREE_RTOL * largest).all() for name in expected):
            return False
    return True


def _update(subject: Subject, point: Point, run: Run, deadline_s: float) -> None:
    """One step of gradient descent, or the reason why there is none."""
    (answer,) = [read_backprop(outcome, point.params) for outcome in subject.ask("backprop", [point.backprop_call()], deadline_s)]
    if isinstance(answer, NoAnswer):
        run.why, run.no_answer = answer.why, answer
        return
    gradient = answer.gradient()
    if gradient is None:
        name, why = next((name, grad) for name, grad in answer.grads.items() if isinstance(grad, str))
        run.why = form_words(f"d{name}", why)
    elif not all(np.isfinite(grad).all() for grad in gradient.values()):
        run.why = "a gradient held NaN or infinity"
    else:
        run.params = {name: run.params[name] - ALPHA * gradient[name] for name in run.params}
        run.step += 1


def true_loss(X: Array, t: Array, params: Params) -> float:
    with np.errstate(all="ignore"):
        return float(reference.backprop(X, t, params)[1])


def expected_losses(points: int, steps: int) -> tuple[float, ...]:
    """The reference's loss before every 50th step and at the end; known by heart for the tutorial's recipe."""
    if (points, steps) == (500, 1000):
        return TUTORIAL_LOSSES
    X, t, params = tutorial_data(points)
    trained, losses = reference.train(X, t, params, steps, ALPHA)
    return (*losses[::LOSS_EVERY], true_loss(X, t, trained))


class TrainingCase(Case):
    @check("4.1")
    def check_training(self) -> None:
        steps, goal = self.rubric.training_steps, self.rubric.training_loss
        asked = f"a loss below {goal:g} after {steps} steps with your gradients, on the tutorial's {self.rubric.training_points} points"
        run = self.subject.run_of_training = train(self.subject)
        if run.no_answer is not None and run.step == 0:
            raise self.no_answer(run.no_answer, asked)
        if run.why:
            raise CheckFailed(Message(asked, f"Training stopped at step {run.step}: {sentence(run.why)}"))
        if not run.final_loss < goal:
            raise CheckFailed(Message(asked, f"The loss is {run.final_loss:.4g} after {run.step} steps."))
        fault = what_is_not_learned(self.subject, tutorial_point(self.rubric), run.visited)
        if fault:
            raise CheckFailed(Message(asked, sentence(fault)))


def course(run: Run | None, points: int, steps: int) -> Training:
    """A course of training as data for the pictures, with the reference's beside it."""
    if run is None:
        return Training()
    return Training(
        tuple(step for step, _ in run.losses), tuple(loss for _, loss in run.losses), expected_losses(points, steps),
        {name: value.tolist() for name, value in run.params.items()},
        run.step_s,
    )
