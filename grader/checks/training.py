"""Row 4.1: training on the tutorial's data with the student's gradient.

What may live here: gradient descent whose parameters never leave the grader.
"""
from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from grader.checks.base import Case, CheckFailed, check, sentence
from grader.checks.subject import NoAnswer, Point, Subject, read_backprop
from grader.oracle import Array, Params
from grader.result import Message, Training
from grader.rubric import Size
from reference import backprop as reference

SEED = 0
ALPHA = 1.0
"""The tutorial's recipe: seed 0, 500 points, step size 1."""
LOSS_EVERY = 50


@dataclass
class Run:
    """A course of training.

    losses      the true loss before every 50th step and at the end
    step        how many updates were made
    why         what stopped it early, in words; "" if nothing
    wall_s, cpu_s  time of all steps; the child's processor time, None where it cannot be known
    """

    params: Params
    losses: list[tuple[int, float]] = field(default_factory=list)
    step: int = 0
    why: str = ""
    no_answer: NoAnswer | None = None
    wall_s: float = 0.0
    cpu_s: float | None = None

    @property
    def final_loss(self) -> float:
        return self.losses[-1][1]


def tutorial_data(points: int) -> tuple[Array, Array, Params]:
    """The tutorial's data and initial parameters: X (points, 2), t (points,), params."""
    np.random.seed(SEED)
    X, t = reference.make_dataset(points)
    params = {name: np.asarray(value, dtype=float) for name, value in reference.initial_parameters().items()}
    return X, t.astype(float), params


def train(subject: Subject) -> Run:
    """The student's gradients, the grader's parameters and updates, the reference's loss."""
    rubric = subject.rubric
    X, t, params = tutorial_data(rubric.training_points)
    size = Size(rubric.training_points, 2, 3)
    run = Run(params)
    start_s, cpu_start_s = time.monotonic(), subject.client.cpu_s()
    while run.step < rubric.training_steps and not run.why:
        if run.step % LOSS_EVERY == 0:
            run.losses.append((run.step, true_loss(X, t, run.params)))
        left_s = rubric.training_s - (time.monotonic() - start_s)
        if left_s <= 0 or subject.is_late:
            run.why = f"the time for training ({rubric.training_s:g} seconds) was over"
        else:
            _update(subject, Point(size, X, t, run.params, integer_labels=True), run, min(rubric.call_s, left_s))
    run.wall_s, cpu_end_s = time.monotonic() - start_s, subject.client.cpu_s()
    if cpu_start_s is not None and cpu_end_s is not None and cpu_end_s > cpu_start_s:
        run.cpu_s = cpu_end_s - cpu_start_s
    run.losses.append((run.step, true_loss(X, t, run.params)))
    return run


def _update(subject: Subject, point: Point, run: Run, deadline_s: float) -> None:
    """One step of gradient descent, or the reason why there is none."""
    (answer,) = [read_backprop(outcome, point.params) for outcome in subject.ask("backprop", [point.backprop_call()], deadline_s)]
    if isinstance(answer, NoAnswer):
        run.why, run.no_answer = answer.why, answer
        return
    gradient = answer.gradient()
    if answer.slips:
        run.why = f"the training loop finds no grads to use: {next(iter(answer.slips.values()))}"
    elif gradient is None:
        name, why = next((name, grad) for name, grad in answer.grads.items() if isinstance(grad, str))
        run.why = f"d{name}: {why}"
    elif not all(np.isfinite(grad).all() for grad in gradient.values()):
        run.why = "a gradient held NaN or infinity"
    else:
        run.params = {name: run.params[name] - ALPHA * gradient[name] for name in run.params}
        run.step += 1


def true_loss(X: Array, t: Array, params: Params) -> float:
    with np.errstate(all="ignore"):
        return float(reference.backprop(X, t, params)[1])


def expected_losses(points: int, steps: int) -> tuple[float, ...]:
    """The reference's loss before every 50th step and at the end."""
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
            look = (
                "If rows above failed, mend those first: training follows."
                if run.final_loss < run.losses[0][1]
                else "The loss grows: check the gradients' sign and 1/N."
            )
            raise CheckFailed(Message(asked, f"The loss is {run.final_loss:.4g} after {run.step} steps.", look=look))


def course(run: Run | None, points: int, steps: int) -> Training:
    """A course of training as data for the pictures, with the reference's beside it."""
    if run is None:
        return Training()
    return Training(
        tuple(step for step, _ in run.losses), tuple(loss for _, loss in run.losses), expected_losses(points, steps),
        {name: value.tolist() for name, value in run.params.items()},
    )
