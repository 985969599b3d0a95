"""Memoising: a pure call with known arguments is evaluated once; its result and what it built are used again.

A call is pure when it changes nothing that is older than itself. Results are handed out as copies that share what they
hold until it is read (``read_attribute``), so that changing one of two equal blocks leaves the other as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convlint.evaluate.environment import Arguments
from convlint.evaluate.machine import Machine, Purity
from convlint.evaluate.paths import ROOT, choose, resolve
from convlint.evaluate.records import Record
from convlint.evaluate.values import (
    UNBOUND,
    Builtin,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Heap,
    Instance,
    List,
    Method,
    Module,
    Partial,
    Slice,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


class Hit(NamedTuple):
    """What a call gave."""

    result: Any
    calls: tuple[tuple[Span, Any, bool, int], ...]
    """What it added to its caller's record: (site is replaced) child, certain, count."""
    steps: int


class _Unkeyable(Exception):
    """An argument that may change, or that is not worth a key."""


def call_key(machine: Machine, function: Function, args: Arguments) -> Any:
    """The key of a call, or None where it cannot be memoised."""
    return _key(machine, function, args)


def new_key(machine: Machine, cls: Class, args: Arguments) -> Any:
    """The key of building an object, or None where it cannot be memoised."""
    return _key(machine, cls, args)


def _key(machine: Machine, callee: Value, args: Arguments) -> Any:
    if args.unknown is not None:
        return None
    path = machine.path
    try:
        positional = tuple([_of(machine, value) for value in args.positional])
        keywords = tuple([(name, _of(machine, value)) for name, value in args.keywords.items()])
    except _Unkeyable:
        return None
    if path.taken:
        return callee, positional, keywords, frozenset(path.taken.items())
    return callee, positional, keywords


def _of(machine: Machine, value: Any) -> Any:
    """A hashable that is equal exactly for values that no call can tell apart."""
    kind = value.__class__
    if kind is Const:
        return value.value.__class__, value.value, value.origin
    if kind is Instance:
        if value.made is None:
            raise _Unkeyable
        return "instance", value.made
    if kind is Tuple:
        return value.cls, tuple([_of(machine, item) for item in value.items])
    if kind is Choice:
        value = resolve(value, machine.path)
        if value.__class__ is not Choice:
            return _of(machine, value)
        return value.decision, _of(machine, value.yes), _of(machine, value.no)
    if kind is List:
        if value.items.__class__ is not list:
            raise _Unkeyable
        return "list", tuple([_of(machine, item) for item in value.items])
    if kind is Dict:
        if value.unknown is not None or value.default is not None:
            raise _Unkeyable
        return "dict", value.is_set, tuple([(key, _of(machine, item)) for key, (_, item) in value.entries.items()])
    if kind is Function:
        if value.closure is not None or value.attrs:
            return value
        return value.code, value.owner, tuple(map(id, value.signature.defaults.values()))
    if kind is Partial:
        keywords = tuple([(name, _of(machine, item)) for name, item in value.keywords.items()])
        return "partial", _of(machine, value.function), tuple([_of(machine, item) for item in value.args]), keywords
    if kind is Tensor:
        return "tensor", None if value.shape is None else tuple([_of(machine, size) for size in value.shape])
    if kind is Method:
        return "method", _of(machine, value.function), _of(machine, value.receiver)
    if kind is Slice:
        return "slice", _of(machine, value.lower), _of(machine, value.upper), _of(machine, value.step)
    if kind in (Unknown, Class, Builtin, Module) or value is UNBOUND:
        return value
    raise _Unkeyable


def remember(machine: Machine, key: Any, site: Span, operation: Callable[..., Any], *args: Any) -> Any:
    """``operation(*args)``, kept under ``key`` if it turns out pure."""
    if key is None:
        return operation(*args)
    purity = Purity(machine.clock)
    machine.candidates.append(purity)
    outer, steps = machine.record, machine.steps
    record = Record(outer.scope, machine.path)
    machine.record = record
    try:
        result = operation(*args)
    finally:
        machine.record = outer
        machine.candidates.pop()
        for (at, child, certain), count in record.calls.items():
            _replay_call(machine, site if at == site else at, child, certain, count)
    if purity.pure and not _older(result, purity.start):
        calls = tuple((at, child, certain, count) for (at, child, certain), count in record.calls.items())
        if result.__class__ is Instance and result.made is None:
            machine.made += 1
            result.made = machine.made
        machine.memo[key] = (Hit(result, calls, machine.steps - steps), site)
        # What is kept is never handed out: its first user may change it.
        return copy(machine, result, {})
    return result


def _replay_call(machine: Machine, site: Span, child: Any, certain: bool, count: int) -> None:
    record = machine.record
    key = (site, child, certain and machine.path.doubts == record.birth.doubts)
    record.calls[key] = record.calls.get(key, 0) + count


def replay(machine: Machine, entry: tuple[Hit, Span], site: Span) -> Any:
    """Use the result of a call again, made at ``site`` this time."""
    hit, first_site = entry
    machine.step(hit.steps)
    for at, child, certain, count in hit.calls:
        _replay_call(machine, site if at == first_site else at, child, certain, count)
    return copy(machine, hit.result, {})


def _older(value: Any, start: int) -> bool:
    """Whether a result is an object that was there before the call."""
    if isinstance(value, Heap) and value.__class__ is not Class:
        return value.born <= start
    if value.__class__ is Tuple:
        return any(_older(item, start) for item in value.items)
    if value.__class__ is Choice:
        return _older(value.yes, start) or _older(value.no, start)
    return value.__class__ not in (Const, Unknown, Tensor, Class, Function, Builtin, Module, Tuple, Partial, Method)


def copy(machine: Machine, value: Any, copies: dict[int, Any]) -> Any:
    """A copy of a remembered value; objects share their attributes' values until these are read."""
    kind = value.__class__
    if kind is Instance:
        found = copies.get(id(value))
        if found is None:
            found = copies[id(value)] = machine.instance(value.cls)
            found.attrs = dict(value.attrs)
            found.birth = ROOT if value.birth is ROOT else value.birth
            found.made, found.copies = value.made, copies
            found.payload = copy(machine, value.payload, copies) if isinstance(value.payload, Heap) else value.payload
            copies[id(found)] = found
        return found
    if kind is List:
        found = copies.get(id(value))
        if found is None:
            items = value.items
            found = copies[id(value)] = machine.list([])
            found.birth = value.birth
            copied = [copy(machine, item, copies) for item in items] if items.__class__ is list else items
            found.items = copied
            copies[id(found)] = found
        return found
    if kind is Dict:
        found = copies.get(id(value))
        if found is None:
            found = copies[id(value)] = machine.dict({}, value.is_set)
            found.birth, found.unknown, found.default = value.birth, value.unknown, value.default
            found.entries = {key: (name, copy(machine, item, copies)) for key, (name, item) in value.entries.items()}
            copies[id(found)] = found
        return found
    if kind is Tuple:
        items = tuple([copy(machine, item, copies) for item in value.items])
        return value if all(a is b for a, b in zip(items, value.items)) else Tuple(items, value.cls)
    if kind is Choice:
        yes, no = copy(machine, value.yes, copies), copy(machine, value.no, copies)
        return value if yes is value.yes and no is value.no else choose(value.decision, yes, no)
    if kind is Method:
        receiver = copy(machine, value.receiver, copies)
        return value if receiver is value.receiver else Method(value.function, receiver)
    return value


def read_attribute(machine: Machine, target: Instance, name: str) -> Any:
    """An object's own attribute (UNBOUND where it has none); of a copy, what is read is copied first."""
    value = target.attrs.get(name, UNBOUND)
    if target.copies is not None and value.__class__ in _COPIED:
        fresh = copy(machine, value, target.copies)
        if fresh is not value:
            target.attrs[name] = value = fresh
    return value


_COPIED = frozenset({Instance, List, Dict, Tuple, Choice, Method})
