"""Vectors of known numbers: schedules and stage widths that models compute with torch before they build anything.

Numbers are Python's, rounded to single precision after every step, as torch computes with its default type.
"""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.equality import plain
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.values import Builtin, Const, List, Span, Tensor, Tuple, Value

MAX_VECTOR = 1_000
"""Numbers of a vector that are computed; drop-path schedules have one for each block."""

Numbers = tuple[Any, ...]


def vector(numbers: list[Any] | Numbers, site: Span) -> Tensor:
    """A tensor of known numbers."""
    return Tensor((Const(len(numbers)),), tuple(Const(number, site) for number in numbers))


def single(number: Any) -> Any:
    """A number as single precision holds it; whole numbers stay."""
    if not isinstance(number, float) or not math.isfinite(number):
        return number
    try:
        return struct.unpack("f", struct.pack("f", number))[0]
    except OverflowError:
        return math.inf


def numbers_of(value: Any) -> Numbers | None:
    """The numbers of a vector; None for any other value."""
    if not isinstance(value, Tensor) or not isinstance(value.values, tuple):
        return None
    found = tuple(item.value for item in value.values if isinstance(item, Const))
    return found if len(found) == len(value.values) else None


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: float(a) ** b,
}
_OF_TWO = {"pow": "**", "divide": "/", "div": "/", "mul": "*", "multiply": "*", "add": "+", "sub": "-"}
_OF_ONE: dict[str, Callable[[Any], Any]] = {
    "round": lambda x: float(round(x)),
    "log": math.log,
    "log2": math.log2,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "abs": abs,
    "int": int,
    "long": int,
    "float": float,
}
_OF_ALL: dict[str, Callable[[Numbers], Numbers]] = {
    "diff": lambda numbers: tuple(b - a for a, b in itertools.pairwise(numbers)),
}
_TO_ONE: dict[str, Callable[[Numbers], Any]] = {"max": max, "min": min, "sum": sum}
FUNCTIONS = frozenset({*_OF_TWO, *_OF_ONE, *_OF_ALL, *_TO_ONE}) - {"int", "long", "float"}
"""Functions of torch that know vectors."""
METHODS = frozenset({*_OF_TWO, *_OF_ONE, *_OF_ALL, *_TO_ONE}) - {"diff"}
"""Methods of tensors that know vectors."""


def combined(op: str, a: Any, b: Any, site: Span) -> Tensor | None:
    """``a op b`` for two vectors of one length, or a vector and a number; None for anything else."""
    left, right = numbers_of(a), numbers_of(b)
    if (left is None and right is None) or op not in _OPERATORS:
        return None
    left, right = _spread(a, left, right), _spread(b, right, left)
    if left is None or right is None or len(left) != len(right):
        return None
    try:
        return vector([single(_OPERATORS[op](x, y)) for x, y in zip(left, right, strict=True)], site)
    except (ArithmeticError, ValueError, TypeError):
        return None


def _spread(value: Any, own: Numbers | None, other: Numbers | None) -> Numbers | None:
    if own is not None or other is None:
        return own
    number = value.values if isinstance(value, Tensor) else value
    if isinstance(number, Const) and isinstance(number.value, (int, float)):
        return (number.value,) * len(other)
    return None


def knowing(name: str, otherwise: Callable[..., Value]) -> Builtin:
    """A function or method that computes with vectors, and does ``otherwise`` with anything else."""

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        if args.positional and not args.keywords and args.unknown is None:
            given = [force(value, machine.path) for value in args.positional]
            found = _computed(name, given, site)
            if found is not None:
                return found
        return otherwise(machine, args, site)

    return Builtin(name, call)


def _computed(name: str, given: list[Any], site: Span) -> Tensor | None:
    if len(given) == 2 and name in _OF_TWO:
        return combined(_OF_TWO[name], given[0], given[1], site)
    numbers = numbers_of(given[0]) if len(given) == 1 else None
    if not numbers:
        return None
    try:
        if name in _OF_ONE:
            return vector([single(_OF_ONE[name](number)) for number in numbers], site)
        if name in _OF_ALL:
            return vector(_OF_ALL[name](numbers), site)
        return Tensor((), Const(_TO_ONE[name](numbers), site)) if name in _TO_ONE else None
    except (ArithmeticError, ValueError, TypeError):
        return None


def unique(machine: Machine, args: Arguments, site: Span) -> Value:
    """``torch.unique``, also with how often each number occurs."""
    numbers = numbers_of(force(args.positional[0], machine.path)) if len(args.positional) == 1 else None
    counted = plain(machine, args.keywords["return_counts"]) if "return_counts" in args.keywords else False
    if numbers is None or args.unknown is not None or not isinstance(counted, bool) or len(args.keywords) > 1:
        return Tensor()
    found = sorted(set(numbers))
    if not counted:
        return vector(found, site)
    return Tuple((vector(found, site), vector([numbers.count(number) for number in found], site)))


def tensor(machine: Machine, args: Arguments, site: Span) -> Value:
    """``torch.tensor``: of a short list of numbers, a vector."""
    given = force(args.positional[0], machine.path) if args.positional else None
    found = plain(machine, given) if isinstance(given, (List, Tuple)) else None
    if not isinstance(found, (list, tuple)) or not 0 < len(found) <= MAX_VECTOR:
        return Tensor()
    plain_numbers = all(isinstance(number, (int, float)) for number in found)
    return vector([single(number) for number in found], site) if plain_numbers else Tensor()
