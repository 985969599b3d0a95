"""Modules as objects: ``sys.modules``, and ``dir(module)``."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, Raised, follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import classes
from convlint.evaluate.paths import force
from convlint.evaluate.values import FALSE, NONE, TRUE, UNBOUND, Builtin, Const, Module, Span, Unknown, Value


def module_table(machine: Machine) -> Value:
    """``sys.modules``: any module that can be found counts as imported."""

    def get_item(machine: Machine, args: Arguments, site: Span) -> Value:
        found = _named(machine, args)
        if found is None:
            raise Raised("KeyError", "no such module")
        return found

    def get(machine: Machine, args: Arguments, site: Span) -> Value:
        return _named(machine, args) or (args.positional[2] if len(args.positional) > 2 else NONE)

    def contains(machine: Machine, args: Arguments, site: Span) -> Value:
        found = _named(machine, args)
        return found if isinstance(found, Unknown) else TRUE if found is not None else FALSE

    table = {"__getitem__": get_item, "get": get, "__contains__": contains}
    cls = classes.make_class("ModuleTable", (), {name: Builtin(name, call) for name, call in table.items()})
    return machine.instance(cls)


def _named(machine: Machine, args: Arguments) -> Value | None:
    name = force(args.positional[1], machine.path)
    if not isinstance(name, Const):
        return follows(name) if isinstance(name, Unknown) else None
    return machine.modules.import_by_name(str(name.value))


def names_of(machine: Machine, module: Module) -> Value:
    """``dir(module)``: what can be asked of it is whether a name is in it."""

    def contains(machine: Machine, args: Arguments, site: Span) -> Value:
        name = force(args.positional[1], machine.path)
        if not isinstance(name, Const):
            return follows(name) if isinstance(name, Unknown) else FALSE
        found: Any = machine.modules.attribute(module, str(name.value), site)
        if isinstance(found, Unknown) and found.reason == "not-modelled":
            return follows(found)
        return FALSE if found is UNBOUND else TRUE

    cls = classes.make_class("ModuleNames", (), {"__contains__": Builtin("__contains__", contains)})
    return machine.instance(cls)
