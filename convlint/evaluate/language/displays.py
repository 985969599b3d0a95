"""Displays: tuples, lists, sets and dicts built from their parts, starred ones unpacked."""

from __future__ import annotations

from convlint.evaluate.budget import MAX_SEQUENCE
from convlint.evaluate.environment import NotIterable, Raised, follows
from convlint.evaluate.equality import key_of
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import force
from convlint.evaluate.values import NONE, Dict, Instance, Span, Tuple, Unknown, Value


def display(machine: Machine, kind: str, parts: list[tuple[bool, Value]], span: Span) -> Value:
    """A tuple, list or set display with its starred parts unpacked."""
    items: list[Value] = []
    try:
        for starred, value in parts:
            if starred:
                items += iterate(machine, value, span)
            else:
                items.append(value)
    except NotIterable as error:
        return follows(error.cause)
    if len(items) > MAX_SEQUENCE:
        return Unknown("limit", "MAX_SEQUENCE", span)
    if kind == "tuple":
        return Tuple(tuple(items))
    return make_set(machine, items) if kind == "set" else machine.list(items)


def make_set(machine: Machine, items: list[Value]) -> Dict:
    """A set of ``items``."""
    made = machine.dict(is_set=True)
    for item in items:
        key = key_of(machine, item)
        if key is None:
            made.unknown = item if isinstance(item, Unknown) else Unknown("unknown-key", "an item of a set")
        else:
            made.entries.setdefault(key, (item, NONE))
    return made


def dict_display(machine: Machine, parts: list[tuple[Value | None, Value]], span: Span) -> Value:
    """A dict display; a key of None merges a mapping."""
    made = machine.dict()
    for key, value in parts:
        if key is None:
            merge_mapping(machine, made, force(value, machine.path), span)
            continue
        plain_key = key_of(machine, key)
        if plain_key is None:
            made.unknown = made.unknown or Unknown("unknown-key", "a key of a dict", span)
        else:
            made.entries[plain_key] = (key, value)
    return made


def merge_mapping(machine: Machine, target: Dict, source: Value, span: Span) -> None:
    """Write all entries of a mapping into ``target`` on the present path."""
    if isinstance(source, Instance) and isinstance(source.payload, Dict):
        source = source.payload
    if isinstance(source, Dict):
        for key, key_value, value in machine.entries(source):
            machine.write_entry(target, key, key_value, value)
        if source.unknown is not None:
            machine.touch(target)
            target.unknown = target.unknown or source.unknown
    elif isinstance(source, Unknown):
        machine.touch(target)
        target.unknown = target.unknown or source
    else:
        try:
            pairs = iterate(machine, source, span)
        except NotIterable as error:
            machine.touch(target)
            target.unknown = target.unknown or error.cause
            return
        for pair in pairs:
            parts = iterate(machine, pair, span)
            if len(parts) != 2:
                raise Raised("ValueError", "dictionary update sequence element has length other than 2")
            key_value, value = parts
            key = key_of(machine, key_value)
            if key is None:
                machine.touch(target)
                target.unknown = target.unknown or Unknown("unknown-key", "a key of a dict", span)
            else:
                machine.write_entry(target, key, key_value, value)
