"""The contract as frozen data: rows, points, visibility, seeds, tolerances, deadlines, feedback.

What may live here: values, and the derivation of one value from another. An
instructor changes a term's grading here and nowhere else. Nothing of ours is
imported, so that every other room may import this one.
"""
from __future__ import annotations

import hashlib
from typing import Literal

from grader.frozen import frozen

Function = Literal["make_dataset", "forward", "backprop"]
Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]
Feedback = Literal["full", "hint", "score"]
Ranking = Literal["final loss", "time a step"]

GRADER_VERSION = "0.4.0"


@frozen
class Row:
    """One row of the report.

    number      Gradescope's number, which also sorts
    name        what the student reads
    points      the most that can be earned; 0 makes it information
    function    the student's function that must exist for it
    visibility  Gradescope's word for who sees it and when
    """

    number: str
    name: str
    points: float
    function: Function
    visibility: Visibility = "visible"


ROWS: tuple[Row, ...] = (
    Row("1.1", "dataset: shapes, types, labels in order", 3, "make_dataset"),
    Row("1.2", "dataset: both rings, radius and angle distributed as said", 4, "make_dataset"),
    Row("1.3", "dataset: the tutorial's own draws on fixed seeds", 5, "make_dataset"),
    Row("2.1", "forward: shape, type, values in (0, 1)", 3, "forward"),
    Row("2.2", "forward: equals the reference on fixed seeds", 12, "forward"),
    Row("2.3", "forward: any number of examples, inputs and hidden units", 3, "forward"),
    Row("3.1", "loss equals the reference", 8, "backprop"),
    Row("3.2", "dc equals the reference on fixed seeds", 6, "backprop"),
    Row("3.3", "dW equals the reference on fixed seeds", 9, "backprop"),
    Row("3.4", "db equals the reference on fixed seeds", 9, "backprop"),
    Row("3.5", "dU equals the reference on fixed seeds", 11, "backprop"),
    Row("3.6", "gradients equal finite differences of your own loss", 8, "backprop"),
    Row("3.7", "uses its arguments and leaves them unchanged", 4, "backprop"),
    Row("4.1", "training: final loss below 0.05 after the tutorial's 1000 steps", 15, "backprop"),
    Row("5.1", "information: saturated inputs", 0, "backprop"),
    Row("5.2", "information: numeric differentiation", 0, "backprop"),
    Row("5.3", "information: time of a step against the reference", 0, "backprop"),
)


@frozen
class Size:
    """N examples, D inputs, H hidden units; output weights drawn from N(0, weight^2).

    Twice the usual weight gives outputs near 0 and 1, where a loss that is clipped shows.
    """

    N: int
    D: int
    H: int
    weight: float = 1.0


@frozen
class Rubric:
    """Everything that decides a mark. Times in seconds, sizes in bytes.

    term_seed          the one number from which every graded seed is derived; change it each term
    feedback           how much a diagnosis says: full names the slip, hint asks a question, score says nothing
    value_rtol         a number is right if it differs from the reference by at most this share of the
                       largest entry of its array. Correct float32 code errs by up to 2e-6 here (sums of 40
                       terms at 6e-8 each, some cancelling); the nearest listed mistake errs by over 1e-2
                       (tests/test_margins.py measures both at every graded seed)
    wrong_shape_share  of a check's points, for right numbers in a wrong shape or container
    follow_through     of a check's points, for a gradient, or the training of a network of one's own, that is right but for a
                       slip charged elsewhere

    What follows is off as it stands and acts on Gradescope alone, after the checks (who sees a row and when is each
    row's own `visibility`):
    late_share_per_day  of the points earned, lost for each day begun after the due date, the student's own one first
    late_grace_s        a hand-in this late is still on time
    late_most           the largest share that can be lost
    keep_best           whether the best score of all the student's submissions stands
    leaderboard         what submissions whose training reaches its goal are ranked by; each adds a public column
    """

    term_seed: int = 2026
    feedback: Feedback = "full"
    rows: tuple[Row, ...] = ROWS

    value_rtol: float = 2e-5
    dataset_atol: float = 1e-5
    wrong_shape_share: float = 0.8
    follow_through: float = 0.7

    dataset_sizes: tuple[int, ...] = (2, 10, 200)
    distribution_points: int = 2000
    gradient_sizes: tuple[Size, ...] = (
        Size(7, 2, 3), Size(40, 2, 3), Size(30, 2, 3, 2.0), Size(1, 2, 3), Size(5, 4, 2), Size(6, 1, 5), Size(9, 3, 1), Size(8, 3, 3),
    )
    training_points: int = 500
    training_steps: int = 1000
    training_loss: float = 0.05

    load_s: float = 60.0
    call_s: float = 10.0
    training_s: float = 150.0
    grading_s: float = 300.0

    student_output_bytes: int = 8_000

    late_share_per_day: float = 0.0
    late_grace_s: float = 0.0
    late_most: float = 1.0
    keep_best: bool = False
    leaderboard: tuple[Ranking, ...] = ()

    def row(self, number: str) -> Row:
        return next(row for row in self.rows if row.number == number)

    def seed(self, purpose: str, index: int = 0) -> int:
        """A seed for numpy's global state, fixed by the term, the purpose and the index."""
        digest = hashlib.sha256(f"{self.term_seed}/{purpose}/{index}".encode()).digest()
        return int.from_bytes(digest[:4], "big")


DEFAULT = Rubric()
