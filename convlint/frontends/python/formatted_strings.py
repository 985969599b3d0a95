"""F-strings and t-strings, whose replacement fields hold tokens of their own, quotes included."""

from __future__ import annotations

import re
from typing import Final

from convlint.frontends.python.limits import MAX_BRACKETS
from convlint.frontends.python.source_text import SourceError, line_of
from convlint.frontends.python.token_patterns import FORMATTED, SIGNIFICANT, Span

_PLAIN_FORMATTED: Final = re.compile(r"(?:[^{}\"'\\]|\{\{|\}\}|\{[^{}\"'#\\]*\})*")
"""The body of an f-string that holds no quote, no backslash and no nested braces: its first closing quote ends it."""
_LITERAL_STOP: Final = re.compile(r"[\\{}\"'\r\n]")
OPENING: Final = frozenset("([{")
CLOSING: Final = frozenset(")]}")


def _quote(text: str, at: int) -> str:
    """The opening quote at ``at``."""
    return text[at : at + 3] if text[at : at + 3] in ("'''", '"""') else text[at]


def formatted_end(text: str, quote_at: int, plain_end: int) -> int:
    """Where the f-string with its opening quote at ``quote_at`` ends; ``plain_end`` is its end by quotes alone.

    Since Python 3.12 (PEP 701) a replacement field may hold the string's own quotes, so quotes alone do not tell.
    """
    quote = _quote(text, quote_at)
    body_at, body_end = quote_at + len(quote), plain_end - len(quote)
    if text.find("{", body_at, plain_end) < 0:
        return plain_end
    terminated = body_end >= body_at and text.startswith(quote, body_end)
    if terminated and _PLAIN_FORMATTED.fullmatch(text, body_at, body_end):
        return plain_end
    return FormattedScan(text, []).string(quote_at, 0)


class FormattedScan:
    """Walks f-strings and the tokens inside their replacement fields, appending the span of each token."""

    __slots__ = ("spans", "text")

    def __init__(self, text: str, spans: list[Span]) -> None:
        self.text = text
        self.spans = spans

    def string(self, quote_at: int, depth: int) -> int:
        """Scan from the opening quote; the offset after the closing one. Fields become ``{``, tokens, ``}``."""
        text = self.text
        if depth > MAX_BRACKETS:
            raise SourceError(line_of(text, quote_at), f"more than {MAX_BRACKETS} f-strings inside each other")
        quote = _quote(text, quote_at)
        raw = "r" in text[max(quote_at - 2, 0) : quote_at].lower()
        return self._literal(quote_at + len(quote), quote, raw, False, depth)

    def _literal(self, at: int, quote: str, raw: bool, spec: bool, depth: int) -> int:
        """Literal text up to the closing quote (after it), or in a format spec up to its ``}`` (before it)."""
        text, spans = self.text, self.spans
        while True:
            stop = _LITERAL_STOP.search(text, at)
            if stop is None:
                return len(text)
            at, mark = stop.start(), stop.group()
            if mark == "{":
                if text.startswith("{{", at) and not spec:
                    at += 2
                    continue
                spans.append((at, at + 1))
                at = self._field(at + 1, quote, raw, depth)
            elif mark == "}":
                if spec:
                    return at
                at += 1
            elif mark == "\\":
                at = self._escape(at, raw)
            elif text.startswith(quote, at):
                return at if spec else at + len(quote)
            elif mark in "\r\n" and len(quote) == 1:
                return at
            else:
                at += 1

    def _escape(self, at: int, raw: bool) -> int:
        text = self.text
        if not raw and text.startswith("\\N{", at):
            end = text.find("}", at)
            return end + 1 if end >= 0 else len(text)
        if text.startswith("\\\r\n", at):
            return at + 3
        return at + 1 if text[at + 1 : at + 2] in ("{", "}") else at + 2

    def _field(self, at: int, quote: str, raw: bool, depth: int) -> int:
        """One replacement field, from after its ``{`` to after its ``}``."""
        text, spans, brackets = self.text, self.spans, 0
        while True:
            token = SIGNIFICANT.match(text, at)
            if token is None or token.end() <= at or token.group(1) is None:
                return len(text)
            at, end = token.span(1)
            mark = text[at]
            if FORMATTED.match(text, at):
                quote_at = at + 1 if text[at + 1] in "\"'" else at + 2
                at = self.token(at, quote_at, depth + 1)
                continue
            if brackets == 0 and mark in ":!}" and text[at:end] != "!=":
                end = at + 1
                spans.append((at, end))
                if mark == "}":
                    return end
                at = self._literal(end, quote, raw, True, depth + 1) if mark == ":" else end
                if mark == ":" and not text.startswith("}", at):
                    return at
                continue
            spans.append((at, end))
            brackets += (mark in OPENING) - (mark in CLOSING)
            at = end

    def token(self, at: int, quote_at: int, depth: int) -> int:
        """An f-string's spans: its opening, those of its fields, its closing; the offset after it."""
        spans = self.spans
        spans.append((at, quote_at + len(_quote(self.text, quote_at))))
        end = self.string(quote_at, depth)
        spans.append((end, end))
        return end
