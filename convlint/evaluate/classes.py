"""Classes: building them from their bodies, method resolution order, look-up, and types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convlint.evaluate.budget import MAX_BASES
from convlint.evaluate.environment import Arguments, Frame
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import ROOT, force, leaves, resolve, without_unbound
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
from convlint.frontends.python import ir


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


def lookup(cls: Class, name: str) -> Any:
    """An attribute of a class or its bases; None where there is none."""
    for base in cls.mro:
        value = base.attrs.get(name)
        if value is not None and value is not UNBOUND:
            return without_unbound(value) if value.__class__ is Choice else value
    return None


def compile_class(context: Any, node: ir.Class) -> Callable[[Frame], Any]:
    """The function that runs a class statement."""
    from convlint.evaluate import calls, class_kinds
    from convlint.evaluate.blocks import compile_block
    from convlint.evaluate.call_expressions import compile_arguments
    from convlint.evaluate.expressions import Context

    machine, span = context.machine, context.span(node)
    qualname = f"{context.qualname}.{node.name}" if context.qualname else node.name
    arguments = compile_arguments(context, node.args)
    inner = Context(machine, context.file, None, qualname)
    body = compile_block(inner, node.body) if node.body else None
    annotated = [
        (statement.targets[0] if isinstance(statement, ir.Assign) else statement.target, statement.annotation)
        for statement in node.body
        if isinstance(statement, ir.Declare) or (isinstance(statement, ir.Assign) and statement.annotation is not None)
    ]
    fields = [
        (target.id, inner.compile(note), _marker(note))
        for target, note in annotated
        if isinstance(target, ir.Name) and note is not None
    ]

    def run(frame: Frame) -> Any:
        args = arguments(frame)
        if args.__class__ is not Arguments:  # a choice between argument lists: the first will do for a class statement
            args = next(leaf for leaf in leaves(args) if isinstance(leaf, Arguments))
        bases, incomplete = _bases(machine, args.positional)
        machine.clock += 1
        cls = make_class(node.name, bases, {}, machine.clock)
        cls.birth = machine.path
        cls.qualname, cls.module, cls.span = qualname, frame.module, span
        cls.incomplete = cls.incomplete or incomplete or args.unknown
        metaclass = args.keywords.pop("metaclass", None)
        if isinstance(metaclass, Class):
            cls.metaclass = metaclass
        inside = Frame(frame.module, frame, machine.path, machine.clock)
        inside.owner = cls
        inside.locals = cls.attrs
        own = tuple(Field(name, note, inside, marker) for name, note, marker in fields)
        class_kinds.begin(cls, own)
        if body is not None:
            body(inside)
        class_kinds.finish(machine, cls, own, span)
        hook = next(
            (base.attrs.get("__init_subclass__") for base in cls.mro[1:] if "__init_subclass__" in base.attrs), None
        )
        if isinstance(hook, Value) and not isinstance(hook, Builtin):
            function = getattr(hook, "function", hook)
            calls.call(machine, function, Arguments([cls], args.keywords), span)
        return cls

    return run


def _marker(note: ir.Expr) -> str:
    """The last name of an annotation where it is one that dataclasses treat in a way of their own."""
    if isinstance(note, ir.Subscript):
        note = note.value
    name = note.attr if isinstance(note, ir.Attribute) else note.id if isinstance(note, ir.Name) else ""
    return name if name in ("InitVar", "KW_ONLY") else ""


def _bases(machine: Machine, values: list[Value]) -> tuple[tuple[Class, ...], Unknown | None]:
    """The known classes among the bases, and the unknown one where there is one."""
    bases: list[Class] = []
    incomplete: Unknown | None = None
    for value in values:
        value = resolve(value, machine.path)
        if value.__class__ is Choice:
            value = next((leaf for leaf in (value.yes, value.no) if isinstance(leaf, Class)), value.yes)
        if isinstance(value, Class):
            if value not in bases:
                bases.append(value)
        elif isinstance(value, Unknown):
            incomplete = incomplete or value
    return tuple(bases), incomplete


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
