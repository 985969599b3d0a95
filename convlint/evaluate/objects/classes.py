"""Classes: method resolution order, look-up of attributes, and the types of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convlint.evaluate.budget import MAX_BASES
from convlint.evaluate.environment import Frame
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import ROOT, force, without_unbound
from convlint.evaluate.values import (
    UNBOUND,
    Builtin,
    Choice,
    Class,
    Const,
    Descriptor,
    Dict,
    Function,
    Instance,
    List,
    Method,
    Partial,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


class Field(NamedTuple):
    """An annotated name of a class body, in order: what dataclasses and NamedTuples are made of."""

    name: str
    annotation: Callable[[Frame], Any]
    frame: Frame
    marker: str = ""
    """``InitVar`` or ``KW_ONLY`` where the annotation may be one of dataclasses' own; it is resolved to be sure."""


def linearize(cls: Class) -> tuple[Class, ...]:
    """The method resolution order (C3, https://www.python.org/download/releases/2.3/mro/); depth first if it fails."""
    sequences = [list(base.mro) for base in cls.bases] + [list(cls.bases)]
    order = [cls]
    while any(sequences) and len(order) < MAX_BASES:
        sequences = [sequence for sequence in sequences if sequence]
        for sequence in sequences:
            head = sequence[0]
            if not any(head in other[1:] for other in sequences):
                break
        else:
            head = sequences[0][0]
        order.append(head)
        sequences = [[base for base in sequence if base is not head] for sequence in sequences]
    return tuple(order)


def make_class(name: str, bases: tuple[Class, ...], attrs: dict[str, Any], born: int = 0) -> Class:
    """A class with its method resolution order, ``make``, fields and incompleteness taken from its bases."""
    cls = Class(name, bases, attrs, ROOT, born)
    cls.mro = linearize(cls)
    for base in cls.mro[1:]:
        cls.incomplete = cls.incomplete or base.incomplete
        cls.metaclass = cls.metaclass or base.metaclass
    return cls


def is_based_on(cls: Class, name: str) -> bool:
    """Whether a class has the modelled class ``name`` among its bases."""
    return any(base.name == name and base.span is None for base in cls.mro[1:])


def lookup(cls: Class, name: str) -> Any:
    """An attribute of a class or its bases; None where there is none."""
    for base in cls.mro:
        value = base.attrs.get(name)
        if value is not None and value is not UNBOUND:
            return without_unbound(value) if value.__class__ is Choice else value
    return None


def type_of(machine: Machine, value: Value) -> Value:
    """``type(value)``."""
    value = force(value, machine.path)
    if isinstance(value, Instance):
        return value.cls
    name = type_name(value)
    if name is None:
        return (
            Unknown(value.reason, value.detail, value.span)
            if isinstance(value, Unknown)
            else Unknown("unsupported", "type()")
        )
    return machine.modules.builtin_class(name)


def type_name(value: Value) -> str | None:
    """The name of the built-in type of a value."""
    if isinstance(value, Const):
        return type(value.value).__name__
    if isinstance(value, Tuple):
        return "tuple"
    if isinstance(value, List):
        return "list"
    if isinstance(value, Dict):
        return "set" if value.is_set else "dict"
    if isinstance(value, Class):
        return "type"
    if isinstance(value, (Function, Builtin, Method)):
        return "function"
    if isinstance(value, Tensor):
        return "Tensor"
    if isinstance(value, Partial):
        return "partial"
    if isinstance(value, Descriptor):
        return value.kind
    return None
