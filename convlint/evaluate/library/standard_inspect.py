"""inspect: signatures of the user's functions, and what kind of thing something is."""

from __future__ import annotations

from collections.abc import Callable

from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library import standard_frames
from convlint.evaluate.library.adapt import builtin_table, fixed, give_up, instance_of, take
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import classes, named_tuples
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.values import (
    FALSE,
    NONE,
    TRUE,
    Builtin,
    Class,
    Const,
    Descriptor,
    Function,
    Instance,
    Method,
    Module,
    Partial,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

KINDS = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD", "VAR_POSITIONAL", "KEYWORD_ONLY", "VAR_KEYWORD")
SPEC = ["args", "varargs", "varkw", "defaults", "kwonlyargs", "kwonlydefaults", "annotations"]


def contents(machine: Machine) -> dict[str, Value]:
    """The names of inspect."""
    base = machine.modules.builtin_class("object")
    empty = make_class("_empty", (base,), {})
    parameter = make_class("Parameter", (base,), {"empty": empty, **{name: Const(at) for at, name in enumerate(KINDS)}})
    signature = make_class("Signature", (base,), {"empty": empty})
    spec = named_tuples.make_named_tuple(machine, "FullArgSpec", SPEC, {})
    signature.attrs["from_callable"] = maker = Builtin("signature", _signature(signature, parameter, empty), bind=False)
    return {
        "Parameter": parameter,
        "Signature": signature,
        "_empty": empty,
        "signature": maker,
        "getfullargspec": Builtin("getfullargspec", _spec(spec)),
        "getargspec": Builtin("getargspec", _spec(spec)),
        "unwrap": Builtin("unwrap", _unwrap),
        "getmro": Builtin("getmro", _order),
        "isabstract": fixed("isabstract", FALSE),
        **standard_frames.contents(machine),
        **builtin_table(
            {
                "isclass": _kind("isclass", Class),
                "isfunction": _kind("isfunction", Function),
                "ismethod": _kind("ismethod", Method),
                "ismodule": _kind("ismodule", Module),
                "isbuiltin": _kind("isbuiltin", Builtin),
                "isroutine": _kind("isroutine", (Function, Method, Builtin)),
            }
        ),
    }


def _kind(name: str, kinds: type | tuple[type, ...]) -> Callable[[Machine, Arguments, Span], Value]:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        (value,) = take(machine, args, name, 1, "object")
        if isinstance(value, Unknown):
            give_up(value)
        return TRUE if isinstance(value, kinds) else FALSE

    return call


def parameters_of(value: Value) -> tuple[Function, int]:
    """The user's function behind a callable, and how many of its first parameters are filled already."""
    skipped = 0
    while True:
        if isinstance(value, Method):
            value, skipped = value.function, skipped + 1
        elif isinstance(value, Class):
            init = classes.lookup(value, "__init__")
            if not isinstance(init, Function):
                give_up(Unknown("not-modelled", f"the signature of {value.name}"))
            value, skipped = init, skipped + 1
        elif isinstance(value, Instance):
            call = classes.lookup(value.cls, "__call__")
            value, skipped = call if isinstance(call, Value) else NONE, skipped + 1
        elif isinstance(value, Function) and isinstance(value.wrapped, (Function, Class, Method)):
            value = value.wrapped
        elif isinstance(value, Descriptor):
            value = value.function
        elif isinstance(value, Function):
            return value, skipped
        elif isinstance(value, Unknown):
            give_up(value)
        elif isinstance(value, (Builtin, Partial)):
            give_up(Unknown("not-modelled", "the signature of a built-in function"))
        else:
            raise Raised("TypeError", "not a callable object")


def _signature(cls: Class, parameter: Class, empty: Class) -> Callable[[Machine, Arguments, Span], Value]:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        function, skipped = parameters_of(take(machine, args, "signature", 1, "obj", "follow_wrapped")[0])
        declared = function.signature
        kinds = [(name, 0 if at < declared.posonly else 1) for at, name in enumerate(declared.positional)][skipped:]
        kinds += [(declared.star, 2)] if declared.star else []
        kinds += [(name, 3) for name in declared.keyword]
        kinds += [(declared.double_star, 4)] if declared.double_star else []
        found = machine.dict()
        for name, kind in kinds:
            made = instance_of(
                machine,
                parameter,
                name=Const(name),
                kind=Const(kind),
                default=declared.defaults.get(name, empty),
                annotation=Unknown("not-modelled", "an annotation"),
            )
            found.entries[name] = (Const(name), made)
        return instance_of(machine, cls, parameters=found)

    return call


def _names(machine: Machine, names: tuple[str, ...]) -> Value:
    return machine.list([Const(name) for name in names])


def _spec(cls: Class) -> Callable[[Machine, Arguments, Span], Value]:
    """``getfullargspec``: ``self`` is among the names, as in Python."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        function, _ = parameters_of(take(machine, args, "getfullargspec", 1, "func")[0])
        declared = function.signature
        with_defaults = [name for name in declared.positional if name in declared.defaults]
        keyword_defaults = machine.dict()
        for name in declared.keyword:
            if name in declared.defaults:
                keyword_defaults.entries[name] = (Const(name), declared.defaults[name])
        values: tuple[Value, ...] = (
            _names(machine, declared.positional),
            Const(declared.star),
            Const(declared.double_star),
            Tuple(tuple(declared.defaults[name] for name in with_defaults)) if with_defaults else NONE,
            _names(machine, declared.keyword),
            keyword_defaults if keyword_defaults.entries else NONE,
            Unknown("not-modelled", "annotations", site),
        )
        return Tuple(values, cls)

    return call


def _unwrap(machine: Machine, args: Arguments, site: Span) -> Value:
    value: Value = take(machine, args, "unwrap", 1, "func", "stop")[0]
    while isinstance(value, Function) and value.wrapped is not None:
        value = value.wrapped
    return value


def _order(machine: Machine, args: Arguments, site: Span) -> Value:
    (value,) = take(machine, args, "getmro", 1, "cls")
    if isinstance(value, Unknown):
        give_up(value)
    return Tuple(value.mro) if isinstance(value, Class) else Tuple(())
