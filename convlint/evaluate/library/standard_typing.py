"""typing and typing_extensions: most of it says nothing of values."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import fixed, identities, identity, items, take, text, unknown
from convlint.evaluate.library.standard_collections import ABSTRACT, abstract
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import named_tuples, subscripts
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.values import FALSE, Builtin, Class, Const, Span, Tuple, Value

_BUILTIN_ALIASES = {
    "List": "list", "Dict": "dict", "Tuple": "tuple", "Set": "set", "FrozenSet": "frozenset", "Type": "type",
    "Text": "str", "MutableMapping": "dict", "DefaultDict": "dict", "OrderedDict": "dict", "Counter": "dict",
    "Deque": "list",
}  # fmt: skip
_VARIABLES = ("TypeVar", "ParamSpec", "TypeVarTuple", "TypeAliasType")
_DECORATORS = (
    "final", "overload", "no_type_check", "runtime_checkable", "runtime", "dataclass_transform", "override",
    "deprecated",
)  # fmt: skip


def contents(machine: Machine) -> dict[str, Any]:
    """The names of typing and typing_extensions: each name that is not listed is a class that nothing asks about."""
    base = machine.modules.builtin_class("object")
    named = make_class("NamedTuple", (machine.modules.builtin_class("tuple"),), {})
    named.make = _named_tuple
    typed = make_class("TypedDict", (machine.modules.builtin_class("dict"),), {})
    typed.make = lambda machine, cls, args, site: machine.modules.builtin_class("dict")
    new_type = make_class("NewType", (base,), {})
    new_type.make = lambda machine, cls, args, site: take(machine, args, "NewType", 2, "name", "tp")[1]
    return {
        **{name: machine.modules.builtin_class(alias) for name, alias in _BUILTIN_ALIASES.items()},
        **{
            name: value
            for name, value in abstract(machine).items()
            if name in ABSTRACT and name not in _BUILTIN_ALIASES
        },
        **{name: _inert(name, base) for name in _VARIABLES},
        **identities(*_DECORATORS),
        "NamedTuple": named,
        "TypedDict": typed,
        "NewType": new_type,
        "TYPE_CHECKING": FALSE,
        "AnyStr": machine.modules.builtin_class("str"),
        "cast": Builtin("cast", _cast),
        "assert_type": identity("assert_type"),
        "reveal_type": identity("reveal_type"),
        "get_overloads": fixed("get_overloads", Tuple(())),
        **unknown("typing", "get_args", "get_origin", "get_type_hints", "is_typeddict"),
        "*": lambda name: None if name.startswith("__") else make_class(name, (base,), {}),
    }


def _inert(name: str, base: Class) -> Class:
    """A class whose objects only stand for a type."""
    cls = make_class(name, (base,), {})
    cls.make = lambda machine, made, args, site: make_class(name, (base,), {})
    return cls


def _cast(machine: Machine, args: Arguments, site: Span) -> Value:
    return take(machine, args, "cast", 2, "typ", "val")[1]  # type: ignore[no-any-return]


def _named_tuple(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    """``NamedTuple("Point", [("x", int)])``."""
    name, fields = take(machine, args, "NamedTuple", 2, "typename", "fields")
    pairs = [subscripts.get(machine, pair, Const(0), site) for pair in items(machine, fields, site)]
    return named_tuples.make_named_tuple(machine, text(machine, name), [text(machine, pair) for pair in pairs], {})
