"""Methods of dicts (OrderedDict, defaultdict and Counter among them) and sets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.equality import key_of
from convlint.evaluate.language import displays
from convlint.evaluate.library.adapt import (
    Call,
    attempt,
    builtin_table,
    give_up,
    integer,
    items,
    raw,
    take,
    unmodelled,
)  # fmt: skip
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, comparison, subscripts
from convlint.evaluate.paths import force
from convlint.evaluate.sources.registries import settle_registrations
from convlint.evaluate.values import (
    NONE,
    UNBOUND,
    Builtin,
    Const,
    Dict,
    Instance,
    Iterator,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


def dict_of(machine: Machine, value: Value, changes: bool = False) -> Dict:
    """The dict or set that a method was called on: itself, or what an object of a derived class holds."""
    value = force(value, machine.path)
    if isinstance(value, Instance) and isinstance(value.payload, Dict):
        if changes:
            machine.touch(value)
        return value.payload
    if isinstance(value, Unknown):
        give_up(value)
    if not isinstance(value, Dict):
        raise Raised("TypeError", "a dict or set is required")
    return value


def read(machine: Machine, target: Dict, plain: Any) -> Any:
    """The value under a known key; UNBOUND where there is none, also after all that may register it ran."""
    value = machine.read_entry(target, plain)
    if value is UNBOUND and settle_registrations(machine, target, plain):
        value = machine.read_entry(target, plain)
    return value


def _get(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, key, default = take(machine, args, "get", 2, "self", "key", "default")
    target = dict_of(machine, receiver)
    plain = key_of(machine, key)
    if plain is None:
        return subscripts.get(machine, target, key, site)  # type: ignore[no-any-return]
    value = read(machine, target, plain)
    if value is not UNBOUND:
        return value  # type: ignore[no-any-return]
    if target.unknown is not None:
        return follows(target.unknown)
    return NONE if default is None else default


def _keys(machine: Machine, args: Arguments, site: Span) -> Value:
    """The keys as a set in order, so that ``&`` and ``-`` work on them."""
    (receiver,) = take(machine, args, "keys", 1, "self")
    target = dict_of(machine, receiver)
    made = machine.dict({key: (key_value, NONE) for key, key_value, _ in machine.entries(target)}, is_set=True)
    made.unknown = target.unknown
    return made


def _known_entries(machine: Machine, args: Arguments, name: str) -> list[tuple[Any, Value, Any]]:
    (receiver,) = take(machine, args, name, 1, "self")
    target = dict_of(machine, receiver)
    if target.unknown is not None:
        give_up(target.unknown)
    return machine.entries(target)


def _values(machine: Machine, args: Arguments, site: Span) -> Value:
    return machine.list([value for _, _, value in _known_entries(machine, args, "values")])


def _items(machine: Machine, args: Arguments, site: Span) -> Value:
    return machine.list([Tuple((key, value)) for _, key, value in _known_entries(machine, args, "items")])


def _pop(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, key, default = take(machine, args, "pop", 1, "self", "key", "default")
    target = dict_of(machine, receiver, changes=True)
    if target.is_set:
        return _pop_member(machine, target)
    if key is None:
        raise Raised("TypeError", "pop expected at least 1 argument")
    plain = key_of(machine, key)
    if plain is None:
        lose(machine, target, key)
        give_up(_cause(key))
    value = read(machine, target, plain)
    if value is not UNBOUND:
        machine.write_entry(target, plain, key, UNBOUND)
        return value  # type: ignore[no-any-return]
    if target.unknown is not None:
        return follows(target.unknown)
    if default is None:
        raise Raised("KeyError", str(plain))
    return default  # type: ignore[no-any-return]


def _pop_member(machine: Machine, target: Dict) -> Value:
    """``set.pop()``: which member it takes is decided only where there is one."""
    entries = machine.entries(target)
    if target.unknown is not None:
        give_up(target.unknown)
    if not entries:
        raise Raised("KeyError", "pop from an empty set")
    if len(entries) > 1:
        lose(machine, target, NONE)
        unmodelled("which member set.pop() takes")
    machine.write_entry(target, entries[0][0], entries[0][1], UNBOUND)
    return entries[0][1]


def _cause(key: Value) -> Unknown:
    return key if isinstance(key, Unknown) else Unknown("unknown-key", "a key of a dict")


def lose(machine: Machine, target: Dict, key: Value) -> None:
    """After a change under an unknown key, no entry of the dict is certain."""
    machine.touch(target)
    target.unknown = target.unknown or _cause(key)


def _pop_item(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, last = take(machine, args, "popitem", 1, "self", "last")
    target = dict_of(machine, receiver, changes=True)
    from_front = last is not None and not raw(machine, last)
    entries = machine.entries(target)
    if target.unknown is not None:
        give_up(target.unknown)
    if not entries:
        raise Raised("KeyError", "popitem(): dictionary is empty")
    key, key_value, value = entries[0 if from_front else -1]
    machine.write_entry(target, key, key_value, UNBOUND)
    return Tuple((key_value, value))


def _set_default(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, key, default = take(machine, args, "setdefault", 2, "self", "key", "default")
    target = dict_of(machine, receiver, changes=True)
    default = NONE if default is None else default
    plain = key_of(machine, key)
    if plain is None:
        lose(machine, target, key)
        give_up(_cause(key))
    value = read(machine, target, plain)
    if value is not UNBOUND:
        return value  # type: ignore[no-any-return]
    if target.unknown is not None:
        return follows(target.unknown)
    machine.write_entry(target, plain, key, default)
    return default


def merge(machine: Machine, target: Dict, source: Value, site: Span) -> None:
    """Write the items of a mapping, or of a sequence of pairs, into ``target``."""
    attempt(displays.merge_mapping, machine, target, source, site)


def _update(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver = force(args.positional[0], machine.path) if args.positional else NONE
    sources = [force(value, machine.path) for value in args.positional[1:]]
    target = dict_of(machine, receiver, changes=True)
    if target.is_set:
        for source in sources:
            _add_all(machine, target, source, site)
        return NONE
    for source in sources:
        merge(machine, target, source, site)
    for name, value in args.keywords.items():
        machine.write_entry(target, name, Const(name), value)
    if args.unknown is not None:
        lose(machine, target, args.unknown)
    return NONE


def _add_all(machine: Machine, target: Dict, source: Value, site: Span) -> None:
    for item in items(machine, source, site):
        add_one(machine, target, item)


def add_one(machine: Machine, target: Dict, item: Value) -> None:
    plain = key_of(machine, item)
    if plain is None:
        lose(machine, target, item)
    elif machine.read_entry(target, plain) is UNBOUND:
        machine.write_entry(target, plain, item, NONE)


def copied(machine: Machine, target: Dict) -> Dict:
    """A new dict with the same entries on the present path."""
    made = machine.dict({key: (key_value, value) for key, key_value, value in machine.entries(target)}, target.is_set)
    made.unknown, made.default = target.unknown, target.default
    return made


def _copy(machine: Machine, args: Arguments, site: Span) -> Value:
    (receiver,) = take(machine, args, "copy", 1, "self")
    return copied(machine, dict_of(machine, receiver))


def _clear(machine: Machine, args: Arguments, site: Span) -> Value:
    (receiver,) = take(machine, args, "clear", 1, "self")
    target = dict_of(machine, receiver, changes=True)
    for key, key_value, _ in machine.entries(target):
        machine.write_entry(target, key, key_value, UNBOUND)
    if target.unknown is not None and machine.path is target.birth:
        machine.touch(target)
        target.unknown = None
    return NONE


def from_keys(machine: Machine, args: Arguments, site: Span) -> Value:
    """``dict.fromkeys(keys, value)``; the class or dict that it is called on comes first."""
    _, keys, value = take(machine, args, "fromkeys", 2, "self", "iterable", "value")
    made = machine.dict()
    for key in items(machine, keys, site):
        plain = key_of(machine, key)
        if plain is None:
            made.unknown = _cause(key)
        else:
            made.entries[plain] = (key, NONE if value is None else value)
    return made


def _move_to_end(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, key, last = take(machine, args, "move_to_end", 2, "self", "key", "last")
    target = dict_of(machine, receiver, changes=True)
    to_front = last is not None and not raw(machine, last)
    plain = key_of(machine, key)
    entries = machine.entries(target)
    moved = [entry for entry in entries if entry[0] == plain]
    if plain is None or not moved:
        raise Raised("KeyError", str(plain))
    for entry in [entry for entry in entries if entry[0] != plain] if to_front else moved:
        machine.write_entry(target, entry[0], entry[1], UNBOUND)
        machine.write_entry(target, *entry)
    return NONE


def _most_common(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, count = take(machine, args, "most_common", 1, "self", "n")
    entries = machine.entries(dict_of(machine, receiver))
    ranked: list[tuple[Any, Value, Any]] = attempt(sorted, entries, key=lambda entry: -raw(machine, entry[2]))
    return machine.list([Tuple((key, value)) for _, key, value in ranked[: integer(machine, count)]])


def _subscript(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, key = take(machine, args, "__getitem__", 2, "self", "key")
    target = dict_of(machine, receiver)
    missing = None
    if isinstance(receiver, Instance):
        from convlint.evaluate.objects import classes

        missing = classes.lookup(receiver.cls, "__missing__")
    plain = key_of(machine, key)
    if missing is not None and plain is not None and target.unknown is None and read(machine, target, plain) is UNBOUND:
        return calls.call(machine, missing, Arguments([receiver, key]), site)  # type: ignore[no-any-return]
    return subscripts.get(machine, target, key, site)  # type: ignore[no-any-return]


def _put(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, key, value = take(machine, args, "__setitem__", 3, "self", "key", "value")
    subscripts.put(machine, dict_of(machine, receiver, changes=True), key, value, site)
    return NONE


def _delete(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, key = take(machine, args, "__delitem__", 2, "self", "key")
    subscripts.remove(machine, dict_of(machine, receiver, changes=True), key, site)
    return NONE


def _contains(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver, key = take(machine, args, "__contains__", 2, "self", "key")
    return comparison.compare(machine, "in", key, dict_of(machine, receiver), site)


def _length(machine: Machine, args: Arguments, site: Span) -> Value:
    return Const(len(_known_entries(machine, args, "__len__")), site)


def _each(machine: Machine, args: Arguments, site: Span) -> Value:
    return Iterator([key_value for _, key_value, _ in _known_entries(machine, args, "__iter__")])


SHARED: dict[str, Call] = {
    "clear": _clear,
    "copy": _copy,
    "pop": _pop,
    "update": _update,
    "__contains__": _contains,
    "__iter__": _each,
    "__len__": _length,
}

DICT: Mapping[str, Builtin] = MappingProxyType(
    builtin_table(
        {
            **SHARED,
            "fromkeys": from_keys,
            "get": _get,
            "items": _items,
            "keys": _keys,
            "most_common": _most_common,
            "move_to_end": _move_to_end,
            "popitem": _pop_item,
            "setdefault": _set_default,
            "values": _values,
            "__delitem__": _delete,
            "__getitem__": _subscript,
            "__setitem__": _put,
        }
    )
)
