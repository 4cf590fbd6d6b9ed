"""Pictures of the student's training: the loss curve against the reference's, and the decision surface.

What may live here: drawing from the saved result. matplotlib is imported only
when a picture is drawn.
"""
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.result import Result, Training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REACH = 6.0
"""The plane is drawn from -6 to 6, as in the tutorial; the data ends at radius 5."""
RADII = (2.5, 3.5, 5.0)
"""The disc labelled 1 ends at 2.5; the ring labelled 0 lies between 3.5 and 5."""


def save_pictures(result: Result, folder: Path) -> list[Path]:
    """Save loss_curve.png and decision_surface.png; nothing where there was no training. Returns their paths."""
    if not result.training.steps:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, figure in (("loss_curve", loss_curve(result.training)), ("decision_surface", decision_surface(result.training))):
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=100)
    return paths


def loss_curve(training: Training) -> Figure:
    """The true loss by step, with the student's gradients and with the reference's."""
    figure, axes = _axes((6, 4))
    every = training.steps[1] - training.steps[0] if len(training.steps) > 1 else 1
    expected = training.expected_losses
    axes.plot([every * i for i in range(len(expected))], expected, color="0.6", linewidth=5, label="reference")
    losses = [float(loss) for loss in training.losses]
    axes.plot(training.steps, losses, color="tab:red", linewidth=1.6, marker=".", label="with your gradients")
    axes.axhline(0.05, color="0.3", linewidth=0.8, linestyle=":", label="goal: 0.05")
    if all(np.isfinite(loss) and loss > 0 for loss in losses):
        axes.set_yscale("log")
    axes.set(xlabel="step", ylabel="loss (true cross-entropy)", title="training on the tutorial's data")
    axes.legend(frameon=False)
    axes.grid(alpha=0.3, which="both")
    return figure


def decision_surface(training: Training) -> Figure:
    """The trained network's output over the plane, with the borders of the two rings."""
    figure, axes = _axes((5.6, 4.8))
    axis = np.linspace(-REACH, REACH, 121)
    x, y = np.meshgrid(axis, axis)
    surface = axes.contourf(x, y, _output(x, y, training), levels=np.linspace(0, 1, 21), cmap="coolwarm")
    figure.colorbar(surface, ax=axes, label="network's output")
    angle = np.linspace(0, 2 * np.pi, 200)
    for radius in RADII:
        axes.plot(radius * np.sin(angle), radius * np.cos(angle), color="0.2", linewidth=0.8, linestyle="--")
    axes.text(0, 0, "label 1", ha="center", va="center")
    axes.text(0, 4.25, "label 0", ha="center", va="center")
    axes.set(xlabel="x", ylabel="y", aspect="equal", title=f"after {training.steps[-1]} steps with your gradients")
    return figure


def _output(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], training: Training) -> np.ndarray[Any, Any]:
    """sigma(W tanh(U (x, y) + b) + c) at every point, shape of x; NaN parameters give an empty picture."""
    U, b, W, c = (np.asarray(training.params[name], dtype=float) for name in "UbWc")
    with np.errstate(all="ignore"):
        z = np.tanh(np.stack([x, y], axis=-1) @ U.T + b) @ W + c
        output: np.ndarray[Any, Any] = np.exp(-np.logaddexp(0, -z))
    return output


def _axes(size: tuple[float, float]) -> tuple[Figure, Any]:
    """A figure that belongs to no window system."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()
