"""Class statements: a class is made of its bases, runs its body, and is completed by what it derives from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments, Frame
from convlint.evaluate.language.blocks import compile_block
from convlint.evaluate.language.call_expressions import compile_arguments
from convlint.evaluate.language.expressions import Context
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, class_kinds
from convlint.evaluate.objects.classes import Field, make_class
from convlint.evaluate.paths import leaves, resolve
from convlint.evaluate.values import Builtin, Choice, Class, Unknown, Value
from convlint.frontends.python import ir


def compile_class(context: Any, node: ir.Class) -> Callable[[Frame], Any]:
    """The function that runs a class statement."""
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
        class_kinds.finish(machine, cls, own)
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
