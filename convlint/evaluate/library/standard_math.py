"""math."""

from __future__ import annotations

import math
from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import items, pure, table, take
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import arithmetic
from convlint.evaluate.values import Builtin, Const, Span, Value

MAX_FACTORIAL = 90
"""The largest factorial, or size of a set chosen from, that is worked out; 98! is the last within MAX_INTEGER_BITS."""
MAX_OPERANDS = 64
"""Numbers that gcd and lcm are taken of."""

_PURE = (
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "copysign", "cos", "cosh", "degrees", "dist", "erf",
    "erfc", "exp", "expm1", "fabs", "fmod", "frexp", "fsum", "gamma", "hypot", "isclose", "isfinite", "isinf",
    "isnan", "isqrt", "ldexp", "lgamma", "log", "log10", "log1p", "log2", "modf", "nextafter", "pow", "radians",
    "remainder", "sin", "sinh", "sqrt", "tan", "tanh", "ulp",
)  # fmt: skip
_KEEPING = ("ceil", "floor", "trunc")


def contents(machine: Machine) -> dict[str, Value]:
    """The names of math."""
    return {
        **table({name: getattr(math, name) for name in _PURE}),
        **{name: pure(name, getattr(math, name), keeps=True) for name in _KEEPING},
        **{name: Const(getattr(math, name)) for name in ("e", "inf", "nan", "pi", "tau")},
        "comb": pure("comb", math.comb, _small),
        "perm": pure("perm", math.perm, _small),
        "factorial": pure("factorial", math.factorial, _small),
        "gcd": pure("gcd", math.gcd, _few),
        "lcm": pure("lcm", math.lcm, _few),
        "cbrt": pure("cbrt", lambda number: math.copysign(abs(number) ** (1 / 3), number)),
        "exp2": pure("exp2", lambda number: 2.0**number),
        "prod": Builtin("prod", product),
    }


def _small(*numbers: int) -> bool:
    return all(number <= MAX_FACTORIAL for number in numbers)


def _few(*numbers: Any) -> bool:
    return len(numbers) <= MAX_OPERANDS


def product(machine: Machine, args: Arguments, site: Span) -> Value:
    """``math.prod(iterable, start=1)``."""
    source, start = take(machine, args, "prod", 1, "iterable", "start")
    total: Value = Const(1, site) if start is None else start
    for item in items(machine, source, site):
        total = machine.apply(arithmetic.binary, machine, "*", total, item, site)
    return total
