"""types: kinds of functions and objects."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import plain_classes, take, unknown
from convlint.evaluate.library.standard_functools import property_class
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.values import NONE, Builtin, Class, Dict, Instance, Method, Span, Value


def contents(machine: Machine) -> dict[str, Value]:
    """The names of types; ``isinstance`` knows the kinds of functions by name."""
    base = machine.modules.builtin_class("object")
    namespace = make_class("SimpleNamespace", (base,), {"__init__": Builtin("__init__", _namespace)})
    method = make_class("MethodType", (base,), {})
    method.make = _method
    view = make_class("MappingProxyType", (base,), {})
    view.make = lambda machine, cls, args, site: take(machine, args, "MappingProxyType", 1, "mapping")[0]
    return {
        **plain_classes(
            machine, "FunctionType", "LambdaType", "BuiltinFunctionType", "BuiltinMethodType", "ModuleType"
        ),
        **plain_classes(machine, "GeneratorType", "CodeType", "NoneType", "UnionType", "GenericAlias", "TracebackType"),
        "SimpleNamespace": namespace,
        "MethodType": method,
        "MappingProxyType": view,
        "DynamicClassAttribute": property_class(machine, "DynamicClassAttribute"),
        **unknown("types", "new_class", "prepare_class", "coroutine"),
    }


def _namespace(machine: Machine, args: Arguments, site: Span) -> Value:
    target = force(args.positional[0], machine.path) if args.positional else NONE
    given = dict(args.keywords)
    for source in args.positional[1:]:
        source = force(source, machine.path)
        if isinstance(source, Dict):
            given = {**{key: value for key, _, value in machine.entries(source) if isinstance(key, str)}, **given}
    if isinstance(target, Instance):
        for name, value in given.items():
            machine.write_attribute(target, name, value)
    return NONE


def _method(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    function, receiver = take(machine, args, "MethodType", 2, "function", "instance")
    return Method(function, receiver)
