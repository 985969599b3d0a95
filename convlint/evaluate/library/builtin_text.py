"""The text of values: ``str``, ``repr``, ``format`` and the functions that turn numbers into text."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.language import formatting
from convlint.evaluate.library.adapt import attempt, give_up, known, lift, limit, pure, raw, take, text
from convlint.evaluate.library.types_text import small_fields
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.paths import force
from convlint.evaluate.values import Builtin, Class, Const, Function, Instance, Span, Tuple, Unknown, Value


def text_of(machine: Machine, value: Value, site: Span, form: str = "__str__") -> Value:
    """``str(value)`` or ``repr(value)``: of plain values, of types, and of objects that say themselves what it is."""
    value = force(value, machine.path)
    if isinstance(value, Const):
        if isinstance(value.value, str) and form == "__str__":
            return value
        return lift(machine, str(value.value) if form == "__str__" else repr(value.value), site)
    if isinstance(value, Instance):
        for name in (form, "__repr__"):
            method = classes.lookup(value.cls, name)
            if method is not None:
                return calls.call(machine, method, Arguments([value]), site)  # type: ignore[no-any-return]
        message = value.attrs.get("args")
        if isinstance(message, Tuple) and _is_exception(value.cls):
            return text_of(machine, message.items[0] if len(message.items) == 1 else message, site)
        if not isinstance(value.payload, Value):
            give_up(Unknown("unsupported", "the text of an object", site))
    printable = formatting.printable(value)
    if isinstance(value, (Class, Function)):
        return Const(printable if isinstance(printable, str) else f"<function {value.qualname}>", site)
    plain = raw(machine, value)
    return lift(machine, str(plain) if form == "__str__" else repr(plain), site)


def _is_exception(cls: Class) -> bool:
    return any(base.name == "BaseException" for base in cls.mro)


def _repr(machine: Machine, args: Arguments, site: Span) -> Value:
    (value,) = take(machine, args, "repr", 1, "object")
    return text_of(machine, value, site, "__repr__")


def _format(machine: Machine, args: Arguments, site: Span) -> Value:
    value, specification = take(machine, args, "format", 1, "value", "format_spec")
    how = "" if specification is None else text(machine, specification)
    if not small_fields(how):
        limit("MAX_FORMAT_FIELD", site)
    return lift(machine, attempt(format, raw(machine, value), how), site)


def _ord(machine: Machine, args: Arguments, site: Span) -> Value:
    letter = text(machine, known(args).positional[0]) if args.positional else ""
    if len(letter) != 1:
        raise Raised("TypeError", "ord() expected a character")
    return Const(ord(letter), site)


def build() -> dict[str, Value]:
    """The built-in functions that give or take text."""
    return {
        "ascii": pure("ascii", ascii),
        "bin": pure("bin", bin),
        "chr": pure("chr", chr),
        "format": Builtin("format", _format),
        "hex": pure("hex", hex),
        "oct": pure("oct", oct),
        "ord": Builtin("ord", _ord),
        "repr": Builtin("repr", _repr),
    }
