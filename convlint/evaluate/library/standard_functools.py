"""functools, operator and copy."""

from __future__ import annotations

from typing import Any

from convlint.evaluate import arithmetic, attributes, calls, classes, comparison, memo, subscripts
from convlint.evaluate.classes import make_class
from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import (
    builtin_table,
    content,
    identities,
    identity,
    items,
    known,
    pure,
    run,
    take,
    text,
)  # fmt: skip
from convlint.evaluate.library.types_mappings import copied
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.truth import truth
from convlint.evaluate.values import (
    UNBOUND,
    Builtin,
    Class,
    Const,
    Descriptor,
    Dict,
    Function,
    Instance,
    List,
    Partial,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

# --- functools --------------------------------------------------------------------------------------------------------


def functools(machine: Machine) -> dict[str, Value]:
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


# --- operator ---------------------------------------------------------------------------------------------------------

_BINARY = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "lshift": "<<",
    "rshift": ">>", "and_": "&", "or_": "|", "xor": "^", "matmul": "@", "concat": "+", "iadd": "+", "imul": "*",
}  # fmt: skip
_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "is_": "is", "is_not": "is not"}


def operator(machine: Machine) -> dict[str, Value]:
    """The names of operator."""
    found: dict[str, Value] = {
        **{name: _two_sided(name, op, arithmetic.binary) for name, op in _BINARY.items()},
        **{name: _two_sided(name, op, comparison.compare) for name, op in _COMPARISONS.items()},
        **{name: _one_sided(name, op) for name, op in {"neg": "-", "pos": "+", "invert": "~", "not_": "not"}.items()},
        **builtin_table(
            {
                "attrgetter": _attribute_getter,
                "contains": _contains,
                "getitem": _get_item,
                "itemgetter": _item_getter,
                "methodcaller": _method_caller,
                "truth": _truth,
            }
        ),
        "abs": pure("abs", abs, keeps=True),
        "index": pure("index", lambda number: number.__index__(), keeps=True),
    }
    return found


def _two_sided(name: str, op: str, operation: Any) -> Builtin:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        a, b = take(machine, args, name, 2, "a", "b")
        return operation(machine, op, a, b, site)  # type: ignore[no-any-return]

    return Builtin(name, call, bind=False)


def _one_sided(name: str, op: str) -> Builtin:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        return arithmetic.unary(machine, op, take(machine, args, name, 1, "a")[0], site)

    return Builtin(name, call, bind=False)


def _truth(machine: Machine, args: Arguments, site: Span) -> Value:
    found = truth(machine, take(machine, args, "truth", 1, "a")[0])
    return found if isinstance(found, Unknown) else Const(found, site)


def _contains(machine: Machine, args: Arguments, site: Span) -> Value:
    container, item = take(machine, args, "contains", 2, "a", "b")
    return comparison.compare(machine, "in", item, container, site)


def _get_item(machine: Machine, args: Arguments, site: Span) -> Value:
    target, key = take(machine, args, "getitem", 2, "a", "b")
    return subscripts.get(machine, target, key, site)  # type: ignore[no-any-return]


def _item_getter(machine: Machine, args: Arguments, site: Span) -> Value:
    keys = known(args).positional

    def call(machine: Machine, given: Arguments, site: Span) -> Value:
        (target,) = take(machine, given, "itemgetter", 1, "obj")
        found = [subscripts.get(machine, target, key, site) for key in keys]
        return found[0] if len(found) == 1 else Tuple(tuple(found))

    return Builtin("itemgetter", call, bind=False)


def _attribute_getter(machine: Machine, args: Arguments, site: Span) -> Value:
    names = [text(machine, name) for name in known(args).positional]

    def call(machine: Machine, given: Arguments, site: Span) -> Value:
        (target,) = take(machine, given, "attrgetter", 1, "obj")
        found = []
        for name in names:
            value = target
            for part in name.split("."):
                value = attributes.get(machine, value, part, site)
            found.append(value)
        return found[0] if len(found) == 1 else Tuple(tuple(found))

    return Builtin("attrgetter", call, bind=False)


def _method_caller(machine: Machine, args: Arguments, site: Span) -> Value:
    name = text(machine, known(args).positional[0]) if args.positional else ""

    def call(machine: Machine, given: Arguments, site: Span) -> Value:
        (target,) = take(machine, given, "methodcaller", 1, "obj")
        method = attributes.get(machine, target, name, site)
        return calls.call(machine, method, Arguments(args.positional[1:], args.keywords), site)  # type: ignore[no-any-return]

    return Builtin("methodcaller", call, bind=False)


# --- copy -------------------------------------------------------------------------------------------------------------


def copying(machine: Machine) -> dict[str, Value]:
    """The names of copy."""
    return {**builtin_table({"copy": _copy, "deepcopy": _deep_copy}), "replace": identity("replace")}


def _copy(machine: Machine, args: Arguments, site: Span) -> Value:
    (value,) = take(machine, args, "copy", 1, "x")
    return _shallow(machine, value, site)


def _shallow(machine: Machine, value: Value, site: Span) -> Value:
    if isinstance(value, List):
        return machine.list(list(content(machine, value)))
    if isinstance(value, Dict):
        return copied(machine, value)
    if isinstance(value, Instance):
        own = classes.lookup(value.cls, "__copy__")
        if own is not None:
            return calls.call(machine, own, Arguments([value]), site)  # type: ignore[no-any-return]
        made = machine.instance(value.cls)
        held = {name: memo.read_attribute(machine, value, name) for name in value.attrs}
        made.attrs = {name: force(item, machine.path) for name, item in held.items() if item is not UNBOUND}
        made.payload = _shallow(machine, value.payload, site) if isinstance(value.payload, Value) else value.payload
        return made
    return value


def _deep_copy(machine: Machine, args: Arguments, site: Span) -> Value:
    value = take(machine, args, "deepcopy", 1, "x", "memo")[0]
    if isinstance(value, Instance):
        own = classes.lookup(value.cls, "__deepcopy__")
        if own is not None:
            return calls.call(machine, own, Arguments([value, machine.dict()]), site)  # type: ignore[no-any-return]
    return deep_copy(machine, value)


def deep_copy(machine: Machine, value: Value) -> Value:
    """A copy that shares nothing that can change. What ``memo.copy`` puts off until it is read is read here at once."""
    copies: dict[int, Any] = {}
    result = memo.copy(machine, value, copies)
    finished: set[int] = set()
    open_ones = _unread(copies, finished)
    while open_ones:
        for made in open_ones:
            finished.add(id(made))
            for name in list(made.attrs):
                memo.read_attribute(machine, made, name)
        machine.step(len(open_ones))
        open_ones = _unread(copies, finished)
    return result  # type: ignore[no-any-return]


def _unread(copies: dict[int, Any], finished: set[int]) -> list[Instance]:
    """The copied objects whose attributes have not all been read yet."""
    found = {id(made): made for made in copies.values() if isinstance(made, Instance) and id(made) not in finished}
    return list(found.values())
