"""Arithmetic: binary, augmented and unary operators over every kind of value.

All raise Undecided where an operand is a choice.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from convlint.evaluate.budget import MAX_INTEGER_BITS, MAX_SEQUENCE, MAX_TEXT
from convlint.evaluate.environment import Arguments, NotIterable, Raised, follows
from convlint.evaluate.language.displays import merge_mapping
from convlint.evaluate.language.formatting import format_percent
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import force
from convlint.evaluate.truth import truth
from convlint.evaluate.values import FALSE, TRUE, Const, Dict, Instance, List, Span, Tensor, Tuple, Unknown, Value

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}

_METHODS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul",
    "<<": "lshift", ">>": "rshift", "&": "and", "|": "or", "^": "xor",
}  # fmt: skip


def binary(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Value:
    """``a op b``."""
    path = machine.path
    a, b = force(a, path), force(b, path)
    if a.__class__ is Const and b.__class__ is Const:
        return _scalars(op, a, b, span)
    if a.__class__ is Instance or b.__class__ is Instance:
        found = _by_method(machine, op, a, b, span)
        if found is not None:
            return found
    if a.__class__ is Tensor or b.__class__ is Tensor:
        from convlint.evaluate.library import torch_vectors  # which compares values with all that is here

        known = torch_vectors.combined(op, a, b, span)
        return known if known is not None else machine.flow.combined(machine, op, a, b, span=span)
    if a.__class__ is Unknown or b.__class__ is Unknown:
        if op == "*" and (a.__class__ is List or b.__class__ is List):
            return _repeated(machine, a, b)
        return _of_unknown(op, a, b)
    return _containers(machine, op, a, b, span)


def in_place(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Any:
    """``a op= b``: lists, dicts and objects with a method for it are changed in place."""
    a = force(a, machine.path)
    if isinstance(a, List) and op == "+":
        try:
            items = iterate(machine, b, span)
        except NotIterable as error:
            machine.touch(a)
            a.items = follows(error.cause)
            return a
        machine.own_items(a).extend(items)
        if isinstance(b, List):
            a.more = a.more or b.more
        return a
    if isinstance(a, Instance) and op in ("+", "|"):
        method = classes.lookup(a.cls, "__iadd__" if op == "+" else "__ior__")
        if method is not None:
            return calls.call(machine, method, Arguments([a, b]), span)
    if isinstance(a, Dict) and op == "|":
        merge_mapping(machine, a, force(b, machine.path), span)
        return a
    return binary(machine, op, a, b, span)


def _repeated(machine: Machine, a: Value, b: Value) -> Value:
    """A list repeated an unknown number of times: its items, and maybe others behind them."""
    repeated, times = (a, b) if isinstance(a, List) else (b, a)
    assert isinstance(repeated, List)
    assert isinstance(times, Unknown)
    if not isinstance(force(repeated.items, machine.path), list):
        return follows(times)
    made = machine.list(list(machine.items(repeated)))
    made.more = follows(times)
    return made


def _of_unknown(op: str, a: Value, b: Value) -> Value:
    """The result for an unknown operand: of the same operation on the same operands, it is the same unknown."""
    unknown, other = (a, b) if isinstance(a, Unknown) else (b, a)
    assert isinstance(unknown, Unknown)
    if isinstance(other, Const):
        key: Any = ("binary", op, unknown is a, other.value.__class__, other.value)
    elif isinstance(other, Unknown):
        key = ("binary", op, True, Unknown, other)
    else:
        return follows(unknown)
    if unknown.derived is None:
        unknown.derived = {}
    found = unknown.derived.get(key)
    if found is None:
        found = unknown.derived[key] = follows(unknown)
    return found


def _scalars(op: str, a: Const, b: Const, span: Span) -> Value:
    x, y = a.value, b.value
    if op == "**" and isinstance(x, int) and isinstance(y, int) and abs(x) > 1:
        if y * x.bit_length() > MAX_INTEGER_BITS:
            return Unknown("limit", "MAX_INTEGER_BITS", span)
    elif op == "<<" and isinstance(y, int) and y > MAX_INTEGER_BITS:
        return Unknown("limit", "MAX_INTEGER_BITS", span)
    elif op == "*" and (isinstance(x, str) or isinstance(y, str)):
        times = y if isinstance(x, str) else x
        if isinstance(times, int) and times * len(x if isinstance(x, str) else y) > MAX_TEXT:
            return Unknown("limit", "MAX_TEXT", span)
    elif op == "%" and isinstance(x, str):
        return format_percent(x, (y,), span)
    elif op == "@":
        raise Raised("TypeError", "matrix product of numbers")
    try:
        result = _BINARY[op](x, y)
    except Exception as error:
        raise Raised(type(error).__name__, str(error)) from None
    if isinstance(result, int) and result.bit_length() > MAX_INTEGER_BITS:
        return Unknown("limit", "MAX_INTEGER_BITS", span)
    return Const(result, span)


def _containers(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Value:
    """Sequences and sets: concatenation, repetition, union and the like."""
    if op == "+" and isinstance(a, Tuple) and isinstance(b, Tuple):
        joined = a.items + b.items
        return Tuple(joined) if len(joined) <= MAX_SEQUENCE else Unknown("limit", "MAX_SEQUENCE", span)
    for operand in (a, b) if op in "+*" else ():
        held = force(operand.items, machine.path) if isinstance(operand, List) else None
        if isinstance(held, Unknown):
            return follows(held)
    if op == "+" and isinstance(a, List) and isinstance(b, List):
        both = [*machine.items(a), *machine.items(b)]
        if len(both) > MAX_SEQUENCE:
            return Unknown("limit", "MAX_SEQUENCE", span)
        added = machine.list(both)
        added.more = a.more or b.more
        return added
    if op == "*":
        if isinstance(a, Const):
            a, b = b, a
        if isinstance(b, Const) and isinstance(b.value, int) and isinstance(a, (Tuple, List)):
            items = list(a.items) if isinstance(a, Tuple) else machine.items(a)
            if len(items) * b.value > MAX_SEQUENCE:
                return Unknown("limit", "MAX_SEQUENCE", span)
            repeated = list(items) * b.value
            return Tuple(tuple(repeated)) if isinstance(a, Tuple) else machine.list(repeated)
    if op == "%" and isinstance(a, Const) and isinstance(a.value, str) and isinstance(b, Tuple):
        if all(isinstance(item, Const) for item in b.items):
            return format_percent(a.value, tuple(item.value for item in b.items), span)  # type: ignore[attr-defined]
        return Unknown("unsupported", "a % format of objects", span)
    if isinstance(a, Dict) and isinstance(b, Dict):
        return _dicts(machine, op, a, b, span)
    if op == "|":
        return Unknown("unsupported", "a union of types", span)
    raise Raised("TypeError", f"unsupported operands for {op}")


def _dicts(machine: Machine, op: str, a: Dict, b: Dict, span: Span) -> Value:
    left = {key: (key_value, value) for key, key_value, value in machine.entries(a)}
    right = {key: (key_value, value) for key, key_value, value in machine.entries(b)}
    if op == "|":
        result = {**left, **right}
    elif op == "&":
        result = {key: left[key] for key in left if key in right}
    elif op == "-":
        result = {key: left[key] for key in left if key not in right}
    elif op == "^":
        result = {key: (left | right)[key] for key in left | right if (key in left) != (key in right)}
    else:
        raise Raised("TypeError", f"unsupported operands for {op}")
    made = machine.dict(result, a.is_set)
    made.unknown = a.unknown or b.unknown
    return made


def _by_method(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Value | None:
    """``a.__op__(b)`` or ``b.__rop__(a)`` of a user's class; None where there is neither."""
    word = _METHODS[op]
    for target, other, name in ((a, b, f"__{word}__"), (b, a, f"__r{word}__")):
        if isinstance(target, Instance):
            method = classes.lookup(target.cls, name)
            if method is not None:
                result: Value = calls.call(machine, method, Arguments([target, other]), span)
                return result
            if isinstance(target.payload, Value):
                pair = (target.payload, other) if target is a else (other, target.payload)
                return binary(machine, op, *pair, span)
    for target in (a, b):
        if isinstance(target, Instance):
            if target.cls.incomplete is not None:
                return follows(target.cls.incomplete)
            return Unknown("unsupported", f"{op} on an object", span)
    return None


def unary(machine: Machine, op: str, value: Value, span: Span) -> Value:
    """``op value``; ``not`` of an unknown remembers what it negates."""
    value = force(value, machine.path)
    if op == "not":
        verdict = truth(machine, value)
        if verdict.__class__ is bool:
            return FALSE if verdict else TRUE
        negated = Unknown(verdict.reason, verdict.detail, verdict.span)  # type: ignore[union-attr]
        negated.negates = verdict  # type: ignore[assignment]
        return negated
    if isinstance(value, Const):
        try:
            result = -value.value if op == "-" else +value.value if op == "+" else ~value.value
        except TypeError as error:
            raise Raised("TypeError", str(error)) from None
        return Const(result, span)
    if isinstance(value, Tensor):
        return machine.flow.unary(machine, op, value)
    if isinstance(value, Unknown):
        return follows(value)
    return Unknown("unsupported", f"unary {op} on an object", span)
