"""Keys of calls: equal for two calls exactly where nothing can tell their arguments apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import resolve
from convlint.evaluate.values import (
    UNBOUND,
    Builtin,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    List,
    Method,
    Module,
    Partial,
    Slice,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


class _Unkeyable(Exception):
    """An argument that may change, or that is not worth a key."""


def call_key(machine: Machine, callee: Value, args: Arguments) -> Any:
    """The key of a call of a function or a class, or None where it cannot be memoised."""
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
