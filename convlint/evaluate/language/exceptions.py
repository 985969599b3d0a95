"""Exceptions of the evaluated code: what a ``raise`` raises and which ``except`` catches it."""

from __future__ import annotations

import builtins
from typing import Any

from convlint.evaluate.environment import Raised
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.values import Class, Instance, Span, Tuple, Unknown, Value


def raised_by(machine: Machine, value: Value, span: Span | None) -> Raised:
    """The exception that ``raise value`` raises."""
    if isinstance(value, Class):
        return Raised(value.name, "", machine.instance(value))
    if isinstance(value, Instance):
        return Raised(value.cls.name, "", value)
    return Raised("Exception", "an unknown exception")


def caught(machine: Machine, error: Raised, handler: Value) -> bool:
    """Whether ``except handler`` catches ``error``. An unknown handler is taken to catch it."""
    handler = force(handler, machine.path)
    if isinstance(handler, Tuple):
        return any(caught(machine, error, item) for item in handler.items)
    if isinstance(handler, Unknown) or not isinstance(handler, Class):
        return True
    if isinstance(error.value, Instance):
        return handler in error.value.cls.mro or any(base.name == handler.name for base in error.value.cls.mro)
    raised, wanted = _builtin(error.kind), _builtin(handler.name)
    if raised is None or wanted is None:
        return error.kind == handler.name
    return issubclass(raised, wanted)


def _builtin(name: str) -> type[BaseException] | None:
    found: Any = getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None
