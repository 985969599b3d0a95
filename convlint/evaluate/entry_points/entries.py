"""Entry points: every function and class of the linted files is called with its defaults, by nobody in particular."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from convlint.evaluate.built.records import NOWHERE, Record
from convlint.evaluate.entry_points import entry_calls, trials
from convlint.evaluate.library.torch_modules import is_module
from convlint.evaluate.library.torch_signatures import FUNCTIONS, MODULES
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import ROOT, leaves
from convlint.evaluate.sources.source_module import SourceModule
from convlint.evaluate.values import Class, Function, Instance, Span
from convlint.frontends.python import ir

_LAYER_WORD = re.compile(r"\b(?:" + "|".join(sorted([*MODULES, *FUNCTIONS])) + r")\b")


class Postponed(NamedTuple):
    """A private function that cannot be called without arguments: an entry point only if nobody else calls it."""

    source: SourceModule
    name: str
    node: ir.Function


class Entry(NamedTuple):
    """One entry point: its dotted name, what it is built from, and what was built."""

    name: str
    root: Record


def entries_of(machine: Machine, source: SourceModule, postponed: list[Postponed]) -> Iterator[Entry]:
    """Evaluate the entry points of one linted file, in source order, the module itself last."""
    source.outline()
    seen: set[str] = set()
    for piece in source.pieces:
        if piece.kind in ("def", "class") and piece.name is not None and piece.name not in seen:
            seen.add(piece.name)
            node = _definition(source, piece.name)
            if isinstance(node, ir.Function) and node.name.startswith("_") and _has_required(node.params):
                postponed.append(Postponed(source, node.name, node))
            elif node is not None:
                yield from _evaluate(machine, source, piece.name, node)
    yield from _conditional_definitions(machine, source, seen)
    source.run_all(machine)
    root = Record(NOWHERE, ROOT)
    for index in sorted(source.records):
        root.calls[(source.records[index].scope.span, source.records[index], True)] = 1
    if machine.verdicts is not None:
        machine.verdicts.module_ran(source.number, root)
        machine.verdicts.bound_by.update(_modules_of_pieces(source))
    yield Entry(f"{source.module.name}:<module>", root)


def _modules_of_pieces(source: SourceModule) -> Iterator[tuple[int, tuple[Instance, ...]]]:
    """The modules that a statement at module level binds (``features = nn.Sequential(...)``), by its record."""
    for index, record in source.records.items():
        values = [value for bindings in source.bindings.values() for at, value in bindings if at == index]
        modules = tuple([leaf for value in values for leaf in leaves(value) if is_module(leaf)])
        if modules:
            yield id(record), modules


def _conditional_definitions(machine: Machine, source: SourceModule, seen: set[str]) -> Iterator[Entry]:
    """Functions and classes that stand inside an ``if`` or ``try`` at module level."""
    for name, pieces in list(source.affecting.items()):
        if name in seen or not any((name, index) not in source.firm for index in pieces):
            continue
        if any(source.pieces[index].kind == "other" for index in pieces):
            nodes = [
                node for index in pieces for node in _inner_definitions(source.statements(index)) if node.name == name
            ]
            if nodes:
                yield from _evaluate(machine, source, name, nodes[-1])


def _inner_definitions(statements: tuple[ir.Stmt, ...]) -> Iterator[ir.Function | ir.Class]:
    for statement in statements:
        if isinstance(statement, (ir.Function, ir.Class)):
            yield statement
        elif isinstance(statement, (ir.If, ir.With)):
            yield from _inner_definitions((*statement.body, *getattr(statement, "orelse", ())))
        elif isinstance(statement, ir.Try):
            handled = tuple(inner for handler in statement.handlers for inner in handler.body)
            yield from _inner_definitions((*statement.body, *handled, *statement.orelse))


def _definition(source: SourceModule, name: str) -> ir.Function | ir.Class | None:
    """The last definition of ``name``; statements after it may mention it (``build.kernel = 3``), or bind it anew."""
    for index in reversed(source.affecting[name]):
        for found in source.statements(index):
            if isinstance(found, (ir.Function, ir.Class)) and found.name == name:
                return found
        if (name, index) in source.firm:
            return None
    return None


def _has_required(params: ir.Params) -> bool:
    return any(param.default is None for param in (*params.posonly, *params.args, *params.kwonly))


def uncalled(machine: Machine, postponed: list[Postponed]) -> Iterator[Entry]:
    """Evaluate the private functions that no entry point has called."""
    for source, name, node in postponed:
        value = source.get(machine, name)
        if not isinstance(value, Function) or value.code not in machine.activated:
            yield from _evaluate(machine, source, name, node)


def _evaluate(machine: Machine, source: SourceModule, name: str, node: ir.Function | ir.Class) -> Iterator[Entry]:
    """A function, or a class and those of its methods in which a layer is named."""
    value = source.get(machine, name)
    call = partial(entry_calls.call_definition, machine, source, value, node)
    yield Entry(f"{source.module.name}.{name}", trials.run_definition(machine, source, _start(source, node), call))
    if isinstance(node, ir.Class) and isinstance(value, Class):
        for statement in node.body:
            if not isinstance(statement, ir.Function) or statement.name in ("__init__", "forward", "__new__"):
                continue
            if _LAYER_WORD.search(source.file.text, statement.at, statement.end):
                call = partial(entry_calls.call_method, machine, source, value, statement)
                root = trials.run_method(machine, _start(source, statement), call)
                yield Entry(f"{source.module.name}.{name}.{statement.name}", root)


def _start(source: SourceModule, node: ir.Function | ir.Class) -> Span:
    """Where an entry point stands, for what is said of it as a whole."""
    return Span(source.number, node.at, node.at + 1)
