"""Python's built-in types: how they are called, and what a class that derives from one of them holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from convlint.evaluate.budget import MAX_SEQUENCE
from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.language import displays
from convlint.evaluate.library.adapt import (
    attempt,
    give_up,
    items,
    known,
    limit,
    raw,
    same,
    take,
    text,
    unmodelled,
    verdict,
)
from convlint.evaluate.library.builtin_text import text_of
from convlint.evaluate.library.types_mappings import DICT, from_keys, merge
from convlint.evaluate.library.types_sequences import LIST, TUPLE
from convlint.evaluate.library.types_sets import SET
from convlint.evaluate.library.types_text import FLOAT, INTEGER, TEXT
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attribute_writes, attributes, calls, classes
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.truth import truth
from convlint.evaluate.values import (
    NONE,
    Builtin,
    Class,
    Const,
    Descriptor,
    Dict,
    Instance,
    Slice,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

Make = Callable[[Machine, Class, Arguments, Span], Value]

MAX_DIGITS = 1_000
"""Characters of a text that is read as a number."""


def build() -> dict[str, Value]:
    """The built-in types by name."""
    base = _object()
    found: dict[str, Class] = {"object": base, "type": _type(base)}

    def add(name: str, make: Make, methods: Mapping[str, Value], parent: Class = base, mutable: bool = False) -> None:
        cls = make_class(name, (parent,), dict(methods))
        cls.make = make
        found[name] = cls
        make_derivable(cls, make, mutable)

    add("int", _int, {**INTEGER, "from_bytes": Builtin("from_bytes", _bytes)})
    add("bool", _bool, {}, found["int"])
    add("float", _float, {**FLOAT, "fromhex": Builtin("fromhex", _bytes)})
    add("complex", _complex, {})
    add("str", _str, TEXT)
    add("bytes", _bytes_type, {})
    add("bytearray", _bytes_type, {})
    add("tuple", _tuple, TUPLE)
    add("list", _list, LIST, mutable=True)
    add(
        "dict", make_dict, {**DICT, "fromkeys": Descriptor("classmethod", Builtin("fromkeys", from_keys))}, mutable=True
    )
    add("set", _set, SET, mutable=True)
    add("frozenset", _set, SET)
    for name, make in (("range", _range), ("slice", _slice), ("property", _property)):
        found[name] = make_class(name, (base,), {})
        found[name].make = make
    for name in ("staticmethod", "classmethod"):
        found[name] = make_class(name, (base,), {})
        found[name].make = _wrapper(name)
    return dict(found)


def make_derivable(cls: Class, make: Make, mutable: bool) -> None:
    """Give a type the ``__new__`` (and ``__init__``) by which objects of derived classes come to hold a value of it."""

    def new(machine: Machine, args: Arguments, site: Span) -> Value:
        derived = force(args.positional[0], machine.path) if args.positional else NONE
        if derived is cls:
            return make(machine, cls, Arguments(args.positional[1:], args.keywords, args.unknown), site)
        if not isinstance(derived, Class):
            raise Raised("TypeError", f"{cls.name}.__new__(X): X is not a type object")
        rest = Arguments([]) if mutable else Arguments(args.positional[1:], args.keywords, args.unknown)
        payload = make(machine, cls, rest, site)
        if isinstance(payload, Unknown):
            return payload
        made = machine.instance(derived)
        made.payload = payload
        return made

    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        receiver = force(args.positional[0], machine.path) if args.positional else NONE
        if isinstance(receiver, Instance):
            payload = make(machine, cls, Arguments(args.positional[1:], args.keywords, args.unknown), site)
            machine.touch(receiver)
            receiver.payload = payload
        return NONE

    cls.attrs["__new__"] = Descriptor("staticmethod", Builtin("__new__", new))
    cls.attrs["__init__"] = Builtin("__init__", init if mutable else _nothing)


def _nothing(machine: Machine, args: Arguments, site: Span) -> Value:
    return NONE


# --- object and type --------------------------------------------------------------------------------------------------


def _object() -> Class:
    cls = make_class("object", (), {})

    def new(machine: Machine, args: Arguments, site: Span) -> Value:
        derived = force(args.positional[0], machine.path) if args.positional else cls
        return machine.instance(derived) if isinstance(derived, Class) else NONE

    cls.attrs = {
        "__new__": Descriptor("staticmethod", Builtin("__new__", new)),
        "__init__": Builtin("__init__", _nothing),
        "__init_subclass__": Builtin("__init_subclass__", _nothing),
        "__setattr__": Builtin("__setattr__", _set_attribute),
        "__getattribute__": Builtin("__getattribute__", _get_attribute),
        "__delattr__": Builtin("__delattr__", _delete_attribute),
    }
    return cls


def _set_attribute(machine: Machine, args: Arguments, site: Span) -> Value:
    target, name, value = take(machine, args, "__setattr__", 3, "self", "name", "value")
    if isinstance(target, (Instance, Class)) and isinstance(name, Const):
        machine.write_attribute(target, str(name.value), value)
    return NONE


def _get_attribute(machine: Machine, args: Arguments, site: Span) -> Value:
    target, name = take(machine, args, "__getattribute__", 2, "self", "name")
    return attributes.get(machine, target, text(machine, name), site)  # type: ignore[no-any-return]


def _delete_attribute(machine: Machine, args: Arguments, site: Span) -> Value:
    target, name = take(machine, args, "__delattr__", 2, "self", "name")
    attribute_writes.remove(machine, target, text(machine, name))
    return NONE


def _type(base: Class) -> Class:
    cls = make_class("type", (base,), {})

    def new(machine: Machine, args: Arguments, site: Span) -> Value:
        return _make_type(machine, cls, Arguments(args.positional[1:], args.keywords, args.unknown), site)

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        made = force(args.positional[0], machine.path) if args.positional else NONE
        if not isinstance(made, Class):
            raise Raised("TypeError", "type.__call__ needs a class")
        rest = Arguments(args.positional[1:], args.keywords, args.unknown)
        return calls.instantiate(machine, made, rest, site)  # type: ignore[no-any-return]

    cls.make = _make_type
    cls.attrs["__new__"] = Descriptor("staticmethod", Builtin("__new__", new))
    cls.attrs["__init__"] = Builtin("__init__", _nothing)
    cls.attrs["__call__"] = Builtin("__call__", call)
    return cls


def _make_type(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """``type(value)``, or the class that ``type(name, bases, namespace)`` makes."""
    if len(args.positional) == 1:
        return classes.type_of(machine, args.positional[0])
    name, bases, namespace = take(
        machine, Arguments(args.positional, {}, args.unknown), "type", 3, "name", "bases", "dict"
    )
    if not isinstance(bases, Tuple) or not isinstance(namespace, Dict):
        unmodelled("a class made of unknown parts", site)
    parents = [force(base, machine.path) for base in bases.items]
    if any(isinstance(parent, Unknown) for parent in parents):
        unmodelled("a class made of unknown bases", site)
    attrs = {key: value for key, _, value in machine.entries(namespace) if isinstance(key, str)}
    machine.clock += 1
    made = make_class(
        text(machine, name), tuple(parent for parent in parents if isinstance(parent, Class)), attrs, machine.clock
    )
    made.birth = machine.path
    return made


# --- scalars ----------------------------------------------------------------------------------------------------------


def _converted(machine: Machine, value: Value, name: str, site: Span) -> Value | None:
    """What an object's own ``__int__``, ``__float__``, ... gives; None where the value is not such an object."""
    if isinstance(value, Unknown):
        return follows(value)
    if isinstance(value, Tensor):
        return Unknown("tensor", "a number computed from a tensor", site)
    if isinstance(value, Instance):
        for method_name in (name, "__index__"):
            method = classes.lookup(value.cls, method_name)
            if method is not None:
                return calls.call(machine, method, Arguments([value]), site)  # type: ignore[no-any-return]
        if value.cls.incomplete is not None:
            return follows(value.cls.incomplete)
    return None


def _number(name: str, convert: Callable[..., Any]) -> Make:
    """``int`` or ``float``: a number that keeps its value keeps the place that it came from."""

    def make(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
        given = known(args).positional
        if not given:
            return Const(convert(), site)
        value = force(given[0], machine.path)
        found = _converted(machine, value, f"__{name}__", site)
        if found is not None:
            return found
        plain = [raw(machine, part) for part in (*given, *args.keywords.values())]
        if any(isinstance(part, str) and len(part) > MAX_DIGITS for part in plain):
            limit("MAX_DIGITS", site)
        result = attempt(convert, *plain)
        if isinstance(value, Const) and value.value.__class__ is result.__class__:
            return value
        return same(machine, given, result) or Const(result, site)

    return make


_int, _float, _complex = _number("int", int), _number("float", float), _number("complex", complex)


def _bool(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    if not known(args).positional:
        return Const(False, site)
    value = force(args.positional[0], machine.path)
    if isinstance(value, Const):
        return value if isinstance(value.value, bool) else Const(bool(value.value), value.origin)
    return verdict(truth(machine, value))


def _str(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    return text_of(machine, known(args).positional[0], site) if known(args).positional else Const("", site)


def _bytes(machine: Machine, args: Arguments, site: Span) -> Value:
    return Unknown("unsupported", "the content of bytes", site)


def _bytes_type(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    return Unknown("unsupported", "the content of bytes", site)


# --- containers -------------------------------------------------------------------------------------------------------


def _given_items(machine: Machine, cls: Class, args: Arguments, site: Span) -> list[Value]:
    """The items of the only argument of ``list``, ``tuple`` or ``set``."""
    (source,) = take(machine, args, cls.name, 0, "iterable")
    found = items(machine, source, site) if source is not None else []
    if len(found) > MAX_SEQUENCE:
        limit("MAX_SEQUENCE", site)
    return found


def _tuple(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    if len(args.positional) == 1:
        first = force(args.positional[0], machine.path)
        if isinstance(first, Tuple) and first.cls is None:
            return first
    return Tuple(tuple(_given_items(machine, cls, args, site)))


def _list(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    return machine.list(_given_items(machine, cls, args, site))


def _set(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    return displays.make_set(machine, _given_items(machine, cls, args, site))


def make_dict(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """``dict(mapping, **more)``; what is unknown in it makes the dict open, not unknown."""
    if len(args.positional) > 1:
        raise Raised("TypeError", f"{cls.name} expected at most 1 argument")
    made = machine.dict()
    for source in args.positional:
        source = force(source, machine.path)
        if not (isinstance(source, Const) and source.value is None and cls.name != "dict"):
            merge(machine, made, source, site)
    for name, value in args.keywords.items():
        made.entries[name] = (Const(name), value)
    made.unknown = made.unknown or args.unknown
    return made


def _range(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    if args.keywords:
        raise Raised("TypeError", "range() takes no keyword arguments")
    bounds = [raw(machine, value) for value in known(args).positional]
    return Const(attempt(range, *bounds), site)


def _slice(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    given = [*known(args).positional]
    if not 1 <= len(given) <= 3:
        raise Raised("TypeError", "slice expected 1 to 3 arguments")
    if len(given) == 1:
        given = [NONE, *given]
    return Slice(given[0], given[1], given[2] if len(given) > 2 else NONE)


# --- descriptors ------------------------------------------------------------------------------------------------------


def _property(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    getter, setter, _, _ = take(machine, args, "property", 0, "fget", "fset", "fdel", "doc")
    if getter is None:
        unmodelled("a property without a getter", site)
    made = Descriptor("property", getter)
    if setter is not None and not isinstance(setter, (Const, Unknown)):
        made.setter = setter
    return made


def _wrapper(kind: str) -> Make:
    def make(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
        (function,) = take(machine, args, kind, 1, "function")
        if isinstance(function, Unknown):
            give_up(function)
        return Descriptor(kind, function)

    return make
