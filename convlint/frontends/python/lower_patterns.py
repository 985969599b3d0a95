"""Patterns of ``case`` in a libcst tree as the lowered form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import libcst as cst

from convlint.frontends.python import ir
from convlint.frontends.python.lower_expressions import ExpressionLowering
from convlint.frontends.python.tokens import identifier


class PatternLowering(ExpressionLowering):
    """Handlers of patterns."""

    __slots__ = ()

    def pattern(self, node: Any) -> ir.Pattern:
        """Any pattern of a ``case``, with the parentheses around it."""
        kind = type(node)
        # The parentheses of a value are those of the expression in it; those of a tuple are tokens of the pattern.
        depth = len(node.lpar) if kind not in (cst.MatchValue, cst.MatchSingleton, cst.MatchStar) else 0
        self.next += depth
        lowered = _PATTERNS[kind](self, node)
        self.next += depth
        return lowered

    def _match_value(self, node: Any) -> ir.Pattern:
        return ir.Pattern("value", self.expression(node.value))

    def _match_sequence(self, node: Any) -> ir.Pattern:
        brackets = 1 if type(node) is cst.MatchList and node.lbracket is not None else 0
        self.next += brackets
        parts = []
        for element in node.patterns:
            star = type(element) is cst.MatchStar
            parts.append(self._match_star(element) if star else self.pattern(element.value))
            if type(element.comma) is cst.Comma:
                self.next += 1
        self.next += brackets
        return ir.Pattern("sequence", parts=tuple(parts))

    def _match_star(self, node: Any) -> ir.Pattern:
        self.next += 2
        return ir.Pattern("star", name=identifier(node.name.value) if node.name is not None else None)

    def _match_mapping(self, node: Any) -> ir.Pattern:
        self.next += 1
        keys, parts, name = [], [], None
        for element in node.elements:
            keys.append(self.expression(element.key))
            self.next += 1
            parts.append(self.pattern(element.pattern))
            if type(element.comma) is cst.Comma:
                self.next += 1
        if node.rest is not None:
            self.next += 2
            name = identifier(node.rest.value)
            self._skip(",")
        self.next += 1
        return ir.Pattern("mapping", None, name, tuple(parts), tuple(keys))

    def _match_class(self, node: Any) -> ir.Pattern:
        value = self.expression(node.cls)
        self.next += 1
        parts, attrs = [], []
        for element in node.patterns:
            parts.append(self.pattern(element.value))
            if type(element.comma) is cst.Comma:
                self.next += 1
        for keyword in node.kwds:
            self.next += 2
            attrs.append(identifier(keyword.key.value))
            parts.append(self.pattern(keyword.pattern))
            if type(keyword.comma) is cst.Comma:
                self.next += 1
        self.next += 1
        return ir.Pattern("class", value, None, tuple(parts), (), tuple(attrs))

    def _match_as(self, node: Any) -> ir.Pattern:
        parts: tuple[ir.Pattern, ...] = ()
        if node.pattern is not None:
            parts = (self.pattern(node.pattern),)
            self.next += 1
        self.next += 1
        return ir.Pattern("capture", None, identifier(node.name.value) if node.name is not None else None, parts)

    def _match_or(self, node: Any) -> ir.Pattern:
        parts: list[ir.Pattern] = []
        for element in node.patterns:
            self.next += 1 if parts else 0
            parts.append(self.pattern(element.pattern))
        return ir.Pattern("or", parts=tuple(parts))


_P = PatternLowering
_PATTERNS: Final[dict[type, Callable[[Any, Any], ir.Pattern]]] = {
    cst.MatchValue: _P._match_value, cst.MatchSingleton: _P._match_value, cst.MatchList: _P._match_sequence,
    cst.MatchTuple: _P._match_sequence, cst.MatchMapping: _P._match_mapping, cst.MatchClass: _P._match_class,
    cst.MatchAs: _P._match_as, cst.MatchOr: _P._match_or, cst.MatchStar: _P._match_star,
}  # fmt: skip
