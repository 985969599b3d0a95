"""Binding: the arguments of a call become the parameters of a function of the user's, or the fields of an object."""

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


def bind_fields(names: list[str], defaults: dict[str, Any], args: Arguments, owner: str) -> dict[str, Value]:
    """Arguments bound to the fields of a named tuple or a dataclass, in order."""
    if len(args.positional) > len(names):
        raise Raised("TypeError", f"{owner}() takes {len(names)} arguments")
    given = dict(zip(names, args.positional, strict=False))
    for name, value in args.keywords.items():
        if name not in names or name in given:
            raise Raised("TypeError", f"{owner}() got an unexpected argument '{name}'")
        given[name] = value
    bound: dict[str, Value] = {}
    for name in names:
        if name in given:
            bound[name] = given[name]
        elif args.unknown is not None:
            bound[name] = follows(args.unknown)
        elif name in defaults:
            bound[name] = defaults[name]
        else:
            raise Raised("TypeError", f"{owner}() missing argument '{name}'")
    return bound
