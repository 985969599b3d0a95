"""numpy: small arrays of numbers, as far as code needs them that computes the widths and depths of a model."""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

from convlint.evaluate.budget import MAX_SEQUENCE
from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import (
    attempt,
    first,
    give_up,
    known,
    lift,
    limit,
    nothing,
    raw,
    submodule,
    take,
    unmodelled,
)
from convlint.evaluate.library.arrays import (
    combine,
    each,
    flat_of,
    item_at,
    kind_of,
    made,
    plain,
    rows_of,
    sizes_of,
    tupled,
)
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.paths import force
from convlint.evaluate.values import (
    NONE,
    Builtin,
    Class,
    Const,
    Descriptor,
    Instance,
    Iterator,
    List,
    Slice,
    Span,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

_ONE: dict[str, Callable[[Any], Any]] = {
    "abs": abs,
    "absolute": abs,
    "ceil": lambda x: float(math.ceil(x)),
    "exp": math.exp,
    "floor": lambda x: float(math.floor(x)),
    "log": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "negative": operator.neg,
    "rint": lambda x: float(round(x)),
    "sign": lambda x: (x > 0) - (x < 0),
    "sqrt": math.sqrt,
    "square": lambda x: x * x,
    "trunc": lambda x: float(math.trunc(x)),
}
"""Functions of one number, applied to each number of an array. (numpy's rounding functions give floats.)"""

_TWO: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "maximum": max,
    "minimum": min,
    "mod": operator.mod,
    "multiply": operator.mul,
    "power": operator.pow,
    "remainder": operator.mod,
    "subtract": operator.sub,
    "true_divide": operator.truediv,
}

_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide", "mod": "mod",
    "pow": "power",
}  # fmt: skip

_COMPARISONS = {
    "__eq__": operator.eq, "__ne__": operator.ne, "__lt__": operator.lt, "__le__": operator.le, "__gt__": operator.gt,
    "__ge__": operator.ge,
}  # fmt: skip

_WHOLE: dict[str, Callable[[list[Any]], Any]] = {
    "all": all,
    "amax": max,
    "amin": min,
    "any": any,
    "argmax": lambda flat: flat.index(max(flat)),
    "argmin": lambda flat: flat.index(min(flat)),
    "argsort": lambda flat: sorted(range(len(flat)), key=flat.__getitem__),
    "cumprod": lambda flat: list(accumulate(flat, operator.mul)),
    "cumsum": lambda flat: list(accumulate(flat)),
    "flatten": list,
    "max": max,
    "mean": lambda flat: sum(flat) / len(flat) if flat else math.nan,
    "min": min,
    "prod": math.prod,
    "ravel": list,
    "sort": sorted,
    "sum": sum,
}
"""Functions of a whole array; with an axis they have no model."""

_METHODS = (
    "all",
    "any",
    "argmax",
    "argmin",
    "cumprod",
    "cumsum",
    "flatten",
    "max",
    "mean",
    "min",
    "prod",
    "ravel",
    "sum",
)
_INTEGERS = (
    "int", "int8", "int16", "int32", "int64", "int_", "intp", "integer", "long", "uint8", "uint16", "uint32", "uint64",
)  # fmt: skip
_FLOATS = ("double", "float", "float16", "float32", "float64", "float_", "floating", "single")


def contents(machine: Machine) -> dict[str, Value]:
    """The names of numpy that have a model."""
    cls = _array_class(machine)
    number, real = machine.modules.builtin_class("int"), machine.modules.builtin_class("float")
    return {
        **{name: Builtin(name, partial(_each, cls, name, function)) for name, function in _ONE.items()},
        **{name: Builtin(name, partial(_pairwise, cls, name, function)) for name, function in _TWO.items()},
        **{name: Builtin(name, partial(_whole, cls, name)) for name in _WHOLE},
        **{name: Builtin(name, partial(_array, cls)) for name in ("array", "asarray", "ascontiguousarray", "copy")},
        **{name: Builtin(name, partial(_round, cls)) for name in ("round", "around", "round_")},
        "arange": Builtin("arange", partial(_arange, cls)),
        "linspace": Builtin("linspace", partial(_linspace, cls)),
        "concatenate": Builtin("concatenate", partial(_concatenate, cls)),
        "unique": Builtin("unique", partial(_unique, cls)),
        "diff": Builtin("diff", partial(_difference, cls)),
        "zeros": Builtin("zeros", partial(_filled, cls, 0.0)),
        "ones": Builtin("ones", partial(_filled, cls, 1.0)),
        "ndarray": cls,
        **dict.fromkeys(_INTEGERS, number),
        **dict.fromkeys(_FLOATS, real),
        "bool_": machine.modules.builtin_class("bool"),
        "number": make_class("Number", (), {}),
        **{name: Const(getattr(math, name)) for name in ("e", "inf", "nan", "pi")},
        "newaxis": NONE,
        "random": submodule("numpy.random", nothing("seed")),
    }


def _array_class(machine: Machine) -> Class:
    cls = make_class("ndarray", (machine.modules.builtin_class("object"),), {})
    cls.attrs = {
        **{name: Builtin(name, partial(_whole, cls, name)) for name in _METHODS},
        **{name: Builtin(name, partial(_pairwise, cls, name, holds)) for name, holds in _COMPARISONS.items()},
        "__getitem__": Builtin("__getitem__", partial(_subscript, cls)),
        "__setitem__": Builtin("__setitem__", _put),
        "__iter__": Builtin("__iter__", partial(_iterate, cls)),
        "__len__": Builtin("__len__", lambda machine, args, site: Const(len(rows_of(machine, args)), site)),
        "astype": Builtin("astype", partial(_as_type, cls)),
        "copy": Builtin("copy", partial(_array, cls)),
        "item": Builtin("item", _item),
        "round": Builtin("round", partial(_round, cls)),
        "tolist": Builtin(
            "tolist", lambda machine, args, site: lift(machine, plain(machine, first(machine, args)), site)
        ),
        "shape": Descriptor("property", Builtin("shape", _shape)),
        "size": Descriptor(
            "property", Builtin("size", lambda machine, args, site: Const(len(flat_of(rows_of(machine, args))), site))
        ),
        "ndim": Descriptor(
            "property", Builtin("ndim", lambda machine, args, site: Const(len(sizes_of(rows_of(machine, args))), site))
        ),
    }
    for word, name in _OPERATORS.items():
        function = _TWO[name]
        cls.attrs[f"__{word}__"] = Builtin(name, partial(_pairwise, cls, name, function))
        cls.attrs[f"__r{word}__"] = Builtin(name, partial(_pairwise, cls, name, _swapped(function)))
    return cls


def _swapped(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: function(b, a)


# --- functions --------------------------------------------------------------------------------------------------------


def _given(machine: Machine, args: Arguments, name: str, required: int, *parameters: str) -> list[Any]:
    """The arguments, as ``take`` gives them: numpy's functions take more than has a model, which is no mistake."""
    more = args.keywords.keys() - set(parameters)
    if more or len(args.positional) > len(parameters):
        unmodelled(f"numpy.{name} with {min(more, default='more arguments')}")
    return take(machine, args, name, required, *parameters)


def _array(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    if not known(args).positional:
        raise Raised("TypeError", "array() missing its object")
    found = plain(machine, first(machine, args))
    kind = args.keywords.get("dtype") or (args.positional[1] if len(args.positional) > 1 else None)
    return made(machine, cls, _converted(machine, found, kind), site)


def _converted(machine: Machine, value: Any, kind: Value | None) -> Any:
    """``value`` as numbers of a type: a class, or a name such as 'int64'."""
    kind = force(kind, machine.path) if kind is not None else None
    if kind is None or (isinstance(kind, Const) and kind.value is None):
        return value
    name = kind.name if isinstance(kind, Class) else raw(machine, kind)
    if name in _INTEGERS:
        return each(int, value)
    if name in _FLOATS:
        return each(float, value)
    if name in ("bool", "bool_"):
        return each(bool, value)
    give_up(Unknown("not-modelled", f"an array of {name}"))


def _as_type(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    target, kind, _ = _given(machine, args, "astype", 2, "self", "dtype", "copy")
    return made(machine, cls, _converted(machine, plain(machine, target), kind), site)


def _each(
    cls: Class, name: str, function: Callable[[Any], Any], machine: Machine, args: Arguments, site: Span
) -> Value:
    (value,) = _given(machine, args, name, 1, "x")
    return made(machine, cls, each(function, plain(machine, value)), site)


def _pairwise(
    cls: Class, name: str, function: Callable[[Any, Any], Any], machine: Machine, args: Arguments, site: Span
) -> Value:
    a, b = _given(machine, args, name, 2, "x1", "x2")
    return made(machine, cls, combine(function, plain(machine, a), plain(machine, b)), site)


def _whole(cls: Class, name: str, machine: Machine, args: Arguments, site: Span) -> Value:
    value, axis = _given(machine, args, name, 1, "a", "axis")
    found = plain(machine, value)
    if axis is not None and raw(machine, axis) is not None and len(sizes_of(found)) > 1:
        give_up(Unknown("not-modelled", f"numpy.{name} along an axis", site))
    return made(machine, cls, attempt(_WHOLE[name], flat_of(found)), site)


def _unique(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    names = ("return_index", "return_inverse", "return_counts")
    value, *wanted = _given(machine, args, "unique", 1, "ar", *names)
    flat = flat_of(plain(machine, value))
    found = sorted(set(flat))
    places = {number: index for index, number in enumerate(found)}
    counts = Counter(flat)
    firsts = {number: len(flat) - 1 - index for index, number in enumerate(reversed(flat))}
    columns = (
        [firsts[number] for number in found],
        [places[number] for number in flat],
        [counts[number] for number in found],
    )
    more = [column for asked, column in zip(wanted, columns, strict=True) if asked is not None and raw(machine, asked)]
    parts = tuple(made(machine, cls, part, site) for part in (found, *more))
    return Tuple(parts) if more else parts[0]


def _round(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    value, decimals = _given(machine, args, "round", 1, "a", "decimals")
    digits = 0 if decimals is None else raw(machine, decimals)
    if not isinstance(digits, int) or abs(digits) > 100:
        limit("MAX_DIGITS_ROUNDED", site)
    return made(machine, cls, each(lambda number: round(number, digits), plain(machine, value)), site)


def _arange(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    bounds = [raw(machine, value) for value in known(args).positional]
    start, stop, step = {1: (0, *bounds, 1), 2: (*bounds, 1)}.get(len(bounds), (*bounds, 0, 1, 1)[:3])
    count = attempt(lambda: math.ceil((stop - start) / step))
    if count > MAX_SEQUENCE:
        limit("MAX_SEQUENCE", site)
    found = [start + index * step for index in range(count)]
    return made(machine, cls, _converted(machine, found, args.keywords.get("dtype")), site)


def _linspace(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    names = ("start", "stop", "num", "endpoint", "retstep", "dtype")
    low, high, count, closed, _, kind = _given(machine, args, "linspace", 2, *names)
    start, stop, number = plain(machine, low), plain(machine, high), 50 if count is None else raw(machine, count)
    if not isinstance(start, (int, float)) or not isinstance(stop, (int, float)) or not isinstance(number, int):
        give_up(Unknown("not-modelled", "numpy.linspace of arrays", site))
    if number > MAX_SEQUENCE:
        limit("MAX_SEQUENCE", site)
    parts = number - 1 if closed is None or raw(machine, closed) else number
    found = [start + (stop - start) * index / max(parts, 1) for index in range(number)]
    if parts == number - 1 and number > 1:
        found[-1] = float(stop)
    return made(machine, cls, _converted(machine, [float(value) for value in found], kind), site)


def _concatenate(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    parts, axis = _given(machine, args, "concatenate", 1, "arrays", "axis")
    if axis is not None and raw(machine, axis) != 0:
        give_up(Unknown("not-modelled", "numpy.concatenate along an axis", site))
    pieces = parts.items if isinstance(parts, Tuple) else machine.items(parts) if isinstance(parts, List) else None
    if pieces is None:
        give_up(Unknown("not-modelled", "numpy.concatenate", site))
    found = [plain(machine, piece) for piece in pieces]
    if not all(isinstance(piece, list) for piece in found):
        raise Raised("ValueError", "zero-dimensional arrays cannot be concatenated")
    return made(machine, cls, [item for piece in found for item in piece], site)


def _difference(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    (value,) = _given(machine, args, "diff", 1, "a")
    found = plain(machine, value)
    if len(sizes_of(found)) != 1:
        give_up(Unknown("not-modelled", "numpy.diff along an axis", site))
    return made(machine, cls, [after - before for before, after in pairwise(found)], site)


def _filled(cls: Class, number: float, machine: Machine, args: Arguments, site: Span) -> Value:
    size, kind = _given(machine, args, "zeros", 1, "shape", "dtype")
    sizes = flat_of(plain(machine, size))
    if len(sizes) != 1:
        give_up(Unknown("not-modelled", "an array of several dimensions", site))
    if not isinstance(sizes[0], int):
        raise Raised("TypeError", "a size must be an integer")
    if sizes[0] > MAX_SEQUENCE:
        limit("MAX_SEQUENCE", site)
    return made(machine, cls, _converted(machine, [number] * sizes[0], kind), site)


# --- methods ----------------------------------------------------------------------------------------------------------


def _item(machine: Machine, args: Arguments, site: Span) -> Value:
    flat = flat_of(plain(machine, first(machine, args)))
    if len(flat) != 1:
        raise Raised("ValueError", "can only convert an array of size 1 to a number")
    return lift(machine, flat[0], site)


def _shape(machine: Machine, args: Arguments, site: Span) -> Value:
    return Tuple(tuple(Const(size, site) for size in sizes_of(rows_of(machine, args))))


def _iterate(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    return Iterator([made(machine, cls, row, site) for row in rows_of(machine, args)])


def _subscript(cls: Class, machine: Machine, args: Arguments, site: Span) -> Value:
    target, key = _given(machine, args, "__getitem__", 2, "self", "key")
    number = item_at(target, key)
    if number is not None:
        return lift(machine, number.value, site)
    rows = plain(machine, target)
    if isinstance(key, (Const, Slice)):
        chosen = raw(machine, key)
        if isinstance(chosen, (int, slice)) and not isinstance(chosen, bool):
            return made(machine, cls, attempt(operator.getitem, rows, chosen), site)
        give_up(Unknown("not-modelled", "a subscript of an array", site))
    chosen = plain(machine, key)
    if not isinstance(chosen, list) or len(sizes_of(chosen)) != 1 or isinstance(key, Tuple):
        give_up(Unknown("not-modelled", "a subscript of an array", site))
    if chosen and all(isinstance(index, bool) for index in chosen):
        return made(machine, cls, [row for row, wanted in zip(rows, chosen, strict=False) if wanted], site)
    return made(machine, cls, [attempt(operator.getitem, rows, index) for index in chosen], site)


def _put(machine: Machine, args: Arguments, site: Span) -> Value:
    target, key, value = _given(machine, args, "__setitem__", 3, "self", "key", "value")
    if not isinstance(target, Instance):
        return NONE
    rows = plain(machine, target)
    if isinstance(key, Const) and isinstance(key.value, int):
        number = each(kind_of(rows), plain(machine, value))
        if item_at(target, key) is not None and not isinstance(number, list):
            items = list(target.attrs["_data"].items)
            items[key.value] = lift(machine, number, site)
            machine.write_attribute(target, "_data", Tuple(tuple(items)))
            return NONE
        row = attempt(operator.getitem, rows, key.value)
        if isinstance(number, list) and sizes_of(number) != sizes_of(row):
            give_up(Unknown("not-modelled", "a change within an array", site))
        rows[key.value] = number if isinstance(number, list) else each(lambda _: number, row)
        machine.write_attribute(target, "_data", tupled(machine, rows, site))
    else:
        machine.write_attribute(target, "_data", Unknown("not-modelled", "a change within an array", site))
    return NONE
