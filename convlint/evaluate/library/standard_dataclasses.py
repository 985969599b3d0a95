"""dataclasses: the decorator, and what is asked of its classes."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import builtin_table, instance_of, plain_classes, take, unmodelled
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import data_classes
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.reuse import copies
from convlint.evaluate.values import (
    FALSE,
    NONE,
    TRUE,
    UNBOUND,
    Builtin,
    Class,
    Const,
    Instance,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


def contents(machine: Machine) -> dict[str, Value]:
    """The names of dataclasses."""
    return {
        **builtin_table(
            {
                "dataclass": _dataclass,
                "field": data_classes.field_value,
                "replace": _replace,
                "asdict": _as_dict,
                "astuple": _as_tuple,
                "fields": _fields,
                "is_dataclass": _is_dataclass,
            }
        ),
        **plain_classes(machine, "Field", "FrozenInstanceError", "InitVar", "KW_ONLY"),
        "MISSING": make_class("MISSING", (), {}),
    }


def _dataclass(machine: Machine, args: Arguments, site: Span) -> Value:
    """``@dataclass`` and ``@dataclass(frozen=True)``."""
    options = dict(args.keywords)
    if not args.positional:
        return Builtin("dataclass", lambda machine, given, site: _made_dataclass(machine, given, options))
    return _made_dataclass(machine, args, options)


def _made_dataclass(machine: Machine, args: Arguments, options: dict[str, Value]) -> Value:
    target = force(args.positional[0], machine.path) if args.positional else NONE
    return data_classes.dataclass(machine, target, options) if isinstance(target, Class) else target


def _replace(machine: Machine, args: Arguments, site: Span) -> Value:
    if not args.positional:
        raise Raised("TypeError", "replace() needs an object")
    return data_classes.replace(machine, args.positional[0], args.keywords, args.unknown, site)


def _as_dict(machine: Machine, args: Arguments, site: Span) -> Value:
    return data_classes.as_dict(machine, take(machine, args, "asdict", 1, "obj", "dict_factory")[0])


def _declared(machine: Machine, value: Value) -> tuple[Any, ...]:
    """The fields of a dataclass or of its instance."""
    if isinstance(value, Unknown):
        unmodelled("the fields of an unknown class")
    cls = value.cls if isinstance(value, Instance) else value
    if not isinstance(cls, Class) or not any("__dataclass_fields__" in base.attrs for base in cls.mro):
        raise Raised("TypeError", "not a dataclass")
    return tuple(cls.fields or ())


def _as_tuple(machine: Machine, args: Arguments, site: Span) -> Value:
    target = take(machine, args, "astuple", 1, "obj", "tuple_factory")[0]
    held = [copies.read_attribute(machine, target, field.name) for field in _declared(machine, target)]
    return Tuple(tuple(value for value in held if value is not UNBOUND))


def _fields(machine: Machine, args: Arguments, site: Span) -> Value:
    (target,) = take(machine, args, "fields", 1, "class_or_instance")
    cls = make_class("Field", (), {})
    return Tuple(tuple(instance_of(machine, cls, name=Const(field.name)) for field in _declared(machine, target)))


def _is_dataclass(machine: Machine, args: Arguments, site: Span) -> Value:
    (target,) = take(machine, args, "is_dataclass", 1, "obj")
    if isinstance(target, Unknown):
        return Unknown(target.reason, target.detail, target.span)
    cls = target.cls if isinstance(target, Instance) else target
    if not isinstance(cls, Class):
        return FALSE
    return TRUE if any("__dataclass_fields__" in base.attrs for base in cls.mro) else FALSE
