"""Methods of str, and of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from convlint.evaluate.budget import MAX_TEXT
from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.library.adapt import Check, first, items, known, lift, limit, pure, raw, table, text
from convlint.evaluate.machine import Machine
from convlint.evaluate.values import Builtin, Const, Span, Unknown, Value

MAX_FORMAT_FIELD = 1_000
"""Width or precision that a format may ask for."""

_PURE_TEXT = (
    "capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal",
    "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "lower",
    "lstrip", "maketrans", "partition", "removeprefix", "removesuffix", "rfind", "rindex", "rpartition", "rsplit",
    "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper",
)  # fmt: skip


def small_fields(specification: str) -> bool:
    """Whether a format string asks for no field wider than MAX_FORMAT_FIELD."""
    digits = "".join(letter if letter.isdecimal() else " " for letter in specification)
    return all(len(run) < 6 and int(run) <= MAX_FORMAT_FIELD for run in digits.split())


def _small_replace(self: str, old: str, new: str, count: int = -1) -> bool:
    times = self.count(old) if count < 0 else min(count, self.count(old))
    return len(self) + times * len(new) <= MAX_TEXT


def _small_pad(self: str, width: int, fill: str = " ") -> bool:
    return width <= MAX_TEXT


def _small_format(self: str, *args: Any, **keywords: Any) -> bool:
    widths = [value for value in (*args, *keywords.values()) if isinstance(value, int)]
    longest = max(
        (len(value) for value in (*args, *keywords.values()) if isinstance(value, (str, list, tuple))), default=0
    )
    nested = ":{" in self and any(abs(width) > MAX_FORMAT_FIELD for width in widths)
    return small_fields(self) and not nested and self.count("{") * longest <= MAX_TEXT


def _small_translate(self: str, mapping: Any) -> bool:
    replacements = (
        mapping.values() if isinstance(mapping, dict) else mapping if isinstance(mapping, (list, tuple)) else ()
    )
    longest = max((len(new) for new in replacements if isinstance(new, str)), default=1)
    return len(self) * longest <= MAX_TEXT


def _small_tabs(self: str, tabsize: int = 8) -> bool:
    return self.count("\t") * max(tabsize, 0) <= MAX_TEXT


_BOUNDED_TEXT: dict[str, Check] = {
    "replace": _small_replace,
    "center": _small_pad,
    "ljust": _small_pad,
    "rjust": _small_pad,
    "zfill": _small_pad,
    "expandtabs": _small_tabs,
    "translate": _small_translate,
}


def _format(machine: Machine, args: Arguments, site: Span) -> Value:
    """``text.format(...)`` with plain arguments; no attribute of an argument is read."""
    template = text(machine, first(machine, args))
    if any(mark in template for mark in (".__", "[__")) or not small_fields(template.replace("{", " {")):
        return Unknown("unsupported", "a format of an object's attributes", site)
    return _PLAIN_FORMAT.call(machine, args, site)


_PLAIN_FORMAT = pure("format", str.format, _small_format)


def _join(machine: Machine, args: Arguments, site: Span) -> Value:
    if len(known(args).positional) != 2 or args.keywords:
        raise Raised("TypeError", "join() takes exactly one argument")
    separator = text(machine, args.positional[0])
    parts = [text(machine, part) for part in items(machine, args.positional[1], site)]
    if sum(map(len, parts)) + len(separator) * len(parts) > MAX_TEXT:
        limit("MAX_TEXT", site)
    return lift(machine, separator.join(parts), site)


def _encode(machine: Machine, args: Arguments, site: Span) -> Value:
    return Unknown("unsupported", "the content of bytes", site)


def _item(machine: Machine, args: Arguments, site: Span) -> Value:
    """``x.item()`` of a scalar from an array."""
    value = first(machine, args)
    if isinstance(value, Unknown):
        return follows(value)
    return value if isinstance(value, Const) else lift(machine, raw(machine, value), site)


TEXT: Mapping[str, Builtin] = MappingProxyType(
    {
        **table({name: getattr(str, name) for name in _PURE_TEXT}),
        **table({name: getattr(str, name) for name in _BOUNDED_TEXT}, _BOUNDED_TEXT),
        "format": Builtin("format", _format),
        "join": Builtin("join", _join),
        "encode": Builtin("encode", _encode),
    }
)

INTEGER: Mapping[str, Builtin] = MappingProxyType(
    {
        "bit_length": pure("bit_length", lambda number: int(number).bit_length()),
        "bit_count": pure("bit_count", lambda number: bin(number).count("1")),
        "as_integer_ratio": pure("as_integer_ratio", lambda number: number.as_integer_ratio()),
        "conjugate": pure("conjugate", lambda number: number.conjugate()),
        "is_integer": pure("is_integer", lambda number: float(number).is_integer()),
        "item": Builtin("item", _item),
    }
)

FLOAT: Mapping[str, Builtin] = MappingProxyType(
    {
        "is_integer": pure("is_integer", lambda number: float(number).is_integer()),
        "as_integer_ratio": pure("as_integer_ratio", lambda number: number.as_integer_ratio()),
        "conjugate": pure("conjugate", lambda number: number.conjugate()),
        "hex": pure("hex", float.hex),
        "item": Builtin("item", _item),
    }
)

RANGE: Mapping[str, Builtin] = MappingProxyType(
    {"index": pure("index", range.index), "count": pure("count", range.count)}
)
