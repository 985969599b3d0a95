"""Copies of remembered values: objects share what they hold until it is read (``read_attribute``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from convlint.evaluate.paths import choose
from convlint.evaluate.values import UNBOUND, Choice, Dict, Heap, Instance, List, Method, Tuple, Value

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine

_Part = TypeVar("_Part", Instance, List, Dict)
HOLDER = -1
"""The key under which ``copies`` has the object for whose attribute a copy is made."""


def copy(machine: Machine, value: Any, copies: dict[int, Any] | None) -> Any:
    """A copy of a remembered value; objects share their attributes' values until these are read.

    A member of an enum is itself: it is compared by identity, and never changed.
    """
    kind = value.__class__
    if kind is Instance:
        return value if value.cls.enum is not None else _copy_object(machine, value, copies)
    if kind in _COPIED:
        return _COPIES[kind](machine, value, {} if copies is None else copies)
    return value


def _held(found: _Part, copies: dict[int, Any]) -> _Part:
    """A part of an object: as old as that is, however late it is read, and a change of it is one of that."""
    holder = copies.get(HOLDER)
    if holder is not None and holder is not found and holder not in found.holders:
        found.born = min(found.born, holder.born)
        found.holders = (*found.holders, holder)
    return found


def _copy_object(machine: Machine, value: Instance, copies: dict[int, Any] | None) -> Instance:
    if copies is None:
        found = machine.instance(value.cls)
    else:
        known = copies.get(id(value))
        if known is not None:
            return _held(known, copies)  # type: ignore[no-any-return]
        found = copies[id(value)] = _held(machine.instance(value.cls), copies)
        copies[id(found)] = found
    found.attrs = value.attrs
    found.borrowing = value.borrowing = True
    found.birth, found.made, found.original, found.copies = value.birth, value.made, value, copies
    payload = value.payload
    if isinstance(payload, Heap):
        payload = part(machine, payload, found)
    found.payload = payload
    return found


def part(machine: Machine, value: Any, holder: Instance) -> Any:
    """A copy of what ``holder``, itself a copy, holds."""
    copies = holder.all_copies()
    outer = copies.get(HOLDER)
    copies[HOLDER] = holder
    found = copy(machine, value, copies)
    copies[HOLDER] = outer
    return found


def _copy_list(machine: Machine, value: List, copies: dict[int, Any]) -> Value:
    found = copies.get(id(value))
    if found is None:
        items = value.items
        found = copies[id(value)] = machine.list([])
        found.birth, found.more = value.birth, value.more
        found.items = [copy(machine, item, copies) for item in items] if items.__class__ is list else items
        copies[id(found)] = found
    return _held(found, copies)


def _copy_dict(machine: Machine, value: Dict, copies: dict[int, Any]) -> Value:
    found = copies.get(id(value))
    if found is None:
        found = copies[id(value)] = machine.dict({}, value.is_set)
        found.birth, found.unknown, found.default = value.birth, value.unknown, value.default
        found.entries = {key: (name, copy(machine, item, copies)) for key, (name, item) in value.entries.items()}
        copies[id(found)] = found
    return _held(found, copies)


def _copy_tuple(machine: Machine, value: Tuple, copies: dict[int, Any]) -> Value:
    items = tuple([copy(machine, item, copies) for item in value.items])
    return value if all(a is b for a, b in zip(items, value.items, strict=False)) else Tuple(items, value.cls)


def _copy_choice(machine: Machine, value: Choice, copies: dict[int, Any]) -> Value:
    yes, no = copy(machine, value.yes, copies), copy(machine, value.no, copies)
    return value if yes is value.yes and no is value.no else choose(value.decision, yes, no)


def _copy_method(machine: Machine, value: Method, copies: dict[int, Any]) -> Value:
    receiver = copy(machine, value.receiver, copies)
    return value if receiver is value.receiver else Method(value.function, receiver)


_COPIES: dict[type, Callable[[Machine, Any, dict[int, Any]], Any]] = {
    List: _copy_list,
    Dict: _copy_dict,
    Tuple: _copy_tuple,
    Choice: _copy_choice,
    Method: _copy_method,
}
_COPIED = frozenset({Instance, *_COPIES})


def read_attribute(machine: Machine, target: Instance, name: str) -> Any:
    """An object's own attribute (UNBOUND where it has none); of a copy, what is read is copied first."""
    value = target.attrs.get(name, UNBOUND)
    if target.original is not None and value.__class__ in _COPIED:
        fresh = part(machine, value, target)
        if fresh is not value:
            target.own_attributes()[name] = value = fresh
    return value
