"""Arithmetic that is written as text in a config: numbers, lists and tuples with + - * / // % and **."""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable
from typing import Any

from convlint.frontends.config.limits import MAX_NUMBER_TEXT

MAX_ITEMS = 1_000
"""Items of a list that is put together; wav2vec has seven."""
MAX_MAGNITUDE = 10**12
"""Numbers beyond it size no layer, and powers of them would never end."""

_NUMBERS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


class ArithmeticTextError(ValueError):
    """A text that is no arithmetic, or too much of it."""


class Item:
    """A number in the text, and where it stands: first and last character (exclusive). None for a computed one."""

    __slots__ = ("span", "value")

    def __init__(self, value: int | float, span: tuple[int, int] | None) -> None:
        self.value = value
        self.span = span


Result = Item | list[Any]


def evaluate(text: str) -> Result:
    """The number (an ``Item``), or the list of such, that ``text`` says. Raises ArithmeticTextError."""
    if len(text) > MAX_NUMBER_TEXT or not text.isascii() or "\n" in text:
        raise ArithmeticTextError("too long, or no plain text")
    stripped = text.strip()
    try:
        with warnings.catch_warnings():  # of "1if", which is text to us
            warnings.simplefilter("ignore")
            tree = ast.parse(stripped, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ArithmeticTextError("no expression") from None
    return _value(tree.body, text.index(stripped) if stripped else 0)


def _value(node: ast.expr, shift: int) -> Result:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        span = (node.col_offset + shift, (node.end_col_offset or node.col_offset) + shift)
        return Item(_small(node.value), span)
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_value(item, shift) for item in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        operand = _value(node.operand, shift)
        if isinstance(operand, Item):
            return Item(-operand.value if isinstance(node.op, ast.USub) else operand.value, operand.span)
    if isinstance(node, ast.BinOp):
        return _combined(node.op, _value(node.left, shift), _value(node.right, shift))
    raise ArithmeticTextError(type(node).__name__)


def _combined(op: ast.operator, left: Result, right: Result) -> Result:
    if isinstance(left, Item) and isinstance(right, Item):
        if isinstance(op, ast.Pow):
            if abs(left.value) > 1000 or not 0 <= right.value <= 4:
                raise ArithmeticTextError("a large power")
            return Item(_small(left.value**right.value), None)
        if type(op) in _NUMBERS:
            try:
                return Item(_small(_NUMBERS[type(op)](left.value, right.value)), None)
            except ZeroDivisionError:
                raise ArithmeticTextError("division by zero") from None
    if isinstance(left, list) and isinstance(right, list) and isinstance(op, ast.Add):
        return _bounded(left, len(right)) + right
    if isinstance(op, ast.Mult):
        items, times = (left, right) if isinstance(left, list) else (right, left)
        if isinstance(items, list) and isinstance(times, Item) and isinstance(times.value, int):
            _bounded(items, len(items) * max(0, times.value - 1))
            return items * times.value
    raise ArithmeticTextError("these do not go together")


def _bounded(items: list[Any], more: int) -> list[Any]:
    if len(items) + more > MAX_ITEMS:
        raise ArithmeticTextError("a long list")
    return items


def _small(value: int | float) -> int | float:
    if not abs(value) <= MAX_MAGNITUDE:
        raise ArithmeticTextError("a large number")
    return value
