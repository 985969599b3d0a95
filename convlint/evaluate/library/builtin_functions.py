"""Python's built-in functions over numbers and sequences."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.budget import MAX_SEQUENCE
from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.library import ordering
from convlint.evaluate.library.adapt import (
    asked,
    builtin_table,
    content,
    fixed,
    give_up,
    integer,
    items,
    known,
    pure,
    raw,
    run,
    take,
    unknown,
    verdict,
)  # fmt: skip
from convlint.evaluate.library.types_sequences import advance
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import arithmetic, calls, classes
from convlint.evaluate.objects.instance_checks import is_instance, is_subclass
from convlint.evaluate.objects.iteration import side_by_side
from convlint.evaluate.paths import force
from convlint.evaluate.truth import truth
from convlint.evaluate.values import (
    FALSE,
    NONE,
    TRUE,
    Builtin,
    Class,
    Const,
    Dict,
    Instance,
    Iterator,
    List,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

MAX_DIGITS_ROUNDED = 1_000
"""Digits that ``round`` may be asked for, of either sign."""


# --- numbers ----------------------------------------------------------------------------------------------------------


def _absolute(machine: Machine, args: Arguments, site: Span) -> Value:
    (value,) = take(machine, args, "abs", 1, "x")
    if isinstance(value, Tensor):
        return Tensor(value.shape)
    if isinstance(value, Instance):
        method = classes.lookup(value.cls, "__abs__")
        if method is not None:
            return calls.call(machine, method, Arguments([value]), site)  # type: ignore[no-any-return]
    return _PURE_ABS.call(machine, args, site)


_PURE_ABS = pure("abs", abs, keeps=True)


def _few_digits(number: Any, ndigits: Any = None) -> bool:
    return ndigits is None or abs(ndigits) <= MAX_DIGITS_ROUNDED


def _round(machine: Machine, args: Arguments, site: Span) -> Value:
    value = force(args.positional[0], machine.path) if args.positional else NONE
    if isinstance(value, Instance):
        method = classes.lookup(value.cls, "__round__")
        if method is not None:
            return calls.call(machine, method, Arguments([value, *args.positional[1:]]), site)  # type: ignore[no-any-return]
    return _PURE_ROUND.call(machine, args, site)


_PURE_ROUND = pure("round", round, _few_digits, keeps=True)


def _power(machine: Machine, args: Arguments, site: Span) -> Value:
    base, exponent, modulus = take(machine, args, "pow", 2, "base", "exp", "mod")
    if modulus is None or (isinstance(modulus, Const) and modulus.value is None):
        return arithmetic.binary(machine, "**", base, exponent, site)
    return pure("pow", pow).call(machine, Arguments([base, exponent, modulus]), site)


def _division(machine: Machine, args: Arguments, site: Span) -> Value:
    a, b = take(machine, args, "divmod", 2, "a", "b")
    return Tuple((arithmetic.binary(machine, "//", a, b, site), arithmetic.binary(machine, "%", a, b, site)))


def _sum(machine: Machine, args: Arguments, site: Span) -> Value:
    source, start = take(machine, args, "sum", 1, "iterable", "start")
    total: Value = Const(0, site) if start is None else start
    for item in items(machine, source, site):
        total = machine.apply(arithmetic.binary, machine, "+", total, item, site)
    return total


# --- questions --------------------------------------------------------------------------------------------------------


def _any_or_all(name: str, decisive: bool) -> Any:
    """``any`` (one true item decides) or ``all`` (one false item decides)."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        (source,) = take(machine, args, name, 1, "iterable")
        open_ones: list[Unknown] = []
        for item in items(machine, source, site):
            found = truth(machine, force(item, machine.path))
            if isinstance(found, Unknown):
                open_ones.append(found)
            elif found == decisive:
                return TRUE if decisive else FALSE
        if open_ones:
            return open_ones[0] if len(open_ones) == 1 else follows(open_ones[0])
        return FALSE if decisive else TRUE

    return call


def _length(machine: Machine, args: Arguments, site: Span) -> Value:
    (value,) = take(machine, args, "len", 1, "obj")
    return length(machine, value, site)


def length(machine: Machine, value: Value, site: Span) -> Value:
    """``len(value)``."""
    if isinstance(value, Const) and isinstance(value.value, (str, range)):
        return Const(len(value.value), site)
    if isinstance(value, Tuple):
        return Const(len(value.items), site)
    if isinstance(value, List):
        count = len(content(machine, value))
        return follows(value.more) if value.more is not None and count else Const(count, site)
    if isinstance(value, Dict):
        return follows(value.unknown) if value.unknown is not None else Const(len(machine.entries(value)), site)
    if isinstance(value, Instance):
        method = classes.lookup(value.cls, "__len__")
        if method is not None:
            return calls.call(machine, method, Arguments([value]), site)  # type: ignore[no-any-return]
        if isinstance(value.payload, Value):
            return length(machine, value.payload, site)
        if value.cls.incomplete is not None:
            return follows(value.cls.incomplete)
    if isinstance(value, Class) and value.enum is not None:
        return Const(len(dict.fromkeys(map(id, value.enum.values()))), site)
    if isinstance(value, Tensor):
        return value.shape[0] if value.shape else Unknown("tensor", "the length of a tensor", site)
    if isinstance(value, Unknown):
        return follows(value)
    raise Raised("TypeError", "object has no len()")


def _is_instance(machine: Machine, args: Arguments, site: Span) -> Value:
    value, kind = take(machine, args, "isinstance", 2, "obj", "class_or_tuple")
    return verdict(is_instance(machine, value, kind))


def _is_subclass(machine: Machine, args: Arguments, site: Span) -> Value:
    value, kind = take(machine, args, "issubclass", 2, "cls", "class_or_tuple")
    return verdict(is_subclass(machine, value, kind))


def _callable(machine: Machine, args: Arguments, site: Span) -> Value:
    (value,) = take(machine, args, "callable", 1, "obj")
    if isinstance(value, Unknown):
        return asked(value, "callable")
    if isinstance(value, Instance):
        if classes.lookup(value.cls, "__call__") is not None:
            return TRUE
        return FALSE if value.cls.incomplete is None else asked(value.cls.incomplete, "callable")
    return FALSE if isinstance(value, (Const, Tuple, List, Dict, Iterator, Tensor)) else TRUE


# --- iteration --------------------------------------------------------------------------------------------------------


def _enumerate(machine: Machine, args: Arguments, site: Span) -> Value:
    source, start = take(machine, args, "enumerate", 1, "iterable", "start")
    first = integer(machine, start, 0)
    found = items(machine, source, site)
    return Iterator([Tuple((Const(first + index, site), item)) for index, item in enumerate(found)])


def _zip(machine: Machine, args: Arguments, site: Span) -> Value:
    columns = side_by_side(machine, known(args).positional, site)
    strict = args.keywords.get("strict")
    if strict is not None and raw(machine, strict) and len(set(map(len, columns))) > 1:
        raise Raised("ValueError", "zip() arguments have different lengths")
    return Iterator([Tuple(row) for row in zip(*columns, strict=False)])


def _map(machine: Machine, args: Arguments, site: Span) -> Value:
    if len(known(args).positional) < 2:
        raise Raised("TypeError", "map() must have at least two arguments")
    function, *sources = args.positional
    columns = side_by_side(machine, sources, site)
    return Iterator([run(machine, function, site, *row) for row in zip(*columns, strict=False)])


def filtered(name: str, wanted: bool) -> Any:
    """``filter``, or ``itertools.filterfalse``."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        function, source = take(machine, args, name, 2, "function", "iterable")
        plain = isinstance(function, Const) and function.value is None
        kept: list[Value] = []
        for item in items(machine, source, site):
            tested = item if plain else run(machine, function, site, item)
            found = truth(machine, force(tested, machine.path))
            if isinstance(found, Unknown):
                give_up(found)
            if found == wanted:
                kept.append(item)
        return Iterator(kept)

    return call


def _reversed(machine: Machine, args: Arguments, site: Span) -> Value:
    (value,) = take(machine, args, "reversed", 1, "sequence")
    if isinstance(value, Instance):
        method = classes.lookup(value.cls, "__reversed__")
        if method is not None:
            return calls.call(machine, method, Arguments([value]), site)  # type: ignore[no-any-return]
    return Iterator(items(machine, value, site)[::-1])


def _iter(machine: Machine, args: Arguments, site: Span) -> Value:
    value, sentinel = take(machine, args, "iter", 1, "object", "sentinel")
    if sentinel is not None:
        return Unknown("not-modelled", "iter() with a sentinel", site)
    advances = isinstance(value, Instance) and classes.lookup(value.cls, "__next__") is not None
    if advances or isinstance(value, Iterator):
        return value  # type: ignore[no-any-return]
    found = items(machine, value, site)
    return Iterator(found[:MAX_SEQUENCE])


def _next(machine: Machine, args: Arguments, site: Span) -> Value:
    value, default = take(machine, args, "next", 1, "iterator", "default")
    if isinstance(value, Iterator):
        return advance(machine, value, default)
    if isinstance(value, Instance):
        method = classes.lookup(value.cls, "__next__")
        if method is not None:
            try:
                return calls.call(machine, method, Arguments([value]), site)  # type: ignore[no-any-return]
            except Raised as error:
                if error.kind != "StopIteration" or default is None:
                    raise
                return default  # type: ignore[no-any-return]
    if isinstance(value, Unknown):
        return follows(value)
    raise Raised("TypeError", "object is not an iterator")


def _exit(machine: Machine, args: Arguments, site: Span) -> Value:
    raise Raised("SystemExit", "")


def _open(machine: Machine, args: Arguments, site: Span) -> Value:
    from convlint.evaluate.library.data_files import open_file

    return open_file(machine, args, site)


def build() -> dict[str, Value]:
    """The built-in functions over numbers and sequences."""
    return {
        **builtin_table(
            {
                "abs": _absolute,
                "all": _any_or_all("all", False),
                "any": _any_or_all("any", True),
                "callable": _callable,
                "divmod": _division,
                "enumerate": _enumerate,
                "exit": _exit,
                "filter": filtered("filter", True),
                "isinstance": _is_instance,
                "issubclass": _is_subclass,
                "iter": _iter,
                "len": _length,
                "map": _map,
                "max": ordering.extreme("max"),
                "min": ordering.extreme("min"),
                "next": _next,
                "open": _open,
                "pow": _power,
                "quit": _exit,
                "reversed": _reversed,
                "round": _round,
                "sorted": ordering.sort,
                "sum": _sum,
                "zip": _zip,
            }
        ),
        "print": fixed("print", NONE),
        "breakpoint": fixed("breakpoint", NONE),
        "help": fixed("help", NONE),
        **{name: Builtin(name, _unmodelled(name)) for name in ("compile", "exec", "id", "hash", "input")},
        **unknown("builtins", "memoryview", "aiter", "anext"),
    }


def _unmodelled(name: str) -> Any:
    return lambda machine, args, site: Unknown("not-modelled", f"{name}()", site)
