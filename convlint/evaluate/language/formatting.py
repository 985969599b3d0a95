"""Formatting: f-strings and ``%`` on known constants, as Python prints them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.budget import MAX_TEXT
from convlint.evaluate.environment import Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.values import Class, Const, Instance, Span, Tuple, Unknown, Value

_CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}


def join_text(machine: Machine, parts: list[Any], span: Span) -> Value:
    """An f-string: known constants formatted as Python does."""
    text: list[str] = []
    for part in parts:
        if isinstance(part, str):
            text.append(part)
            continue
        value, conversion, spec = force(part[0], machine.path), part[1], part[2]
        if spec is not None:
            spec = force(spec, machine.path)
        raw = printable(value)
        if raw is None or not (spec is None or isinstance(spec, Const)):
            return (
                follows(value) if isinstance(value, Unknown) else Unknown("unsupported", "the text of an object", span)
            )
        width = spec.value if spec is not None else ""
        if any(run.isdigit() and len(run) > 3 for run in width.replace(".", " ").replace("0", "1").split()):
            return Unknown("limit", "MAX_TEXT", span)
        try:
            convert = _CONVERSIONS.get(conversion)
            text.append(format(raw if convert is None else convert(raw), width))
        except (TypeError, ValueError) as error:
            raise Raised(type(error).__name__, str(error)) from None
    joined = "".join(text)
    return Const(joined, span) if len(joined) <= MAX_TEXT else Unknown("limit", "MAX_TEXT", span)


def format_percent(text: str, values: tuple[Any, ...], span: Span) -> Value:
    """``text % values`` for plain values, without formats that could build something huge."""
    if len(text) > MAX_TEXT or any(part[:1].isdigit() and len(part) > 3 for part in text.split("%")):
        return Unknown("unsupported", "a wide % format", span)
    try:
        return Const(text % values, span)
    except Exception as error:
        raise Raised(type(error).__name__, str(error)) from None


def printable(value: Value) -> Any:
    """A plain Python value that prints as ``value`` does; None where there is none."""
    if isinstance(value, Const):
        return str(value.value) if value.value is None else value.value
    if isinstance(value, Instance) and isinstance(value.payload, Const):
        return value.payload.value
    if isinstance(value, Class):
        return f"<class '{value.name}'>"
    if isinstance(value, Tuple):
        inner = [printable(item) for item in value.items]
        return None if None in inner else tuple(inner)
    return None
