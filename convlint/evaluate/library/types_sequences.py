"""Methods of lists (and deques), tuples and iterators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from convlint.evaluate import equality
from convlint.evaluate.budget import MAX_SEQUENCE
from convlint.evaluate.environment import Arguments, NotIterable, Raised
from convlint.evaluate.library import ordering
from convlint.evaluate.library.adapt import (
    Call,
    attempt,
    builtin_table,
    content,
    first,
    give_up,
    integer,
    items,
    lose,
    take,
    unmodelled,
)  # fmt: skip
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import comparison, subscripts
from convlint.evaluate.paths import force
from convlint.evaluate.values import (
    NONE,
    Builtin,
    Const,
    Instance,
    Iterator,
    List,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

Change = Callable[[Machine, List, list[Any], Span], Any]


def list_of(machine: Machine, value: Value) -> List:
    """The list that a method of list was called on: itself, or what an object of a class derived from list holds."""
    value = force(value, machine.path)
    if isinstance(value, Instance) and isinstance(value.payload, List):
        return value.payload
    if isinstance(value, Unknown):
        give_up(value)
    if not isinstance(value, List):
        raise Raised("TypeError", "a list is required")
    return value


def _changes(name: str, required: int, parameters: tuple[str, ...], change: Change) -> tuple[str, Call]:
    """A method that changes its list. The list's content may become unknown in it."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        receiver, *given = take(machine, args, name, required + 1, "self", *parameters)
        target = list_of(machine, receiver)
        content(machine, target)
        if isinstance(receiver, Instance):
            machine.touch(receiver)
        result = change(machine, target, given, site)
        if target.items.__class__ is list and len(target.items) > MAX_SEQUENCE:
            lose(machine, target, Unknown("limit", "MAX_SEQUENCE", site))
        return NONE if result is None else result

    return name, call


def _reads(name: str, required: int, parameters: tuple[str, ...], read: Change) -> tuple[str, Call]:
    """A method that only reads its list."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        receiver, *given = take(machine, args, name, required + 1, "self", *parameters)
        return read(machine, list_of(machine, receiver), given, site)  # type: ignore[no-any-return]

    return name, call


def _append(machine: Machine, args: Arguments, site: Span) -> Value:
    """``append`` alone keeps a choice as it is: what is appended is not forced."""
    receiver = force(args.positional[0], machine.path) if args.positional else NONE
    target = list_of(machine, receiver)
    content(machine, target)
    if len(args.positional) != 2 or args.keywords:
        raise Raised("TypeError", "append() takes exactly one argument")
    if isinstance(receiver, Instance):
        machine.touch(receiver)
    owned = machine.own_items(target)
    if len(owned) >= MAX_SEQUENCE:
        lose(machine, target, Unknown("limit", "MAX_SEQUENCE", site))
        return NONE
    owned.append(args.positional[1])
    return NONE


def _extend(machine: Machine, target: List, given: list[Any], site: Span) -> None:
    try:
        added = items(machine, given[0], site)
    except NotIterable as error:
        return lose(machine, target, error.cause)
    machine.own_items(target).extend(added)


def _extend_left(machine: Machine, target: List, given: list[Any], site: Span) -> None:
    _extend(machine, target, given, site)
    owned = machine.own_items(target)
    count = len(items(machine, given[0], site))
    owned[:] = [*reversed(owned[len(owned) - count :]), *owned[: len(owned) - count]]


def _insert(machine: Machine, target: List, given: list[Any], site: Span) -> None:
    if isinstance(given[0], Unknown):
        return lose(machine, target, given[0])
    attempt(machine.own_items(target).insert, integer(machine, given[0]), given[1])


def _pop(machine: Machine, target: List, given: list[Any], site: Span) -> Any:
    if isinstance(given[0], Unknown):
        lose(machine, target, given[0])
        give_up(given[0])
    index = integer(machine, given[0], -1)
    if not -len(content(machine, target)) <= index < len(content(machine, target)):
        raise Raised("IndexError", "pop index out of range")
    return machine.own_items(target).pop(index)


def _pop_left(machine: Machine, target: List, given: list[Any], site: Span) -> Any:
    return _pop(machine, target, [Const(0)], site)


def _position(machine: Machine, target: List | Tuple, wanted: Value) -> int | Unknown | None:
    """Where an item equal to ``wanted`` stands first; None for nowhere."""
    found = content(machine, target) if isinstance(target, List) else target.items
    for index, item in enumerate(found):
        equal = equality.equal(machine, item, wanted)
        if equal:
            return index
        if equal is None:
            cause = next((value for value in (item, wanted) if isinstance(value, Unknown)), None)
            return cause or Unknown("unknown-operand", "whether items are equal")
    return None


def _remove(machine: Machine, target: List, given: list[Any], site: Span) -> None:
    index = _position(machine, target, given[0])
    if isinstance(index, Unknown):
        return lose(machine, target, index)
    if index is None:
        raise Raised("ValueError", "list.remove(x): x not in list")
    del machine.own_items(target)[index]


def _index(machine: Machine, target: Any, given: list[Any], site: Span) -> Value:
    if len(given) > 1 and given[1] is not None:
        unmodelled("index() with bounds", site)
    index = _position(machine, target, given[0])
    if isinstance(index, Unknown):
        give_up(index)
    if index is None:
        raise Raised("ValueError", "x is not in the sequence")
    return Const(index, site)


def _count(machine: Machine, target: Any, given: list[Any], site: Span) -> Value:
    found = content(machine, target) if isinstance(target, List) else target.items
    verdicts = [equality.equal(machine, item, given[0]) for item in found]
    if None in verdicts:
        return Unknown("unknown-operand", "whether items are equal", site)
    return Const(verdicts.count(True), site)


def _sort(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver = first(machine, args)
    target = list_of(machine, receiver)
    held = content(machine, target)
    if isinstance(receiver, Instance):
        machine.touch(receiver)
    try:
        ordered = ordering.ordered(machine, held, args.keywords, site)
    except NotIterable as error:
        lose(machine, target, error.cause)
        return NONE
    machine.own_items(target)[:] = ordered
    return NONE


def _reverse(machine: Machine, target: List, given: list[Any], site: Span) -> None:
    machine.own_items(target).reverse()


def _clear(machine: Machine, args: Arguments, site: Span) -> Value:
    """``clear`` also makes an unknown content known again."""
    receiver = first(machine, args)
    target = list_of(machine, receiver)
    if isinstance(receiver, Instance):
        machine.touch(receiver)
    try:
        content(machine, target)
    except NotIterable:
        machine.touch(target)
        if machine.path is target.birth:
            target.items = []
        return NONE
    machine.own_items(target).clear()
    return NONE


def _rotate(machine: Machine, target: List, given: list[Any], site: Span) -> None:
    owned = machine.own_items(target)
    if owned:
        steps = integer(machine, given[0], 1) % len(owned)
        owned[:] = [*owned[len(owned) - steps :], *owned[: len(owned) - steps]]


def _append_left(machine: Machine, target: List, given: list[Any], site: Span) -> None:
    machine.own_items(target).insert(0, given[0])


def _copy(machine: Machine, target: List, given: list[Any], site: Span) -> Value:
    return machine.list(list(content(machine, target)))


def _subscript(machine: Machine, target: Any, given: list[Any], site: Span) -> Value:
    return subscripts.get(machine, target, given[0], site)  # type: ignore[no-any-return]


def _put(machine: Machine, target: List, given: list[Any], site: Span) -> None:
    subscripts.put(machine, target, given[0], given[1], site)


def _delete(machine: Machine, target: List, given: list[Any], site: Span) -> None:
    subscripts.remove(machine, target, given[0], site)


def _contains(machine: Machine, target: Any, given: list[Any], site: Span) -> Value:
    return comparison.compare(machine, "in", given[0], target, site)


def _length(machine: Machine, target: Any, given: list[Any], site: Span) -> Value:
    return Const(len(content(machine, target) if isinstance(target, List) else target.items), site)


def _each(machine: Machine, target: Any, given: list[Any], site: Span) -> Value:
    return Iterator(items(machine, target, site))


LIST: Mapping[str, Builtin] = MappingProxyType(
    builtin_table(
        dict(
            [
                ("append", _append),
                ("clear", _clear),
                ("sort", _sort),
                _changes("appendleft", 1, ("item",), _append_left),
                _changes("extend", 1, ("iterable",), _extend),
                _changes("extendleft", 1, ("iterable",), _extend_left),
                _changes("insert", 2, ("index", "item"), _insert),
                _changes("pop", 0, ("index",), _pop),
                _changes("popleft", 0, (), _pop_left),
                _changes("remove", 1, ("item",), _remove),
                _changes("reverse", 0, (), _reverse),
                _changes("rotate", 0, ("steps",), _rotate),
                _changes("__setitem__", 2, ("key", "value"), _put),
                _changes("__delitem__", 1, ("key",), _delete),
                _reads("index", 1, ("item", "start", "stop"), _index),
                _reads("count", 1, ("item",), _count),
                _reads("copy", 0, (), _copy),
                _reads("__getitem__", 1, ("key",), _subscript),
                _reads("__contains__", 1, ("item",), _contains),
                _reads("__len__", 0, (), _length),
                _reads("__iter__", 0, (), _each),
            ]
        )
    )
)


def _tuple_of(machine: Machine, value: Value) -> Tuple:
    value = force(value, machine.path)
    if isinstance(value, Instance) and isinstance(value.payload, Tuple):
        return value.payload
    if isinstance(value, Unknown):
        give_up(value)
    if not isinstance(value, Tuple):
        raise Raised("TypeError", "a tuple is required")
    return value


def _of_tuple(name: str, parameters: tuple[str, ...], read: Callable[..., Any]) -> tuple[str, Call]:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        receiver, *given = take(machine, args, name, len(parameters) + 1, "self", *parameters)
        return read(machine, _tuple_of(machine, receiver), given, site)  # type: ignore[no-any-return]

    return name, call


TUPLE: Mapping[str, Builtin] = MappingProxyType(
    builtin_table(
        dict(
            [
                _of_tuple("index", ("item",), _index),
                _of_tuple("count", ("item",), _count),
                _of_tuple("__getitem__", ("key",), _subscript),
                _of_tuple("__contains__", ("item",), _contains),
                _of_tuple("__len__", (), _length),
                _of_tuple("__iter__", (), _each),
            ]
        )
    )
)


def advance(machine: Machine, value: Iterator, default: Value | None) -> Value:
    """``next(value, default)``."""
    if value.position < len(value.items):
        value.position += 1
        return value.items[value.position - 1]
    if default is None:
        raise Raised("StopIteration", "")
    return default


def _next(machine: Machine, args: Arguments, site: Span) -> Value:
    (receiver,) = take(machine, args, "__next__", 1, "self")
    if not isinstance(receiver, Iterator):
        raise Raised("TypeError", "an iterator is required")
    return advance(machine, receiver, None)


def _itself(machine: Machine, args: Arguments, site: Span) -> Value:
    return take(machine, args, "__iter__", 1, "self")[0]  # type: ignore[no-any-return]


ITERATOR: Mapping[str, Builtin] = MappingProxyType(
    builtin_table(
        {
            "__next__": _next,
            "__iter__": _itself,
            "close": lambda machine, args, site: NONE,
            "send": lambda machine, args, site: unmodelled("send() of a generator", site),
        }
    )
)
