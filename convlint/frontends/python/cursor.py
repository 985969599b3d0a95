"""The cursor over a piece's tokens that every part of the lowering moves."""

from __future__ import annotations

from typing import Any

from convlint.frontends.python import ir
from convlint.frontends.python.token_patterns import Span


class Cursor:
    """A cursor (``next``) over the significant tokens of one piece, for the handlers of its nodes.

    Invariant: a handler starts with ``next`` at the first token of its node, without the parentheses around it, and
    leaves it after the last.
    """

    __slots__ = ("next", "spans", "text", "yields")

    def __init__(self, text: str, spans: list[Span]) -> None:
        self.text = text
        self.spans = spans
        self.next = 0
        self.yields = False

    def expression(self, node: Any) -> ir.Expr:
        """Any expression, with the parentheses around it."""
        raise NotImplementedError

    def _skip(self, mark: str) -> bool:
        """Step over the next token if it is ``mark``."""
        spans = self.spans
        if self.next < len(spans):
            at, end = spans[self.next]
            if self.text[at:end] == mark:
                self.next += 1
                return True
        return False
