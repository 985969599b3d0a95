"""What ``isinstance`` and ``issubclass`` say of values and modelled classes."""

from __future__ import annotations

import collections.abc
import numbers
from functools import partial
from types import FunctionType

from convlint.evaluate.environment import Raised
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.classes import lookup, type_name
from convlint.evaluate.paths import force
from convlint.evaluate.values import Class, Const, Instance, Tuple, Unknown, Value


def is_instance(machine: Machine, value: Value, kind: Value) -> bool | Unknown:
    """``isinstance(value, kind)``."""
    value, kind = force(value, machine.path), force(kind, machine.path)
    if isinstance(kind, Tuple):
        return _any([is_instance(machine, value, item) for item in kind.items])
    if isinstance(kind, Unknown):
        return False if isinstance(value, Const) and value.value is None else _asked(value, kind)
    if isinstance(value, Unknown):
        return _asked(value, kind)
    if not isinstance(kind, Class):
        name = getattr(kind, "name", None)
        return name is not None and name == type_name(value)
    if isinstance(value, Instance):
        if kind in value.cls.mro or kind.name == "object":
            return True
        if value.cls.incomplete is not None and kind.span is None:
            return _asked(value.cls.incomplete, kind)
        return _by_protocol(value, kind)
    if isinstance(value, Tuple) and value.cls is not None and kind in value.cls.mro:
        return True
    if isinstance(value, Class) and _is_metaclass(value, kind):
        return True
    return _by_name(type_name(value), kind)


def _any(verdicts: list[bool | Unknown]) -> bool | Unknown:
    """What is said of a tuple of classes, from what is said of each."""
    if True in verdicts:
        return True
    return next((verdict for verdict in verdicts if isinstance(verdict, Unknown)), False)


def _is_metaclass(cls: Class, kind: Class) -> bool:
    """Whether ``kind`` is a class of the class ``cls``, other than ``type``."""
    if cls.metaclass is not None and kind in cls.metaclass.mro:
        return True
    return cls.enum is not None and kind.span is None and kind.name in ("EnumMeta", "EnumType")


_ALSO = {
    "dict": ("OrderedDict", "defaultdict"),
    "function": ("FunctionType", "MethodType", "LambdaType", "BuiltinFunctionType"),
}
"""Classes that the evaluator does not tell from a built-in one."""

_TYPES: dict[str, type] = {
    **{each.__name__: each for each in (bool, int, float, complex, str, bytes, tuple, list, dict, set, range, type)},
    "NoneType": type(None),
    "function": FunctionType,
    "partial": partial,
}


def _by_name(name: str | None, kind: Class) -> bool:
    """Whether a value of the built-in type ``name`` is one of ``kind``: it, a base of it, or an abstract class."""
    if kind.name in (name, "object") or kind.name in _ALSO.get(name or "", ()):
        return True
    abstract = getattr(collections.abc, kind.name, None) or getattr(numbers, kind.name, None)
    if kind.span is not None or not isinstance(abstract, type) or name not in _TYPES:
        return kind.name == "int" and name == "bool"
    return issubclass(_TYPES[name], abstract)


def _by_protocol(value: Instance, kind: Class) -> bool:
    """Abstract classes of collections.abc, by the methods they ask for."""
    needed = {"Iterable": "__iter__", "Callable": "__call__", "Sized": "__len__", "Container": "__contains__"}.get(
        kind.name
    )
    if needed is not None and kind.span is None:
        return lookup(value.cls, needed) is not None
    if kind.name == "Hashable" and kind.span is None:
        return lookup(value.cls, "__eq__") is None or lookup(value.cls, "__hash__") is not None
    return isinstance(value.payload, Value) and _by_name(type_name(value.payload), kind)


def _asked(value: Value, kind: Value) -> Unknown:
    """The unknown answer to ``isinstance``; the same question has the same answer."""
    if not isinstance(value, Unknown):
        assert isinstance(kind, Unknown)
        return Unknown(kind.reason, kind.detail, kind.span)
    if value.derived is None:
        value.derived = {}
    key = ("isinstance", kind, None)
    found = value.derived.get(key)
    if found is None:
        found = value.derived[key] = Unknown(value.reason, value.detail, value.span)
    return found


def is_subclass(machine: Machine, value: Value, kind: Value) -> bool | Unknown:
    """``issubclass(value, kind)``."""
    value, kind = force(value, machine.path), force(kind, machine.path)
    if isinstance(kind, Tuple):
        return _any([is_subclass(machine, value, item) for item in kind.items])
    if isinstance(value, Unknown) or isinstance(kind, Unknown):
        return _asked(value if isinstance(value, Unknown) else kind, kind)
    if not isinstance(value, Class) or not isinstance(kind, Class):
        raise Raised("TypeError", "issubclass() arg 1 must be a class")
    if kind in value.mro or kind.name == "object":
        return True
    return value.incomplete or False
