"""Binding: the arguments of a call become the parameters of a function of the user's, as in Python."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.values import Const, Function, Tuple, Unknown, Value


def bind(machine: Machine, function: Function, args: Arguments, names: dict[str, Any]) -> None:
    """Bind arguments to parameters in ``names``. Raises Raised where Python would."""
    signature = function.signature
    positional, given = signature.positional, args.positional
    if len(given) > len(positional):
        names.update(zip(positional, given, strict=False))
        if signature.star is None:
            raise Raised(
                "TypeError", f"{function.name}() takes {len(positional)} positional arguments, {len(given)} given"
            )
        names[signature.star] = Tuple(tuple(given[len(positional) :]))
    else:
        names.update(zip(positional, given, strict=False))
        if signature.star is not None:
            names[signature.star] = args.unknown if args.unknown is not None else Tuple(())
    extra: dict[Any, tuple[Value, Any]] = {}
    for name, value in args.keywords.items():
        if name in signature.by_name:
            if name in names:
                raise Raised("TypeError", f"{function.name}() got multiple values for argument '{name}'")
            names[name] = value
        elif signature.double_star is not None:
            extra[name] = (Const(name), value)
        else:
            raise Raised("TypeError", f"{function.name}() got an unexpected keyword argument '{name}'")
    if signature.double_star is not None:
        rest = machine.dict(extra)
        rest.unknown = args.unknown
        names[signature.double_star] = rest
    if len(names) < len(positional) + len(signature.keyword) + (signature.star is not None) + (
        signature.double_star is not None
    ):
        _bind_missing(function, args.unknown, names)


def _bind_missing(function: Function, unknown: Unknown | None, names: dict[str, Any]) -> None:
    """Give parameters without an argument their default, or an unknown."""
    signature = function.signature
    for name in (*signature.positional, *signature.keyword):
        if name in names:
            continue
        if unknown is not None:
            names[name] = follows(unknown)
        elif name in signature.defaults:
            names[name] = signature.defaults[name]
        else:
            raise Raised("TypeError", f"{function.name}() missing argument '{name}'")
