"""Values made by frozen behave as frozen dataclasses do."""
from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace

import pytest

from grader.frozen import frozen


@frozen
class Part:
    """A number with a name, of which the state is a list of its own."""

    number: int
    name: str = "none"
    state: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("a negative number")


BODY = {"__annotations__": Part.__annotations__, "name": "none", "state": field(default_factory=list)}
PLAIN = dataclass(frozen=True)(type("Part", (), BODY))


def test_values_are_made_compared_and_shown_as_those_of_dataclasses():
    """Whoever reads @frozen may think of dataclass(frozen=True)."""
    for arguments, named in (((1,), {}), ((1, "a"), {}), ((1,), {"state": [2]}), ((), {"name": "b", "number": 3})):
        ours, plain = Part(*arguments, **named), PLAIN(*arguments, **named)
        assert repr(ours) == repr(plain) and asdict(ours) == asdict(plain) and ours != plain
        assert [one.name for one in fields(ours)] == [one.name for one in fields(plain)]
        assert ours == Part(*arguments, **named) != replace(ours, number=9)
        assert pickle.loads(pickle.dumps(ours)) == ours
    assert hash(Part(1, "a", ())) == hash(PLAIN(1, "a", ()))


def test_a_default_that_is_made_is_made_anew():
    """Two values never share a list."""
    assert Part(1).state is not Part(1).state


@pytest.mark.parametrize("arguments, named", [((), {}), ((1, "a", [], 2), {}), ((1,), {"number": 1}), ((1,), {"other": 1})])
def test_wrong_arguments_are_refused(arguments, named):
    """What comes as JSON is given by name: nothing that is missing, unknown or given twice passes."""
    with pytest.raises(TypeError):
        Part(*arguments, **named)


def test_nothing_is_changed_and_checks_are_made():
    """A policy stays what it was checked to be."""
    part = Part(1)
    with pytest.raises(FrozenInstanceError):
        part.number = 2
    with pytest.raises(FrozenInstanceError):
        del part.number
    with pytest.raises(ValueError, match="negative"):
        replace(part, number=-1)
