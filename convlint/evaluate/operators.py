"""Operators, displays, iteration and formatting over values. Raises Undecided where an operand is a choice."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from convlint.evaluate import calls, classes
from convlint.evaluate.budget import MAX_INTEGER_BITS, MAX_SEQUENCE, MAX_TEXT
from convlint.evaluate.environment import Arguments, NotIterable, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.values import (
    FALSE,
    NONE,
    TRUE,
    UNBOUND,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Iterator,
    List,
    Module,
    Slice,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip

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

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_COMPARE_METHODS = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}


def binary(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Value:
    """``a op b``."""
    path = machine.path
    a, b = force(a, path), force(b, path)
    if a.__class__ is Const and b.__class__ is Const:
        return _scalars(op, a, b, span)  # type: ignore[arg-type]
    if a.__class__ is Instance or b.__class__ is Instance:
        found = _by_method(machine, op, a, b, span)
        if found is not None:
            return found
    if a.__class__ is Tensor or b.__class__ is Tensor:
        return Tensor()
    if a.__class__ is Unknown:
        return follows(a)  # type: ignore[arg-type]
    if b.__class__ is Unknown:
        return follows(b)  # type: ignore[arg-type]
    return _containers(machine, op, a, b, span)


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


def format_percent(text: str, values: tuple[Any, ...], span: Span) -> Value:
    """``text % values`` for plain values, without formats that could build something huge."""
    if len(text) > MAX_TEXT or any(part[:1].isdigit() and len(part) > 3 for part in text.split("%")):
        return Unknown("unsupported", "a wide % format", span)
    try:
        return Const(text % values, span)
    except Exception as error:
        raise Raised(type(error).__name__, str(error)) from None


def _containers(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Value:
    """Sequences and sets: concatenation, repetition, union and the like."""
    if op == "+" and isinstance(a, Tuple) and isinstance(b, Tuple):
        return Tuple(_bounded(a.items + b.items))
    if op == "+" and isinstance(a, List) and isinstance(b, List):
        return machine.list(list(_bounded((*machine.items(a), *machine.items(b)))))
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


def _bounded(items: tuple[Value, ...]) -> tuple[Value, ...]:
    if len(items) > MAX_SEQUENCE:
        raise Raised("MemoryError", "MAX_SEQUENCE")
    return items


def _by_method(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Value | None:
    """``a.__op__(b)`` or ``b.__rop__(a)`` of a user's class; None where there is neither."""
    word = _METHODS[op]
    for target, other, name in ((a, b, f"__{word}__"), (b, a, f"__r{word}__")):
        if isinstance(target, Instance):
            method = classes.lookup(target.cls, name)
            if method is not None:
                return calls.call(machine, method, Arguments([target, other]), span)
            if isinstance(target.payload, Value):
                pair = (target.payload, other) if target is a else (other, target.payload)
                return binary(machine, op, *pair, span)
    for target in (a, b):
        if isinstance(target, Instance):
            return (
                (target.cls.incomplete
                and follows(target.cls.incomplete))
                or Unknown("unsupported", f"{op} on an object", span)
            )
    return None


def unary(machine: Machine, op: str, value: Value, span: Span) -> Value:
    """``op value``; ``not`` of an unknown remembers what it negates."""
    from convlint.evaluate.truth import truth

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
        return Tensor(value.shape)
    if isinstance(value, Unknown):
        return follows(value)
    return Unknown("unsupported", f"unary {op} on an object", span)


def both(machine: Machine, a: Value, b: Value) -> Value:
    """``a and b`` for the links of a comparison chain."""
    a, b = force(a, machine.path), force(b, machine.path)
    if isinstance(a, Const):
        return b if a.value else a
    return b if isinstance(b, Const) and not b.value else a


def compare(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Value:
    """``a op b`` for a comparison operator; an unknown result is one object for one question."""
    path = machine.path
    a, b = force(a, path), force(b, path)
    if op in ("is", "is not"):
        return _identity(machine, a, b, op == "is", span)
    if op in ("in", "not in"):
        return _membership(machine, a, b, op == "in", span)
    if a.__class__ is Const and b.__class__ is Const:
        try:
            return TRUE if _COMPARE[op](a.value, b.value) else FALSE  # type: ignore[attr-defined]
        except TypeError as error:
            raise Raised("TypeError", str(error)) from None
    if a.__class__ is Unknown or b.__class__ is Unknown:
        return _question(machine, op, a, b)
    if a.__class__ is Instance or b.__class__ is Instance:
        method = classes.lookup(a.cls, _COMPARE_METHODS[op]) if isinstance(a, Instance) else None
        if method is not None:
            return calls.call(machine, method, Arguments([a, b]), span)
    if a.__class__ is Tensor or b.__class__ is Tensor:
        return Unknown("tensor", "a comparison of tensors", span)
    if op in ("==", "!="):
        same = equal(machine, a, b)
        if same is None:
            return Unknown("unknown-operand", "a comparison of unknown items", span)
        return TRUE if same == (op == "==") else FALSE
    return _order(machine, op, a, b, span)


def _order(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Value:
    """Lexical order of sequences, inclusion of sets."""
    if isinstance(a, Dict) and isinstance(b, Dict):
        left, right = ({key for key, _, _ in machine.entries(part)} for part in (a, b))
        return TRUE if _COMPARE[op](left, right) else FALSE
    left_items, right_items = plain(machine, a), plain(machine, b)
    if left_items is None or right_items is None:
        return Unknown("unknown-operand", "an order of unknown items", span)
    try:
        return TRUE if _COMPARE[op](left_items, right_items) else FALSE
    except TypeError as error:
        raise Raised("TypeError", str(error)) from None


def plain(machine: Machine, value: Value) -> Any:
    """Constants, tuples and lists of constants as plain Python; None where anything else is in them."""
    value = force(value, machine.path)
    if isinstance(value, Instance) and isinstance(value.payload, Value):
        value = value.payload
    if isinstance(value, Const):
        return value.value
    if isinstance(value, (Tuple, List)):
        items = [plain(machine, item) for item in (value.items if isinstance(value, Tuple) else machine.items(value))]
        if any(item is None for item in items):
            return None
        return tuple(items) if isinstance(value, Tuple) else items
    return None


def _question(machine: Machine, op: str, a: Value, b: Value) -> Value:
    """A comparison with an unknown: asked again, it is the same unknown; ``!=`` is the negation of ``==``."""
    subject, other = (a, b) if isinstance(a, Unknown) else (b, a)
    assert isinstance(subject, Unknown)
    key: Any
    if isinstance(other, Const):
        key = (op.replace("!=", "=="), other.value.__class__, other.value)
        for decision, yes in machine.path.taken.items():
            # "x == 'a'" is settled where another value of x is known on this path.
            if yes and subject.derived and op in ("==", "!="):
                known = next((k for k, u in subject.derived.items() if u.decision is decision and k[0] == "=="), None)
                if known is not None and known != key:
                    return FALSE if op == "==" else TRUE
    else:
        key = (op.replace("!=", "=="), None, other)
    found = _derived(subject, key)
    if op != "!=":
        return found
    negated = Unknown(found.reason, found.detail, found.span)
    negated.negates = found
    return negated


def _derived(subject: Unknown, key: Any) -> Unknown:
    if subject.derived is None:
        subject.derived = {}
    found = subject.derived.get(key)
    if found is None:
        found = subject.derived[key] = follows(subject)
    return found


def _identity(machine: Machine, a: Value, b: Value, positive: bool, span: Span) -> Value:
    """``is``: constants by value, everything else by identity; an unknown may be None."""
    if a is b:
        return TRUE if positive else FALSE
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return _question(machine, "==" if positive else "!=", a, b)
    if isinstance(a, Const) and isinstance(b, Const):
        same = a.value is b.value or (a.value.__class__ is b.value.__class__ and a.value == b.value)
        return TRUE if same == positive else FALSE
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return Unknown("tensor", "the identity of tensors", span)
    return FALSE if positive else TRUE


def _membership(machine: Machine, a: Value, b: Value, positive: bool, span: Span) -> Value:
    """``a in b``."""
    from convlint.evaluate.modules import settle_registrations

    if isinstance(b, Const) and isinstance(b.value, str):
        if isinstance(a, Const) and isinstance(a.value, str):
            return TRUE if (a.value in b.value) == positive else FALSE
        return _maybe(machine, a, span, positive)
    if isinstance(b, Dict):
        key = key_of(machine, a)
        if key is None:
            return _maybe(machine, a, span, positive)
        settle_registrations(machine, b, key)
        present = machine.read_entry(b, key) is not UNBOUND
        if not present and b.unknown is not None:
            return _maybe(machine, b.unknown, span, positive)
        return TRUE if present == positive else FALSE
    if isinstance(b, (Unknown, Tensor)):
        return _maybe(machine, b, span, positive)
    if isinstance(b, Instance):
        method = classes.lookup(b.cls, "__contains__")
        if method is not None:
            result = calls.call(machine, method, Arguments([b, a]), span)
            return result if positive else machine.apply(unary, machine, "not", result, span)  # type: ignore[no-any-return]
    unsure: Value | None = None
    for item in iterate(machine, b, span):
        same = equal(machine, item, a)
        if same:
            return TRUE if positive else FALSE
        if same is None:
            unsure = item if isinstance(item, Unknown) else a
    if unsure is not None:
        return _maybe(machine, unsure, span, positive)
    return FALSE if positive else TRUE


def _maybe(machine: Machine, cause: Value, span: Span, positive: bool) -> Value:
    """The unknown answer to a membership test."""
    if not isinstance(cause, Unknown):
        return Unknown("unknown-operand", "a membership test", span)
    found = _derived(cause, ("in", span, None))
    if positive:
        return found
    negated = Unknown(found.reason, found.detail, found.span)
    negated.negates = found
    return negated


def equal(machine: Machine, a: Value, b: Value) -> bool | None:
    """Whether two values are equal; None where that is not known."""
    a, b = force(a, machine.path), force(b, machine.path)
    if a is b:
        return True
    if isinstance(a, (Unknown, Tensor)) or isinstance(b, (Unknown, Tensor)):
        return None
    if isinstance(a, Const) and isinstance(b, Const):
        return bool(a.value == b.value)
    if a.__class__ is b.__class__ and isinstance(a, (Tuple, List)):
        left, right = ([*part.items] if isinstance(part, Tuple) else machine.items(part) for part in (a, b))  # type: ignore[union-attr]
        if len(left) != len(right):
            return False
        verdicts = [equal(machine, x, y) for x, y in zip(left, right)]
        return False if False in verdicts else None if None in verdicts else True
    if isinstance(a, Dict) and isinstance(b, Dict):
        left_entries, right_entries = ({k: v for k, _, v in machine.entries(part)} for part in (a, b))
        if left_entries.keys() != right_entries.keys():
            return False
        verdicts = [a.is_set or equal(machine, left_entries[k], right_entries[k]) for k in left_entries]
        return False if False in verdicts else None if None in verdicts else True
    if isinstance(a, Instance) and isinstance(b, Instance):
        if a.made is not None and a.made == b.made and a.cls.fields:
            return True
        return (
            equal(machine, a.payload, b.payload)
            if isinstance(a.payload, Value) and isinstance(b.payload, Value)
            else False
        )
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Instance) and isinstance(one.payload, Const):
            return equal(machine, one.payload, other)
    return False


def key_of(machine: Machine, value: Value) -> Any:
    """A plain Python key for a dict or set, equal exactly where the values are; None for a value that is not known."""
    value = force(value, machine.path)
    if isinstance(value, Const):
        return ("none",) if value.value is None else value.value
    if isinstance(value, Tuple):
        parts = tuple(key_of(machine, item) for item in value.items)
        return None if any(part is None for part in parts) else parts
    if isinstance(value, Instance) and isinstance(value.payload, Const):
        return value.payload.value
    if isinstance(value, (Class, Function, Instance, Module)):
        return value
    if isinstance(value, (Unknown, Tensor)):
        return None
    if isinstance(value, (List, Dict)):
        if isinstance(value, Dict) and value.is_set:
            return frozenset(key for key, _, _ in machine.entries(value))
        raise Raised("TypeError", "unhashable type")
    return value


def iterate(machine: Machine, value: Value, span: Span) -> list[Value]:
    """The items of anything that is iterated; raises Raised where it cannot be, NotIterable where they are not known."""
    value = force(value, machine.path)
    kind = value.__class__
    if kind is Tuple:
        return list(value.items)  # type: ignore[attr-defined]
    if kind is List:
        content = force(value.items, machine.path)  # type: ignore[attr-defined]
        if content.__class__ is Unknown:
            raise NotIterable(content)
        return list(content)
    if kind is Iterator:
        items = value.items[value.position :]  # type: ignore[attr-defined]
        value.position = len(value.items)  # type: ignore[attr-defined]
        return items  # type: ignore[no-any-return]
    if kind is Dict:
        if value.unknown is not None:  # type: ignore[attr-defined]
            raise NotIterable(value.unknown)  # type: ignore[attr-defined]
        return [key_value for _, key_value, _ in machine.entries(value)]  # type: ignore[arg-type]
    if kind is Const:
        return _constant_items(value, span)  # type: ignore[arg-type]
    if kind is Instance:
        return _instance_items(machine, value, span)  # type: ignore[arg-type]
    if kind is Class and value.enum is not None:  # type: ignore[attr-defined]
        return list(dict.fromkeys(value.enum.values()))  # type: ignore[attr-defined]
    if kind is Tensor:
        shape = value.shape  # type: ignore[attr-defined]
        if shape and isinstance(shape[0], Const) and isinstance(shape[0].value, int) and shape[0].value <= 64:
            return [Tensor(shape[1:]) for _ in range(shape[0].value)]
        raise NotIterable(Unknown("tensor", "the items of a tensor", span))
    if kind is Unknown:
        raise NotIterable(value)  # type: ignore[arg-type]
    raise Raised("TypeError", "not iterable")


def _constant_items(value: Const, span: Span) -> list[Value]:
    raw = value.value
    if isinstance(raw, str):
        return [Const(letter, value.origin) for letter in raw[:MAX_SEQUENCE]]
    if isinstance(raw, range):
        if len(raw) > MAX_SEQUENCE:
            raise NotIterable(Unknown("limit", "MAX_SEQUENCE", span))
        return [Const(number, value.origin) for number in raw]
    raise Raised("TypeError", "not iterable")


def _instance_items(machine: Machine, value: Instance, span: Span) -> list[Value]:
    method = classes.lookup(value.cls, "__iter__")
    if method is not None:
        result = calls.call(machine, method, Arguments([value]), span)
        result = force(result, machine.path)
        if result is value:
            raise NotIterable(Unknown("unsupported", "a class that is its own iterator", span))
        return iterate(machine, result, span)
    if isinstance(value.payload, Value):
        return iterate(machine, value.payload, span)
    length, getter = classes.lookup(value.cls, "__len__"), classes.lookup(value.cls, "__getitem__")
    if length is not None and getter is not None:
        size = force(calls.call(machine, length, Arguments([value]), span), machine.path)
        if isinstance(size, Const) and isinstance(size.value, int) and size.value <= MAX_SEQUENCE:
            return [
                calls.call(machine, getter, Arguments([value, Const(index, span)]), span) for index in range(size.value)
            ]
    cause = value.cls.incomplete or Unknown("unknown-iterable", f"the items of a {value.cls.name}", span)
    raise NotIterable(cause)


def display(machine: Machine, kind: str, parts: list[tuple[bool, Value]], span: Span) -> Value:
    """A tuple, list or set display with its starred parts unpacked."""
    items: list[Value] = []
    try:
        for starred, value in parts:
            if starred:
                items += iterate(machine, value, span)
            else:
                items.append(value)
    except NotIterable as error:
        return follows(error.cause)
    if len(items) > MAX_SEQUENCE:
        return Unknown("limit", "MAX_SEQUENCE", span)
    if kind == "tuple":
        return Tuple(tuple(items))
    return make_set(machine, items) if kind == "set" else machine.list(items)


def make_set(machine: Machine, items: list[Value]) -> Dict:
    """A set of ``items``."""
    made = machine.dict(is_set=True)
    for item in items:
        key = key_of(machine, item)
        if key is None:
            made.unknown = item if isinstance(item, Unknown) else Unknown("unknown-key", "an item of a set")
        else:
            made.entries.setdefault(key, (item, NONE))
    return made


def dict_display(machine: Machine, parts: list[tuple[Value | None, Value]], span: Span) -> Value:
    """A dict display; a key of None merges a mapping."""
    made = machine.dict()
    for key, value in parts:
        if key is None:
            merge_mapping(machine, made, force(value, machine.path), span)
            continue
        plain_key = key_of(machine, key)
        if plain_key is None:
            made.unknown = made.unknown or Unknown("unknown-key", "a key of a dict", span)
        else:
            made.entries[plain_key] = (key, value)
    return made


def merge_mapping(machine: Machine, target: Dict, source: Value, span: Span) -> None:
    """Write all entries of a mapping into ``target`` on the present path."""
    if isinstance(source, Instance) and isinstance(source.payload, Dict):
        source = source.payload
    if isinstance(source, Dict):
        for key, key_value, value in machine.entries(source):
            machine.write_entry(target, key, key_value, value)
        if source.unknown is not None:
            machine.touch(target)
            target.unknown = target.unknown or source.unknown
    elif isinstance(source, Unknown):
        machine.touch(target)
        target.unknown = target.unknown or source
    else:
        try:
            pairs = iterate(machine, source, span)
        except NotIterable as error:
            machine.touch(target)
            target.unknown = target.unknown or error.cause
            return
        for pair in pairs:
            parts = iterate(machine, pair, span)
            if len(parts) != 2:
                raise Raised("ValueError", "dictionary update sequence element has length other than 2")
            key_value, value = parts
            key = key_of(machine, key_value)
            if key is None:
                machine.touch(target)
                target.unknown = target.unknown or Unknown("unknown-key", "a key of a dict", span)
            else:
                machine.write_entry(target, key, key_value, value)


def join_text(machine: Machine, parts: list[Any], span: Span) -> Value:
    """An f-string: known constants formatted as Python does."""
    text: list[str] = []
    for part in parts:
        if isinstance(part, str):
            text.append(part)
            continue
        value, conversion, spec = force(part[0], machine.path), part[1], part[2]
        if spec is not None:
            spec = force(spec, machine.path)
        raw = printable(value)
        if raw is None or not (spec is None or isinstance(spec, Const)):
            return (
                follows(value) if isinstance(value, Unknown) else Unknown("unsupported", "the text of an object", span)
            )
        width = spec.value if spec is not None else ""
        if any(run.isdigit() and len(run) > 3 for run in width.replace(".", " ").replace("0", "1").split()):
            return Unknown("limit", "MAX_TEXT", span)
        try:
            raw = {"r": repr, "s": str, "a": ascii}.get(conversion, lambda same: same)(raw)
            text.append(format(raw, width))
        except (TypeError, ValueError) as error:
            raise Raised(type(error).__name__, str(error)) from None
    joined = "".join(text)
    return Const(joined, span) if len(joined) <= MAX_TEXT else Unknown("limit", "MAX_TEXT", span)


def printable(value: Value) -> Any:
    """A plain Python value that prints as ``value`` does; None where there is none."""
    if isinstance(value, Const):
        return str(value.value) if value.value is None else value.value
    if isinstance(value, Instance) and isinstance(value.payload, Const):
        return value.payload.value
    if isinstance(value, Class):
        return f"<class '{value.name}'>"
    if isinstance(value, Tuple):
        inner = [printable(item) for item in value.items]
        return None if None in inner else tuple(inner)
    return None


def slice_of(machine: Machine, value: Slice) -> slice | Unknown:
    """A slice object as Python's own, or the unknown in it."""
    parts: list[int | None] = []
    for part in (value.lower, value.upper, value.step):
        part = force(part, machine.path)
        if isinstance(part, Unknown):
            return part
        if not isinstance(part, Const) or not (part.value is None or isinstance(part.value, int)):
            return Unknown("unsupported", "a slice by an object")
        parts.append(part.value)
    return slice(*parts)
