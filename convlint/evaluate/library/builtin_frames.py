"""Built-in functions that need the frame of their caller: ``super``, ``locals``, ``globals``, ``eval``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments, Frame, Raised
from convlint.evaluate.language.names import lookup
from convlint.evaluate.library.standard_ast import literal
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import attributes
from convlint.evaluate.paths import force
from convlint.evaluate.values import NONE, Builtin, Class, Const, Span, Super, Unknown, Value


class NeedsFrame(Builtin):
    """One of these functions as a value. A call by its own name is seen where calls are compiled (``BY_FRAME``)."""

    __slots__ = ()


def _super(machine: Machine, frame: Frame, args: Arguments, site: Span) -> Value:
    """``super()`` and ``super(Class, self)``."""
    if len(args.positional) >= 2:
        after, receiver = force(args.positional[0], machine.path), force(args.positional[1], machine.path)
    else:
        owner_frame: Frame | None = frame
        while owner_frame is not None and owner_frame.owner is None:
            owner_frame = owner_frame.parent
        if owner_frame is None or owner_frame.owner is None or owner_frame.receiver is None:
            return Unknown("unsupported", "super() outside of a method", site)
        after, receiver = owner_frame.owner, force(owner_frame.receiver, machine.path)
    if not isinstance(after, Class):
        return Unknown("unsupported", "super() of something that is not a class", site)
    return Super(after, receiver)


def _locals(machine: Machine, frame: Frame, args: Arguments, site: Span) -> Value:
    """``locals()``, and ``vars()`` without arguments."""
    made = machine.dict()
    for name, value in frame.locals.items():
        made.entries[name] = (Const(name), value)
    return made


def _globals(machine: Machine, frame: Frame, args: Arguments, site: Span) -> Value:
    """``globals()``: the module itself, whose subscripts are its names."""
    return frame.module


def _eval(machine: Machine, frame: Frame, args: Arguments, site: Span) -> Value:
    """``eval`` of a literal or a dotted name; what else it would do is unknown."""
    given = force(args.positional[0], machine.path) if args.positional else NONE
    if not isinstance(given, Const) or not isinstance(given.value, str):
        return given if isinstance(given, Unknown) else Unknown("not-modelled", "eval()", site)
    names = given.value.strip().split(".")
    if len(args.positional) > 1 or args.keywords or not all(name.isidentifier() for name in names):
        try:
            return literal(machine, given.value, site)
        except Raised:
            return Unknown("not-modelled", "eval()", site)
    value: Any = lookup(machine, frame, names[0], site)
    for name in names[1:]:
        value = attributes.get(machine, value, name, site)
    return value  # type: ignore[no-any-return]


BY_FRAME: dict[str, Callable[[Machine, Frame, Arguments, Span], Value]] = {
    "super": _super,
    "locals": _locals,
    "globals": _globals,
    "eval": _eval,
}
"""What they give in a frame, by name."""


def build() -> dict[str, Value]:
    """These functions, for code that calls them by another name: then their frame is not known."""
    return {name: NeedsFrame(name, _without_frame) for name in BY_FRAME}


def _without_frame(machine: Machine, args: Arguments, site: Span) -> Value:
    return Unknown("unsupported", "a call that needs its frame", site)
