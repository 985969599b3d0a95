"""Where the significant tokens, the comments and the top-level lines of a text stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from convlint.frontends.python.formatted_strings import CLOSING, OPENING, FormattedScan, formatted_end
from convlint.frontends.python.limits import MAX_BRACKETS
from convlint.frontends.python.source_text import SourceError, line_of
from convlint.frontends.python.token_patterns import FORMATTED, LINE_END, QUOTED, SIGNIFICANT, Span

# The layout of a text: runs of dull characters, then a string, a comment, a bracket, a joined line or a line end.
_LAYOUT: Final = re.compile(
    rf"[^\"'#()\[\]{{}}\r\n\\]*(?:({QUOTED}|#[^\r\n]*|[()\[\]{{}}]|\\{LINE_END}|{LINE_END}|\\)|$)"
)
_INDENTATION: Final = re.compile(r"(?:[ \t\f]*\f)?([ \t]*)")
_TAB: Final = 8
"""Columns of a tab, as in Python's tokenizer."""
_TOP_LINE: Final = re.compile(rf"(?:[ \t\f]*\f)?(?:\\{LINE_END})*(?=[^\s#\\]|\\(?!{LINE_END}))")
_BRACKETS: Final = OPENING | CLOSING
_MARKS: Final = frozenset(";=")


def identifier(name: str) -> str:
    """The name that Python itself uses for an identifier: its NFKC form."""
    if name.isascii():
        return name
    import unicodedata

    return unicodedata.normalize("NFKC", name)


# --- significant tokens -----------------------------------------------------------------------------------------------


def token_spans(text: str, at: int, end: int) -> list[Span]:
    """Start and end of each significant token of ``text[at:end]``: no blanks, line ends or comments.

    An f-string gives its prefix and opening quote, then ``{``, the tokens and ``}`` of each field, then an empty span
    at its end. Raises SourceError for f-strings nested too deeply.
    """
    if not FORMATTED.search(text, at, end):
        spans = [token.span(1) for token in SIGNIFICANT.finditer(text, at, end)]
        while spans and spans[-1][0] < 0:
            spans.pop()
        return spans
    spans = []
    scan = FormattedScan(text, spans)
    append = spans.append
    while at < end:
        for token in SIGNIFICANT.finditer(text, at, end):
            span = token.span(1)
            at = token.end()
            if span[0] < 0:
                continue
            if text[span[0]] in "fFtTrR" and FORMATTED.match(text, span[0]):
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
                end = formatted_end(text, start, at)
                if end != at:
                    yield start, end
                    at = end
                    break
            yield start, at
        else:
            return


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text (from its ``#``) of each comment; a ``#`` inside a string is none.

    Raises SourceError for f-strings nested too deeply.
    """
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
            depth = depth + 1 if mark in OPENING else max(depth - 1, 0)
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
            depth += 1 if mark in OPENING else -1
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
