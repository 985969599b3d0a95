"""What the stand-ins ask the evaluator, as no program can: whether values are known, and files there to be read."""

from __future__ import annotations

from convlint.evaluate.environment import Arguments, NotIterable
from convlint.evaluate.library.adapt import builtin_table, first
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.iteration import iterate
from convlint.evaluate.paths import force
from convlint.evaluate.values import Const, Span, Unknown, Value


def contents(machine: Machine) -> dict[str, Value]:
    """The names of ``__convlint__``."""
    return {**builtin_table({"are_known": _are_known, "can_be_read": _can_be_read})}


def _are_known(machine: Machine, args: Arguments, site: Span) -> Value:
    """Whether all items of a sequence are known."""
    try:
        items = iterate(machine, force(first(machine, args), machine.path), site)
    except NotIterable:
        return Const(False)
    return Const(not any(isinstance(force(item, machine.path), Unknown) for item in items))


def _can_be_read(machine: Machine, args: Arguments, site: Span) -> Value:
    """Whether a path is known, and that of a file of data in the project."""
    path = force(first(machine, args), machine.path)
    known = isinstance(path, Const) and isinstance(path.value, str)
    return Const(known and machine.modules.finder.data(path.value, None) is not None)
