"""Writing and deleting attributes: properties, ``__setattr__``, and layers that get other numbers."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph.layers import BUILT_AS, as_built
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.objects.instance_dicts import write_own_dict
from convlint.evaluate.paths import force
from convlint.evaluate.tensors.readers import Known
from convlint.evaluate.values import UNBOUND, Builtin, Class, Const, Descriptor, Function, Instance, Module, Span, Value

NUMBERS = frozenset({"kernel_size", "stride", "dilation"})
"""Attributes that decide which positions a layer reads."""


def put(machine: Machine, target: Value, name: str, value: Any, span: Span) -> None:
    """``target.name = value``."""
    target = force(target, machine.path)
    if isinstance(target, Instance):
        found = classes.lookup(target.cls, name)
        if found.__class__ is Descriptor and found.kind == "property":
            if found.setter is not None:
                calls.call(machine, found.setter, Arguments([target, value]), span)
                return
            if target.cls.span is not None:
                machine.touch(target)
                target.attrs.pop(name, None)
        setter = classes.lookup(target.cls, "__setattr__")
        if setter.__class__ is Function or (setter.__class__ is Builtin and setter.name != "__setattr__"):
            calls.call(machine, setter, Arguments([target, Const(name), value]), span)
            return
        if name in NUMBERS and target.payload.__class__ is Known:
            _keep_numbers(machine, target, span)
        machine.write_attribute(target, name, value)
        if "__dict__" in target.attrs and name != "__dict__":
            write_own_dict(machine, target, name, value)
    elif isinstance(target, Class):
        machine.write_attribute(target, name, value)
    elif isinstance(target, Function):
        target.attrs[name] = value
    elif isinstance(target, Module):
        machine.modules.write_attribute(target, name, value)


def _keep_numbers(machine: Machine, target: Instance, span: Span) -> None:
    """A layer of torch's gets other numbers than it was built with: findings know it by those."""
    built = as_built(machine, target, span) if BUILT_AS not in target.attrs else None
    if built is not None:
        machine.write_attribute(target, BUILT_AS, Const(built))


def remove(machine: Machine, target: Value, name: str) -> None:
    """``del target.name``."""
    target = force(target, machine.path)
    if isinstance(target, (Instance, Class)) and name in target.attrs:
        machine.write_attribute(target, name, UNBOUND)
