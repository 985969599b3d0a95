"""``with`` and ``try``: what runs around a block, and what an exception in it leads to."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, Frame, Raised, follows
from convlint.evaluate.language.blocks import Live, Run, compile_block
from convlint.evaluate.language.exceptions import caught
from convlint.evaluate.language.expressions import Context, compile_expression
from convlint.evaluate.language.functions import bound_names
from convlint.evaluate.language.targets import compile_target, write_name
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.paths import force
from convlint.evaluate.values import Instance, Span, Unknown, Value
from convlint.frontends.python import ir

_MISSING = frozenset({"ImportError", "ModuleNotFoundError"})


def compile_with(context: Context, node: ir.With) -> Run:
    """The body runs once; what ``__enter__`` gives is the object itself unless its class says otherwise."""
    machine = context.machine
    items = [
        (
            compile_expression(context, item.context),
            compile_target(context, item.target) if item.target is not None else None,
        )
        for item in node.items
    ]
    body, span = compile_block(context, node.body), context.span(node.items[0].context)

    def run(frame: Frame) -> Live:
        for value, store in items:
            manager = value(frame)
            entered = machine.apply(enter, machine, manager, span)
            if store is not None:
                store(frame, entered)
        return body(frame)

    return run


def enter(machine: Machine, manager: Value, span: Span) -> Any:
    """What ``with manager as x`` binds to x."""
    manager = force(manager, machine.path)
    if isinstance(manager, Instance):
        method = classes.lookup(manager.cls, "__enter__")
        if method is not None:
            return calls.call(machine, method, Arguments([manager]), span)
        return manager
    return follows(manager) if isinstance(manager, Unknown) else manager


def compile_try(context: Context, node: ir.Try) -> Run:
    """The function that runs a ``try``."""
    machine = context.machine
    body = compile_block(context, (*node.body, *node.orelse))
    handlers = [
        (compile_expression(context, handler.exception) if handler.exception is not None else None, handler.name,
         compile_block(context, handler.body))
        for handler in node.handlers
    ]  # fmt: skip
    final = compile_block(context, node.final) if node.final else None
    bound = bound_names((*node.body, *(statement for handler in node.handlers for statement in handler.body)))

    def guarded_body(frame: Frame) -> Live:
        path = machine.path
        try:
            return _watched(machine, frame, body) if handlers else body(frame)
        except Raised as error:
            machine.path = path
            if error.kind in _MISSING and frame.limit is not None and frame.module.source is not None:
                frame.module.source.optional |= bound
            for kind, name, handle in handlers:
                if kind is None or caught(machine, error, kind(frame)):
                    if name is not None:
                        write_name(
                            machine,
                            frame,
                            name,
                            error.value or machine.instance(machine.modules.builtin_class(error.kind)),
                        )
                    return handle(frame)
            raise

    def run(frame: Frame) -> Live:
        if final is None:
            return guarded_body(frame)
        try:
            live = guarded_body(frame)
        except Raised:
            final(frame)
            raise
        ended = final(frame)
        return live if ended is None else ended

    return run


def _watched(machine: Machine, frame: Frame, body: Run) -> Live:
    """``body``, with the machine knowing that its exceptions may be handled, however it ends."""
    frame.trying += 1
    machine.trying += 1
    try:
        return body(frame)
    finally:
        frame.trying -= 1
        machine.trying -= 1
