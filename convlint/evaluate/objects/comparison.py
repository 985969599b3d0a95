"""Comparison: ``==``, ``<``, ``is``, ``in`` and their like. An unknown answer is one object for one question."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments, NotIterable, Raised, follows
from convlint.evaluate.equality import equal, key_of, plain
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes, data_classes
from convlint.evaluate.objects.arithmetic import unary
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import force
from convlint.evaluate.sources.registries import settle_registrations
from convlint.evaluate.values import FALSE, TRUE, UNBOUND, Choice, Const, Dict, Instance, Span, Tensor, Unknown, Value

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_COMPARE_METHODS = {"==": "__eq__", "!=": "__ne__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}


def compare(machine: Machine, op: str, a: Value, b: Value, span: Span) -> Value:
    """``a op b`` for a comparison operator; an unknown result is one object for one question."""
    path = machine.path
    if a.__class__ is Choice or b.__class__ is Choice:
        a, b = force(a, path), force(b, path)
    if op in ("is", "is not"):
        return _identity(machine, a, b, op == "is", span)
    if op in ("in", "not in"):
        return _membership(machine, a, b, op == "in", span)
    if a.__class__ is Const and b.__class__ is Const:
        try:
            return TRUE if _COMPARE[op](a.value, b.value) else FALSE
        except TypeError as error:
            raise Raised("TypeError", str(error)) from None
    if a.__class__ is Unknown or b.__class__ is Unknown:
        return _question(machine, op, a, b)
    if a.__class__ is Instance or b.__class__ is Instance:
        method = classes.lookup(a.cls, _COMPARE_METHODS[op]) if isinstance(a, Instance) else None
        if method is not None:
            result: Value = calls.call(machine, method, Arguments([a, b]), span)
            return result
        if isinstance(a, Instance) and isinstance(b, Instance) and a.cls is b.cls and op not in ("==", "!="):
            mark = classes.lookup(a.cls, data_classes.COMPARED)
            if isinstance(mark, Const) and mark.value == "order":
                a, b = data_classes.field_values(machine, a), data_classes.field_values(machine, b)
    if a.__class__ is Tensor or b.__class__ is Tensor:
        machine.flow.unseen("a comparison", a, b)
        return Unknown("tensor", "a comparison of tensors", span)
    if op in ("==", "!="):
        same = equal(machine, a, b)
        if same is None:
            return Unknown("unknown-operand", "a comparison of unknown items", span)
        return TRUE if same == (op == "==") else FALSE
    return _order(machine, op, a, b, span)


def both(machine: Machine, a: Value, b: Value) -> Value:
    """``a and b`` for the links of a comparison chain."""
    a, b = force(a, machine.path), force(b, machine.path)
    if isinstance(a, Const):
        return b if a.value else a
    return b if isinstance(b, Const) and not b.value else a


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
    if a.__class__ is Unknown or b.__class__ is Unknown:
        return _question(machine, "==" if positive else "!=", a, b)
    if a.__class__ is Const and b.__class__ is Const:
        same = a.value is b.value or (a.value.__class__ is b.value.__class__ and a.value == b.value)
        return TRUE if same == positive else FALSE
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return Unknown("tensor", "the identity of tensors", span)
    return FALSE if positive else TRUE


def _membership(machine: Machine, a: Value, b: Value, positive: bool, span: Span) -> Value:
    """``a in b``."""
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
    try:
        items = iterate(machine, b, span)
    except NotIterable as error:
        return _maybe(machine, error.cause, span, positive)
    for item in items:
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
