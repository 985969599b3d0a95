"""Entry points: every function and class of the linted files is called with its defaults, by nobody in particular."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from convlint.evaluate import attributes, calls, classes
from convlint.evaluate.budget import MAX_KEYS_REFUSED, MAX_TRIAL_STEPS
from convlint.evaluate.environment import Arguments, Exhausted, Frame, NotIterable, Raised
from convlint.evaluate.library.torch_layers import FUNCTIONS, MODULES
from convlint.evaluate.library.torch_modules import is_module
from convlint.evaluate.machine import NOWHERE, Machine, Trial
from convlint.evaluate.paths import ROOT, Undecided, leaves
from convlint.evaluate.records import Record
from convlint.evaluate.source_module import SourceModule
from convlint.evaluate.values import (
    UNBOUND,
    Builtin,
    Class,
    Const,
    Descriptor,
    Function,
    Instance,
    Method,
    Partial,
    Span,
    Tensor,
    Unknown,
    Value,
)  # fmt: skip
from convlint.frontends.python import ir

_LAYER_WORD = re.compile(r"\b(?:" + "|".join(sorted([*MODULES, *FUNCTIONS])) + r")\b")

ENTRY = "the whole entry point"
REFUSALS = frozenset({"AssertionError", "AttributeError", "IndexError", "KeyError", "TypeError", "ValueError"})
"""How code ends that was given None for a value it needs: ``blocks=None``, and then ``assert blocks is not None``."""


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
    value = source.get(machine, name)
    yield Entry(f"{source.module.name}.{name}", _run(machine, _main_call, source, value, node))
    if isinstance(node, ir.Class) and isinstance(value, Class):
        for statement in node.body:
            if not isinstance(statement, ir.Function) or statement.name in ("__init__", "forward", "__new__"):
                continue
            if _LAYER_WORD.search(source.file.text, statement.at, statement.end):
                root = _run(machine, _method_call, source, value, statement)
                yield Entry(f"{source.module.name}.{name}.{statement.name}", root)


def _run(machine: Machine, operation: Any, source: SourceModule, value: Any, node: Any) -> Record:
    """Run one entry point; again where it refuses its own defaults of None, or does without a package that may be
    installed elsewhere, and with each key of a table in which it looks up a parameter that has no default."""
    root, span = Record(NOWHERE, ROOT), Span(source.number, node.at, node.at + 1)

    def run() -> None:
        operation(machine, source, value, node)

    trial = machine.trial = Trial({}, {}, {}, {})
    ended = _attempt(machine, root, span, run)
    if ended in REFUSALS and trial.optional and operation is _main_call:
        again = Record(NOWHERE, ROOT)
        second = machine.trial = Trial({}, {}, {}, {}, refused=True)
        ended = _attempt(machine, again, span, run)
        if ended is None:
            root, trial = again, second
    if ended is not None and source.optional and operation is _main_call:
        again = Record(NOWHERE, ROOT)
        last = machine.trial = Trial({}, {}, {}, {})
        if _attempt(machine, again, span, lambda: _with_packages(machine, source, run)) is None:
            root, trial = again, last
    if machine.verdicts is not None and (trial.open or operation is _method_call):
        machine.verdicts.outcomes.partial.add(id(root))
    _with_each_key(machine, root, span, run, trial)
    return root


def _with_packages(machine: Machine, source: SourceModule, run: Callable[[], None]) -> None:
    """Run an entry point as where the packages are installed that its file does without where they are not.

    What it means there by the names that it has from them is unknown; nothing of that is remembered.
    """
    kept, machine.memo = machine.memo, {}
    try:
        for name in sorted(source.optional):
            unknown = Unknown("module-not-found", f"'{name}', of an optional package")
            machine.modules.write_attribute(source.module, name, unknown)
        run()
    finally:
        machine.memo = kept


def _with_each_key(machine: Machine, root: Record, span: Span, run: Callable[[], None], trial: Trial) -> None:
    """Run an entry point again with each key of the tables in which it looks up a parameter that has no default."""
    spent = 0
    for parameter, tables in trial.asked.items():
        tried: set[Any] = set()
        for keys in tables:
            refused = 0
            for key in keys:
                if key.value in tried:
                    continue
                if refused == MAX_KEYS_REFUSED:
                    break  # what is looked up is not the parameter itself: an item of a configuration, say
                if spent > MAX_TRIAL_STEPS:
                    machine.note_gap("limit", "MAX_TRIAL_STEPS", span, ENTRY)
                    return
                tried.add(key.value)
                inner = Record(NOWHERE, ROOT)
                machine.trial = Trial({parameter: Const(key.value, parameter)}, {}, {}, {})
                ended = _attempt(machine, inner, span, run)
                refused = -1 if refused < 0 or ended is None or _builds(inner) else refused + 1
                spent += machine.steps
                for (site, child, _), count in inner.calls.items():
                    root.calls.setdefault((site, child, False), count)


def _builds(root: Record) -> bool:
    """Whether anything is built in an activation or below it."""
    stack: list[Any] = [root]
    seen: set[int] = set()
    while stack:
        record = stack.pop()
        for _, child, _ in record.calls:
            if not isinstance(child, Record):
                return True
            if id(child) not in seen:
                seen.add(id(child))
                stack.append(child)
    return False


def entered(machine: Machine, span: Span, operation: Callable[[], None]) -> Record:
    """Run an entry point that no Python file defines; ``span`` is where it stands."""
    root = Record(NOWHERE, ROOT)
    machine.trial = Trial({}, {}, {}, {})
    _attempt(machine, root, span, operation)
    return root


def _attempt(machine: Machine, root: Record, span: Span, operation: Callable[[], None]) -> str | None:
    """Run one entry point in isolation: whatever it changes outside of itself is put back afterwards.

    Gives the name of the exception that it ends with for certain.
    """
    machine.record, machine.path, machine.steps, machine.depth = root, ROOT, 0, 0
    machine.active = {}
    memo = machine.memo
    machine.clock += 1
    machine.entry_start = machine.clock
    try:
        operation()
    except Raised as error:
        return error.kind
    except (Undecided, NotIterable):
        pass
    except Exhausted as error:
        machine.note_gap("limit", error.limit, span, ENTRY)
    except Exception as error:  # a mistake of convlint's own costs this entry point, not the run
        machine.note_gap("internal", type(error).__name__, span, ENTRY)
    finally:
        machine.candidates.clear()
        for restore in reversed(machine.undo):
            restore()
        machine.undo.clear()
        machine.saved.clear()
        machine.entry_start, machine.memo = 0, memo
        machine.record, machine.path = Record(NOWHERE, ROOT), ROOT
    return None


def _main_call(machine: Machine, source: SourceModule, value: Any, node: ir.Function | ir.Class) -> None:
    """Call a function or build a class, then run the ``forward`` of what came out."""
    site = Span(source.number, node.at, node.end)
    if isinstance(node, ir.Class):
        if not isinstance(value, Class) or value.enum is not None or value.make is not None:
            return
        init = classes.lookup(value, "__init__")
        params = init.code.node.params if isinstance(init, Function) else None
        module = init.module if isinstance(init, Function) else source.module
        args = _arguments(machine, module, params, site.file, skip=1)
    else:
        if not isinstance(value, (Function, Partial, Method, Builtin, Instance)):
            return
        args = _arguments(machine, source.module, node.params, site.file, skip=0)
    result = machine.apply(calls.call, machine, value, args, site)
    for leaf in leaves(result):
        if is_module(leaf):
            run_forward(machine, leaf, site)


def _arguments(machine: Machine, module: Any, params: ir.Params | None, file: int, skip: int) -> Arguments:
    """Arguments for the parameters that have no default: an object made from the annotation, else an unknown."""
    if params is None:
        return Arguments([])
    number = module.source.number if module.source is not None else file
    positional: list[Value] = []
    for param in (*params.posonly, *params.args)[skip:]:
        if param.default is not None:
            break
        positional.append(_argument(machine, module, param, number))
    keywords = {
        param.name: _argument(machine, module, param, number) for param in params.kwonly if param.default is None
    }
    for param in (*params.args[max(skip - len(params.posonly), 0) :], *params.kwonly):
        if isinstance(param.default, ir.Name) and param.default.id == "None":
            machine.trial.optional[Span(number, param.at, param.end)] = param.name
            if machine.trial.refused:
                keywords[param.name] = _argument(machine, module, param, number)
    return Arguments(positional, keywords)


def _argument(machine: Machine, module: Any, param: ir.Param, number: int) -> Value:
    span = Span(number, param.at, param.end)
    given = machine.trial.given.get(span)
    if given is not None:
        return given
    unknown = Unknown("no-default", f"parameter '{param.name}'", span)
    machine.trial.open[span] = unknown.detail
    if not isinstance(param.annotation, (ir.Name, ir.Attribute, ir.Text)):
        return unknown
    try:
        cls = _annotated_class(machine, module, param.annotation, number)
        if cls is None:
            return unknown
        made = machine.apply(calls.call, machine, cls, Arguments([]), span)
    except (Raised, Undecided, NotIterable):
        return unknown
    return made if all(isinstance(leaf, Instance) for leaf in leaves(made)) else unknown


def _annotated_class(machine: Machine, module: Any, annotation: ir.Expr, number: int) -> Class | None:
    """The user's class that an annotation names, where its objects are plain configuration."""
    from convlint.evaluate.expressions import Context, compile_expression

    if isinstance(annotation, ir.Text):
        if not annotation.value.isidentifier():
            return None
        annotation = ir.Name(annotation.at, annotation.end, annotation.value)
    value = compile_expression(Context(machine, number, None, ""), annotation)(Frame(module, None))
    if not isinstance(value, Class) or value.span is None or value.enum is not None or value.make is not None:
        return None
    return None if value.derives_from_module else value


def run_forward(machine: Machine, target: Instance, site: Span) -> None:
    """Call a module with tensors for the parameters of ``forward`` that have no default, where that can matter.

    Where no layer can be reached, the body of ``forward`` itself still says what happens to tensors in it.
    """
    try:
        with machine.flow.within(target if not machine.forwards.matter(target) else None) as worth:
            if worth:
                _forward(machine, target, site)
    finally:
        if machine.verdicts is not None and not machine.trial.given:
            if machine.verdicts.wanted(machine.record):
                machine.verdicts.follow(machine, target, site)
            else:
                machine.verdicts.put_off(machine, target, site)
            machine.verdicts.measure(machine, target, site)


def _forward(machine: Machine, target: Instance, site: Span) -> None:
    forward = classes.lookup(target.cls, "forward")
    if isinstance(forward, Descriptor):
        forward = forward.function
    args = Arguments([Tensor()])
    if isinstance(forward, Function):
        params = forward.code.node.params
        needed = [param for param in (*params.posonly, *params.args)[1:] if param.default is None]
        args = Arguments(
            [Tensor() for _ in needed], {param.name: Tensor() for param in params.kwonly if param.default is None}
        )
        if not needed and len((*params.posonly, *params.args)) == 1 and params.vararg is not None:
            args = Arguments([Tensor()])
    machine.apply(calls.call, machine, attributes.get(machine, target, "forward", site), args, site)


def _method_call(machine: Machine, source: SourceModule, cls: Class, node: ir.Function) -> None:
    """Call one method of a class by itself, on an object built with the class's defaults where that works."""
    site = Span(source.number, node.at, node.end)
    method = cls.attrs.get(node.name, UNBOUND)
    kind = method.kind if isinstance(method, Descriptor) else ""
    function = method.function if isinstance(method, Descriptor) else method
    if not isinstance(function, Function):
        return
    receiver: list[Value] = []
    if kind == "classmethod":
        receiver = [cls]
    elif kind != "staticmethod":
        receiver = [_built(machine, source, cls, site)]
    args = _arguments(machine, function.module, node.params, source.number, skip=len(receiver))
    machine.apply(calls.call, machine, function, Arguments([*receiver, *args.positional], args.keywords), site)


def _built(machine: Machine, source: SourceModule, cls: Class, site: Span) -> Value:
    """An object of ``cls``, what its constructor builds left out of the record."""
    init = classes.lookup(cls, "__init__")
    params = init.code.node.params if isinstance(init, Function) else None
    kept = machine.record
    machine.record = Record(NOWHERE, ROOT)
    try:
        module = init.module if isinstance(init, Function) else source.module
        made = machine.apply(calls.call, machine, cls, _arguments(machine, module, params, site.file, 1), site)
    except (Raised, Undecided, NotIterable):
        return machine.instance(cls)
    finally:
        machine.record = kept
    return made if isinstance(made, Instance) else machine.instance(cls)
