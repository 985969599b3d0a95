"""One piece of a file parsed by libcst and lowered: the only place that calls the parser."""

from __future__ import annotations

import re
import warnings
from typing import Final

import libcst as cst

from convlint.frontends.python import ir
from convlint.frontends.python.depth import check_depth
from convlint.frontends.python.literals import LiteralError
from convlint.frontends.python.lower_statements import StatementLowering
from convlint.frontends.python.source_text import SourceError, line_of
from convlint.frontends.python.tokens import token_spans

_REASON: Final = re.compile(r"error at \d+:\d+")


def lower(text: str, piece: ir.Piece) -> tuple[ir.Stmt, ...]:
    """The statements of one top-level piece of ``text``; offsets count from the start of ``text``.

    Docstrings and other strings on their own are dropped. Raises SourceError where the piece is no valid Python or
    nests too deeply. Deep but permitted nesting needs a large stack and recursion limit, which the caller provides.
    """
    at, end = piece.at, piece.end
    spans = token_spans(text, at, end)
    check_depth(text, at, end, spans)
    source = text[at:end]
    try:
        module = cst.parse_module(source)
    except RecursionError:
        raise SourceError(line_of(text, at), "is nested too deeply to be read") from None
    except Exception as error:
        raise _syntax_error(text, at, source, error) from None
    lowering = StatementLowering(text, spans)
    try:
        lowered = lowering.block(module.body)
    except LiteralError as error:
        raise SourceError(line_of(text, spans[min(lowering.next, len(spans)) - 1][0]), str(error)) from None
    except RecursionError:
        raise SourceError(line_of(text, at), "is nested too deeply to be read") from None
    except (IndexError, KeyError):
        lowering.next = -1
    if lowering.next != len(spans):
        raise SourceError(line_of(text, at), "has tokens that the parser reads in another way; convlint cannot place them")
    return lowered


def _syntax_error(text: str, at: int, source: str, error: Exception) -> SourceError:
    """The parser's refusal in one line: the interpreter's words where it refuses too, else the parser's place."""
    first = line_of(text, at)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "source", "exec", 0x400, True)
    except SyntaxError as refusal:
        return SourceError(first + (refusal.lineno or 1) - 1, f"syntax error: {refusal.msg}")
    except Exception:
        pass
    if isinstance(error, cst.ParserSyntaxError):
        line = first + max(error.raw_line, 1) - 1
        return SourceError(line, "syntax error: " + _near(source, error.raw_line, error.raw_column))
    return SourceError(first, "cannot be read as Python source text")


def _near(source: str, line: int, column: int) -> str:
    rows = re.split(r"\r\n|\r|\n", source)
    row = rows[line - 1] if 0 < line <= len(rows) else ""
    word = re.match(r"\s*(\w{1,40}|\S)", row[column:])
    return f"this is not valid Python near {word.group(1)!r}" if word else "this is not valid Python"
