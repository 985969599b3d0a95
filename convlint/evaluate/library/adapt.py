"""Adapters between values and plain Python: arguments taken apart, pure functions lifted, results kept bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from convlint.evaluate import equality
from convlint.evaluate.budget import MAX_INTEGER_BITS, MAX_SEQUENCE, MAX_TEXT
from convlint.evaluate.environment import Arguments, Exhausted, NotIterable, Raised, follows
from convlint.evaluate.language import displays
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, iteration, subscripts
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import Undecided, force, guarded
from convlint.evaluate.values import (
    FALSE,
    NONE,
    TRUE,
    Builtin,
    Choice,
    Class,
    Const,
    Dict,
    Instance,
    Iterator,
    List,
    Module,
    Slice,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

Call = Callable[[Machine, Arguments, Span], Value]
Check = Callable[..., bool]

MAX_NESTING = 60
"""Lists within lists that are read as plain Python; a list that holds itself has no end."""

_SCALARS = (str, bool, int, float, complex, range)


def give_up(cause: Unknown) -> NoReturn:
    """End a modelled call: its result is unknown because of ``cause``."""
    raise NotIterable(cause)


def limit(name: str, site: Span | None = None) -> NoReturn:
    """End a modelled call: its result would be larger than the limit ``name`` of budget.py allows."""
    raise NotIterable(Unknown("limit", name, site))


def unmodelled(what: str, site: Span | None = None) -> NoReturn:
    """End a modelled call that is used in a way that has no model."""
    raise NotIterable(Unknown("not-modelled", what, site))


# --- arguments --------------------------------------------------------------------------------------------------------


def take(machine: Machine, args: Arguments, name: str, required: int, *parameters: str) -> list[Any]:
    """The forced arguments of ``name`` in the order of ``parameters``; None for optional ones not given."""
    path = machine.path
    given: list[Any] = [force(value, path) if value.__class__ is Choice else value for value in args.positional]
    if len(given) > len(parameters):
        raise Raised("TypeError", f"{name}() takes at most {len(parameters)} arguments ({len(given)} given)")
    if len(given) == len(parameters) and not args.keywords:
        return given
    given += [None] * (len(parameters) - len(given))
    for keyword, value in args.keywords.items():
        if keyword not in parameters or given[parameters.index(keyword)] is not None:
            raise Raised("TypeError", f"{name}() got an unexpected keyword argument '{keyword}'")
        given[parameters.index(keyword)] = force(value, machine.path)
    if None in given and args.unknown is not None:
        give_up(args.unknown)
    if any(value is None for value in given[:required]):
        raise Raised("TypeError", f"{name}() takes at least {required} arguments")
    return given


def known(args: Arguments) -> Arguments:
    """The arguments, where all of them are known to be there."""
    if args.unknown is not None:
        give_up(args.unknown)
    return args


def first(machine: Machine, args: Arguments) -> Any:
    """The forced first argument, which a method is called on."""
    if not known(args).positional:
        raise Raised("TypeError", "unbound method needs an argument")
    return force(args.positional[0], machine.path)


def integer(machine: Machine, value: Value | None, default: int | None = None) -> Any:
    """An argument that must be an int (or None where that is the default)."""
    if value is None:
        return default
    found = raw(machine, value)
    if found is None and default is None:
        return None
    if not isinstance(found, int):
        raise Raised("TypeError", "an integer is required")
    return found


def text(machine: Machine, value: Value) -> str:
    """An argument that must be a str."""
    found = raw(machine, value)
    if not isinstance(found, str):
        raise Raised("TypeError", "a str is required")
    return found


def items(machine: Machine, value: Value, site: Span) -> list[Any]:
    """The items of anything iterated; gives up where they are not known."""
    value = force(value, machine.path)
    if isinstance(value, Instance) and isinstance(value.payload, List):
        content(machine, value.payload)
    if isinstance(value, List):
        return list(content(machine, value))
    return iteration.iterate(machine, value, site)


def content(machine: Machine, value: List) -> list[Value]:
    """The items of a list, to read; gives up where they are unknown."""
    held = force(value.items, machine.path)
    if isinstance(held, Unknown):
        give_up(held)
    return machine.items(value)


def lose(machine: Machine, value: List, cause: Unknown) -> None:
    """Make the content of a list unknown on the present path."""
    machine.touch(value)
    value.items = guarded(follows(cause), value.items, machine.path, value.birth)


def run(machine: Machine, function: Value, site: Span, *given: Value) -> Any:
    """Call a function that was passed as an argument; the result may be a choice."""
    return machine.apply(calls.call, machine, function, Arguments(list(given)), site)


# --- plain Python -----------------------------------------------------------------------------------------------------


def raw(machine: Machine, value: Any, depth: int = 0) -> Any:
    """Constants, and tuples, lists, dicts and sets of them, as plain Python; gives up on anything else."""
    if depth > MAX_NESTING:
        limit("MAX_NESTING")
    inside = depth + 1
    value = force(value, machine.path)
    if isinstance(value, Instance) and isinstance(value.payload, Value):
        value = value.payload
    if isinstance(value, Const):
        if isinstance(value.value, range) and len(value.value) > MAX_SEQUENCE:
            limit("MAX_SEQUENCE")
        return value.value
    if isinstance(value, Tuple):
        return tuple([raw(machine, item, inside) for item in value.items])
    if isinstance(value, List):
        return [raw(machine, item, inside) for item in content(machine, value)]
    if isinstance(value, Iterator):
        return [raw(machine, item, inside) for item in iteration.iterate(machine, value, NOWHERE)]
    if isinstance(value, Dict):
        if value.unknown is not None:
            give_up(value.unknown)
        entries = machine.entries(value)
        if value.is_set:
            return attempt(set, [raw(machine, key_value, inside) for _, key_value, _ in entries])
        return attempt(
            dict, [(raw(machine, key_value, inside), raw(machine, item, inside)) for _, key_value, item in entries]
        )
    if isinstance(value, Slice):
        cut = subscripts.slice_of(machine, value)
        return give_up(cut) if isinstance(cut, Unknown) else cut
    if isinstance(value, Unknown):
        give_up(value)
    if isinstance(value, Tensor):
        give_up(Unknown("tensor", "a number computed from a tensor"))
    give_up(Unknown("unsupported", f"a {kind_name(value)} where a plain value is needed"))


NOWHERE = Span(-1, 0, 0)


def kind_name(value: Value) -> str:
    """What kind of thing a value is, for an explanation."""
    return value.cls.name if isinstance(value, Instance) else value.__class__.__name__.lower()


def lift(machine: Machine, value: Any, site: Span) -> Value:
    """A plain Python result as a value, within bounds; iterators and views become lists."""
    if value is None:
        return NONE
    if isinstance(value, Value):
        return value
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int) and value.bit_length() > MAX_INTEGER_BITS:
        limit("MAX_INTEGER_BITS", site)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        limit("MAX_TEXT", site)
    if isinstance(value, _SCALARS):
        return Const(value, site)
    if isinstance(value, Mapping):
        made = machine.dict()
        for key, item in value.items():
            key_value = lift(machine, key, site)
            made.entries[equality.key_of(machine, key_value)] = (key_value, lift(machine, item, site))
        return made
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        parts = [lift(machine, item, site) for item in bounded(value, site)]
        if isinstance(value, (set, frozenset)):
            return displays.make_set(machine, parts)
        return Tuple(tuple(parts)) if isinstance(value, tuple) else machine.list(parts)
    return Unknown("unsupported", f"a value of type {type(value).__name__}", site)


def bounded(values: Iterable[Any], site: Span | None = None) -> list[Any]:
    """The items of an iterable, given up where there are more than MAX_SEQUENCE."""
    found: list[Any] = []
    for value in values:
        found.append(value)
        if len(found) > MAX_SEQUENCE:
            limit("MAX_SEQUENCE", site)
    return found


def attempt(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """``function(...)``; what it raises is raised in the evaluated code."""
    try:
        return function(*args, **keywords)
    except (Raised, NotIterable, Undecided, Exhausted):
        raise
    except Exception as error:
        raise Raised(_builtin_name(type(error)), str(error)) from None


def _builtin_name(kind: type[BaseException]) -> str:
    """The name of the built-in exception that ``kind`` is or derives from."""
    return next((base.__name__ for base in kind.__mro__ if base.__module__ == "builtins"), "Exception")


def pure(name: str, function: Callable[..., Any], fits: Check | None = None, keeps: bool = False) -> Builtin:
    """A built-in for a pure function of plain values. ``fits`` says whether a call with these arguments stays small.

    ``keeps``: a number that comes out as it went in (``abs(3)``, ``round(2)``) keeps the place it came from.
    """

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        known(args)
        positional = [raw(machine, value) for value in args.positional]
        keywords = {key: raw(machine, value) for key, value in args.keywords.items()}
        if fits is not None and not attempt(fits, *positional, **keywords):
            limit(f"the size of what {name}() gives", site)
        result = attempt(function, *positional, **keywords)
        kept = same(machine, args.positional, result) if keeps else None
        return kept or lift(machine, result, site)

    return Builtin(name, call)


def same(machine: Machine, given: list[Value], result: Any) -> Const | None:
    """The first argument, with its origin, where a number comes out as it went in."""
    if not given or result.__class__ not in (int, float):
        return None
    first = force(given[0], machine.path)
    if not isinstance(first, Const) or not isinstance(first.value, (int, float)) or first.value != result:
        return None
    return first if first.value.__class__ is result.__class__ else Const(result, first.origin)


def table(functions: Mapping[str, Callable[..., Any]], fits: Mapping[str, Check] | None = None) -> dict[str, Builtin]:
    """Built-ins for pure functions by name."""
    return {name: pure(name, function, (fits or {}).get(name)) for name, function in functions.items()}


def builtin_table(entries: Mapping[str, Call]) -> dict[str, Builtin]:
    """Built-ins by name."""
    return {name: Builtin(name, call) for name, call in entries.items()}


# --- names that stand for little --------------------------------------------------------------------------------------


def fixed(name: str, result: Value) -> Builtin:
    """A built-in that ignores its arguments."""
    return Builtin(name, lambda machine, args, site: result)


def nothing(*names: str) -> dict[str, Value]:
    """Functions that are called for their effect outside of the program, and give None."""
    return {name: fixed(name, NONE) for name in names}


def unknown(module: str, *names: str) -> dict[str, Value]:
    """Names without a model."""
    return {name: Unknown("not-modelled", f"{module}.{name}") for name in names}


def identity(name: str) -> Builtin:
    """A built-in that gives its first argument back: decorators that change nothing here."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        return args.positional[0] if args.positional else identity(name)

    return Builtin(name, call)


def identities(*names: str) -> dict[str, Value]:
    """Built-ins that give their first argument back, or, called without one, a decorator that does."""
    return {name: identity(name) for name in names}


def asked(subject: Unknown, question: str) -> Unknown:
    """The unknown answer to a question about an unknown; the same question has the same answer."""
    if subject.derived is None:
        subject.derived = {}
    key = ("asked", question, None)
    found = subject.derived.get(key)
    if found is None:
        found = subject.derived[key] = follows(subject)
    return found


def verdict(value: bool | Unknown) -> Value:
    """A truth value as a value."""
    return value if isinstance(value, Unknown) else TRUE if value else FALSE


def plain_classes(machine: Machine, *names: str) -> dict[str, Value]:
    """Classes that only have a name."""
    base = machine.modules.builtin_class("object")
    return {name: make_class(name, (base,), {}) for name in names}


def submodule(name: str, attrs: Mapping[str, Value]) -> Module:
    """A modelled module that is an attribute of another."""
    made = Module(name)
    made.attrs = {key: value for key, value in attrs.items() if key != "*"}
    made.fallback = lambda attribute: Unknown("not-modelled", f"{name}.{attribute}")
    return made


def instance_of(machine: Machine, cls: Class, **attrs: Value) -> Instance:
    """An object of a modelled class with these attributes."""
    made = machine.instance(cls)
    made.attrs = dict(attrs)
    return made
