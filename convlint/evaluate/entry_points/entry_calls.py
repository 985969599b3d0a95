"""The calls that entry points are: a function, class or method with what its parameters get that have no default."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.built.records import NOWHERE, Record
from convlint.evaluate.environment import Arguments, Frame, NotIterable, Raised
from convlint.evaluate.language.expressions import Context, compile_expression
from convlint.evaluate.library.torch_modules import is_module
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes, calls, classes
from convlint.evaluate.paths import ROOT, Undecided, leaves
from convlint.evaluate.sources.source_module import SourceModule
from convlint.evaluate.values import (
    UNBOUND,
    Builtin,
    Class,
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


def call_definition(machine: Machine, source: SourceModule, value: Any, node: ir.Function | ir.Class) -> None:
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
    """The class that an annotation names, where its objects are plain configuration and need no arguments."""
    if isinstance(annotation, ir.Text):
        if not annotation.value.isidentifier():
            return None
        annotation = ir.Name(annotation.at, annotation.end, annotation.value)
    value = compile_expression(Context(machine, number, None, ""), annotation)(Frame(module, None))
    if not isinstance(value, Class) or value.span is None or value.enum is not None or value.make is not None:
        return None
    init = classes.lookup(value, "__init__")
    params = init.code.node.params if isinstance(init, Function) else None
    needs = params is not None and any(param.default is None for param in (*params.posonly, *params.args)[1:])
    return None if needs or value.derives_from_module else value


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


def call_method(machine: Machine, source: SourceModule, cls: Class, node: ir.Function) -> None:
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
