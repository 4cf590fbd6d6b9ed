"""What the rubric's policy makes of a finished results.json: late penalty, best of earlier scores, leaderboard.

What may live here: arithmetic on the total, and a line of words for each thing
done to it. The words name no total: where a row is hidden, students must not
be able to work it out.
"""
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from grader.gradescope.metadata import Metadata
from grader.result import Result
from grader.rubric import Rubric

DAY_S = 86_400.0


def apply_policy(document: Mapping[str, Any], result: Result, rubric: Rubric, metadata: Metadata) -> dict[str, Any]:
    """The results.json with the policy applied; the same where all of it is off. What was done stands in extra_data."""
    earned = result.score
    share = late_share(rubric, metadata.late_s)
    score = round(earned * (1 - share), 2)
    notes = []
    if share:
        notes.append(f"Handed in {_duration(metadata.late_s)} after the due date: {100 * share:g}% of the points are taken off.")
    best = max(metadata.earlier_scores, default=0.0) if rubric.keep_best else 0.0
    if best > score:
        score = best
        notes.append("An earlier submission of yours earned more: its score stands.")
    applied = {"earned": earned, "late_seconds": metadata.late_s, "late_share": share, "earlier_best": best}
    return {
        **document,
        "score": score,
        "output": document["output"] + "".join(f"<p>{note}</p>" for note in notes),
        "leaderboard": list(_leaderboard(result, rubric)),
        "extra_data": {**document["extra_data"], "policy": applied},
    }


def late_share(rubric: Rubric, late_s: float) -> float:
    """The share of the points lost: a share for each day begun after the grace, at most late_most."""
    days = math.ceil(max(0.0, late_s - rubric.late_grace_s) / DAY_S)
    return min(rubric.late_most, rubric.late_share_per_day * days)


def _duration(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((days, "day"), (hours, "hour"), (minutes, "minute")) if count]
    return " ".join(parts)


def _leaderboard(result: Result, rubric: Rubric) -> Iterator[dict[str, Any]]:
    """An entry a ranking, for submissions whose training reached its goal: else a wrong but quick one could lead."""
    training = result.training
    reached = training.losses and training.steps[-1] == rubric.training_steps and training.losses[-1] < rubric.training_loss
    if not reached:
        return
    for ranking in rubric.leaderboard:
        if ranking == "final loss":
            yield {"name": "final loss", "value": round(training.losses[-1], 6), "order": "asc"}
        elif training.step_s is not None:
            yield {"name": "microseconds a step", "value": round(1e6 * training.step_s, 1), "order": "asc"}
