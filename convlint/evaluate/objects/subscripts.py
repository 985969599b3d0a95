"""Subscripts: reading, writing and deleting ``target[key]``."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.budget import MAX_ALTERNATIVES_BY_KEY, MAX_KEYS_TRIED
from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.equality import key_of
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.paths import choose, force, leaves
from convlint.evaluate.sources.registries import settle_registrations
from convlint.evaluate.values import (
    NONE,
    UNBOUND,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    List,
    Module,
    Slice,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


def get(machine: Machine, target: Value, key: Value, span: Span) -> Any:
    """``target[key]``."""
    path = machine.path
    target = force(target, path)
    kind = target.__class__
    if kind is Dict:
        return _entry(machine, target, key, span)  # type: ignore[arg-type]
    key = force(key, path)
    if kind is Tuple:
        return _item(machine, target.items, key, span, target)  # type: ignore[attr-defined]
    if kind is List:
        held = force(target.items, path)  # type: ignore[attr-defined]
        return follows(held) if held.__class__ is Unknown else _item(machine, held, key, span, target)
    if kind is Unknown:
        return follows(target)  # type: ignore[arg-type]
    if kind is Instance:
        return _instance(machine, target, key, span)  # type: ignore[arg-type]
    if kind is Const:
        return _constant(machine, target, key, span)  # type: ignore[arg-type]
    if kind is Class:
        return _class(machine, target, key, span)  # type: ignore[arg-type]
    if kind is Tensor:
        return machine.flow.sliced(machine, target, key, span)  # type: ignore[arg-type]
    if kind is Function:
        return Unknown("unsupported", "a subscript of a function", span)
    if kind is Module:
        return _global(machine, target, key, span)  # type: ignore[arg-type]
    return target  # typing constructs: Optional[int], Callable[..., X]


def _global(machine: Machine, target: Module, key: Value, span: Span) -> Any:
    """``globals()[name]``: the module stands for the dict of its names."""
    if not isinstance(key, Const):
        return follows(key) if isinstance(key, Unknown) else Unknown("unknown-key", "a look-up in globals()", span)
    value = machine.modules.attribute(target, str(key.value), span)
    if value is UNBOUND:
        raise Raised("KeyError", str(key.value))
    return value


def _entry(machine: Machine, target: Dict, key: Value, span: Span) -> Any:
    """A dict look-up; an unknown key gives each value of a small table."""
    plain = key_of(machine, key)
    if plain is None:
        return _any_entry(machine, target, key, span)
    value = machine.read_entry(target, plain)
    if value is UNBOUND and settle_registrations(machine, target, plain):
        value = machine.read_entry(target, plain)
    if value is not UNBOUND:
        return value
    if target.unknown is not None:
        return follows(target.unknown)
    if target.default is not None:
        made = calls.call(machine, target.default, Arguments([]), span)
        machine.write_entry(target, plain, key, made)
        return made
    raise Raised("KeyError", str(plain))


def _any_entry(machine: Machine, target: Dict, key: Value, span: Span) -> Any:
    """Each value of a small known table, chosen by whether the unknown key is this one or that."""
    from convlint.evaluate.objects.comparison import compare

    entries = machine.entries(target)
    cause = follows(key) if isinstance(key, Unknown) else Unknown("unknown-key", "a look-up with an unknown key", span)
    if target.unknown is not None or not entries:
        return cause
    if MAX_ALTERNATIVES_BY_KEY < len(entries) <= MAX_KEYS_TRIED:
        _ask(machine, key, [name for _, name, _ in entries if isinstance(name, Const)])
    if len(entries) > MAX_ALTERNATIVES_BY_KEY or not isinstance(key, Unknown):
        return cause
    *others, (_, _, result) = entries
    for _, key_value, value in reversed(others):
        question = compare(machine, "==", key, key_value, span)
        if isinstance(question, Unknown):
            decision, _ = machine.decide(question)
            result = choose(decision, value, result)
        elif isinstance(question, Const) and question.value:
            result = value
    return result


def _ask(machine: Machine, key: Value, names: list[Const]) -> None:
    """Note that a parameter of the entry point, or what was made of it, is looked up in a table with these keys.

    A registry that has grown since it was asked before takes its own place.
    """
    values = {name.value for name in names}
    for leaf in leaves(key):
        if isinstance(leaf, Unknown) and leaf.span is not None and machine.trial.open.get(leaf.span) == leaf.detail:
            tables = machine.trial.asked.setdefault(leaf.span, [])
            for index, known in enumerate(tables):
                if len(common := values.intersection(name.value for name in known)) in (len(values), len(known)):
                    tables[index] = names if len(common) == len(known) else known
                    break
            else:
                tables.append(names)


def _item(machine: Machine, items: Any, key: Value, span: Span, target: Value) -> Any:
    """An item or a slice of a known sequence."""
    if isinstance(key, Const):
        if not isinstance(key.value, int):
            raise Raised("TypeError", "indices must be integers")
        try:
            return items[key.value]
        except IndexError:
            if isinstance(target, List) and target.more is not None and items:
                return follows(target.more)
            raise Raised("IndexError", "index out of range") from None
    if isinstance(key, Slice):
        cut = slice_of(machine, key)
        if isinstance(cut, Unknown):
            return follows(cut)
        part = items[cut]
        if not isinstance(target, List):
            return Tuple(tuple(part))
        found = machine.list(list(part))
        found.more = target.more
        return found
    if isinstance(key, Unknown):
        return _any_item(machine, items, key, span)
    return Unknown("unknown-key", "an index of an unknown kind", span)


def _any_item(machine: Machine, items: Any, key: Unknown, span: Span) -> Any:
    """Each item of a short sequence, for an unknown index."""
    from convlint.evaluate.objects.comparison import compare

    if not 0 < len(items) <= MAX_ALTERNATIVES_BY_KEY or key.reason == "tensor":
        return follows(key)
    result = items[-1]
    for index in range(len(items) - 2, -1, -1):
        question = compare(machine, "==", key, Const(index), span)
        if isinstance(question, Unknown):
            decision, _ = machine.decide(question)
            result = choose(decision, items[index], result)
    return result


def _constant(machine: Machine, target: Const, key: Value, span: Span) -> Any:
    raw = target.value
    if isinstance(raw, (str, range)):
        if isinstance(key, Slice):
            cut = slice_of(machine, key)
            return follows(cut) if isinstance(cut, Unknown) else Const(raw[cut], span)
        if isinstance(key, Const) and isinstance(key.value, int):
            try:
                return Const(raw[key.value], target.origin)
            except IndexError:
                raise Raised("IndexError", "index out of range") from None
        return follows(key) if isinstance(key, Unknown) else Unknown("unknown-key", "an index", span)
    raise Raised("TypeError", f"{type(raw).__name__} object is not subscriptable")


def _instance(machine: Machine, target: Instance, key: Value, span: Span) -> Any:
    method = classes.lookup(target.cls, "__getitem__")
    if method is not None:
        return calls.call(machine, method, Arguments([target, key]), span)
    if isinstance(target.payload, Value):
        value = machine.apply(get, machine, target.payload, key, span)
        return value
    return (
        follows(target.cls.incomplete)
        if target.cls.incomplete
        else Unknown("unsupported", "a subscript of an object", span)
    )


def _class(machine: Machine, target: Class, key: Value, span: Span) -> Any:
    """An enum's member by name, ``__class_getitem__``, or a generic alias, which is the class itself."""
    if target.enum is not None:
        if isinstance(key, Const) and key.value in target.enum:
            return target.enum[key.value]
        if isinstance(key, Unknown):
            return follows(key)
        raise Raised("KeyError", "no such member")
    method = classes.lookup(target, "__class_getitem__")
    if isinstance(method, Value) and target.span is not None and not isinstance(method, Unknown):
        return calls.call(machine, method, Arguments([target, key]), span)
    if target.metaclass is not None:
        method = classes.lookup(target.metaclass, "__getitem__")
        if method is not None:
            return calls.call(machine, method, Arguments([target, key]), span)
    return target


def put(machine: Machine, target: Value, key: Value, value: Value, span: Span) -> None:
    """``target[key] = value``."""
    target, key = force(target, machine.path), force(key, machine.path)
    if isinstance(target, Instance):
        method = classes.lookup(target.cls, "__setitem__")
        if method is not None:
            calls.call(machine, method, Arguments([target, key, value]), span)
            return
        if isinstance(target.payload, Value):
            machine.touch(target)
            target = target.payload
    if isinstance(target, Dict):
        plain = key_of(machine, key)
        if plain is None:
            machine.flow.unseen("a dict with unknown keys", value)
            machine.touch(target)
            target.unknown = target.unknown or (
                key if isinstance(key, Unknown) else Unknown("unknown-key", "a key", span)
            )
        else:
            machine.write_entry(target, plain, key, value)
    elif isinstance(target, List):
        _put_item(machine, target, key, value, span)
    else:
        machine.flow.unseen("an assignment to a part", target, value)


def _put_item(machine: Machine, target: List, key: Value, value: Value, span: Span) -> None:
    items = machine.own_items(target)
    if isinstance(key, Const) and isinstance(key.value, int):
        try:
            items[key.value] = value
        except IndexError:
            raise Raised("IndexError", "assignment index out of range") from None
    elif isinstance(key, Slice):
        from convlint.evaluate.objects.iteration import iterate

        cut = slice_of(machine, key)
        if isinstance(cut, slice):
            items[cut] = iterate(machine, value, span)
    else:
        machine.flow.unseen("a list with unknown indices", target, value)
        machine.touch(target)
        target.items = key if isinstance(key, Unknown) else Unknown("unknown-key", "an index", span)


def remove(machine: Machine, target: Value, key: Value, span: Span) -> None:
    """``del target[key]``."""
    target, key = force(target, machine.path), force(key, machine.path)
    if isinstance(target, Instance):
        method = classes.lookup(target.cls, "__delitem__")
        if method is not None:
            calls.call(machine, method, Arguments([target, key]), span)
            return
        if isinstance(target.payload, Value):
            target = target.payload
    if isinstance(target, Dict):
        plain = key_of(machine, key)
        if plain is not None and machine.read_entry(target, plain) is not UNBOUND:
            machine.write_entry(target, plain, NONE, UNBOUND)
        elif target.unknown is None and plain is not None:
            raise Raised("KeyError", str(plain))
    elif isinstance(target, List):
        items = machine.own_items(target)
        if isinstance(key, Const) and isinstance(key.value, int):
            try:
                del items[key.value]
            except IndexError:
                raise Raised("IndexError", "deletion index out of range") from None
        elif isinstance(key, Slice):
            cut = slice_of(machine, key)
            if isinstance(cut, slice):
                del items[cut]


def slice_of(machine: Machine, value: Slice) -> slice | Unknown:
    """A slice object as Python's own, or the unknown in it."""
    parts: list[int | None] = []
    for part in (value.lower, value.upper, value.step):
        part = force(part, machine.path)
        if isinstance(part, Unknown):
            return part
        if not isinstance(part, Const) or not (part.value is None or isinstance(part.value, int)):
            return Unknown("unsupported", "a slice by an object")
        parts.append(part.value)
    return slice(*parts)
