"""Whether a regular expression can be matched without backtracking that grows beyond its text's length squared."""

from __future__ import annotations

import warnings
from typing import Any

MANY = 64
"""Repeats of up to this many are bounded; more count as unbounded."""


def _parser() -> Any:
    """Python's own parser of regular expressions."""
    try:
        from re import _parser as parser
    except ImportError:  # Python 3.10
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import sre_parse as parser  # type: ignore[no-redef]
    return parser


def is_cheap(pattern: str, flags: int) -> bool:
    """Whether ``pattern`` (it compiles) has no repeat within or right beside another, no references and no look-around."""
    try:
        return _cheap(_parser().parse(pattern, flags), 0)
    except Exception:
        return False


def _cheap(parts: Any, depth: int) -> bool:
    """``depth``: unbounded repeats around these parts."""
    after_repeat: Any = None
    repeats = 0
    for operation, argument in parts:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = argument
            unbounded = int(high) > 1
            if unbounded and (depth or not _cheap(inner, depth + 1)):
                return False
            if not unbounded and not _cheap(inner, depth):
                return False
            if unbounded:
                repeats += 1
                if after_repeat is not None and not _disjoint(after_repeat, inner):
                    return False
                after_repeat = inner
            continue
        inside = _groups(name, argument)
        if inside is None:
            return False
        for group in inside:
            if not _cheap(group, depth):
                return False
            if _has_repeat(group):
                repeats += 1
                if after_repeat is not None:
                    return False
                after_repeat = group
        if not inside and name != "AT":
            after_repeat = None
    return repeats <= 8


def _groups(name: str, argument: Any) -> list[Any] | None:
    """The patterns within one operation; None for an operation that is not followed."""
    if name in ("LITERAL", "NOT_LITERAL", "IN", "ANY", "AT", "RANGE", "CATEGORY"):
        return []
    if name == "SUBPATTERN":
        return [argument[-1]]
    if name == "BRANCH":
        return list(argument[1])
    if name == "ATOMIC_GROUP":
        return [argument]
    return None


def _has_repeat(parts: Any) -> bool:
    for operation, argument in parts:
        name = str(operation)
        if name.endswith("REPEAT") and int(argument[1]) > 1:
            return True
        if any(_has_repeat(group) for group in _groups(name, argument) or []):
            return True
        if name.endswith("REPEAT") and _has_repeat(argument[2]):
            return True
    return False


def _disjoint(first: Any, second: Any) -> bool:
    """Whether two repeats that stand side by side repeat single characters of which none is in both sets."""
    a, b = _characters(first), _characters(second)
    return a is not None and b is not None and not a & b


def _characters(parts: Any) -> frozenset[int] | None:
    """The ASCII characters that a one-character pattern matches; None for other patterns."""
    if len(parts) != 1:
        return None
    operation, argument = parts[0]
    name = str(operation)
    if name == "LITERAL":
        return frozenset({argument})
    if name == "IN":
        found: set[int] = set()
        for kind, value in argument:
            if str(kind) == "LITERAL":
                found.add(value)
            elif str(kind) == "RANGE":
                found.update(range(value[0], min(value[1], value[0] + 256) + 1))
            elif str(kind) == "CATEGORY" and str(value) == "CATEGORY_DIGIT":
                found.update(range(ord("0"), ord("9") + 1))
            else:
                return None
        return frozenset(found)
    return None
