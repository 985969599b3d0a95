"""Text that is read as Python: ``ast.literal_eval``, and ``eval`` of literals."""

from __future__ import annotations

import warnings

from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import builtin_table, lift, limit, take, text
from convlint.evaluate.machine import Machine
from convlint.evaluate.values import Span, Value

MAX_LITERAL = 2_000
"""Characters of a text that is read as a literal: what an option or a table holds."""


def contents(machine: Machine) -> dict[str, Value]:
    """The names of ast."""
    return dict(builtin_table({"literal_eval": _literal_eval}))


def _literal_eval(machine: Machine, args: Arguments, site: Span) -> Value:
    (given,) = take(machine, args, "literal_eval", 1, "node_or_string")
    return literal(machine, text(machine, given), site)


def literal(machine: Machine, source: str, site: Span) -> Value:
    """The value of a literal. Raises ValueError in the evaluated code where the text is none."""
    import ast

    if len(source) > MAX_LITERAL:
        limit("MAX_LITERAL", site)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = ast.literal_eval(source.strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise Raised("ValueError", "malformed node or string") from None
    return lift(machine, found, site)
