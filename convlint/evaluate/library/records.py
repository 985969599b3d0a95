"""attrs and pydantic: classes whose annotated names are fields, completed like dataclasses."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, Frame
from convlint.evaluate.library.adapt import builtin_table, fixed, identity, nothing
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import class_kinds, data_classes
from convlint.evaluate.objects.classes import Field, make_class
from convlint.evaluate.objects.data_classes import FIELD
from convlint.evaluate.paths import force
from convlint.evaluate.values import (
    ELLIPSIS,
    NONE,
    Builtin,
    Class,
    Descriptor,
    Dict,
    Function,
    Instance,
    Module,
    Span,
    Value,
)  # fmt: skip

# --- attrs ------------------------------------------------------------------------------------------------------------


def attrs(machine: Machine) -> dict[str, Value]:
    """The names of attr and attrs."""
    decorators = dict.fromkeys(("s", "attrs", "attributes", "define", "mutable", "frozen", "dataclass"), _define)
    fields = dict.fromkeys(("ib", "attrib", "attr", "field"), _field)
    return {
        **builtin_table({**decorators, **fields, "Factory": _factory, "asdict": _as_dict}),
        **builtin_table(dict.fromkeys(("evolve", "assoc"), _changed)),
    }


def _define(machine: Machine, args: Arguments, site: Span) -> Value:
    """``@define`` and ``@define(frozen=True)``."""
    if args.positional:
        return _defined(machine, args, site)
    return Builtin("define", _defined)


def _defined(machine: Machine, args: Arguments, site: Span) -> Value:
    target: Value = force(args.positional[0], machine.path) if args.positional else NONE
    if not isinstance(target, Class):
        return target
    frame = Frame(target.module or Module(target.name), None)
    known = [field.name for field in target.fields or ()]
    # ``x = attr.ib()`` is a field without an annotation.
    more = [
        Field(name, lambda frame: NONE, frame)
        for name, value in target.attrs.items()
        if isinstance(value, Instance) and value.payload == FIELD and name not in known
    ]
    target.fields = (*(target.fields or ()), *more)
    after = target.attrs.get("__attrs_post_init__")
    if isinstance(after, Function):
        target.attrs["__post_init__"] = after
    return data_classes.dataclass(machine, target, {})


def _field(machine: Machine, args: Arguments, site: Span) -> Value:
    """``field(default)``, ``field(factory=list)``."""
    given = dict(args.keywords)
    if args.positional:
        given["default"] = args.positional[0]
    if "factory" in given:
        given["default_factory"] = given.pop("factory")
    default: Any = given.get("default")
    if isinstance(default, Instance) and default.payload == FACTORY:
        given["default_factory"] = default.attrs["factory"]
        del given["default"]
    if given.get("default") is ELLIPSIS:
        del given["default"]
    return data_classes.field_value(machine, Arguments([], given, args.unknown), site)


FACTORY = "attrs.Factory"
"""Marks the objects that ``attrs.Factory`` gives."""


def _factory(machine: Machine, args: Arguments, site: Span) -> Value:
    made = machine.instance(machine.modules.builtin_class("object"))
    made.payload = FACTORY
    made.attrs = {"factory": args.positional[0] if args.positional else args.keywords.get("factory", NONE)}
    return made


def _as_dict(machine: Machine, args: Arguments, site: Span) -> Value:
    return data_classes.as_dict(machine, force(args.positional[0], machine.path) if args.positional else NONE)


def _changed(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path) if args.positional else NONE
    return data_classes.replace(machine, target, args.keywords, args.unknown, site)


# --- pydantic ---------------------------------------------------------------------------------------------------------


def pydantic(machine: Machine) -> dict[str, Value]:
    """The names of pydantic: models are completed when they are derived, values are taken as they are."""
    base = make_class(class_kinds.MODEL, (machine.modules.builtin_class("object"),), {})
    base.attrs |= builtin_table({"model_dump": _as_dict, "dict": _as_dict, "model_copy": _copied, "copy": _copied})
    base.attrs |= {
        name: Descriptor("classmethod", Builtin(name, _validated))
        for name in ("model_validate", "parse_obj", "model_construct", "construct")
    }
    leaves = fixed("validator", identity("validator"))
    checks = ("field_validator", "model_validator", "validator", "root_validator", "field_serializer", "validate_call")
    return {
        "BaseModel": base,
        "BaseSettings": base,
        **builtin_table({"Field": _field, "PrivateAttr": _field}),
        "ConfigDict": machine.modules.builtin_class("dict"),
        **dict.fromkeys(checks, leaves),
        **nothing("conint", "confloat", "conlist"),
    }


def _copied(machine: Machine, args: Arguments, site: Span) -> Value:
    """``model.model_copy(update={...})``."""
    update = force(args.keywords.get("update", NONE), machine.path)
    changes = {str(key): value for key, _, value in machine.entries(update)} if isinstance(update, Dict) else {}
    return data_classes.replace(machine, force(args.positional[0], machine.path), changes, None, site)


def _validated(machine: Machine, args: Arguments, site: Span) -> Value:
    """``Model.model_validate({...})``."""
    from convlint.evaluate.objects import calls

    given = force(args.positional[1], machine.path) if len(args.positional) > 1 else NONE
    values = {str(key): value for key, _, value in machine.entries(given)} if isinstance(given, Dict) else args.keywords
    unknown = given.unknown if isinstance(given, Dict) else args.unknown
    return calls.call(machine, args.positional[0], Arguments([], values, unknown), site)  # type: ignore[no-any-return]


def decorated(machine: Machine) -> dict[str, Value]:
    """The names of ``pydantic.dataclasses``."""
    return dict(builtin_table({"dataclass": _define}))


def finish_model(machine: Machine, cls: Class) -> None:
    """Complete a class derived from ``BaseModel``: names that are no fields are left out, dicts become models."""
    data_classes.dataclass(machine, cls, {})
    plain = cls.attrs["__init__"]
    if not isinstance(plain, Builtin):
        return
    fields = {field.name: field for field in cls.fields or ()}

    def init(machine: Machine, args: Arguments, site: Span) -> Value:
        given = {
            name: _model_of(machine, fields[name], value, site)
            for name, value in args.keywords.items()
            if name in fields
        }
        return plain.call(machine, Arguments(args.positional, given, args.unknown), site)

    cls.attrs["__init__"] = Builtin("__init__", init)


def _model_of(machine: Machine, field: Field, value: Value, site: Span) -> Value:
    """A dict given for a field that is a model."""
    held = force(value, machine.path)
    wanted = field.annotation(field.frame) if isinstance(held, Dict) else NONE
    if not isinstance(wanted, Class) or not any(base.name == class_kinds.MODEL for base in wanted.mro):
        return value
    return _validated(machine, Arguments([wanted, held]), site)
