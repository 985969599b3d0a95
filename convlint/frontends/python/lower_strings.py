"""Strings of a libcst tree as the lowered form: plain, joined by standing side by side, f-strings and t-strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import libcst as cst

from convlint.frontends.python import ir
from convlint.frontends.python.cursor import Cursor
from convlint.frontends.python.literals import literal_text, string_value
from convlint.frontends.python.tokens import comments

_Parts = list[str | ir.Format]
_LITERAL_PARTS: Final = frozenset({cst.FormattedStringText, cst.TemplatedStringText})


class StringLowering(Cursor):
    """Handlers of string literals."""

    __slots__ = ()

    def _string(self, node: Any) -> ir.Expr:
        i = self.next
        self.next = i + 1
        at, end = self.spans[i]
        value = string_value(node.value)
        return ir.Bytes(at, end) if value is None else ir.Text(at, end, value)

    def _concatenated(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        parts: list[ir.Expr] = []
        while True:
            parts.append(self.expression(node.left))
            node = node.right
            if type(node) is not cst.ConcatenatedString:
                break
        parts.append(self.expression(node))
        end = self.spans[self.next - 1][1]
        if any(type(part) is ir.Bytes for part in parts):
            return ir.Bytes(at, end)
        if all(type(part) is ir.Text for part in parts):
            return ir.Text(at, end, "".join(part.value for part in parts if type(part) is ir.Text))
        joined: _Parts = []
        for part in parts:
            if isinstance(part, ir.Text):
                joined.append(part.value)
            elif isinstance(part, ir.Joined):
                joined.extend(part.parts)
        template = any(type(part) is ir.Joined and part.template for part in parts)
        return ir.Joined(at, end, _merged(joined), template)

    def _formatted(self, node: Any) -> ir.Expr:
        at = self.spans[self.next][0]
        self.next += 1
        parts = self._format_parts(node.parts, "r" in node.start.lower())
        end = self.spans[self.next][1]
        self.next += 1
        return ir.Joined(at, end, _merged(parts), type(node) is cst.TemplatedString)

    def _format_parts(self, nodes: Sequence[Any], raw: bool) -> _Parts:
        parts: _Parts = []
        for node in nodes:
            if type(node) in _LITERAL_PARTS:
                body = node.value
                if "{{" in body or "}}" in body:
                    body = body.replace("{{", "{").replace("}}", "}")
                parts.append(literal_text(body, raw))
            else:
                self._format(node, raw, parts)
        return parts

    def _format(self, node: Any, raw: bool, parts: _Parts) -> None:
        """One replacement field; ``=`` puts the expression's own text before it."""
        opening = self.spans[self.next][1]
        self.next += 1
        value = self.expression(node.expression)
        conversion = node.conversion or ""
        if node.equal is not None:
            self.next += 1
            spans = self.spans
            parts.append(literal_text(_without_comments(self.text[opening : spans[self.next][0]]), True))
            conversion = conversion or ("" if node.format_spec is not None else "r")
        if node.conversion is not None:
            self.next += 2
        spec = None
        if node.format_spec is not None:
            at = self.spans[self.next][1]
            self.next += 1
            inner = self._format_parts(node.format_spec, raw)
            spec = ir.Joined(at, self.spans[self.next][0], _merged(inner))
        self.next += 1
        parts.append(ir.Format(value, conversion, spec))


def _without_comments(source: str) -> str:
    """The text that ``=`` shows of an expression."""
    if "#" in source:
        for at, comment in reversed(list(comments(source))):
            source = source[:at] + source[at + len(comment) :]
    return source


def _merged(parts: _Parts) -> tuple[str | ir.Format, ...]:
    """Neighbouring literal pieces joined, empty ones dropped."""
    merged: _Parts = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return tuple(merged)
