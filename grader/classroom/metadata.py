"""Reading a Gradescope export's submission_metadata.yml.

What may live here: YAML, taken event by event. The file also holds every result
of every attempt, which can be hundreds of megabytes, so that what is not asked
for is passed over and never built. No tag makes Python do anything, a Ruby
object is the plain value that it holds, and an alias is looked up, not unfolded.
"""
from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Union

from grader.frozen import frozen

MAX_CHARS = 500
"""Of one name, number or address."""
MAX_ANCHORED_NODES = 1000
"""Of one value that others may point to; a person has three."""

Plain = Union[str, list["Plain"], dict[str, "Plain"]]


class BadMetadata(Exception):
    """This is no metadata of an export; one line says why."""


@frozen
class Described:
    """What the metadata says of one submission.

    people    ":name", ":sid", ":email" of each who handed it in, as far as they are there
    created   when, as it stands there
    attempts  this one and those in its history
    """

    people: tuple[Mapping[str, str], ...] = ()
    created: str = ""
    attempts: int = 1


def read_metadata(path: Path) -> dict[str, Described | None]:
    """By the outer keys; None for a key that describes no submission. Raises BadMetadata or OSError."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        with open(path, "rb") as file, contextlib.closing(_Events(yaml.parse(file, Loader=loader))) as events:
            return _outer(events)
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        raise BadMetadata(" ".join(str(error).split())[:200]) from None


class _Events:
    """The events of a document one by one, and what its anchors stand for."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, Plain] = {}
        self.event: Any = None

    def close(self) -> None:
        self._events.close()  # type: ignore[attr-defined]  # a generator

    def next(self) -> str:
        """The kind of the next event: Scalar, MappingStart, ..."""
        self.event = next(self._events, None)
        return "" if self.event is None else type(self.event).__name__.removesuffix("Event")

    def value(self) -> Plain:
        """The value that starts with this event, at most MAX_ANCHORED_NODES of it; what is beyond is left out."""
        return self._value([MAX_ANCHORED_NODES])

    def _value(self, room: list[int]) -> Plain:
        start, kind = self.event, type(self.event).__name__.removesuffix("Event")
        if kind == "Alias":
            return self._anchors.get(start.anchor, "")
        room[0] -= 1
        found: Plain = ""
        if kind == "Scalar":
            is_null = start.implicit[0] and start.value in ("", "~", "null", "Null", "NULL")
            found = "" if is_null else " ".join(start.value[:MAX_CHARS].split())
        elif room[0] <= 0:
            self.skip()
        elif kind == "SequenceStart":
            found = []
            while self.next() != "SequenceEnd":
                found.append(self._value(room))
        else:
            found = {}
            while self.next() != "MappingEnd":
                name = self._value(room)
                self.next()
                value = self._value(room)
                if isinstance(name, str):
                    found[name] = value
        if getattr(start, "anchor", None):
            self._anchors[start.anchor] = found
        return found

    def skip(self) -> int:
        """Pass over the value that starts with this event, but for what has an anchor; how many values it holds."""
        if not type(self.event).__name__.endswith("StartEvent"):
            if getattr(self.event, "anchor", None):
                self.value()
            return 0
        depth, held = 1, 0
        while depth:
            kind = self.next()
            depth -= kind.endswith("End")
            held += depth == 1 and not kind.endswith("End")
            if kind != "Alias" and getattr(self.event, "anchor", None):
                self.value()
            elif kind.endswith("Start"):
                depth += 1
        return held


def _outer(events: _Events) -> dict[str, Described | None]:
    while (kind := events.next()) in ("StreamStart", "DocumentStart"):
        pass
    if kind != "MappingStart":
        raise BadMetadata("its outermost value is no mapping")
    found: dict[str, Described | None] = {}
    while events.next() != "MappingEnd":
        name = events.value()
        if events.next() == "MappingStart":
            found[str(name)] = _described(events)
        else:
            events.skip()
            found[str(name)] = None
    return found


def _described(events: _Events) -> Described:
    people: tuple[Mapping[str, str], ...] = ()
    created, attempts = "", 1
    while events.next() != "MappingEnd":
        name = events.value()
        events.next()
        if name == ":submitters":
            listed = events.value()
            people = tuple(_texts(one) for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()
        elif name == ":created_at":
            created = _time(events.value())
        elif name == ":history" and type(events.event).__name__ == "SequenceStartEvent":
            attempts = 1 + events.skip()
        else:
            events.skip()
    return Described(people, created, attempts)


def _texts(person: Mapping[str, Plain]) -> Mapping[str, str]:
    return {name: value for name, value in person.items() if isinstance(value, str)}


def _time(value: Plain) -> str:
    """A time as it stands there, or in a Ruby TimeWithZone, whose utc is one."""
    found = value.get("utc", "") if isinstance(value, dict) else value
    return found if isinstance(found, str) else ""
