"""A file's top-level statements from its tokens alone, so that only those that matter are parsed."""

from __future__ import annotations

import re
from typing import Final

from convlint.frontends.python import ir
from convlint.frontends.python.token_patterns import NAME, WORD_END, Span
from convlint.frontends.python.tokens import depth_marks, identifier, token_spans, top_lines

_GAP = r"(?:[ \t\f]|\\(?:\r\n|\r|\n))"
_DEFINITION: Final = re.compile(rf"(?:async{_GAP}+)?(def|class){_GAP}+({NAME})")
_CONTINUES: Final = re.compile(rf"(?:elif|else|except|finally){WORD_END}")
_IMPORT: Final = re.compile(rf"(?:import|from){WORD_END}")
_BINDING: Final = re.compile(rf"({NAME}){_GAP}*(?:=(?!=)|:(?!=))")
_STRING: Final = re.compile(r"[rRuU]{0,2}['\"]")
_NOT_NAMES: Final = frozenset({"else", "try", "finally", "lambda", "except"})


def outline(text: str) -> tuple[ir.Piece, ...]:
    """The top-level statements of ``text`` in order; what stands between two pieces is blank or comment.

    Raises SourceError where brackets nest deeper than Python allows. A text with other errors gives pieces that cannot
    be lowered.
    """
    starts, notes = top_lines(text)
    stray = _indented_start(text, starts[0] if starts else len(text), notes)
    if stray is not None:
        starts.insert(0, stray)
    note_starts = {end: at for at, end in notes}
    pieces = []
    count, index = len(starts), 0
    while index < count:
        at = starts[index]
        while index + 1 < count and text[starts[index]] == "@":
            index += 1
        head = starts[index]
        index += 1
        while index < count and _CONTINUES.match(text, starts[index]):
            index += 1
        end = _trimmed(text, at, starts[index] if index < count else len(text), note_starts)
        pieces.append(_piece(text, at, head, end))
    return tuple(pieces)


def _indented_start(text: str, first: int, notes: list[Span]) -> int | None:
    """Where the first line begins when it is indented (an error that the parser shall see), else None."""
    at, note_ends = 0, dict(notes)
    while at < first:
        at = note_ends.get(at, at)
        if at < first and not text[at].isspace():
            return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
        at += 1
    return None


def _trimmed(text: str, at: int, end: int, note_starts: dict[int, int]) -> int:
    """``end`` moved back over blanks and comments."""
    while end > at:
        if end in note_starts:
            end = note_starts[end]
        elif text[end - 1].isspace() or text.startswith(("\\\n", "\\\r"), end - 1):
            end -= 1  # a joined line that turned out blank ends the statement too
        else:
            break
    return max(end, at)


def _piece(text: str, at: int, head: int, end: int) -> ir.Piece:
    """The piece ``text[at:end]`` whose first line after its decorators begins at ``head``."""
    decorated = text[at] == "@"
    found = _DEFINITION.match(text, head, end)
    if found:
        return ir.Piece(found.group(1), identifier(found.group(2)), decorated, at, end)
    if decorated:
        return ir.Piece("other", None, True, at, end)
    if _IMPORT.match(text, at, end):
        joined = ";" in text[at:end] and any(mark == ";" for mark, _ in depth_marks(text, at, end))
        return ir.Piece("other" if joined else "import", None, False, at, end)
    if _STRING.match(text, at):
        alone = all(_STRING.match(text, start) for start, _ in token_spans(text, at, end))
        return ir.Piece("doc" if alone else "other", None, False, at, end)
    found = _BINDING.match(text, at, end)
    if found and found.group(1) not in _NOT_NAMES and ":=" not in text[at:end]:
        marks = [mark for mark, _ in depth_marks(text, found.end(1), end)]
        if marks == ["="]:
            return ir.Piece("assign", identifier(found.group(1)), False, at, end)
    return ir.Piece("other", None, False, at, end)
