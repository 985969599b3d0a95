"""Statements: each becomes a function from a frame to the paths on which what follows goes on (see blocks.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from convlint.evaluate.environment import Frame, Raised
from convlint.evaluate.language.blocks import Live, Run
from convlint.evaluate.language.call_expressions import compile_call_of
from convlint.evaluate.language.class_statements import compile_class
from convlint.evaluate.language.conditions import compile_assert, compile_if
from convlint.evaluate.language.decorators import compile_decorators
from convlint.evaluate.language.exceptions import raised_by
from convlint.evaluate.language.expressions import Context, compile_expression
from convlint.evaluate.language.functions import make_function, prepare
from convlint.evaluate.language.guards import compile_try, compile_with
from convlint.evaluate.language.import_statements import compile_import, compile_import_from
from convlint.evaluate.language.loops import compile_for, compile_while
from convlint.evaluate.language.patterns import compile_match
from convlint.evaluate.language.targets import compile_target, write_name
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import arithmetic, attribute_writes, subscripts
from convlint.evaluate.paths import force, guarded
from convlint.evaluate.values import NONE, UNBOUND, Function, Method, Partial, Span, Value
from convlint.frontends.python import ir


def _expression(context: Context, node: ir.ExprStmt) -> Run:
    if isinstance(node.value, ir.Call):
        return _call_alone(context, node.value)
    value = compile_expression(context, node.value)

    def run(frame: Frame) -> Live:
        value(frame)
        return None

    return run


def _call_alone(context: Context, node: ir.Call) -> Run:
    """A call whose result nobody uses: skipped where all that it can do is to initialise weights."""
    machine = context.machine
    callee = compile_expression(context, node.func)
    call = compile_call_of(context, node)
    given = list(_judged(context, node.args))

    def run(frame: Frame) -> Live:
        target = callee(frame)
        if target.__class__ not in _MAYBE_INERT or not machine.inert.holds(target) or not borne(frame):
            call(frame, target)
        return None

    def borne(frame: Frame) -> bool:
        return all(machine.inert.bears(value(frame), called) for value, called in given)

    return run


def _judged(context: Context, args: tuple[ir.Argument, ...]) -> Iterator[tuple[Run, bool]]:
    """The names in arguments, which decide whether a call is inert, and whether each is itself called there."""
    for arg in args:
        value = arg.value
        if isinstance(value, ir.Call):
            yield compile_expression(context, value.func), True
            yield from _judged(context, value.args)
        elif isinstance(value, (ir.Name, ir.Attribute)):
            yield compile_expression(context, value), False


_MAYBE_INERT = frozenset({Function, Method, Partial})


def _assign(context: Context, node: ir.Assign) -> Run:
    value = compile_expression(context, node.value)
    stores = [compile_target(context, target) for target in node.targets]
    if len(stores) == 1:
        store = stores[0]

        def single(frame: Frame) -> Live:
            store(frame, value(frame))
            return None

        return single

    def run(frame: Frame) -> Live:
        result = value(frame)
        for store in stores:
            store(frame, result)
        return None

    return run


def _declare(context: Context, node: ir.Declare) -> Run:
    return lambda frame: None


def _augmented(context: Context, node: ir.AugAssign) -> Run:
    """``a op= b``."""
    machine, span, op = context.machine, context.span(node), node.op
    load, store = compile_expression(context, node.target), compile_target(context, node.target)
    value = compile_expression(context, node.value)

    def run(frame: Frame) -> Live:
        old, new = load(frame), value(frame)
        store(frame, machine.apply(arithmetic.in_place, machine, op, old, new, span))
        return None

    return run


def _jump(context: Context, node: ir.Jump) -> Run:
    machine, kind = context.machine, node.kind

    def run(frame: Frame) -> Live:
        frame.exits += 1
        frame.jumps.append((kind, machine.path))
        return ()

    return run


def _return(context: Context, node: ir.Return) -> Run:
    machine = context.machine
    value = compile_expression(context, node.value) if node.value is not None else None

    def run(frame: Frame) -> Live:
        result = value(frame) if value is not None else NONE
        path = machine.path
        frame.result = result if path is frame.birth else guarded(result, frame.result, path, frame.birth)
        frame.exits += 1
        return ()

    return run


def _raise(context: Context, node: ir.Raise) -> Run:
    machine, span = context.machine, context.span(node.exc) if node.exc is not None else None
    value = compile_expression(context, node.exc) if node.exc is not None else None

    def throw(error: Value) -> Live:
        raise raised_by(machine, error, span)

    def run(frame: Frame) -> Live:
        if value is None:
            raise Raised("Exception", "raised again")
        error = value(frame)
        return machine.apply(lambda: throw(force(error, machine.path)))  # type: ignore[no-any-return]

    return run


def _function(context: Context, node: ir.Function) -> Run:
    machine = context.machine
    qualname = f"{context.qualname}.{node.name}" if context.qualname else node.name
    blank = prepare(context, node, qualname)
    decorate = compile_decorators(context, node.decorators)

    def run(frame: Frame) -> Live:
        owner = frame.owner if frame.function is None else None
        function = make_function(machine, blank, frame, owner)
        write_name(machine, frame, node.name, decorate(frame, function))
        return None

    return run


def _class(context: Context, node: ir.Class) -> Run:
    machine = context.machine
    build = compile_class(context, node)
    decorate = compile_decorators(context, node.decorators)

    def run(frame: Frame) -> Live:
        write_name(machine, frame, node.name, decorate(frame, build(frame)))
        return None

    return run


def _remove_name(machine: Machine, name: str, frame: Frame) -> None:
    write_name(machine, frame, name, UNBOUND)


def _remove_attribute(machine: Machine, owner: Callable[[Frame], Any], name: str, frame: Frame) -> None:
    machine.apply(attribute_writes.remove, machine, owner(frame), name)


def _remove_item(
    machine: Machine, owner: Callable[[Frame], Any], key: Callable[[Frame], Any], span: Span, frame: Frame
) -> None:
    machine.apply(subscripts.remove, machine, owner(frame), key(frame), span)


def _delete(context: Context, node: ir.Delete) -> Run:
    machine = context.machine
    removals: list[Callable[[Frame], None]] = []
    for target in node.targets:
        if isinstance(target, ir.Name):
            removals.append(partial(_remove_name, machine, target.id))
        elif isinstance(target, ir.Attribute):
            removals.append(partial(_remove_attribute, machine, context.compile(target.value), target.attr))
        elif isinstance(target, ir.Subscript):
            owner, key, span = context.compile(target.value), context.compile(target.index), context.span(target)
            removals.append(partial(_remove_item, machine, owner, key, span))

    def run(frame: Frame) -> Live:
        for remove in removals:
            remove(frame)
        return None

    return run


def _scope(context: Context, node: ir.Scope) -> Run:
    return lambda frame: None


COMPILE: dict[type, Callable[[Context, Any], Run]] = {
    ir.ExprStmt: _expression,
    ir.Assign: _assign,
    ir.Declare: _declare,
    ir.AugAssign: _augmented,
    ir.If: compile_if,
    ir.ForLoop: compile_for,
    ir.While: compile_while,
    ir.With: compile_with,
    ir.Try: compile_try,
    ir.Return: _return,
    ir.Raise: _raise,
    ir.Assert: compile_assert,
    ir.Delete: _delete,
    ir.Jump: _jump,
    ir.Scope: _scope,
    ir.Import: compile_import,
    ir.ImportFrom: compile_import_from,
    ir.Function: _function,
    ir.Class: _class,
    ir.Match: compile_match,
}
