"""Frozen values: dataclasses whose classes are quickly made.

What may live here: the decorator. dataclasses compiles six methods for each class, which takes half a millisecond, and both
of our processes wait for some forty classes as they start. Here one method is compiled; the others all classes share.
"""
from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

Class = TypeVar("Class", bound=type)

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:
    def dataclass_transform(**promises):
        return lambda decorator: decorator


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: Class) -> Class:
    """As dataclass(frozen=True): fields, replace, asdict, pickle and __post_init__ work, other arguments of field than defaults do not."""
    made: Any = dataclass(init=False, repr=False, eq=False)(cls)
    made.__init__ = _init(made)
    made.__eq__, made.__hash__, made.__repr__ = _eq, _hash, _repr
    made.__setattr__ = made.__delattr__ = _refuse
    return cls


def _init(made: Any) -> Any:
    """The class's __init__. It writes past __setattr__, and so in half the time of dataclasses'."""
    scope: dict[str, Any] = {"MISSING": MISSING}
    parameters, lines = ["self"], ["_ = self.__dict__"]
    for one in fields(made):
        name = value = one.name
        default = scope[f"_{name}"] = one.default_factory if one.default is MISSING else one.default
        if one.default is not MISSING:
            name = f"{name}=_{name}"
        elif default is not MISSING:
            name, value = f"{name}=MISSING", f"_{name}() if {name} is MISSING else {name}"
        parameters.append(name)
        lines.append(f"_[{one.name!r}] = {value}")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines), scope)
    return scope["__init__"]


def _values(value: Any) -> tuple[Any, ...]:
    return tuple([value.__dict__[name] for name in value.__dataclass_fields__])


def _eq(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    named = zip(self.__dataclass_fields__, _values(self))
    return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in named)})"


def _refuse(self: Any, name: str, *value: object) -> NoReturn:
    raise FrozenInstanceError(f"{type(self).__qualname__}.{name} can neither be changed nor taken away")
