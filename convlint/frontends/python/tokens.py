"""Tokens by one regular expression: where the significant tokens, the comments and the top-level lines of a text stand.

Every pattern here is linear: alternatives begin differently, and an unterminated string runs to the end of its line
(or of the text) instead of failing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from convlint.frontends.python.source_text import SourceError, line_of

MAX_BRACKETS: Final = 200
"""Brackets open at once, replacement fields of f-strings included: the limit of Python's own tokenizer."""
MAX_INDENTS: Final = 100
"""Indentation levels open at once: the limit of Python's own tokenizer."""
MAX_CHAIN: Final = 4_000
"""Tokens since the last comma of each open bracket, summed: no expression nests deeper than that. The parser takes time
quadratic in the nesting (half a second for a sum of 2,000 terms)."""
MAX_PATTERN_BRACKETS: Final = 6
"""Brackets open at once in the pattern of a ``case``, for which the parser takes exponential time."""
MAX_ELIFS: Final = 5_000
"""``elif`` branches in one top-level statement; each nests the tree by one level."""

_END = r"(?:\r\n|[\r\n])"
_TRIPLE_1 = r"'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*(?:''')?"
_TRIPLE_2 = r'"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*(?:""")?'
_SINGLE_1 = r"'[^'\\\r\n]*(?:\\(?:\r\n|[\s\S])[^'\\\r\n]*)*'?"
_SINGLE_2 = r'"[^"\\\r\n]*(?:\\(?:\r\n|[\s\S])[^"\\\r\n]*)*"?'
_QUOTED = f"(?:{_TRIPLE_1}|{_TRIPLE_2}|{_SINGLE_1}|{_SINGLE_2})"
# As in Python's tokenizer every character beyond ASCII may stand in a name; the parser judges them.
# Both classes exclude what ASCII excludes: a range up to the last character would be slow to compile.
_NAME_CHARACTER = r"[^\x00-/:-@\[-^`{-\x7f]"
_NAME = rf"[^\x00-@\[-^`{{-\x7f]{_NAME_CHARACTER}*"
_NO_PREFIX = rf"{_NAME}(?!{_NAME_CHARACTER}|['\"])"
_DIGITS = "[0-9](?:_?[0-9])*"
_NUMBER = (
    r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+"
    rf"|(?:{_DIGITS}\.?(?:{_DIGITS})?|\.{_DIGITS})(?:[eE][+-]?{_DIGITS})?[jJ]?"
)
_OPERATOR = r"\*\*=?|//=?|>>=?|<<=?|\.\.\.|->|:=|<>|[-+*/%&|^@=<>!]=?|[()\[\]{},:;.~]"
_BLANK = rf"(?:[ \t\f\r\n]|\\{_END}|\#[^\r\n]*)+"
_FORMATTED_PREFIX = "(?:[fFtT][rR]?|[rR][fFtT])"

_SIGNIFICANT: Final = re.compile(
    rf"(?:{_BLANK})?"
    rf"(?:({_NO_PREFIX}|[()\[\],]|[rRbBuUfFtT]{{0,2}}{_QUOTED}|{_NAME}|{_NUMBER}|{_OPERATOR}|[^\s\\])|$|[\s\S])"
)
_FORMATTED: Final = re.compile(rf"{_FORMATTED_PREFIX}['\"]")
NAME: Final = _NAME
"""Pattern of a name; ``WORD_END`` follows a whole one."""
WORD_END: Final = rf"(?!{_NAME_CHARACTER})"

# The layout of a text: runs of dull characters, then a string, a comment, a bracket, a joined line or a line end.
_LAYOUT: Final = re.compile(rf"[^\"'#()\[\]{{}}\r\n\\]*(?:({_QUOTED}|#[^\r\n]*|[()\[\]{{}}]|\\{_END}|{_END}|\\)|$)")
_INDENTATION: Final = re.compile(r"(?:[ \t\f]*\f)?([ \t]*)")
_TAB: Final = 8
"""Columns of a tab, as in Python's tokenizer."""
_TOP_LINE: Final = re.compile(r"(?:[ \t\f]*\f)?(?=[^\s#])")


def identifier(name: str) -> str:
    """The name that Python itself uses for an identifier: its NFKC form."""
    if name.isascii():
        return name
    import unicodedata

    return unicodedata.normalize("NFKC", name)


# --- f-strings --------------------------------------------------------------------------------------------------------

_PLAIN_FORMATTED: Final = re.compile(r"(?:[^{}\"'\\]|\{\{|\}\}|\{[^{}\"'#\\]*\})*")
"""The body of an f-string that holds no quote, no backslash and no nested braces: its first closing quote ends it."""
_LITERAL_STOP: Final = re.compile(r"[\\{}\"'\r\n]")
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_BRACKETS: Final = _OPEN | _CLOSE
_MARKS: Final = frozenset(";=")

Span = tuple[int, int]


def _quote(text: str, at: int) -> str:
    """The opening quote at ``at``."""
    return text[at : at + 3] if text[at : at + 3] in ("'''", '"""') else text[at]


def _formatted_end(text: str, quote_at: int, plain_end: int) -> int:
    """Where the f-string with its opening quote at ``quote_at`` ends; ``plain_end`` is its end by quotes alone.

    Since Python 3.12 (PEP 701) a replacement field may hold the string's own quotes, so quotes alone do not tell.
    """
    quote = _quote(text, quote_at)
    body_at, body_end = quote_at + len(quote), plain_end - len(quote)
    if body_end < body_at or text.find("{", body_at, plain_end) < 0:
        return plain_end
    if _PLAIN_FORMATTED.fullmatch(text, body_at, body_end):
        return plain_end
    return _FormattedScan(text, []).string(quote_at, 0)


class _FormattedScan:
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
            token = _SIGNIFICANT.match(text, at)
            if token is None or token.end() <= at or token.group(1) is None:
                return len(text)
            at, end = token.span(1)
            mark = text[at]
            if _FORMATTED.match(text, at):
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
            brackets += (mark in _OPEN) - (mark in _CLOSE)
            at = end

    def token(self, at: int, quote_at: int, depth: int) -> int:
        """An f-string's spans: its opening, those of its fields, its closing; the offset after it."""
        spans = self.spans
        spans.append((at, quote_at + len(_quote(self.text, quote_at))))
        end = self.string(quote_at, depth)
        spans.append((end, end))
        return end


# --- significant tokens -----------------------------------------------------------------------------------------------


def token_spans(text: str, at: int, end: int) -> list[Span]:
    """Start and end of each significant token of ``text[at:end]``: no blanks, line ends or comments.

    An f-string gives its prefix and opening quote, then ``{``, the tokens and ``}`` of each field, then an empty span
    at its end. Raises SourceError for f-strings nested too deeply.
    """
    if not _FORMATTED.search(text, at, end):
        spans = [token.span(1) for token in _SIGNIFICANT.finditer(text, at, end)]
        while spans and spans[-1][0] < 0:
            spans.pop()
        return spans
    spans = []
    scan = _FormattedScan(text, spans)
    append = spans.append
    while at < end:
        for token in _SIGNIFICANT.finditer(text, at, end):
            span = token.span(1)
            at = token.end()
            if span[0] < 0:
                continue
            if text[span[0]] in "fFtTrR" and _FORMATTED.match(text, span[0]):
                start = span[0]
                at = scan.token(start, start + 1 if text[start + 1] in "\"'" else start + 2, 0)
                break
            append(span)
        else:
            break
    return spans


# --- layout -----------------------------------------------------------------------------------------------------------


def _is_formatted(text: str, quote_at: int) -> bool:
    """Whether the string that opens at ``quote_at`` has an f or t in its prefix."""
    if quote_at and text[quote_at - 1] in "fFtT":
        return True
    return quote_at > 1 and text[quote_at - 1] in "rR" and text[quote_at - 2] in "fFtT"


def _layout(text: str, at: int = 0) -> Iterator[Span]:
    """Strings (without prefix), comments, brackets, joined lines and line ends, in order."""
    length = len(text)
    while at < length:
        for mark in _LAYOUT.finditer(text, at):
            start, at = mark.span(1)
            if start < 0:
                return
            if text[start] in "\"'" and _is_formatted(text, start):
                end = _formatted_end(text, start, at)
                if end != at:
                    yield start, end
                    at = end
                    break
            yield start, at
        else:
            return


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text (from its ``#``) of each comment; a ``#`` inside a string is none."""
    for at, end in _layout(text):
        if text[at] == "#":
            yield at, text[at:end]


def logical_lines(text: str, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Each logical line of ``text[at:end]`` that holds code: where its code begins and ends, and its column."""
    depth, start = 0, at
    for mark_at, mark_end in _layout(text, at):
        if mark_at >= end:
            break
        mark = text[mark_at]
        if mark in _BRACKETS:
            depth = depth + 1 if mark in _OPEN else max(depth - 1, 0)
        elif mark in "\r\n" and depth == 0:
            yield from _code(text, start, mark_at)
            start = mark_end
    yield from _code(text, start, end)


def _code(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    found = _INDENTATION.match(text, start, end)
    if found and found.end() < end and text[found.end()] != "#":
        yield found.end(), end, len(found.group(1).expandtabs(_TAB))


def depth_marks(text: str, at: int, end: int) -> Iterator[tuple[str, int]]:
    """Each ``;`` and each single ``=`` outside brackets and strings of ``text[at:end]``, with its offset."""
    depth = 0
    for start, stop in token_spans(text, at, end):
        mark = text[start:stop]
        if mark in _BRACKETS:
            depth += 1 if mark in _OPEN else -1
        elif depth == 0 and mark in _MARKS:
            yield mark, start


def top_lines(text: str) -> tuple[list[int], list[Span]]:
    """Where the logical lines without indentation begin, and the spans of all comments.

    Raises SourceError where more brackets are open at once than Python allows.
    """
    starts, notes, depth = [], [], 0
    first = _TOP_LINE.match(text)
    if first:
        starts.append(first.end())
    begins = _TOP_LINE.match
    for at, end in _layout(text):
        mark = text[at]
        if mark in "\r\n":
            if not depth:
                line = begins(text, end)
                if line:
                    starts.append(line.end())
        elif mark in "([{":
            depth += 1
            if depth > MAX_BRACKETS:
                raise SourceError(line_of(text, at), f"more than {MAX_BRACKETS} brackets inside each other")
        elif mark in ")]}":
            depth = max(depth - 1, 0)
        elif mark == "#":
            notes.append((at, end))
    return starts, notes
