"""``__dict__`` of objects: their attributes as a dict, and a mapping that the code has put in the place of it."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import follows
from convlint.evaluate.machine import Machine
from convlint.evaluate.paths import force
from convlint.evaluate.reuse import copies
from convlint.evaluate.values import UNBOUND, Const, Dict, Instance, Unknown, Value


def dict_of(machine: Machine, target: Instance) -> Value:
    """``target.__dict__``: what is written into it becomes an attribute."""
    made = machine.dict()
    for name in target.attrs:
        value = copies.read_attribute(machine, target, name)
        if value is not UNBOUND and name != "__dict__":
            made.entries[name] = (Const(name), value)
    made.owner = target
    return made


def _own_dict(machine: Machine, target: Instance) -> Any:
    """The mapping that the code has set as the ``__dict__`` of an object."""
    held = force(copies.read_attribute(machine, target, "__dict__"), machine.path)
    return held.payload if isinstance(held, Instance) else held


def read_own_dict(machine: Machine, target: Instance, name: str) -> Any:
    """An attribute of an object whose ``__dict__`` the code has set to a mapping of its own."""
    entries = _own_dict(machine, target)
    if isinstance(entries, Unknown):
        return follows(entries)
    return machine.read_entry(entries, name) if isinstance(entries, Dict) else UNBOUND


def write_own_dict(machine: Machine, target: Instance, name: str, value: Any) -> None:
    """Write an attribute of such an object into that mapping, too."""
    entries = _own_dict(machine, target)
    if isinstance(entries, Dict):
        machine.write_entry(entries, name, Const(name), value)
