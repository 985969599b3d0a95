"""Assignment targets: names, attributes, subscripts and unpacking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Frame, NotIterable, Raised, follows
from convlint.evaluate.language.names import write_declared
from convlint.evaluate.objects import attribute_writes, subscripts
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import Undecided, force, guarded
from convlint.evaluate.values import UNBOUND, Const, List, Span, Tensor, Unknown, Value
from convlint.frontends.python import ir

Store = Callable[[Frame, Any], None]


def compile_target(context: Any, node: ir.Expr) -> Store:
    """The function that stores a value in ``node``."""
    if isinstance(node, ir.Name):
        return _name(context, node)
    if isinstance(node, ir.Attribute):
        return _attribute(context, node)
    if isinstance(node, ir.Subscript):
        return _subscript(context, node)
    if isinstance(node, ir.Starred):
        return compile_target(context, node.value)
    if isinstance(node, ir.Sequence):
        return _unpack(context, node)
    return lambda frame, value: None


def write_name(machine: Any, frame: Frame, name: str, value: Any) -> None:
    """Bind ``name`` in ``frame`` on the present path."""
    if name in frame.declared:
        write_declared(machine, frame, name, value)
        return
    if machine.path is not frame.birth:
        value = guarded(value, frame.locals.get(name, UNBOUND), machine.path, frame.birth)
    frame.locals[name] = value


def _name(context: Any, node: ir.Name) -> Store:
    machine, name = context.machine, node.id

    def store(frame: Frame, value: Any) -> None:
        if machine.path is frame.birth and not frame.declared:
            frame.locals[name] = value
        else:
            write_name(machine, frame, name, value)

    return store


def _attribute(context: Any, node: ir.Attribute) -> Store:
    machine, name, span = context.machine, node.attr, context.span(node)
    target = context.compile(node.value)

    put = attribute_writes.put

    def store(frame: Frame, value: Any) -> None:
        owner = target(frame)
        try:
            put(machine, owner, name, value, span)
        except Undecided as undecided:
            machine.fork(undecided.decision, put, machine, owner, name, value, span)

    return store


def _subscript(context: Any, node: ir.Subscript) -> Store:
    machine, span = context.machine, context.span(node)
    target, index = context.compile(node.value), context.compile(node.index)

    def store(frame: Frame, value: Any) -> None:
        machine.apply(subscripts.put, machine, target(frame), index(frame), value, span)

    return store


def _unpack(context: Any, node: ir.Sequence) -> Store:
    machine, span = context.machine, context.span(node)
    stores = [compile_target(context, item) for item in node.items]
    star = next((index for index, item in enumerate(node.items) if isinstance(item, ir.Starred)), None)

    def store(frame: Frame, value: Any) -> None:
        parts = machine.apply(split, value)
        for index, put in enumerate(stores):
            part = machine.apply(lambda index=index: force(parts, machine.path)[index])
            put(frame, part)

    def split(value: Any) -> list[Any]:
        value = force(value, machine.path)
        return _parts(machine, value, len(stores), star, span)

    return store


def _parts(machine: Any, value: Value, count: int, star: int | None, span: Span) -> list[Any]:
    """``value`` unpacked into ``count`` parts, the one at ``star`` a list."""
    if isinstance(value, Tensor) and not (value.shape and isinstance(value.shape[0], Const)):
        found: list[Any] = machine.flow.unpacked(value, [Tensor() for _ in range(count)])
        return found
    try:
        items = iterate(machine, value, span)
    except NotIterable as error:
        return [follows(error.cause) for _ in range(count)]
    if star is None:
        if len(items) != count:
            if isinstance(value, List) and value.more is not None and items:
                return [*items, *(follows(value.more) for _ in range(count))][:count]
            raise Raised("ValueError", "wrong number of values to unpack")
        return items
    after = count - star - 1
    if len(items) < count - 1:
        raise Raised("ValueError", "not enough values to unpack")
    middle = machine.list(items[star : len(items) - after])
    return [*items[:star], middle, *items[len(items) - after :]]


def unknown_names(names: Any, frame: Frame, cause: Unknown, machine: Any) -> None:
    """Forget what ``names`` hold: they changed in a way that cannot be followed."""
    for name in names:
        machine.flow.unseen("a loop", frame.locals.get(name))
        write_name(machine, frame, name, follows(cause))
