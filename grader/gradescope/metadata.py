"""Gradescope's submission_metadata.json, as far as a policy needs it.

What may live here: reading that file. It is written by Gradescope and not by
students, but its numbers may be strings and any part of it may be missing.
"""
from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from grader.frozen import frozen


@frozen
class Metadata:
    """When a submission came and what earlier ones earned.

    late_s          seconds after the due date; 0 if in time or if there is no due date
    earlier_scores  points of the student's earlier submissions
    """

    late_s: float = 0.0
    earlier_scores: tuple[float, ...] = ()


def read_metadata(path: Path) -> Metadata:
    """The metadata in a file; what is missing or unreadable counts as in time and first.

    Raises ValueError if the file is no JSON object, OSError if it cannot be read.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise ValueError(f"{path.name} holds no object")
    return Metadata(_late_s(document), tuple(_earlier_scores(document)))


def _late_s(document: dict[str, Any]) -> float:
    """The student's own due date comes first; of a group's the latest one; else the assignment's."""
    created = _moment(document.get("created_at"))
    own = [_moment(_inner(user, "assignment").get("due_date")) for user in _objects(document.get("users"))]
    due = max((moment for moment in own if moment), default=_moment(_inner(document, "assignment").get("due_date")))
    return max(0.0, (created - due).total_seconds()) if created and due else 0.0


def _earlier_scores(document: dict[str, Any]) -> Iterator[float]:
    for earlier in _objects(document.get("previous_submissions")):
        try:
            score = float(earlier.get("score"))  # type: ignore[arg-type]  # whatever it is, it is a number or not
        except (TypeError, ValueError):
            continue
        if math.isfinite(score):
            yield score


def _moment(value: Any) -> datetime | None:
    """ISO 8601 with an offset, as Gradescope writes it; without one it is taken as UTC."""
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _inner(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}
