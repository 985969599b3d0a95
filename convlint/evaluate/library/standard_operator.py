"""operator: the operators as functions."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import builtin_table, known, pure, take, text
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import arithmetic, attributes, calls, comparison, subscripts
from convlint.evaluate.truth import truth
from convlint.evaluate.values import Builtin, Const, Span, Tuple, Unknown, Value

_BINARY = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "lshift": "<<",
    "rshift": ">>", "and_": "&", "or_": "|", "xor": "^", "matmul": "@", "concat": "+", "iadd": "+", "imul": "*",
}  # fmt: skip
_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "is_": "is", "is_not": "is not"}


def contents(machine: Machine) -> dict[str, Value]:
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
