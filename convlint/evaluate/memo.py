"""Memoising: a pure call with known arguments is evaluated once; its result and what it built are used again.

A call is pure when it changes nothing that is older than itself. Results are handed out as copies that share what they
hold until it is read (``read_attribute``), so that changing one of two equal blocks leaves the other as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from convlint.evaluate.environment import Arguments
from convlint.evaluate.machine import Machine, Purity
from convlint.evaluate.paths import choose, resolve
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
    given: tuple[tuple[int | str, Value], ...]
    """The arguments, by place or name, that what it gave holds: those themselves, not copies of them."""


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
        parts: list[Any] = [callee]
        for value in args.positional:
            parts.append((value.twin if value.__class__ is Const else None) or _of(machine, value))
        for name, value in args.keywords.items():
            parts.append(name)
            parts.append((value.twin if value.__class__ is Const else None) or _of(machine, value))
    except _Unkeyable:
        return None
    if path.taken:
        parts.append(path.key)
    return tuple(parts)


def _of(machine: Machine, value: Any) -> Any:
    """A hashable, equal exactly for values that no call can tell apart; never a str, as names of arguments are."""
    kind = value.__class__
    if kind is Const:
        return value.twin or _twin(machine, value)
    if kind is Instance:
        if value.made is None:
            raise _Unkeyable
        return value.made
    if kind is Unknown or kind is Class or kind is Builtin or kind is Module or value is UNBOUND:
        return value
    form = _FORMS.get(kind)
    if form is None:
        raise _Unkeyable
    return form(machine, value)


def _twin(machine: Machine, value: Const) -> Const:
    found = machine.twins.setdefault((value.value.__class__, value.value, value.origin), value)
    value.twin = found
    return found


def _tuple(machine: Machine, value: Tuple) -> Any:
    return value.cls, tuple([_of(machine, item) for item in value.items])


def _choice(machine: Machine, value: Choice) -> Any:
    value = resolve(value, machine.path)
    if value.__class__ is not Choice:
        return _of(machine, value)
    return value.decision, _of(machine, value.yes), _of(machine, value.no)


def _list(machine: Machine, value: List) -> Any:
    if value.items.__class__ is not list:
        raise _Unkeyable
    return "list", value.more is not None, tuple([_of(machine, item) for item in value.items])


def _dict(machine: Machine, value: Dict) -> Any:
    if value.unknown is not None or value.default is not None:
        raise _Unkeyable
    return "dict", value.is_set, tuple([(key, _of(machine, item)) for key, (_, item) in value.entries.items()])


def _function(machine: Machine, value: Function) -> Any:
    if value.closure is not None or value.attrs:
        return value
    return value.code, value.owner, tuple(map(id, value.signature.defaults.values()))


def _partial(machine: Machine, value: Partial) -> Any:
    keywords = tuple([(name, _of(machine, item)) for name, item in value.keywords.items()])
    return "partial", _of(machine, value.function), tuple([_of(machine, item) for item in value.args]), keywords


def _tensor(machine: Machine, value: Tensor) -> Any:
    return "tensor", None if value.shape is None else tuple([_of(machine, size) for size in value.shape])


def _method(machine: Machine, value: Method) -> Any:
    return "method", _of(machine, value.function), _of(machine, value.receiver)


def _slice(machine: Machine, value: Slice) -> Any:
    return "slice", _of(machine, value.lower), _of(machine, value.upper), _of(machine, value.step)


_FORMS: dict[type, Callable[[Machine, Any], Any]] = {
    Tuple: _tuple,
    Choice: _choice,
    List: _list,
    Dict: _dict,
    Function: _function,
    Partial: _partial,
    Tensor: _tensor,
    Method: _method,
    Slice: _slice,
}


def _held_arguments(result: Any, args: Arguments) -> tuple[tuple[int | str, Value], ...]:
    """The arguments that an object has as its attributes, by place or name: what changes one changes the other.

    Modules are left out: they count as parts, which are hardly ever changed through what holds them.
    """
    if result.__class__ is not Instance:
        return ()
    held = {id(value) for value in result.attrs.values() if value.__class__ in _CHANGED}
    if not held:
        return ()
    given: list[tuple[int | str, Value]] = [*enumerate(args.positional), *args.keywords.items()]
    return tuple([(at, value) for at, value in given if id(value) in held and not _is_module(value)])


_CHANGED = frozenset({Instance, List, Dict})


def _is_module(value: Any) -> bool:
    return value.__class__ is Instance and value.cls.derives_from_module


def _handed_out(machine: Machine, hit: Hit, args: Arguments) -> Any:
    """A copy of a result; it holds the arguments of this call where it held those of the first."""
    if not hit.given:
        return copy(machine, hit.result, None)
    copies: dict[int, Any] = {}
    given: list[Any] = []
    for at, old in hit.given:
        new = args.positional[at] if isinstance(at, int) else args.keywords[at]
        copies[id(old)] = copies[id(new)] = new
        given.append(new)
    found = copy(machine, hit.result, copies)
    for value in given:
        value.holders = (*value.holders, found)
    return found


def remember(
    machine: Machine, key: Any, site: Span, operation: Callable[..., Any], callee: Value, args: Arguments, *more: Any
) -> Any:
    """``operation(machine, callee, args, *more)``, kept under ``key`` if it turns out pure."""
    if key is None:
        return operation(machine, callee, args, *more)
    purity = Purity(machine.clock)
    machine.candidates.append(purity)
    outer, steps = machine.record, machine.steps
    record = Record(outer.scope, machine.path)
    machine.record = record
    try:
        result = operation(machine, callee, args, *more)
    finally:
        machine.record = outer
        machine.candidates.pop()
        for (at, child, certain), count in record.calls.items():
            _replay_call(machine, site if at == site else at, child, certain, count)
    if purity.pure and not is_older(result, purity.start):
        calls = tuple((at, child, certain, count) for (at, child, certain), count in record.calls.items())
        if result.__class__ is Instance and result.made is None:
            machine.made += 1
            result.made = machine.made
        hit = Hit(result, calls, machine.steps - steps, _held_arguments(result, args))
        machine.memo[key] = (hit, site)
        # What is kept is never handed out: its first user may change it.
        return _handed_out(machine, hit, args)
    return result


def _replay_call(machine: Machine, site: Span, child: Any, certain: bool, count: int) -> None:
    record = machine.record
    key = (site, child, certain and machine.path.doubts == record.birth.doubts)
    record.calls[key] = record.calls.get(key, 0) + count


def replay(machine: Machine, entry: tuple[Hit, Span], args: Arguments, site: Span) -> Any:
    """Use the result of a call again, made at ``site`` this time."""
    hit, first_site = entry
    machine.step(hit.steps)
    for at, child, certain, count in hit.calls:
        _replay_call(machine, site if at == first_site else at, child, certain, count)
    return _handed_out(machine, hit, args)


def is_older(value: Any, start: int) -> bool:
    """Whether a result is an object that was there before the call."""
    if isinstance(value, Heap) and value.__class__ is not Class:
        return value.born <= start
    if value.__class__ is Tuple:
        return any(is_older(item, start) for item in value.items)
    if value.__class__ is Choice:
        return is_older(value.yes, start) or is_older(value.no, start)
    return value.__class__ not in (Const, Unknown, Tensor, Class, Function, Builtin, Module, Tuple, Partial, Method)


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
