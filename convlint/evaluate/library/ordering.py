"""Order: ``sorted``, ``min``, ``max`` and ``list.sort`` over values, which keep the items they were given."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments, Raised
from convlint.evaluate.library.adapt import attempt, give_up, items, known, raw, run
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects import comparison
from convlint.evaluate.paths import force
from convlint.evaluate.truth import truth
from convlint.evaluate.values import Const, Span, Unknown, Value


def _keys(machine: Machine, values: list[Any], key: Value | None, site: Span) -> list[Any]:
    """What the items are compared by, as plain Python."""
    if key is None or (isinstance(key, Const) and key.value is None):
        return [raw(machine, value) for value in values]
    return [raw(machine, run(machine, key, site, value)) for value in values]


def ordered(machine: Machine, values: list[Any], keywords: dict[str, Value], site: Span) -> list[Any]:
    """``values`` sorted by ``key``, ``reverse`` among the keywords."""
    if keywords.keys() - {"key", "reverse"}:
        raise Raised("TypeError", "sort() got an unexpected keyword argument")
    backwards = _flag(machine, keywords.get("reverse"))
    key = force(keywords["key"], machine.path) if "key" in keywords else None
    values = [force(value, machine.path) for value in values]
    keys = _keys(machine, values, key, site)
    order = attempt(sorted, range(len(values)), key=keys.__getitem__, reverse=backwards)
    return [values[index] for index in order]


def _flag(machine: Machine, value: Value | None) -> bool:
    if value is None:
        return False
    found = truth(machine, force(value, machine.path))
    if isinstance(found, Unknown):
        give_up(found)
    return found


def sort(machine: Machine, args: Arguments, site: Span) -> Value:
    """``sorted(iterable, key=, reverse=)``."""
    if len(known(args).positional) != 1:
        raise Raised("TypeError", "sorted expected 1 argument")
    return machine.list(ordered(machine, items(machine, args.positional[0], site), args.keywords, site))


def extreme(name: str) -> Any:
    """The built-in ``min`` or ``max``: the item itself, with its origin, is the result."""
    better = "<" if name == "min" else ">"

    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        given = known(args).positional
        if not given:
            raise Raised("TypeError", f"{name} expected at least 1 argument")
        values = given if len(given) > 1 else items(machine, given[0], site)
        values = [force(value, machine.path) for value in values]
        if not values:
            if "default" in args.keywords:
                return args.keywords["default"]
            raise Raised("ValueError", f"{name}() arg is an empty sequence")
        key = force(args.keywords["key"], machine.path) if "key" in args.keywords else None
        if key is None or (isinstance(key, Const) and key.value is None):
            keys: list[Any] = values
        else:
            keys = [force(run(machine, key, site, value), machine.path) for value in values]
        best = 0
        for index in range(1, len(values)):
            verdict = truth(
                machine, force(comparison.compare(machine, better, keys[index], keys[best], site), machine.path)
            )
            if isinstance(verdict, Unknown):
                give_up(verdict)
            if verdict:
                best = index
        return values[best]

    return call
