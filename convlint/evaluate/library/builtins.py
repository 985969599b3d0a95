"""The built-in names: functions, types, exceptions and constants."""

from __future__ import annotations

import builtins
from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library import builtin_frames, builtin_functions, builtin_objects, builtin_text, builtin_types
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.values import ELLIPSIS, NONE, TRUE, Builtin, Class, Const, Instance, Span, Tuple, Value


def build() -> dict[str, Value]:
    """All built-in names."""
    types = builtin_types.build()
    return {
        **types,
        **builtin_frames.build(),
        **builtin_functions.build(),
        **builtin_objects.build(),
        **builtin_text.build(),
        **_exceptions(types["object"]),
        "Ellipsis": ELLIPSIS,
        "NotImplemented": Const(NotImplemented),
        "__debug__": TRUE,
    }


def _exceptions(base: Any) -> dict[str, Value]:
    """A class for each built-in exception, derived as in Python."""
    made: dict[type, Class] = {object: base}

    def add(plain: type) -> Class:
        if plain not in made:
            made[plain] = make_class(plain.__name__, tuple(add(parent) for parent in plain.__bases__), {})
        return made[plain]

    found: dict[str, Value] = {}
    for name in sorted(vars(builtins)):
        plain = getattr(builtins, name)
        if isinstance(plain, type) and issubclass(plain, BaseException):
            found[name] = add(plain)
    root = made[BaseException]
    root.attrs["__init__"] = Builtin("__init__", _keep_arguments)
    root.attrs["with_traceback"] = root.attrs["add_note"] = Builtin("with_traceback", _itself)
    return found


def _keep_arguments(machine: Machine, args: Arguments, site: Span) -> Value:
    receiver = force(args.positional[0], machine.path) if args.positional else NONE
    if isinstance(receiver, Instance):
        machine.write_attribute(receiver, "args", Tuple(tuple(args.positional[1:])))
    return NONE


def _itself(machine: Machine, args: Arguments, site: Span) -> Value:
    return args.positional[0] if args.positional else NONE
