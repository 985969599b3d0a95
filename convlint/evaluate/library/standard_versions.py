"""packaging.version and its predecessors: versions that can be compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.library.adapt import give_up, instance_of, submodule, take, text
from convlint.evaluate.machine import Machine
from convlint.evaluate.objects.classes import make_class
from convlint.evaluate.values import FALSE, TRUE, Builtin, Class, Const, Instance, Span, Tuple, Unknown, Value

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "__lt__": lambda a, b: a < b,
    "__le__": lambda a, b: a <= b,
    "__gt__": lambda a, b: a > b,
    "__ge__": lambda a, b: a >= b,
    "__eq__": lambda a, b: a == b,
    "__ne__": lambda a, b: a != b,
}
_EARLY = re.compile(r"^[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)(?![a-z])", re.IGNORECASE)


def contents(machine: Machine) -> dict[str, Value]:
    """The names of packaging.version."""
    cls = make_class("Version", (machine.modules.builtin_class("object"),), {})
    cls.attrs = {name: Builtin(name, _comparison(name, holds)) for name, holds in _COMPARISONS.items()}
    cls.make = lambda machine, made, args, site: _version(machine, cls, args, site)
    parse = Builtin("parse", lambda machine, args, site: _version(machine, cls, args, site))
    return {
        **dict.fromkeys(("Version", "LooseVersion", "StrictVersion", "LegacyVersion"), cls),
        "parse": parse,
        "parse_version": parse,
        "InvalidVersion": machine.modules.builtin_class("ValueError"),
    }


def package(machine: Machine) -> dict[str, Value]:
    """The names of packaging and distutils."""
    return {"version": submodule("packaging.version", contents(machine))}


def numbers_of(version: str) -> tuple[tuple[int, ...], bool]:
    """The release numbers of a version without trailing zeros, and whether it is a final one."""
    match = re.match(r"[vV]?(\d{1,9}(?:\.\d{1,9}){0,9})", version.strip())
    if match is None:
        return (), False
    release = [int(part) for part in match.group(1).split(".")]
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    return tuple(release), _EARLY.match(version.strip()[match.end() :]) is None


def _version(machine: Machine, cls: Class, args: Arguments, site: Span) -> Value:
    (value,) = take(machine, args, "Version", 1, "version")
    if isinstance(value, Instance) and value.cls is cls:
        return value
    plain = text(machine, value)
    release, final = numbers_of(plain)
    if not release:
        give_up(Unknown("not-modelled", "a version without numbers", site))
    padded = (*release, 0, 0, 0)
    return instance_of(
        machine,
        cls,
        release=Tuple(tuple(Const(part) for part in padded[: max(3, len(release))])),
        major=Const(padded[0]),
        minor=Const(padded[1]),
        micro=Const(padded[2]),
        version=Tuple(tuple(Const(part) for part in release)),
        base_version=Const(".".join(map(str, release))),
        public=Const(plain.partition("+")[0]),
        is_prerelease=FALSE if final else TRUE,
        _key=Const((release, final)),
    )


def _comparison(name: str, holds: Callable[[Any, Any], bool]) -> Callable[[Machine, Arguments, Span], Value]:
    def call(machine: Machine, args: Arguments, site: Span) -> Value:
        sides = take(machine, args, name, 2, "self", "other")
        keys = []
        for side in sides:
            if isinstance(side, Unknown):
                give_up(side)
            if isinstance(side, Instance) and isinstance(side.attrs.get("_key"), Const):
                keys.append(side.attrs["_key"].value)
            else:
                keys.append(numbers_of(text(machine, side)))
        return TRUE if holds(*keys) else FALSE

    return call
