"""Iteration: the items of everything that can be looped over or unpacked."""

from __future__ import annotations

from convlint.evaluate.budget import MAX_SEQUENCE
from convlint.evaluate.environment import Arguments, NotIterable, Raised
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.paths import force
from convlint.evaluate.values import (
    Class,
    Const,
    Dict,
    Instance,
    Iterator,
    List,
    Module,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


def iterate(machine: Machine, value: Value, span: Span) -> list[Value]:
    """The items of anything that is iterated; raises Raised where it cannot be, NotIterable where they are unknown."""
    value = force(value, machine.path)
    kind = value.__class__
    if kind is Tuple:
        return list(value.items)  # type: ignore[attr-defined]
    if kind is List:
        content = force(value.items, machine.path)  # type: ignore[attr-defined]
        if content.__class__ is Unknown:
            raise NotIterable(content)
        return list(content)
    if kind is Iterator:
        items = value.items[value.position :]  # type: ignore[attr-defined]
        value.position = len(value.items)  # type: ignore[attr-defined]
        return items  # type: ignore[no-any-return]
    if kind is Dict:
        if value.unknown is not None:  # type: ignore[attr-defined]
            raise NotIterable(value.unknown)  # type: ignore[attr-defined]
        return [key_value for _, key_value, _ in machine.entries(value)]  # type: ignore[arg-type]
    if kind is Const:
        return _constant_items(value, span)  # type: ignore[arg-type]
    if kind is Instance:
        return _instance_items(machine, value, span)  # type: ignore[arg-type]
    if kind is Class and value.enum is not None:  # type: ignore[attr-defined]
        return list(dict.fromkeys(value.enum.values()))  # type: ignore[attr-defined]
    if kind is Tensor:
        shape = value.shape  # type: ignore[attr-defined]
        if shape and isinstance(shape[0], Const) and isinstance(shape[0].value, int) and shape[0].value <= 64:
            return machine.flow.unpacked(value, [Tensor(shape[1:]) for _ in range(shape[0].value)])
        machine.flow.unseen("a loop over it", value)
        raise NotIterable(Unknown("tensor", "the items of a tensor", span))
    if kind is Unknown:
        raise NotIterable(value)  # type: ignore[arg-type]
    if kind is Module:
        raise NotIterable(Unknown("unsupported", "the names of a module", span))
    raise Raised("TypeError", "not iterable")


def side_by_side(machine: Machine, sources: list[Value], span: Span) -> list[list[Value]]:
    """The items of several sources. A tensor that may stand for a list of them has as many as the others.

    Raises as ``iterate`` does.
    """
    from convlint.evaluate.objects import subscripts  # it iterates itself

    values = [force(value, machine.path) for value in sources]
    found = [None if isinstance(each, Tensor) and not each.shape else iterate(machine, each, span) for each in values]
    lengths = [len(items) for items in found if items is not None]
    if not lengths:
        return [iterate(machine, value, span) for value in values]
    return [
        [subscripts.get(machine, value, Const(index, span), span) for index in range(min(lengths))]
        if items is None
        else items
        for value, items in zip(values, found, strict=True)
    ]


def _constant_items(value: Const, span: Span) -> list[Value]:
    raw = value.value
    if isinstance(raw, str):
        return [Const(letter, value.origin) for letter in raw[:MAX_SEQUENCE]]
    if isinstance(raw, range):
        if len(raw) > MAX_SEQUENCE:
            raise NotIterable(Unknown("limit", "MAX_SEQUENCE", span))
        return [Const(number, value.origin) for number in raw]
    raise Raised("TypeError", "not iterable")


def _instance_items(machine: Machine, value: Instance, span: Span) -> list[Value]:
    method = classes.lookup(value.cls, "__iter__")
    if method is not None:
        result = calls.call(machine, method, Arguments([value]), span)
        result = force(result, machine.path)
        if result is value:
            raise NotIterable(Unknown("unsupported", "a class that is its own iterator", span))
        return iterate(machine, result, span)
    if isinstance(value.payload, Value):
        return iterate(machine, value.payload, span)
    length, getter = classes.lookup(value.cls, "__len__"), classes.lookup(value.cls, "__getitem__")
    if length is not None and getter is not None:
        size = force(calls.call(machine, length, Arguments([value]), span), machine.path)
        if isinstance(size, Const) and isinstance(size.value, int) and size.value <= MAX_SEQUENCE:
            return [
                calls.call(machine, getter, Arguments([value, Const(index, span)]), span) for index in range(size.value)
            ]
    cause = value.cls.incomplete or Unknown("unknown-iterable", f"the items of a {value.cls.name}", span)
    raise NotIterable(cause)
