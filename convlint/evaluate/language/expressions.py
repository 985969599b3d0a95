"""Expressions: each lowered node becomes, once, a function from a frame to a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Frame, Raised
from convlint.evaluate.language import call_expressions, displays, formatting, operators
from convlint.evaluate.language.comprehensions import comprehension
from convlint.evaluate.language.names import lookup
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes, iteration, subscripts
from convlint.evaluate.paths import Undecided, resolve, without_unbound
from convlint.evaluate.values import ELLIPSIS, FALSE, NONE, TRUE, UNBOUND, Choice, Const, Slice, Span, Tuple, Unknown
from convlint.frontends.python import ir

Run = Callable[[Frame], Any]


class Context:
    """What compiling needs to know: the machine, the file, and which names are local where."""

    __slots__ = ("file", "locals", "machine", "qualname")

    def __init__(self, machine: Machine, file: int, local_names: frozenset[str] | None, qualname: str) -> None:
        self.machine = machine
        self.file = file
        self.locals = local_names
        """Names bound in the function being compiled; None where that must be looked up (modules, classes)."""
        self.qualname = qualname

    def span(self, node: Any) -> Span:
        """Where a node stands."""
        return Span(self.file, node.at, node.end)

    def inside(self, local_names: frozenset[str]) -> Context:
        """The context of a scope within this one."""
        return Context(self.machine, self.file, local_names, self.qualname)

    def compile(self, node: ir.Expr) -> Run:
        """The function that evaluates ``node``."""
        return _COMPILE[node.__class__](self, node)


def compile_expression(context: Context, node: ir.Expr) -> Run:
    """The function that evaluates ``node``."""
    return _COMPILE[node.__class__](context, node)


def _number(context: Context, node: ir.Number) -> Run:
    value: Any = node.value
    if node.kind == "bigint":
        value = int(value) if len(value) < 200 else 0
    elif node.kind == "complex":
        value = complex(str(value))
    constant = Const(value, context.span(node))
    return lambda frame: constant


def _text(context: Context, node: ir.Text) -> Run:
    constant = Const(node.value, context.span(node))
    return lambda frame: constant


def _bytes(context: Context, node: ir.Bytes) -> Run:
    constant = Unknown("unsupported", "the content of bytes", context.span(node))
    return lambda frame: constant


def _ellipsis(context: Context, node: ir.EllipsisLiteral) -> Run:
    return lambda frame: ELLIPSIS


_WORDS = {"True": TRUE, "False": FALSE, "None": NONE}


def _name(context: Context, node: ir.Name) -> Run:
    name = node.id
    if name in _WORDS:
        constant = Const(_WORDS[name].value, context.span(node))
        return lambda frame: constant
    machine = context.machine
    span = context.span(node)
    if context.locals is None:
        return lambda frame: lookup(machine, frame, name, span)
    if name not in context.locals:

        def outer(frame: Frame) -> Any:
            if frame.parent is None:
                value = frame.module.settled.get(name)
                if value is not None:
                    return value
            return lookup(machine, frame, name, span)

        return outer

    def local(frame: Frame) -> Any:
        try:
            value = frame.locals[name]
        except KeyError:
            value = UNBOUND
        if value.__class__ is Choice:
            value = resolve(value, machine.path)
            if value.__class__ is Choice:
                return without_unbound(value)
        if value is UNBOUND:
            if name in frame.declared:
                return lookup(machine, frame, name, span)
            raise Raised("UnboundLocalError", name)
        return value

    return local


def _attribute(context: Context, node: ir.Attribute) -> Run:
    value = compile_expression(context, node.value)
    machine, name, span = context.machine, node.attr, context.span(node)
    get = attributes.get

    def run(frame: Frame) -> Any:
        target = value(frame)
        try:
            return get(machine, target, name, span)
        except Undecided as undecided:
            return machine.fork(undecided.decision, get, machine, target, name, span)

    return run


def _subscript(context: Context, node: ir.Subscript) -> Run:
    value, index = compile_expression(context, node.value), compile_expression(context, node.index)
    machine, span = context.machine, context.span(node)
    get = subscripts.get

    def run(frame: Frame) -> Any:
        target, key = value(frame), index(frame)
        try:
            return get(machine, target, key, span)
        except Undecided as undecided:
            return machine.fork(undecided.decision, get, machine, target, key, span)

    return run


def _slice(context: Context, node: ir.Slice) -> Run:
    parts = [
        compile_expression(context, part) if part is not None else None for part in (node.lower, node.upper, node.step)
    ]

    def run(frame: Frame) -> Any:
        return Slice(*(part(frame) if part else NONE for part in parts))

    return run


def _sequence(context: Context, node: ir.Sequence) -> Run:
    machine, kind, span = context.machine, node.kind, context.span(node)
    items = [
        (
            isinstance(item, ir.Starred),
            compile_expression(context, item.value if isinstance(item, ir.Starred) else item),
        )
        for item in node.items
    ]
    build = {"tuple": lambda values: Tuple(tuple(values)), "list": machine.list}.get(kind)
    if build is not None and not any(starred for starred, _ in items):
        runs = [run for _, run in items]
        return lambda frame: build([run(frame) for run in runs])

    def run(frame: Frame) -> Any:
        parts = [(starred, run(frame)) for starred, run in items]
        return machine.apply(displays.display, machine, kind, parts, span)

    return run


def _dict(context: Context, node: ir.Dict) -> Run:
    machine, span = context.machine, context.span(node)
    pairs = [
        (compile_expression(context, key) if key is not None else None, compile_expression(context, value))
        for key, value in zip(node.keys, node.values, strict=False)
    ]

    def run(frame: Frame) -> Any:
        parts = [(key(frame) if key is not None else None, value(frame)) for key, value in pairs]
        return machine.apply(displays.dict_display, machine, parts, span)

    return run


def _lambda(context: Context, node: ir.Lambda) -> Run:
    from convlint.evaluate.language.functions import make_function, prepare

    blank = prepare(context, node, f"{context.qualname}.<lambda>" if context.qualname else "<lambda>")
    return lambda frame: make_function(context.machine, blank, frame)


def _joined(context: Context, node: ir.Joined) -> Run:
    machine, span = context.machine, context.span(node)
    parts: list[Any] = []
    for part in node.parts:
        if isinstance(part, str):
            parts.append(part)
        else:
            spec = _joined(context, part.spec) if part.spec is not None else None
            parts.append((compile_expression(context, part.value), part.conversion, spec))

    def run(frame: Frame) -> Any:
        values = [
            part if isinstance(part, str) else (part[0](frame), part[1], part[2](frame) if part[2] else None)
            for part in parts
        ]
        return machine.apply(formatting.join_text, machine, values, span)

    return run


def _walrus(context: Context, node: ir.Walrus) -> Run:
    from convlint.evaluate.language.targets import compile_target

    value, store = compile_expression(context, node.value), compile_target(context, node.target)

    def run(frame: Frame) -> Any:
        result = value(frame)
        store(frame, result)
        return result

    return run


def _yield(context: Context, node: ir.Yield) -> Run:
    machine, span = context.machine, context.span(node)
    value = compile_expression(context, node.value) if node.value is not None else None

    def run(frame: Frame) -> Any:
        result = value(frame) if value is not None else NONE
        if frame.yielded is None:
            return Unknown("unsupported", "yield outside of a function", span)
        if node.delegate:
            frame.yielded += machine.apply(iteration.iterate, machine, result, span)
        else:
            frame.yielded.append(result)
        return Unknown("unsupported", "a value sent into a generator", span)

    return run


def _await(context: Context, node: ir.Await) -> Run:
    return compile_expression(context, node.value)


def _starred(context: Context, node: ir.Starred) -> Run:
    return compile_expression(context, node.value)


_COMPILE: dict[type, Callable[[Context, Any], Run]] = {
    ir.Number: _number,
    ir.Text: _text,
    ir.Bytes: _bytes,
    ir.Name: _name,
    ir.EllipsisLiteral: _ellipsis,
    ir.Attribute: _attribute,
    ir.Subscript: _subscript,
    ir.Slice: _slice,
    ir.Call: call_expressions.compile_call,
    ir.Binary: operators.compile_binary,
    ir.Unary: operators.compile_unary,
    ir.Boolean: operators.compile_boolean,
    ir.Compare: operators.compile_compare,
    ir.Conditional: operators.compile_conditional,
    ir.Starred: _starred,
    ir.Sequence: _sequence,
    ir.Dict: _dict,
    ir.Comprehension: comprehension,
    ir.Lambda: _lambda,
    ir.Joined: _joined,
    ir.Walrus: _walrus,
    ir.Yield: _yield,
    ir.Await: _await,
}
