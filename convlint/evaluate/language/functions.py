"""Functions and lambdas: from a lowered ``def`` to a value that can be called, its body compiled when first run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from convlint.evaluate.environment import Frame
from convlint.evaluate.machine import Machine
from convlint.evaluate.values import Class, Code, Function, Module, Signature, Span
from convlint.frontends.python import ir


class Blank(NamedTuple):
    """All of a function that does not depend on the frame in which its ``def`` runs."""

    code: Code
    qualname: str
    positional: tuple[str, ...]
    posonly: int
    keyword: tuple[str, ...]
    star: str | None
    double_star: str | None
    by_name: frozenset[str]
    defaults: tuple[tuple[str, Any], ...]


def prepare(context: Any, node: ir.Function | ir.Lambda, qualname: str) -> Blank:
    """Prepare a ``def`` or lambda; the body is compiled when the function is first called."""
    params = node.params
    name = node.name if isinstance(node, ir.Function) else "<lambda>"
    code = Code(name, Span(context.file, node.at, node.end), node)
    code.is_lambda = isinstance(node, ir.Lambda)
    code.generator = isinstance(node, ir.Function) and node.generator
    positional = (*params.posonly, *params.args)
    by_name = frozenset(param.name for param in (*params.args, *params.kwonly))
    defaults = tuple(
        (param.name, context.compile(param.default))
        for param in (*positional, *params.kwonly)
        if param.default is not None
    )
    return Blank(
        code,
        qualname,
        tuple(param.name for param in positional),
        len(params.posonly),
        tuple(param.name for param in params.kwonly),
        params.vararg.name if params.vararg else None,
        params.kwarg.name if params.kwarg else None,
        by_name,
        defaults,
    )


def make_function(machine: Machine, blank: Blank, frame: Frame, owner: Class | None = None) -> Function:
    """The function that a ``def`` gives when it runs in ``frame``: defaults are evaluated now."""
    signature = Signature(
        blank.positional,
        blank.posonly,
        blank.keyword,
        blank.star,
        blank.double_star,
        blank.by_name,
        {name: run(frame) for name, run in blank.defaults},
    )
    closure: Frame | None = frame
    # Module pieces and class bodies are not closed over.
    while closure is not None and (
        closure.limit is not None or (closure.owner is not None and closure.function is None)
    ):
        closure = closure.parent
    return Function(blank.code, signature, frame.module, closure, blank.qualname, owner)


def compile_body(machine: Machine, code: Code, module: Module) -> Any:
    """Compile a function's body and keep it with its code."""
    from convlint.evaluate.language.blocks import compile_block
    from convlint.evaluate.language.expressions import Context

    node = code.node
    params = node.params
    names = {param.name for param in (*params.posonly, *params.args, *params.kwonly)}
    names |= {param.name for param in (params.vararg, params.kwarg) if param is not None}
    if isinstance(node, ir.Function):
        code.declared = declared_names(node.body)
        names |= bound_names(node.body) - code.declared.keys()
        qualname = code.name
        context = Context(machine, code.span.file, frozenset(names), qualname)
        code.run = compile_block(context, node.body)
    else:
        _find_walruses(node.body, names)
        context = Context(machine, code.span.file, frozenset(names), "")
        code.run = context.compile(node.body)
    code.locals = frozenset(names)
    return code.run


def bound_names(nodes: Iterable[Any]) -> set[str]:
    """The names that statements or targets bind in their own scope."""
    found: set[str] = set()
    stack: list[Any] = list(nodes)
    while stack:
        node = stack.pop()
        kind = node.__class__
        if kind in (ir.Function, ir.Class):
            found.add(node.name)
        elif kind is ir.Name:
            found.add(node.id)
        elif kind in _TARGETS:
            stack.extend(_TARGETS[kind](node))
            _walruses(node, found)
        elif kind in _BLOCKS:
            stack.extend(_BLOCKS[kind](node))
            _walruses(node, found)
        elif kind is ir.Import:
            found.add(node.bound or node.module.partition(".")[0])
        elif kind is ir.ImportFrom:
            found.update(bound for _, bound in node.names)
        elif kind is ir.Match:
            for case in node.cases:
                stack.extend(case.body)
                found |= pattern_names(case.pattern)
        elif kind in (ir.ExprStmt, ir.Return, ir.Walrus):
            _walruses(node, found)
    return found


_TARGETS: dict[type, Any] = {
    ir.Assign: lambda node: list(node.targets),
    ir.Declare: lambda node: [node.target] if isinstance(node.target, ir.Name) else [],
    ir.AugAssign: lambda node: [node.target],
    ir.Sequence: lambda node: node.items,
    ir.Starred: lambda node: [node.value],
    ir.Delete: lambda node: [target for target in node.targets if isinstance(target, ir.Name)],
}

_BLOCKS: dict[type, Any] = {
    ir.If: lambda node: [*node.body, *node.orelse],
    ir.While: lambda node: [*node.body, *node.orelse],
    ir.ForLoop: lambda node: [node.target, *node.body, *node.orelse],
    ir.With: lambda node: [*(item.target for item in node.items if item.target is not None), *node.body],
    ir.Try: lambda node: [
        *node.body,
        *(statement for handler in node.handlers for statement in handler.body),
        *(ir.Name(0, 0, handler.name) for handler in node.handlers if handler.name),
        *node.orelse,
        *node.final,
    ],
}


def _walruses(node: Any, found: set[str]) -> None:
    """Names bound by ``:=`` in the expressions of one statement."""
    for field in _EXPRESSIONS.get(node.__class__, ()):
        value = getattr(node, field)
        for part in value if isinstance(value, tuple) else (value,):
            if part is not None:
                _find_walruses(part, found)


_EXPRESSIONS: dict[type, tuple[str, ...]] = {
    ir.If: ("test",),
    ir.While: ("test",),
    ir.ForLoop: ("iter",),
    ir.Assign: ("value",),
    ir.ExprStmt: ("value",),
    ir.Return: ("value",),
    ir.Walrus: ("value",),
}


def walrus_names(node: Any) -> set[str]:
    """Names bound by ``:=`` anywhere in an expression, lambdas aside."""
    found: set[str] = set()
    _find_walruses(node, found)
    return found


def _find_walruses(node: Any, found: set[str]) -> None:
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, ir.Walrus):
            found.add(part.target.id)
        if isinstance(part, ir.Lambda):
            continue
        for field in getattr(part, "__struct_fields__", ()):
            value = getattr(part, field)
            if isinstance(value, ir.Node):
                stack.append(value)
            elif isinstance(value, tuple):
                stack.extend(item for item in value if isinstance(item, ir.Node))


def pattern_names(pattern: ir.Pattern) -> set[str]:
    """The names that a pattern captures."""
    found = set() if pattern.name is None else {pattern.name}
    return found.union(*map(pattern_names, pattern.parts))


def declared_names(body: tuple[ir.Stmt, ...]) -> dict[str, str]:
    """Names declared ``global`` or ``nonlocal`` in a function's body, with which."""
    found: dict[str, str] = {}
    stack: list[Any] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ir.Scope):
            found.update(dict.fromkeys(node.names, node.kind))
        elif node.__class__ in _BLOCKS:
            stack.extend(_BLOCKS[node.__class__](node))
    return found
