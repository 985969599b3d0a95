"""Whether a regular expression can be matched without much backtracking, whatever (ASCII) text it is matched with."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any, NamedTuple

MAX_WAYS = 64
"""Sequences that a pattern's alternatives may expand to; patterns that name block types have at most a dozen."""
MAX_COST = 5_000
"""Positions that matching may try from one start: one repeat of which the end is open and four optional characters."""
REPEAT_COST = 300
"""What one repeat costs of which the end is open: the length of the longest text that is matched."""

_ALL = frozenset(range(128))
_DIGITS = frozenset(range(ord("0"), ord("9") + 1))
_WORDS = frozenset(code for code in range(128) if chr(code).isalnum() or chr(code) == "_")
_SPACES = frozenset(map(ord, " \t\n\r\f\v"))
_CATEGORIES = {
    "CATEGORY_DIGIT": _DIGITS, "CATEGORY_NOT_DIGIT": _ALL - _DIGITS, "CATEGORY_WORD": _WORDS,
    "CATEGORY_NOT_WORD": _ALL - _WORDS, "CATEGORY_SPACE": _SPACES, "CATEGORY_NOT_SPACE": _ALL - _SPACES,
}  # fmt: skip


class Atom(NamedTuple):
    """A character of a set, repeated ``low`` to ``high`` times."""

    characters: frozenset[int]
    low: int
    high: int


def is_cheap(pattern: str, flags: int) -> bool:
    """Whether ``pattern`` (it compiles) only repeats single characters, and nearly always knows where a repeat ends."""
    try:
        ways = _ways(_parser().parse(pattern, flags))
    except (RecursionError, ArithmeticError, ValueError):
        return False
    return ways is not None and sum(map(_cost, ways)) <= MAX_COST


def _parser() -> Any:
    """Python's own parser of regular expressions."""
    try:
        from re import _parser as parser  # type: ignore[attr-defined, unused-ignore]
    except ImportError:  # Python 3.10
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import sre_parse as parser
    return parser


def _cost(atoms: list[Atom]) -> int:
    """An upper bound of the positions that are tried from one start: only what may end in several places multiplies."""
    cost = 1
    for index, atom in enumerate(atoms):
        if atom.low == atom.high:
            continue
        for after in atoms[index + 1 :]:
            if atom.characters & after.characters:
                cost *= REPEAT_COST if atom.high > 1 else 2
                break
            if after.low:
                break
    return cost


def _ways(parts: Any) -> list[list[Atom]] | None:
    """The sequences of atoms that a pattern stands for; None where it has something else in it."""
    found: list[list[Atom]] = [[]]
    for operation, argument in parts:
        more = _ways_of(str(operation), argument)
        if more is None or len(found) * len(more) > MAX_WAYS:
            return None
        found = [[*before, *after] for before, after in product(found, more)]
    return found


def _ways_of(name: str, argument: Any) -> list[list[Atom]] | None:
    """The sequences of one operation of a parsed pattern."""
    if name == "AT":
        return [[]]
    if name == "SUBPATTERN":
        return _ways(argument[-1])
    if name == "ATOMIC_GROUP":
        return _ways(argument)
    if name == "BRANCH":
        alternatives = [_ways(alternative) for alternative in argument[1]]
        if any(ways is None for ways in alternatives):
            return None
        return [way for ways in alternatives if ways is not None for way in ways]
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _repeated(int(argument[0]), int(argument[1]), argument[2])
    characters = _characters(name, argument)
    return None if characters is None else [[Atom(characters, 1, 1)]]


def _repeated(low: int, high: int, inner: Any) -> list[list[Atom]] | None:
    """A repeat of single characters, or an optional part."""
    ways = _ways(inner)
    if ways is None:
        return None
    if high <= 1:
        return ways if low else [[], *ways]
    if not all(len(way) == 1 and way[0].high == 1 and way[0].low == 1 for way in ways):
        return None
    if any(a[0].characters & b[0].characters for index, a in enumerate(ways) for b in ways[:index]):
        return None
    return [[Atom(frozenset().union(*(way[0].characters for way in ways)), low, high)]]


def _characters(name: str, argument: Any) -> frozenset[int] | None:
    """The ASCII characters that an operation matches, in both cases; None for one that is not about a character."""
    if name == "ANY":
        return _ALL
    if name == "LITERAL":
        return _both_cases({argument})
    if name == "NOT_LITERAL":
        return _ALL
    if name != "IN":
        return None
    found: set[int] = set()
    negated = False
    for kind, value in argument:
        if str(kind) == "NEGATE":
            negated = True
        elif str(kind) == "LITERAL":
            found.add(value)
        elif str(kind) == "RANGE":
            found |= _ALL & set(range(value[0], min(value[1], 127) + 1))
        elif str(kind) == "CATEGORY":
            found |= _CATEGORIES[str(value)]
        else:
            return None
    return _ALL - found if negated else _both_cases(found)


def _both_cases(codes: set[int]) -> frozenset[int]:
    return frozenset(
        ord(letter) for code in codes for letter in {chr(code).lower(), chr(code).upper()} if len(letter) == 1
    )
