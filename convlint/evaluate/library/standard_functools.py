"""functools."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import builtin_table, identities, items, known, run, take
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.values import Builtin, Class, Const, Descriptor, Function, Partial, Span, Tuple, Value


def contents(machine: Machine) -> dict[str, Value]:
    """The names of functools."""
    partial = make_class("partial", (machine.modules.builtin_class("object"),), {})
    partial.make = _partial
    return {
        **identities("cache", "lru_cache", "singledispatch", "singledispatchmethod", "total_ordering"),
        **builtin_table(
            {"partialmethod": _partial_method, "reduce": _reduce, "update_wrapper": _update_wrapper, "wraps": _wraps}
        ),
        "partial": partial,
        "cached_property": property_class(machine, "cached_property"),
        "WRAPPER_ASSIGNMENTS": Tuple((Const("__module__"), Const("__name__"), Const("__qualname__"), Const("__doc__"))),
        "WRAPPER_UPDATES": Tuple((Const("__dict__"),)),
    }


def property_class(machine: Machine, name: str) -> Class:
    """A decorator class that makes a property of a method."""
    made = make_class(name, (machine.modules.builtin_class("property"),), {})
    made.make = lambda machine, cls, args, site: Descriptor("property", take(machine, args, name, 1, "function")[0])
    return made


def _partial(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    if not known(args).positional:
        raise Raised("TypeError", "partial expected at least 1 argument")
    function, given = args.positional[0], tuple(args.positional[1:])
    if isinstance(function, Partial):  # Python makes one of both
        return Partial(function.function, (*function.args, *given), {**function.keywords, **args.keywords})
    return Partial(function, given, dict(args.keywords))


def _partial_method(machine: Machine, args: Arguments, site: Span) -> Value:
    """A method with arguments given in advance: they go after the object that it is bound to."""
    if not known(args).positional:
        raise Raised("TypeError", "partialmethod expected at least 1 argument")
    function, *early = args.positional

    def call(machine: Machine, given: Arguments, site: Span) -> Value:
        positional = [*given.positional[:1], *early, *given.positional[1:]]
        bound = Arguments(positional, {**args.keywords, **given.keywords}, given.unknown)
        return calls.call(machine, function, bound, site)  # type: ignore[no-any-return]

    return Builtin("partialmethod", call)


def _reduce(machine: Machine, args: Arguments, site: Span) -> Value:
    function, source, initial = take(machine, args, "reduce", 2, "function", "iterable", "initial")
    found = items(machine, source, site)
    if initial is None:
        if not found:
            raise Raised("TypeError", "reduce() of empty iterable with no initial value")
        initial, *found = found
    for item in found:
        initial = run(machine, function, site, initial, item)
    return initial  # type: ignore[no-any-return]


def _wraps(machine: Machine, args: Arguments, site: Span) -> Value:
    wrapped = take(machine, Arguments(args.positional[:1], {}, args.unknown), "wraps", 1, "wrapped")[0]

    def decorate(machine: Machine, given: Arguments, site: Span) -> Value:
        wrapper = take(machine, given, "wraps", 1, "wrapper")[0]
        return _wrap(wrapper, wrapped)

    return Builtin("wraps", decorate)


def _update_wrapper(machine: Machine, args: Arguments, site: Span) -> Value:
    wrapper, wrapped = take(
        machine, Arguments(args.positional[:2], {}, args.unknown), "update_wrapper", 2, "wrapper", "wrapped"
    )
    return _wrap(wrapper, wrapped)


def _wrap(wrapper: Value, wrapped: Value) -> Value:
    """Give a function the names of the one that it wraps, and what else that has: it may itself be a wrapper."""
    if isinstance(wrapper, Function):
        wrapper.wrapped = wrapped
        name = getattr(wrapped, "name", None)
        if isinstance(name, str):
            wrapper.attrs.update({"__name__": Const(name), "__qualname__": Const(getattr(wrapped, "qualname", name))})
        if isinstance(wrapped, (Function, Class)) and wrapped.module is not None:
            wrapper.attrs["__module__"] = Const(wrapped.module.name)
        if isinstance(wrapped, Function):
            wrapper.attrs.update(wrapped.attrs)
    return wrapper
