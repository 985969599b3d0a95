"""Equality: when two values are equal, the keys that dicts and sets hold them under, and constants as plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convlint.evaluate.environment import Raised
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import classes, data_classes
from convlint.evaluate.paths import force
from convlint.evaluate.values import Class, Const, Dict, Function, Instance, List, Module, Tensor, Tuple, Unknown, Value


def equal(machine: Machine, a: Value, b: Value) -> bool | None:
    """Whether two values are equal; None where that is not known."""
    a, b = force(a, machine.path), force(b, machine.path)
    if a is b:
        return True
    if isinstance(a, (Unknown, Tensor)) or isinstance(b, (Unknown, Tensor)):
        return None
    if isinstance(a, Const) and isinstance(b, Const):
        return bool(a.value == b.value)
    if isinstance(a, (Tuple, List)) and isinstance(b, (Tuple, List)) and a.__class__ is b.__class__:
        left, right = _parts(machine, a), _parts(machine, b)
        if len(left) != len(right):
            return False
        verdicts = [equal(machine, x, y) for x, y in zip(left, right, strict=True)]
        return False if False in verdicts else None if None in verdicts else True
    if isinstance(a, Dict) and isinstance(b, Dict):
        left_entries, right_entries = ({k: v for k, _, v in machine.entries(part)} for part in (a, b))
        if left_entries.keys() != right_entries.keys():
            return False
        verdicts = [a.is_set or equal(machine, left_entries[k], right_entries[k]) for k in left_entries]
        return False if False in verdicts else None if None in verdicts else True
    if isinstance(a, Instance) and isinstance(b, Instance):
        if a.cls is b.cls and classes.lookup(a.cls, data_classes.COMPARED) is not None:
            return equal(machine, data_classes.field_values(machine, a), data_classes.field_values(machine, b))
        if a.made is not None and a.made == b.made and a.cls.fields:
            return True
        return (
            equal(machine, a.payload, b.payload)
            if isinstance(a.payload, Value) and isinstance(b.payload, Value)
            else False
        )
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Instance) and isinstance(one.payload, Const):
            return equal(machine, one.payload, other)
    return False


def _parts(machine: Machine, value: Tuple | List) -> Sequence[Value]:
    return value.items if isinstance(value, Tuple) else machine.items(value)


def key_of(machine: Machine, value: Value) -> Any:
    """A plain Python key for a dict or set, equal exactly where the values are; None for a value that is not known."""
    value = force(value, machine.path)
    if isinstance(value, Const):
        return ("none",) if value.value is None else value.value
    if isinstance(value, Tuple):
        parts = tuple(key_of(machine, item) for item in value.items)
        return None if any(part is None for part in parts) else parts
    if isinstance(value, Instance) and isinstance(value.payload, Const):
        return value.payload.value
    if isinstance(value, (Class, Function, Instance, Module)):
        return value
    if isinstance(value, (Unknown, Tensor)):
        return None
    if isinstance(value, (List, Dict)):
        if isinstance(value, Dict) and value.is_set:
            return frozenset(key for key, _, _ in machine.entries(value))
        raise Raised("TypeError", "unhashable type")
    return value


def plain(machine: Machine, value: Value) -> Any:
    """Constants, tuples and lists of constants as plain Python; None where anything else is in them."""
    value = force(value, machine.path)
    if isinstance(value, Instance) and isinstance(value.payload, Value):
        value = value.payload
    if isinstance(value, Const):
        return value.value
    if isinstance(value, List) and (value.more is not None or not isinstance(force(value.items, machine.path), list)):
        return None
    if isinstance(value, (Tuple, List)):
        items = [plain(machine, item) for item in _parts(machine, value)]
        if any(item is None for item in items):
            return None
        return tuple(items) if isinstance(value, Tuple) else items
    return None
