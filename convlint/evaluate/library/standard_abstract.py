"""abc and numbers: classes that others derive from."""

from __future__ import annotations

from convlint.evaluate.library.adapt import identity, plain_classes
from convlint.evaluate.library.standard_functools import property_class
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.values import Value


def abc(machine: Machine) -> dict[str, Value]:
    """The names of abc. An abstract class can be made an object of: whether it may is not for this evaluator to say."""
    meta = make_class("ABCMeta", (machine.modules.builtin_class("type"),), {})
    return {
        "ABC": make_class("ABC", (machine.modules.builtin_class("object"),), {"register": identity("register")}),
        "ABCMeta": meta,
        "abstractmethod": identity("abstractmethod"),
        "abstractproperty": property_class(machine, "abstractproperty"),
        "abstractclassmethod": machine.modules.builtin_class("classmethod"),
        "abstractstaticmethod": machine.modules.builtin_class("staticmethod"),
    }


def numbers(machine: Machine) -> dict[str, Value]:
    """The names of numbers; ``isinstance`` knows them by name."""
    return plain_classes(machine, "Number", "Complex", "Real", "Rational", "Integral")
