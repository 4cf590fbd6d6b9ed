"""The words of the diagnosis as types: what is asked of a student's code, and what is concluded.

What may live here: frozen data and the protocol of the student; no numerics
beyond naming an array, and no words for students (those are in words.py).
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.frozen import frozen

Array = NDArray[np.float64]
Params = dict[str, Array]
Verdict = Literal["explained", "unexplained"]

GRADIENTS: tuple[str, ...] = ("dc", "dW", "db", "dU")
QUANTITIES: tuple[str, ...] = ("data", "labels", "y", "loss", *GRADIENTS)
ARGUMENTS = "arguments"
"""Where a slip is charged by which values of the module stand in an argument's place."""
KEYS: Mapping[str, str] = {"dc": "c", "dW": "W", "db": "b", "dU": "U"}
FORWARD_STEPS: tuple[str, ...] = ("G", "H", "z", "y")
STEPS: tuple[str, ...] = (
    "dataset", *FORWARD_STEPS, "loss", "z_bar", "c_bar", "W_bar", "H_bar", "G_bar", "b_bar", "U_bar", "grads",
)


@frozen
class Answer:
    """What one call of the student's backprop returned.

    grads  the dict as returned; arrays of any shape with any numbers, keys may be missing
    loss   as returned; NaN where it was not a number
    """

    grads: dict[str, Array]
    loss: float


class Student(Protocol):
    """The student's functions as black boxes; every batch is one round trip, answered in order.

    An answer is None where the call raised, hung or returned nothing usable.
    """

    def backprop(self, queries: Sequence[tuple[Array, Array, Params]]) -> list[Answer | None]:
        """Ask backprop(X, t, params) for every query."""

    def errors(self, queries: Sequence[tuple[Array, Array, Params]]) -> list[str]:
        """Ask backprop(X, t, params) for every query: the message of what it raised, "" where it did not."""

    def forward(self, queries: Sequence[tuple[Array, Params]]) -> list[Array | None]:
        """Ask forward(X, params) for every query."""

    def dataset(self, queries: Sequence[tuple[int, int]]) -> list[tuple[Array, Array] | None]:
        """Ask make_dataset(num_points) after np.random.seed(seed) for every (num_points, seed)."""


@frozen
class Slip:
    """One mistake, told once.

    id          a kebab-case fact, such as missing-batch-mean
    step        the step of the chain where it enters, one of STEPS
    missing     factors that the equations ask and the code lacks, each with its power where that is not one
    extra       factors that the code has and the equations do not ask
    structure   what happens between examples, units or inputs, or which expression stands in
                the place of the asked one; None where missing and extra say all
    spoils      the wrong quantities that it reaches, in the order of QUANTITIES
    charged_at  the one quantity whose points it costs, or ARGUMENTS
    consistent  the network is wrong forward, and the gradient is right for that wrong network
    """

    id: str
    step: str
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    structure: str | None = None
    spoils: tuple[str, ...] = ()
    charged_at: str = ""
    consistent: bool = False


@frozen
class Finding:
    """What is known of one wrong quantity.

    missing, extra and structure sum up every slip that spoils the quantity; id, step
    and what is named wrong are those of the slip charged here, or else of the first that spoils it.

    coded, asked  the formula that the code computes and the one that the equations ask, in the
                  tutorial's letters; "" where not read back
    spoils        what the slip named by id spoils
    certain       for an unexplained quantity: what is known for sure, as sentences
    """

    quantity: str
    verdict: Verdict
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    structure: str | None = None
    id: str = ""
    step: str = ""
    named: str = ""
    hint: str = ""
    coded: str = ""
    asked: str = ""
    spoils: tuple[str, ...] = ()
    certain: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The entry of extra_data.diagnosis."""
        return {
            "quantity": self.quantity, "verdict": self.verdict,
            "missing": list(self.missing), "extra": list(self.extra), "structure": self.structure,
            "id": self.id, "step": self.step, "named": self.named, "hint": self.hint,
            "coded": self.coded, "asked": self.asked, "spoils": list(self.spoils), "certain": list(self.certain),
        }


@frozen
class Diagnosis:
    """All that is concluded about one submission.

    findings  one for each wrong quantity, in the order of QUANTITIES
    slips     each mistake once, in the order of the chain
    carried   the quantities that are wrong only because of slips charged at another quantity
    """

    findings: tuple[Finding, ...] = ()
    slips: tuple[Slip, ...] = ()
    carried: frozenset[str] = field(default_factory=frozenset)
