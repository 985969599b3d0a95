"""The truth of values: True, False, or the unknown on which it depends."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.paths import force
from convlint.evaluate.values import Const, Dict, Instance, Iterator, List, Tensor, Tuple, Unknown, Value


def truth(machine: Machine, value: Value) -> bool | Unknown:
    """Whether ``value`` (not a Choice) is true. Raises Undecided where its content is a choice."""
    kind = value.__class__
    if kind is Const:
        return bool(value.value)  # type: ignore[attr-defined]
    if kind is Unknown:
        return value  # type: ignore[return-value]
    if kind is Tuple:
        return bool(value.items)  # type: ignore[attr-defined]
    if kind is List:
        items = value.items  # type: ignore[attr-defined]
        items = force(items, machine.path)
        return items if items.__class__ is Unknown else bool(items)
    if kind is Dict:
        if machine.entries(value):  # type: ignore[arg-type]
            return True
        return value.unknown or False  # type: ignore[attr-defined]
    if kind is Tensor:
        return Unknown("tensor", "the truth of a tensor")
    if kind is Instance:
        return _instance(machine, value)  # type: ignore[arg-type]
    if kind is Iterator:
        return True
    return True


def _instance(machine: Machine, value: Instance) -> bool | Unknown:
    """An object is true unless its class says otherwise."""
    for name in ("__bool__", "__len__"):
        method = classes.lookup(value.cls, name)
        if method is not None and value.cls.span is not None:
            result = calls.call(machine, method, Arguments([value]), value.cls.span)
            return truth(machine, force(result, machine.path))
    if value.payload is not None and isinstance(value.payload, Value):
        return truth(machine, value.payload)
    return True
