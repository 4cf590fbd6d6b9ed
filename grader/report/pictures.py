"""Pictures of the student's training: the loss curve against the reference's, and the decision surface.

What may live here: drawing from the saved result. matplotlib is imported only
when a picture is drawn.
"""
from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.frozen import frozen
from grader.result import Result, Training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REACH = 6.0
"""The plane is drawn from -6 to 6, as in the tutorial; the data ends at radius 5."""
RADII = (2.5, 3.5, 5.0)
"""The disc labelled 1 ends at 2.5; the ring labelled 0 lies between 3.5 and 5."""

LOSS_ROW, SURFACE_ROW = "4.1", "5.3"
"""Gradescope shows one picture a row: the curve under training, the surface under the time of its steps."""
MAX_PNG_BYTES = 60_000
"""As base64 80,000 characters, of the 100,000 that Gradescope shows of a row; the rest is for words."""


@frozen
class Picture:
    """A picture as a PNG of at most MAX_PNG_BYTES, and what it shows in words."""

    title: str
    png: bytes


def import_meanwhile() -> None:
    """Import matplotlib in a thread while this one waits for the student's process; what fails here, fails again in time."""

    def imports() -> None:
        with contextlib.suppress(Exception):
            from matplotlib.backends import backend_agg  # noqa: F401
            from matplotlib.figure import Figure  # noqa: F401

    sys.setswitchinterval(0.0005)
    threading.Thread(target=imports, daemon=True).start()


def row_pictures(result: Result) -> Iterator[tuple[str, Picture]]:
    """(row number, picture) of the training, one after the other; none where training took no step.

    The surface tells what the curve tells, so it is left out where it would be shown to more people.
    """
    if not _has_moved(result.training):
        return
    visibility = {check.number: check.visibility for check in result.checks}
    yield from _picture(LOSS_ROW, "loss by step, yours and the reference's", loss_curve(result.training))
    if visibility.get(SURFACE_ROW) == visibility.get(LOSS_ROW):
        yield from _picture(SURFACE_ROW, "decision surface after your training", decision_surface(result.training))


def _has_moved(training: Training) -> bool:
    """Whether there was a step: before it there is nothing of the student's to see."""
    return bool(training.steps) and training.steps[-1] > 0


def _picture(row_number: str, title: str, figure: Figure) -> Iterator[tuple[str, Picture]]:
    for dots_per_inch in (90, 60):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
        if buffer.tell() <= MAX_PNG_BYTES:
            yield row_number, Picture(title, buffer.getvalue())
            return


def save_pictures(result: Result, folder: Path) -> list[Path]:
    """Save loss_curve.png and decision_surface.png; nothing where training took no step. Returns their paths."""
    if not _has_moved(result.training):
        return []
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, figure in (("loss_curve", loss_curve(result.training)), ("decision_surface", decision_surface(result.training))):
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=100)
    return paths


def loss_curve(training: Training) -> Figure:
    """The true loss by step, with the student's gradients and with the reference's."""
    figure, axes = _axes((6, 4), (0.13, 0.13, 0.84, 0.78))
    every = training.steps[1] - training.steps[0] if len(training.steps) > 1 else 1
    expected = training.expected_losses
    axes.plot([every * i for i in range(len(expected))], expected, color="0.6", linewidth=5, label="reference")
    losses = [float(loss) for loss in training.losses]
    axes.plot(training.steps, losses, color="tab:red", linewidth=1.6, marker=".", label="with your gradients")
    axes.axhline(0.05, color="0.3", linewidth=1.2, linestyle="--", label="goal: 0.05")
    if all(np.isfinite(loss) and loss > 0 for loss in losses):
        from matplotlib.ticker import LogLocator

        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_locator(LogLocator(subs=(2, 5), numticks=12))
        axes.yaxis.set_minor_formatter("{x:g}")
    axes.set(xlabel="step", ylabel="loss (true cross-entropy)", title="training on the tutorial's data")
    axes.legend(frameon=False)
    axes.grid(alpha=0.3, which="both")
    return figure


def decision_surface(training: Training) -> Figure:
    """The trained network's output over the plane, with the borders of the two rings."""
    figure, axes = _axes((5.6, 4.8), (0.11, 0.11, 0.68, 0.793))
    axis = np.linspace(-REACH, REACH, 121)
    x, y = np.meshgrid(axis, axis)
    surface = axes.contourf(x, y, _output(x, y, training), levels=np.linspace(0, 1, 21), cmap="coolwarm")
    figure.colorbar(surface, cax=figure.add_axes((0.83, 0.11, 0.04, 0.793)), label="network's output")
    angle = np.linspace(0, 2 * np.pi, 200)
    for radius in RADII:
        axes.plot(radius * np.sin(angle), radius * np.cos(angle), color="0.2", linewidth=0.8, linestyle="--")
    for height, label in ((0.0, "label 1"), (4.25, "label 0")):
        axes.text(0, height, label, ha="center", va="center", bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 2})
    axes.set(xlabel="x", ylabel="y", aspect="equal", title=f"after {training.steps[-1]} steps with your gradients")
    return figure


def _output(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], training: Training) -> np.ndarray[Any, Any]:
    """sigma(W tanh(U (x, y) + b) + c) at every point, shape of x; NaN parameters give an empty picture."""
    U, b, W, c = (np.asarray(training.params[name], dtype=float) for name in "UbWc")
    with np.errstate(all="ignore"):
        z = np.tanh(np.stack([x, y], axis=-1) @ U.T + b) @ W + c
        output: np.ndarray[Any, Any] = np.exp(-np.logaddexp(0, -z))
    return output


def _axes(size: tuple[float, float], place: tuple[float, float, float, float]) -> tuple[Figure, Any]:
    """A figure that belongs to no window system, with axes at a fixed place: to lay them out takes as long as to draw them.

    size   in inches
    place  left, bottom, width, height, in shares of the figure
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    return figure, figure.add_axes(place)
