"""Memoising: a pure call with known arguments is evaluated once; its result and what it built are used again.

A call is pure when it changes nothing that is older than itself. Results are handed out as copies, so that changing one
of two equal blocks leaves the other as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from convlint.evaluate.built.records import Fact, Record
from convlint.evaluate.environment import Arguments
from convlint.evaluate.machine import Machine, Purity
from convlint.evaluate.reuse.copies import copy
from convlint.evaluate.values import (
    Builtin,
    Choice,
    Class,
    Const,
    Dict,
    Function,
    Heap,
    Instance,
    List,
    Method,
    Module,
    Partial,
    Span,
    Tensor,
    Tuple,
    Unknown,
    Value,
)  # fmt: skip


class Hit(NamedTuple):
    """What a call gave."""

    result: Any
    calls: tuple[tuple[Span, Any, bool, int], ...]
    """What it added to its caller's record: (site is replaced) child, certain, count."""
    steps: int
    given: tuple[tuple[int | str, Value], ...]
    """The arguments, by place or name, that what it gave holds: those themselves, not copies of them."""


def _held_arguments(result: Any, args: Arguments) -> tuple[tuple[int | str, Value], ...]:
    """The arguments that an object has as its attributes, by place or name: what changes one changes the other.

    Modules are left out: they count as parts, which are hardly ever changed through what holds them.
    """
    if result.__class__ is not Instance:
        return ()
    held = {id(value) for value in result.attrs.values() if value.__class__ in _CHANGED}
    if not held:
        return ()
    given: list[tuple[int | str, Value]] = [*enumerate(args.positional), *args.keywords.items()]
    return tuple([(at, value) for at, value in given if id(value) in held and not _is_module(value)])


_CHANGED = frozenset({Instance, List, Dict})


def _is_module(value: Any) -> bool:
    return value.__class__ is Instance and value.cls.derives_from_module


def _handed_out(machine: Machine, hit: Hit, args: Arguments) -> Any:
    """A copy of a result; it holds the arguments of this call where it held those of the first."""
    if not hit.given:
        return copy(machine, hit.result, None)
    copies: dict[int, Any] = {}
    given: list[Any] = []
    for at, old in hit.given:
        new = args.positional[at] if isinstance(at, int) else args.keywords[at]
        copies[id(old)] = copies[id(new)] = new
        given.append(new)
    found = copy(machine, hit.result, copies)
    for value in given:
        value.holders = (*value.holders, found)
    return found


def remember(
    machine: Machine, key: Any, site: Span, operation: Callable[..., Any], callee: Value, args: Arguments
) -> Any:
    """``operation(machine, callee, args, site)``, kept under ``key`` if it turns out pure."""
    if key is None:
        return operation(machine, callee, args, site)
    purity = Purity(machine.clock)
    machine.candidates.append(purity)
    outer, steps = machine.record, machine.steps
    record = Record(outer.scope, machine.path)
    machine.record = record
    try:
        result = operation(machine, callee, args, site)
    finally:
        machine.record = outer
        machine.candidates.pop()
        for (at, child, certain), count in record.calls.items():
            _replay_call(machine, site if at == site else at, child, certain, count)
    if purity.pure and not is_older(result, purity.start):
        calls = tuple((at, child, certain, count) for (at, child, certain), count in record.calls.items())
        if result.__class__ is Instance and result.made is None:
            machine.made += 1
            result.made = machine.made
        hit = Hit(result, calls, machine.steps - steps, _held_arguments(result, args))
        machine.memo[key] = (hit, site)
        # What is kept is never handed out: its first user may change it.
        return _handed_out(machine, hit, args)
    return result


def _replay_call(machine: Machine, site: Span, child: Any, certain: bool, count: int) -> None:
    record = machine.record
    key = (site, child, certain and machine.path.doubts == record.birth.doubts)
    record.calls[key] = record.calls.get(key, 0) + count


def replay(machine: Machine, entry: tuple[Hit, Span], args: Arguments, site: Span) -> Any:
    """Use the result of a call again, made at ``site`` this time."""
    hit, first_site = entry
    machine.step(hit.steps)
    for at, child, certain, count in hit.calls:
        if at == first_site:
            at, child = site, _built_at(child, first_site, site)
        _replay_call(machine, at, child, certain, count)
    return _handed_out(machine, hit, args)


def _built_at(child: Any, first_site: Span, site: Span) -> Any:
    """A layer that the remembered call itself built, as the call at ``site`` builds it."""
    if child.__class__ is not Fact or child.site != first_site:
        return child
    origins = tuple([(name, site if origin == first_site else origin) for name, origin in child.origins])
    return child._replace(site=site, origins=origins)


def is_older(value: Any, start: int) -> bool:
    """Whether a result is an object that was there before the call."""
    if isinstance(value, Heap) and value.__class__ is not Class:
        return value.born <= start
    if value.__class__ is Tuple:
        return any(is_older(item, start) for item in value.items)
    if value.__class__ is Choice:
        return is_older(value.yes, start) or is_older(value.no, start)
    return value.__class__ not in (Const, Unknown, Tensor, Class, Function, Builtin, Module, Tuple, Partial, Method)
