"""How deeply a piece nests, bounded from its tokens before any parser sees it."""

from __future__ import annotations

import re
from typing import Final

from convlint.frontends.python.limits import MAX_CHAIN, MAX_ELIFS, MAX_INDENTS, MAX_PATTERN_BRACKETS
from convlint.frontends.python.source_text import SourceError, line_of
from convlint.frontends.python.token_patterns import WORD_END, Span
from convlint.frontends.python.tokens import logical_lines, token_spans

_ELIF: Final = re.compile(rf"elif{WORD_END}")
_DEEP_INDENT: Final = re.compile(rf"[\r\n][ \t\f]{{{MAX_INDENTS}}}")
_CASE: Final = re.compile(rf"[\r\n][ \t\f]*(case{WORD_END})")
_NO_PATTERN: Final = frozenset({"=", ".", ",", ")", ";"})
"""What may follow ``case`` where that is a name."""
_ENDS_ITEM: Final = frozenset({",", ";"})


def check_depth(text: str, at: int, end: int, spans: list[Span]) -> None:
    """Raise SourceError where ``text[at:end]``, of the tokens ``spans``, may nest deeper than the limits of ``limits``.

    Brackets are bounded by the outline. Indentation and ``elif`` chains are counted over lines; within a logical line,
    no expression nests deeper than the number of tokens since the last comma of each open bracket, summed. Most pieces
    are too small to reach any limit.
    """
    if text.find("case", at, end) >= 0 and text.find("match", at, end) >= 0:
        for case in _CASE.finditer(text, at, end):
            _check_pattern(text, case.start(1), end)
    long = len(spans) > MAX_CHAIN
    if not long and text.count("elif", at, end) <= MAX_ELIFS and not _DEEP_INDENT.search(text, at, end):
        return
    columns, elifs = [-1], 0
    for start, stop, column in logical_lines(text, at, end):
        while columns[-1] > column:
            columns.pop()
        if columns[-1] < column:
            columns.append(column)
        # The outermost level, column 0, is no indentation.
        if len(columns) - 2 > MAX_INDENTS:
            raise SourceError(line_of(text, start), f"more than {MAX_INDENTS} levels of indentation")
        elifs += 1 if _ELIF.match(text, start) else 0
        if elifs > MAX_ELIFS:
            raise SourceError(line_of(text, start), f"more than {MAX_ELIFS} elif branches in one statement")
        if stop - start > MAX_CHAIN:
            _check_chain(text, start, stop)


def _check_pattern(text: str, at: int, end: int) -> None:
    """The brackets of the ``case`` line that begins at ``at``, up to its colon."""
    line_end = next((stop for _, stop, _ in logical_lines(text, at, end)), at)
    depth = 0
    for index, (start, stop) in enumerate(token_spans(text, at, line_end)):
        mark = text[start:stop]
        if mark in ("(", "[", "{"):
            depth += 1
        elif mark in (")", "]", "}"):
            depth -= 1
        elif depth == 0 and (mark == ":" or (index == 1 and mark in _NO_PATTERN)):
            return
        if depth > MAX_PATTERN_BRACKETS:
            message = f"a pattern with more than {MAX_PATTERN_BRACKETS} brackets inside each other"
            raise SourceError(line_of(text, start), message)


def _check_chain(text: str, at: int, end: int) -> None:
    counts = [0]
    total = 0
    for start, stop in token_spans(text, at, end):
        mark = text[start:stop]
        if mark in _ENDS_ITEM:
            total -= counts[-1]
            counts[-1] = 0
            continue
        counts[-1] += 1
        total += 1
        if mark in ("(", "[", "{"):
            counts.append(0)
        elif mark in (")", "]", "}") and len(counts) > 1:
            total -= counts.pop()
        if total > MAX_CHAIN:
            raise SourceError(line_of(text, start), f"an expression of more than {MAX_CHAIN} parts nests too deeply")
