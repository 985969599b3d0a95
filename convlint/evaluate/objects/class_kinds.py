"""Classes that Python completes when their body has run: enums, NamedTuples, TypedDicts, models of pydantic."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments
from convlint.evaluate.language.displays import merge_mapping
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.classes import Field, is_based_on
from convlint.evaluate.objects.enum_classes import finish_enum
from convlint.evaluate.objects.named_tuples import make_named
from convlint.evaluate.paths import force
from convlint.evaluate.values import Class, Const, Span, Value


def begin(cls: Class, own: tuple[Field, ...]) -> None:
    """Before a class body runs: its own annotated names are its fields for now."""
    cls.fields = own or None


def finish(machine: Machine, cls: Class, own: tuple[Field, ...]) -> None:
    """After a class body ran: make an enum, a named tuple, a dict or a model of it where its bases say so."""
    if is_based_on(cls, "Enum"):
        finish_enum(machine, cls)
    elif any(base.name == "NamedTuple" and base.span is None for base in cls.bases):
        make_named(cls, [field.name for field in own], dict(cls.attrs))
    elif is_based_on(cls, "TypedDict"):
        cls.make = _make_typed_dict
    elif "__new__" not in cls.attrs:
        cls.make = next((base.make for base in cls.mro[1:] if "_fields" in base.attrs), None)
    inherited: dict[str, Field] = {}
    for base in reversed(cls.mro[1:]):
        inherited.update({field.name: field for field in base.fields or ()})
    if inherited or own:
        cls.fields = tuple({**inherited, **{field.name: field for field in own}}.values())
    if is_based_on(cls, MODEL):
        from convlint.evaluate.library.records import finish_model

        finish_model(machine, cls)


MODEL = "BaseModel"
"""The class of pydantic from which models are derived."""


def _make_typed_dict(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """An object of a TypedDict is a dict."""
    made = machine.dict()
    for value in args.positional:
        merge_mapping(machine, made, force(value, machine.path), site)
    for name, value in args.keywords.items():
        made.entries[name] = (Const(name), value)
    made.unknown = made.unknown or args.unknown
    return made
