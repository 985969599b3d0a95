"""Call expressions: arguments evaluated, those with stars unpacked, and the call made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments, Frame, NotIterable, follows
from convlint.evaluate.library.builtin_frames import BY_FRAME, NeedsFrame
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, iteration
from convlint.evaluate.paths import Undecided, force
from convlint.evaluate.values import UNBOUND, Choice, Dict, Instance, Span, Unknown, Value
from convlint.frontends.python import ir


def compile_call(context: Any, node: ir.Call) -> Callable[[Frame], Any]:
    """``callee(arguments)``."""
    callee = context.compile(node.func)
    call = compile_call_of(context, node)
    return lambda frame: call(frame, callee(frame))


def compile_call_of(context: Any, node: ir.Call) -> Callable[[Frame, Any], Any]:
    """The function that makes a call in a frame, given what is called there."""
    machine, site = context.machine, context.span(node)
    func, call = node.func, calls.call
    arguments = compile_arguments(context, node.args)
    by_frame = BY_FRAME.get(func.id) if isinstance(func, ir.Name) else None

    def plain(frame: Frame, target: Any) -> Any:
        args = arguments(frame)
        try:
            return call(machine, target, args, site)
        except Undecided as undecided:
            return machine.fork(undecided.decision, call, machine, target, args, site)

    def run(frame: Frame, target: Any) -> Any:
        if by_frame is not None and target.__class__ is NeedsFrame:
            return machine.apply(by_frame, machine, frame, arguments(frame), site)
        args = arguments(frame)
        if args.__class__ is not Arguments:
            return _call_each(machine, target, args, site)
        try:
            return call(machine, target, args, site)
        except Undecided as undecided:
            return machine.fork(undecided.decision, call, machine, target, args, site)

    return run if by_frame is not None or any(arg.star for arg in node.args) else plain


def _call_each(machine: Machine, target: Value, args: Any, site: Span) -> Any:
    """A call whose list of arguments is itself a choice (``f(*layers)`` after an unknown append)."""

    def once() -> Any:
        known = force(args, machine.path)
        return follows(known) if isinstance(known, Unknown) else calls.call(machine, target, known, site)

    return machine.apply(once)


def compile_arguments(context: Any, args: tuple[ir.Argument, ...]) -> Callable[[Frame], Arguments]:
    """The function that evaluates the arguments of a call."""
    machine = context.machine
    compiled = [(arg.star, arg.name, context.compile(arg.value)) for arg in args]
    if not any(star for star, _, _ in compiled):
        positional = [run for _, name, run in compiled if name is None]
        keywords = [(name, run) for _, name, run in compiled if name is not None]
        if keywords:
            return lambda frame: Arguments(
                [run(frame) for run in positional], {name: run(frame) for name, run in keywords}
            )
        if len(positional) == 1:
            only = positional[0]
            return lambda frame: Arguments([only(frame)])
        return lambda frame: Arguments([run(frame) for run in positional])

    def starred(frame: Frame) -> Arguments:
        parts = [(star, name, run(frame)) for star, name, run in compiled]
        return machine.apply(_gather, machine, parts)  # type: ignore[no-any-return]

    return starred


def _gather(machine: Machine, parts: list[tuple[str, str | None, Value]]) -> Arguments:
    """Arguments from evaluated parts with stars among them. Raises Undecided where a starred one is a choice."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    unknown: Unknown | None = None
    for star, name, value in parts:
        if star == "*":
            try:
                positional += iteration.iterate(machine, value, Span(-1, 0, 0))
            except NotIterable as error:
                unknown = unknown or error.cause
        elif star == "**":
            unknown = _merge_keywords(machine, keywords, force(value, machine.path)) or unknown
        elif name is not None:
            keywords[name] = value
        else:
            positional.append(value)
    return Arguments(positional, keywords, unknown)


def _merge_keywords(machine: Machine, keywords: dict[str, Value], value: Value) -> Unknown | None:
    """Add the items of a mapping; the unknown in it, where there is one."""
    if isinstance(value, Instance) and isinstance(value.payload, Dict):
        value = value.payload
    if isinstance(value, Dict):
        for key, (_, item) in value.entries.items():
            if key.__class__ is str:
                if item.__class__ is Choice:
                    item = machine.read_entry(value, key)
                if item is not UNBOUND:
                    keywords[key] = item
        return value.unknown
    return value if isinstance(value, Unknown) else Unknown("unsupported", "** of an object that is not a dict")
