"""Named tuples: classes whose objects are tuples with names for their items."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import classes
from convlint.evaluate.objects.binding import bind_fields
from convlint.evaluate.objects.classes import Field
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import force
from convlint.evaluate.values import NONE, Builtin, Class, Const, Descriptor, Span, Tuple, Unknown, Value


def make_named_tuple(machine: Machine, name: str, fields: list[str], defaults: dict[str, Value]) -> Class:
    """``collections.namedtuple(name, fields)``."""
    cls = classes.make_class(name, (machine.modules.builtin_class("tuple"),), {})
    make_named(cls, fields, defaults)
    return cls


def make_named(cls: Class, names: list[str], defaults: dict[str, Any]) -> None:
    """Make a named tuple of a class: what its objects are made of, and their methods."""
    own = {field.name: field for field in cls.fields or ()}
    cls.fields = tuple(own.get(name) or Field(name, lambda frame: NONE, None) for name in names)  # type: ignore[arg-type]

    def make(machine: Machine, made: Class, args: Arguments, site: Span) -> Value:
        values = bind_fields(names, defaults, args, made.name)
        return Tuple(tuple(values.values()), made)

    def new(machine: Machine, args: Arguments, site: Span) -> Value:
        made = force(args.positional[0], machine.path) if args.positional else None
        if not isinstance(made, Class):
            return Unknown("unsupported", "__new__", site)
        return make(machine, made, Arguments(args.positional[1:], args.keywords, args.unknown), site)

    def replace(machine: Machine, args: Arguments, site: Span) -> Value:
        target = force(args.positional[0], machine.path)
        if not isinstance(target, Tuple):
            return Unknown("unsupported", "_replace", site)
        changed = {**dict(zip(names, target.items, strict=True)), **args.keywords}
        return Tuple(tuple(changed[name] for name in names), target.cls)

    def as_dict(machine: Machine, args: Arguments, site: Span) -> Value:
        target = force(args.positional[0], machine.path)
        made = machine.dict()
        if isinstance(target, Tuple):
            made.entries = {name: (Const(name), value) for name, value in zip(names, target.items, strict=True)}
        return made

    def from_items(machine: Machine, args: Arguments, site: Span) -> Value:
        return make(machine, cls, Arguments(iterate(machine, args.positional[-1], site)), site)

    cls.make = make
    cls.attrs.setdefault("_fields", Tuple(tuple(Const(name) for name in names)))
    for name, call in (("_replace", replace), ("_asdict", as_dict)):
        cls.attrs.setdefault(name, Builtin(name, call))
    cls.attrs.setdefault("__new__", Descriptor("staticmethod", Builtin("__new__", new)))
    cls.attrs.setdefault("_make", Descriptor("staticmethod", Builtin("_make", from_items)))
    for name in names:
        cls.attrs.pop(name, None)
