"""``with`` and ``try``: what runs around a block, and what an exception in it leads to."""

from __future__ import annotations

from convlint.evaluate import attributes
from convlint.evaluate.blocks import Live, Run, compile_block
from convlint.evaluate.environment import Frame, Raised
from convlint.evaluate.exceptions import caught
from convlint.evaluate.expressions import Context, compile_expression
from convlint.evaluate.machine import Machine
from convlint.evaluate.targets import compile_target, write_name
from convlint.frontends.python import ir


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
            entered = machine.apply(attributes.enter, machine, manager, span)
            if store is not None:
                store(frame, entered)
        return body(frame)

    return run


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

    def guarded_body(frame: Frame) -> Live:
        path = machine.path
        try:
            return _watched(machine, frame, body) if handlers else body(frame)
        except Raised as error:
            machine.path = path
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
