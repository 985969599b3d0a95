"""Frames of running functions: ``inspect.currentframe``, what lies behind one, and its variables."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments, Frame, Raised
from convlint.evaluate.library.adapt import give_up, instance_of, take
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import named_tuples
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.values import (
    NONE,
    Builtin,
    Class,
    Const,
    Descriptor,
    Function,
    Instance,
    Span,
    Tuple,
    Unknown,
    Value,
)


def contents(machine: Machine) -> dict[str, Value]:
    """The functions of inspect that look at frames."""
    cls = make_class("frame", (machine.modules.builtin_class("object"),), {})
    code = make_class("code", (machine.modules.builtin_class("object"),), {})

    def of(frames: tuple[Frame, ...]) -> Value:
        made = machine.instance(cls)
        made.payload = frames
        return made

    def present(machine: Machine, args: Arguments, site: Span) -> Value:
        for candidate in machine.candidates:
            candidate.pure = False  # what it gives depends on who calls
        return of(tuple(machine.frames))

    def behind(machine: Machine, args: Arguments, site: Span) -> Value:
        frames = _frames(machine, args)
        return of(frames[:-1]) if frames else NONE

    def code_of(machine: Machine, args: Arguments, site: Span) -> Value:
        function = _function(machine, args)
        return instance_of(machine, code, co_name=Const(function.name if function is not None else "<module>"))

    cls.attrs = {
        "f_back": Descriptor("property", Builtin("f_back", behind)),
        "f_code": Descriptor("property", Builtin("f_code", code_of)),
        "f_locals": Descriptor("property", Builtin("f_locals", _locals)),
    }
    values = named_tuples.make_named_tuple(machine, "ArgInfo", ["args", "varargs", "keywords", "locals"], {})
    return {"currentframe": Builtin("currentframe", present), "getargvalues": _values(values)}


def _frames(machine: Machine, args: Arguments) -> tuple[Frame, ...]:
    """A frame and all that called it, the outermost first; none stands for the module level around an entry point."""
    (value,) = take(machine, args, "frame", 1, "frame")
    if isinstance(value, Unknown):
        give_up(value)
    if isinstance(value, Instance) and value.payload.__class__ is tuple:
        return value.payload
    raise Raised("TypeError", "not a frame object")


def _function(machine: Machine, args: Arguments) -> Function | None:
    """The function that runs in a frame."""
    frames = _frames(machine, args)
    return frames[-1].function if frames else None


def _locals(machine: Machine, args: Arguments, site: Span) -> Value:
    made = machine.dict()
    frames = _frames(machine, args)
    if not frames:
        made.unknown = Unknown("not-modelled", "the variables of a module, by its frame", site)
    for name, value in frames[-1].locals.items() if frames else ():
        made.entries[name] = (Const(name), value)
    return made


def _values(cls: Class) -> Builtin:
    """``getargvalues``: the names of the parameters, and all variables."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        function = _function(machine, args)
        if function is None:
            return Tuple((machine.list([]), NONE, NONE, _locals(machine, args, site)), cls)
        declared = function.signature
        names = machine.list([Const(name) for name in (*declared.positional, *declared.keyword)])
        return Tuple((names, Const(declared.star), Const(declared.double_star), _locals(machine, args, site)), cls)

    return Builtin("getargvalues", call)
