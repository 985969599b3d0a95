"""Small arrays of numbers: nested lists in the model of numpy, an object that holds a tuple in the evaluator."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from convlint.evaluate.budget import MAX_INTEGER_BITS, MAX_SEQUENCE
from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import attempt, first, give_up, instance_of, lift, limit, raw
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.values import Class, Const, Instance, Span, Tuple, Unknown, Value

_NUMBERS = {bool, int, float}


def plain(machine: Machine, value: Value) -> Any:
    """A number, or an array or a sequence of numbers as nested lists; gives up on anything else."""
    value = force(value, machine.path)
    if isinstance(value, Instance) and "_data" in value.attrs:
        value = value.attrs["_data"]
    row = row_of(value)
    if row is not None:
        return row
    found = _listed(raw(machine, value))
    if not all(isinstance(number, (int, float)) for number in flat_of(found)):
        give_up(Unknown("not-modelled", "an array of other things than numbers"))
    return found


def row_of(value: Value) -> list[int | float] | None:
    """The numbers of an array of one axis, at one glance each: loops read and write large ones again and again."""
    if not isinstance(value, Tuple):
        return None
    found = [item.value for item in value.items if item.__class__ is Const]
    return found if len(found) == len(value.items) and set(map(type, found)) <= _NUMBERS else None


def kind_of(rows: list[Any]) -> type:
    """The type that all numbers of an array have; what is written into it is converted."""
    kinds = set(map(type, flat_of(rows)))
    return next((kind for kind in (float, int) if kind in kinds), bool)


def item_at(value: Value, key: Value) -> Const | None:
    """The number of an array of one axis at an index, where both are known."""
    if not isinstance(value, Instance) or not isinstance(key, Const) or key.value.__class__ is not int:
        return None
    data = value.attrs.get("_data")
    if not isinstance(data, Tuple) or not -len(data.items) <= key.value < len(data.items):
        return None
    found = data.items[key.value]
    return found if isinstance(found, Const) and type(found.value) in _NUMBERS else None


def _listed(value: Any) -> Any:
    if isinstance(value, (list, tuple, range)):
        return [_listed(item) for item in value]
    return value


def flat_of(value: Any) -> list[Any]:
    return [number for item in value for number in flat_of(item)] if isinstance(value, list) else [value]


def sizes_of(value: Any) -> list[int]:
    return [len(value), *sizes_of(value[0] if value else 0)] if isinstance(value, list) else []


def rows_of(machine: Machine, args: Arguments) -> list[Any]:
    found = plain(machine, first(machine, args))
    if not isinstance(found, list):
        raise Raised("TypeError", "an array is required")
    return found


def tupled(machine: Machine, value: Any, site: Span) -> Value:
    if isinstance(value, list):
        return Tuple(tuple([tupled(machine, item, site) for item in value]))
    return lift(machine, value, site)


def made(machine: Machine, cls: Class, value: Any, site: Span) -> Value:
    """Nested lists as an array, a number as a number."""
    if not isinstance(value, list):
        return lift(machine, value, site)
    if len(value) > MAX_SEQUENCE:
        limit("MAX_SEQUENCE", site)
    return instance_of(machine, cls, _data=tupled(machine, value, site))


def each(function: Callable[[Any], Any], value: Any) -> Any:
    return [each(function, item) for item in value] if isinstance(value, list) else attempt(function, value)


def combine(function: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """``function`` of each pair; a number goes with every item, an array of one with every other."""
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b) and 1 not in (len(a), len(b)):
            raise Raised("ValueError", "operands could not be broadcast together")
        size = max(len(a), len(b)) if a and b else 0
        return [combine(function, a[at % len(a)], b[at % len(b)]) for at in range(size)]
    if isinstance(a, list):
        return [combine(function, item, b) for item in a]
    if isinstance(b, list):
        return [combine(function, a, item) for item in b]
    return attempt(_guarded, function, a, b)


def _guarded(function: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    if function is operator.pow and isinstance(a, int) and isinstance(b, int) and b * a.bit_length() > MAX_INTEGER_BITS:
        limit("MAX_INTEGER_BITS")
    if isinstance(b, (int, float)) and b == 0 and function in (operator.truediv, operator.floordiv, operator.mod):
        give_up(Unknown("not-modelled", "a division by zero in an array"))
    return function(a, b)
