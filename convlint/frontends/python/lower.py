"""One piece of a file parsed by libcst and lowered: the only place that calls the parser."""

from __future__ import annotations

import ast
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

_ERROR_AT: Final = re.compile(r"error at (\d+):\d+")


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
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the native parser is no Exception
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
        message = "has tokens that the parser reads in another way, so that convlint cannot place them"
        raise SourceError(line_of(text, at), message)
    return lowered


def _syntax_error(text: str, at: int, source: str, error: BaseException) -> SourceError:
    """The parser's refusal in one line: the interpreter's words where it refuses too, else the parser's place."""
    first = line_of(text, at)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "source", "exec", ast.PyCF_ONLY_AST, True)
    except SyntaxError as refusal:
        refusal_line, message = refusal.lineno, refusal.msg
    except (ValueError, RecursionError, MemoryError):
        return SourceError(first, "cannot be read as Python source text")
    else:
        place = _ERROR_AT.search(str(error))
        line = first + int(place.group(1)) - 1 if place else first
        return SourceError(line, "the parser does not know this syntax, though the interpreter does")
    return SourceError(first + (refusal_line or 1) - 1, f"syntax error: {message}")
