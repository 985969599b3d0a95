"""copy: shallow and deep copies of what code holds."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import builtin_table, content, identity, take
from convlint.evaluate.library.types_mappings import copied
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import calls, classes
from convlint.evaluate.paths import force
from convlint.evaluate.reuse import copies
from convlint.evaluate.values import UNBOUND, Dict, Instance, List, Span, Value


def contents(machine: Machine) -> dict[str, Value]:
    """The names of copy."""
    return {**builtin_table({"copy": _copy, "deepcopy": _deep_copy}), "replace": identity("replace")}


def _copy(machine: Machine, args: Arguments, site: Span) -> Value:
    (value,) = take(machine, args, "copy", 1, "x")
    return _shallow(machine, value, site)


def _shallow(machine: Machine, value: Value, site: Span) -> Value:
    if isinstance(value, List):
        return machine.list(list(content(machine, value)))
    if isinstance(value, Dict):
        return copied(machine, value)
    if isinstance(value, Instance):
        own = classes.lookup(value.cls, "__copy__")
        if own is not None:
            return calls.call(machine, own, Arguments([value]), site)  # type: ignore[no-any-return]
        made = machine.instance(value.cls)
        held = {name: copies.read_attribute(machine, value, name) for name in value.attrs}
        made.attrs = {name: force(item, machine.path) for name, item in held.items() if item is not UNBOUND}
        made.payload = _shallow(machine, value.payload, site) if isinstance(value.payload, Value) else value.payload
        return made
    return value


def _deep_copy(machine: Machine, args: Arguments, site: Span) -> Value:
    value = take(machine, args, "deepcopy", 1, "x", "memo")[0]
    if isinstance(value, Instance):
        own = classes.lookup(value.cls, "__deepcopy__")
        if own is not None:
            return calls.call(machine, own, Arguments([value, machine.dict()]), site)  # type: ignore[no-any-return]
    return _whole(machine, value)


def _whole(machine: Machine, value: Value) -> Value:
    """A copy that shares nothing that can change. What ``copies.copy`` puts off is read here at once."""
    made: dict[int, Any] = {}
    result = copies.copy(machine, value, made)
    finished: set[int] = set()
    open_ones = _unread(made, finished)
    while open_ones:
        for copy in open_ones:
            finished.add(id(copy))
            for name in list(copy.attrs):
                copies.read_attribute(machine, copy, name)
        machine.step(len(open_ones))
        open_ones = _unread(made, finished)
    return result  # type: ignore[no-any-return]


def _unread(made: dict[int, Any], finished: set[int]) -> list[Instance]:
    """The copied objects whose attributes have not all been read yet."""
    found = {id(copy): copy for copy in made.values() if isinstance(copy, Instance) and id(copy) not in finished}
    return list(found.values())
