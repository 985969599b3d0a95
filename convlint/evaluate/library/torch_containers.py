"""torch.nn's containers: Sequential and ModuleList, whose modules have numbers, and ModuleDict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments, NotIterable, Raised, follows
from convlint.evaluate.library.torch_modules import Call, is_module, named_pairs, target_of
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes, calls
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.objects.subscripts import slice_of
from convlint.evaluate.paths import force, resolve
from convlint.evaluate.reuse import copies
from convlint.evaluate.tensors.constructions import is_chain
from convlint.evaluate.values import (
    FALSE,
    NONE,
    UNBOUND,
    Builtin,
    Choice,
    Const,
    Dict,
    Instance,
    Iterator,
    Slice,
    Span,
    Tensor,
    Unknown,
    Value,
)  # fmt: skip


def fill_sequential(machine: Machine, target: Instance, args: Arguments, site: Span) -> None:
    """``Sequential.__init__``: modules, or one dict of them."""
    values = args.positional[1:]
    first = force(values[0], machine.path) if len(values) == 1 else None
    if isinstance(first, Dict):
        for _, name, child in machine.entries(first):
            machine.write_attribute(target, str(getattr(name, "value", name)), child)
        values = []
        if first.unknown is not None:
            target.payload = first.unknown
    for index, value in enumerate(values):
        machine.write_attribute(target, str(index), value)
    if args.unknown is not None:
        target.payload = args.unknown


def fill_list(machine: Machine, target: Instance, args: Arguments, site: Span) -> None:
    """``ModuleList.__init__``: something to iterate over, or nothing."""
    values = args.positional[1:] or list(args.keywords.values())
    if values and not (isinstance(values[0], Const) and values[0].value is None):
        for index, value in enumerate(iterate(machine, values[0], site)):
            machine.write_attribute(target, str(index), value)


def items_of(machine: Machine, target: Instance) -> list[tuple[str, Value]]:
    """The modules of a Sequential or ModuleList, in order, with their names."""
    if isinstance(target.payload, Unknown):
        raise NotIterable(target.payload)
    found = []
    for name in list(target.attrs):
        value = resolve(copies.read_attribute(machine, target, name), machine.path)
        if value is UNBOUND or not (name.isdigit() or is_module(value) or isinstance(value, Choice)):
            continue
        if isinstance(value, Choice):
            value = force(value, machine.path)
            if value is UNBOUND:
                continue
        found.append((name, value))
    return found


def numbered(fill: Callable[[Machine, Instance, Arguments, Span], None]) -> dict[str, Any]:
    """The methods of Sequential and ModuleList."""

    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        fill(machine, target_of(machine, args), args, site)
        return NONE

    def get(machine: Machine, args: Arguments, site: Span) -> Value:
        target = target_of(machine, args)
        found = [value for _, value in items_of(machine, target)]
        key = force(args.positional[1], machine.path)
        if isinstance(key, Slice):
            cut = slice_of(machine, key)
            if isinstance(cut, Unknown):
                return follows(cut)
            return _made_of(machine, target, found[cut])
        if isinstance(key, Const) and isinstance(key.value, int):
            if -len(found) <= key.value < len(found):
                _taken_apart(machine, target, found)
                return found[key.value]
            raise Raised("IndexError", "index out of range")
        if isinstance(key, Const):
            return attributes.get(machine, target, str(key.value), site)  # type: ignore[no-any-return]
        return follows(key) if isinstance(key, Unknown) else Unknown("unknown-key", "an index", site)

    def put(machine: Machine, args: Arguments, site: Span) -> Value:
        target = target_of(machine, args)
        key = force(args.positional[1], machine.path)
        if isinstance(key, Const) and isinstance(key.value, int):
            names = [name for name, _ in items_of(machine, target)]
            if -len(names) <= key.value < len(names):
                machine.write_attribute(target, names[key.value], args.positional[2])
        return NONE

    def append(machine: Machine, args: Arguments, site: Span) -> Value:
        target = target_of(machine, args)
        machine.write_attribute(target, _next_name(target), args.positional[1])
        return target

    def extend(machine: Machine, args: Arguments, site: Span) -> Value:
        target = target_of(machine, args)
        for value in iterate(machine, args.positional[1], site):
            machine.write_attribute(target, _next_name(target), value)
        return target

    def insert(machine: Machine, args: Arguments, site: Span) -> Value:
        target = target_of(machine, args)
        index = force(args.positional[1], machine.path)
        values = [value for _, value in items_of(machine, target)]
        if isinstance(index, Const) and isinstance(index.value, int):
            values.insert(index.value, args.positional[2])
            for position, value in enumerate(values):
                machine.write_attribute(target, str(position), value)
        return NONE

    def delete(machine: Machine, args: Arguments, site: Span) -> Value:
        target, key = target_of(machine, args), force(args.positional[1], machine.path)
        if isinstance(target.payload, Unknown):
            return NONE
        found = items_of(machine, target)
        cut = slice_of(machine, key) if isinstance(key, Slice) else getattr(key, "value", key)
        if not isinstance(cut, (int, slice)):
            target.payload = cut if isinstance(cut, Unknown) else Unknown("unknown-key", "an index", site)
            return NONE
        left = [value for _, value in found]
        try:
            del left[cut]
        except IndexError:
            raise Raised("IndexError", "index out of range") from None
        # What is left is numbered anew, whatever it was called; attributes stay in the order of their first assignment.
        old, new = [name for name, _ in found], [str(position) for position in range(len(left))]
        if old[: len(new)] != new and set(old) & set(new):
            target.payload = Unknown("unknown-operand", "names out of order", site)
            return NONE
        for name in [name for name in old if name not in new]:
            machine.write_attribute(target, name, UNBOUND)
        for name, value in zip(new, left, strict=True):
            machine.write_attribute(target, name, value)
        return NONE

    def pop(machine: Machine, args: Arguments, site: Span) -> Value:
        taken = get(machine, args, site)
        delete(machine, args, site)
        return taken

    def length(machine: Machine, args: Arguments, site: Span) -> Value:
        return Const(len(items_of(machine, target_of(machine, args))))

    def each(machine: Machine, args: Arguments, site: Span) -> Value:
        target = target_of(machine, args)
        found = [value for _, value in items_of(machine, target)]
        _taken_apart(machine, target, found)
        return Iterator(found)

    table: dict[str, Call] = {
        "__init__": init,
        "__getitem__": get,
        "__setitem__": put,
        "__delitem__": delete,
        "pop": pop,
        "append": append,
        "extend": extend,
        "__iadd__": extend,
        "insert": insert,
        "__len__": length,
        "__iter__": each,
    }
    return {name: Builtin(name, function) for name, function in table.items()}


def _taken_apart(machine: Machine, target: Instance, modules: list[Value]) -> None:
    """A Sequential that a ``forward`` uses as a list runs its modules as that says, and not one after the other."""
    if is_chain(target.cls) and any(function.code.name == "forward" for function in machine.running()):
        machine.flow.reads.ends.taken_apart(modules)


def _next_name(target: Instance) -> str:
    """The name that the next module of a list gets: torch counts the modules."""
    return str(sum(1 for value in target.attrs.values() if value is not UNBOUND))


def _made_of(machine: Machine, like: Instance, values: list[Value]) -> Value:
    made = machine.instance(like.cls)
    for index, value in enumerate(values):
        made.attrs[str(index)] = value
    return made


def chain() -> Builtin:
    """``Sequential.forward``: each module is called with what the one before gave."""

    def forward(machine: Machine, args: Arguments, site: Span) -> Value:
        target = target_of(machine, args)
        value: Any = args.positional[1] if len(args.positional) > 1 else Tensor()
        for _, module in items_of(machine, target):
            value = machine.apply(calls.call, machine, module, Arguments([value]), site)
        return value  # type: ignore[no-any-return]

    return Builtin("forward", forward)


def named() -> dict[str, Any]:
    """The methods of ModuleDict."""

    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        if len(args.positional) > 1:
            update(machine, args, site)
        return NONE

    def update(machine: Machine, args: Arguments, site: Span) -> Value:
        from convlint.evaluate.language.displays import merge_mapping

        target = target_of(machine, args)
        source = force(args.positional[1], machine.path)
        if isinstance(source, Instance):
            pairs = items_of(machine, source)
        else:
            merged = machine.dict()
            merge_mapping(machine, merged, source, site)
            pairs = [(str(key), value) for key, _, value in machine.entries(merged)]
            if merged.unknown is not None:
                target.payload = merged.unknown
        for name, value in pairs:
            machine.write_attribute(target, name, value)
        return NONE

    def get(machine: Machine, args: Arguments, site: Span) -> Value:
        target, key = target_of(machine, args), force(args.positional[1], machine.path)
        if isinstance(key, Const):
            value = resolve(copies.read_attribute(machine, target, str(key.value)), machine.path)
            if value is UNBOUND:
                if isinstance(target.payload, Unknown):
                    return follows(target.payload)
                raise Raised("KeyError", str(key.value))
            return value  # type: ignore[no-any-return]
        return follows(key) if isinstance(key, Unknown) else Unknown("unknown-key", "a key", site)

    def put(machine: Machine, args: Arguments, site: Span) -> Value:
        key = force(args.positional[1], machine.path)
        if isinstance(key, Const):
            machine.write_attribute(target_of(machine, args), str(key.value), args.positional[2])
        return NONE

    def contains(machine: Machine, args: Arguments, site: Span) -> Value:
        target, key = target_of(machine, args), force(args.positional[1], machine.path)
        if not isinstance(key, Const):
            return follows(key) if isinstance(key, Unknown) else FALSE
        return Const(copies.read_attribute(machine, target, str(key.value)) is not UNBOUND)

    def names(machine: Machine, args: Arguments, site: Span) -> Value:
        return Iterator([Const(name) for name, _ in items_of(machine, target_of(machine, args))])

    def values(machine: Machine, args: Arguments, site: Span) -> Value:
        return Iterator([value for _, value in items_of(machine, target_of(machine, args))])

    def pairs(machine: Machine, args: Arguments, site: Span) -> Value:
        return named_pairs(items_of(machine, target_of(machine, args)))

    def pop(machine: Machine, args: Arguments, site: Span) -> Value:
        value = get(machine, args, site)
        key = force(args.positional[1], machine.path)
        if isinstance(key, Const):
            machine.write_attribute(target_of(machine, args), str(key.value), UNBOUND)
        return value

    def length(machine: Machine, args: Arguments, site: Span) -> Value:
        return Const(len(items_of(machine, target_of(machine, args))))

    table: dict[str, Call] = {
        "__init__": init,
        "update": update,
        "__getitem__": get,
        "__setitem__": put,
        "__contains__": contains,
        "keys": names,
        "values": values,
        "items": pairs,
        "pop": pop,
        "__delitem__": pop,
        "__len__": length,
        "__iter__": names,
    }
    return {name: Builtin(name, function) for name, function in table.items()}
