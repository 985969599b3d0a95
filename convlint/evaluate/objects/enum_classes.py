"""Enums: what stands in the body of such a class becomes its members, and a call finds one by its value."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.objects.classes import is_based_on
from convlint.evaluate.paths import force
from convlint.evaluate.values import (
    UNBOUND,
    Builtin,
    Class,
    Const,
    Descriptor,
    Function,
    Instance,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


def finish_enum(machine: Machine, cls: Class) -> None:
    """The plain attributes of an enum's body become its members; equal values are aliases."""
    members: dict[str, Value] = {}
    by_value: dict[Any, Instance] = {}
    for name, value in cls.attrs.items():
        if name.startswith("_") or isinstance(value, (Function, Descriptor, Builtin, Class)) or value is UNBOUND:
            continue
        if isinstance(value, Instance) and value.cls.name == "auto":
            value = Const(len(members) + 1) if not is_based_on(cls, "StrEnum") else Const(name.lower())
        if isinstance(value, Instance) and value.cls is cls:
            members[name] = value
            continue
        key = _value_key(value)
        if key is not None and key in by_value:
            members[name] = by_value[key]
            continue
        members[name] = _member(machine, cls, name, value)
        if key is not None:
            by_value[key] = members[name]  # type: ignore[assignment]
    for base in cls.mro[1:]:
        if base.enum:
            members = {**base.enum, **members}
    cls.enum = members
    cls.make = _member_by_value


def _value_key(value: Any) -> Any:
    return (value.value.__class__, value.value) if isinstance(value, Const) else id(value)


def _member(machine: Machine, cls: Class, name: str, value: Value) -> Instance:
    member = machine.instance(cls)
    member.attrs = {"name": Const(name), "value": value, "_name_": Const(name), "_value_": value}
    if isinstance(value, Const) and any(base.name in ("int", "str", "IntEnum", "StrEnum") for base in cls.mro):
        member.payload = value
    init = classes.lookup(cls, "__init__")
    if isinstance(init, Function):
        args = list(value.items) if isinstance(value, Tuple) else [value]
        with suppress(Raised):
            calls.call(machine, init, Arguments([member, *args]), init.code.span)
    machine.made += 1
    member.made = machine.made
    return member


def _member_by_value(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """``Color(value)``."""
    if not args.positional:
        return Unknown("unsupported", "an enum made by calling it", site)
    wanted: Value = force(args.positional[0], machine.path)
    if isinstance(wanted, Unknown):
        return follows(wanted)
    for member in (cls.enum or {}).values():
        if member is wanted:
            return member
        if isinstance(member, Instance) and _value_key(member.attrs["value"]) == _value_key(wanted):
            return member
    missing = classes.lookup(cls, "_missing_")
    if missing is not None:
        function = missing.function if isinstance(missing, Descriptor) else missing
        return calls.call(machine, function, Arguments([cls, wanted]), site)  # type: ignore[no-any-return]
    raise Raised("ValueError", f"not a valid {cls.name}")
