"""Methods of sets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.equality import key_of
from convlint.evaluate.language import displays
from convlint.evaluate.library.adapt import Call, builtin_table, first, give_up, items, take
from convlint.evaluate.library.types_mappings import SHARED, add_one, copied, dict_of, lose
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import arithmetic
from convlint.evaluate.paths import force
from convlint.evaluate.values import FALSE, NONE, TRUE, UNBOUND, Builtin, Dict, Instance, Span, Value


def _add(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, item = take(machine, args, "add", 2, "self", "item")
    add_one(machine, dict_of(machine, receiver, changes=True), item)
    return NONE


def _discard(strict: bool) -> Call:
    name = "remove" if strict else "discard"

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        receiver, item = take(machine, args, name, 2, "self", "item")
        target = dict_of(machine, receiver, changes=True)
        plain = key_of(machine, item)
        if plain is None:
            lose(machine, target, item)
        elif machine.read_entry(target, plain) is not UNBOUND:
            machine.write_entry(target, plain, item, UNBOUND)
        elif strict and target.unknown is None:
            raise Raised("KeyError", str(plain))
        return NONE

    return call


def _as_set(machine: Machine, value: Value, site: Span) -> Dict:
    value = force(value, machine.path)
    if isinstance(value, Instance) and isinstance(value.payload, Dict):
        value = value.payload
    return (
        value if isinstance(value, Dict) and value.is_set else displays.make_set(machine, items(machine, value, site))
    )


def _combine(op: str, in_place: bool = False) -> Call:
    """``union``, ``intersection``, ``difference`` and their forms that change the set."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        receiver, others = first(machine, args), args.positional[1:]
        target = result = dict_of(machine, receiver, changes=in_place)
        for other in others:
            combined = arithmetic.binary(machine, op, result, _as_set(machine, other, site), site)
            assert isinstance(combined, Dict)
            result = combined
        if not in_place:
            return copied(machine, result)
        kept = {key for key, _, _ in machine.entries(result)}
        for key, key_value, _ in machine.entries(target):
            if key not in kept:
                machine.write_entry(target, key, key_value, UNBOUND)
        for _, key_value, _ in machine.entries(result):
            add_one(machine, target, key_value)
        if result.unknown is not None:
            lose(machine, target, result.unknown)
        return NONE

    return call


def _inclusion(holds: Any) -> Call:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        receiver, other = take(machine, args, "issubset", 2, "self", "other")
        sides = [dict_of(machine, receiver), _as_set(machine, other, site)]
        for side in sides:
            if side.unknown is not None:
                give_up(side.unknown)
        left, right = ({key for key, _, _ in machine.entries(side)} for side in sides)
        return TRUE if holds(left, right) else FALSE

    return call


SET: Mapping[str, Builtin] = MappingProxyType(
    builtin_table(
        {
            **SHARED,
            "add": _add,
            "discard": _discard(False),
            "remove": _discard(True),
            "union": _combine("|"),
            "intersection": _combine("&"),
            "difference": _combine("-"),
            "symmetric_difference": _combine("^"),
            "intersection_update": _combine("&", in_place=True),
            "difference_update": _combine("-", in_place=True),
            "symmetric_difference_update": _combine("^", in_place=True),
            "issubset": _inclusion(lambda left, right: left <= right),
            "issuperset": _inclusion(lambda left, right: left >= right),
            "isdisjoint": _inclusion(lambda left, right: not left & right),
        }
    )
)
