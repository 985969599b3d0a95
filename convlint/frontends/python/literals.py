"""The values of literals: numbers, and strings with their escapes, from their source text."""

from __future__ import annotations

import re
from typing import Final

from convlint.frontends.python import ir

MAX_DIGITS: Final = 4300
"""Digits of an integer literal: Python's own default limit, beyond which conversion takes quadratic time."""
_LARGEST_HEX: Final = 3500
"""Digits of a hexadecimal, octal or binary literal: the value still has fewer than ``MAX_DIGITS`` decimal digits."""
_LINE_END: Final = re.compile(r"\r\n?")
_ESCAPE: Final = re.compile(
    r"\\(?:(\n)|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|([\s\S]))"
)
_SIMPLE: Final = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip


class LiteralError(ValueError):
    """A literal that has no value; the message says why."""


def integer(source: str, at: int, end: int) -> ir.Number:
    """An integer literal. Raises LiteralError when it has too many digits."""
    if len(source) > _LARGEST_HEX and (source[:2].lower() in ("0x", "0o", "0b") or len(source) > MAX_DIGITS):
        raise LiteralError("an integer literal has too many digits")
    value = int(source) if source.isdecimal() else int(source, 0)
    if value.bit_length() > 64:
        return ir.Number(at, end, str(value), "bigint")
    return ir.Number(at, end, value)


def string_value(source: str) -> str | None:
    """The value of one string literal with prefix and quotes; None for bytes. Raises LiteralError."""
    quote_at = 0
    while source[quote_at] not in "\"'":
        quote_at += 1
    prefix = source[:quote_at].lower()
    if "b" in prefix:
        return None
    width = 3 if source[quote_at : quote_at + 3] in ("'''", '"""') else 1
    return literal_text(source[quote_at + width : -width], "r" in prefix)


def literal_text(body: str, raw: bool) -> str:
    """The characters that the inside of a string literal stands for. Raises LiteralError."""
    if "\r" in body:
        body = _LINE_END.sub("\n", body)
    if raw or "\\" not in body:
        return body
    return _ESCAPE.sub(_unescaped, body)


def _unescaped(escape: re.Match[str]) -> str:
    line_end, octal, two, four, eight, name, other = escape.groups()
    if line_end:
        return ""
    if octal:
        return chr(int(octal, 8))
    digits = two or four or eight
    if digits:
        if int(digits, 16) > 0x10FFFF:
            raise LiteralError("a \\U escape names no character")
        return chr(int(digits, 16))
    if name is not None:
        return _named_character(name)
    if other in ("x", "u", "U", "N"):
        raise LiteralError(f"a \\{other} escape in a string is incomplete")
    return _SIMPLE.get(other, "\\" + other)


def _named_character(name: str) -> str:
    import unicodedata

    try:
        return unicodedata.lookup(name)
    except KeyError:
        raise LiteralError("a \\N escape names no character") from None
