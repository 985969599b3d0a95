"""The tensors that a value holds, and the same value with other tensors in their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from convlint.evaluate.paths import choose
from convlint.evaluate.values import HOLDING, Choice, Dict, Instance, List, Method, Partial, Tensor, Tuple
from convlint.evaluate.values import Iterator as Items

MAX_DEPTH = 6
"""Containers in containers that are looked into; outputs of detectors nest 4 deep."""


class Mutable(Exception):
    """A tensor lies in something that may be changed, so that it cannot be replaced by another."""


def tensors_in(value: Any, depth: int = 0) -> Iterator[Tensor]:
    """The tensors in a value that the network's input decides.

    Of objects only those are looked into that were made on the way: what is stored in others is noted.
    """
    kind = value.__class__
    if kind is Tensor:
        if value.node is not None:
            yield value
        return
    for inner in _inside(value) if depth < MAX_DEPTH else ():
        yield from tensors_in(inner, depth + 1)


def _inside(value: Any) -> Any:
    kind = value.__class__
    if kind is Tuple:
        return value.items
    if kind is List:
        return value.items if value.items.__class__ is list else _inside_content(value.items)
    if kind is Dict:
        return [item for _, item in value.entries.values()]
    if kind is Choice:
        return value.yes, value.no
    if kind is Items:
        return value.items
    if kind is Partial:
        return (*value.args, *value.keywords.values())
    if kind is Method:
        return (value.receiver,)
    if kind is Instance:
        if value.payload is HOLDING:
            return value.attrs.values()
        if value.payload.__class__ in (Dict, List, Tuple):
            return (value.payload, *value.attrs.values())
    return ()


def _inside_content(content: Any) -> list[Any]:
    """The items of a list that is a choice of lists."""
    if content.__class__ is list:
        return list(content)
    if content.__class__ is Choice:
        return [*_inside_content(content.yes), *_inside_content(content.no)]
    return []


def replaced(value: Any, by: Callable[[Tensor], Tensor]) -> Any:
    """``value`` with other tensors. Raises Mutable where one lies in something that may be changed."""
    kind = value.__class__
    if kind is Tensor:
        return by(value) if value.node is not None else value
    if kind is Tuple:
        items = tuple([replaced(item, by) for item in value.items])
        return value if all(a is b for a, b in zip(items, value.items, strict=True)) else Tuple(items, value.cls)
    if kind is Choice:
        yes, no = replaced(value.yes, by), replaced(value.no, by)
        return value if yes is value.yes and no is value.no else choose(value.decision, yes, no)
    if next(tensors_in(value), None) is not None:
        raise Mutable
    return value


def given_out(machine: Any, value: Any, by: Callable[[Tensor], Tensor]) -> Any:
    """What a call gives, with other tensors: what holds them is copied. Raises Mutable for anything else."""
    kind = value.__class__
    if kind is List and value.items.__class__ is list:
        made = machine.list([given_out(machine, item, by) for item in value.items])
        made.birth = value.birth
        return made
    if kind is Dict and value.default is None:
        copied = machine.dict(
            {key: (name, given_out(machine, item, by)) for key, (name, item) in value.entries.items()}, value.is_set
        )
        copied.birth, copied.unknown = value.birth, value.unknown
        return copied
    if kind is Tuple:
        return Tuple(tuple([given_out(machine, item, by) for item in value.items]), value.cls)
    if kind is Instance and _inside(value):
        return _object_given_out(machine, value, by)
    if kind is Choice:
        yes, no = given_out(machine, value.yes, by), given_out(machine, value.no, by)
        return choose(value.decision, yes, no)
    return replaced(value, by)


def _object_given_out(machine: Any, value: Instance, by: Callable[[Tensor], Tensor]) -> Instance:
    made: Instance = machine.instance(value.cls)
    made.birth = value.birth
    made.attrs = {name: given_out(machine, item, by) for name, item in value.attrs.items()}
    made.payload = HOLDING if value.payload is HOLDING else given_out(machine, value.payload, by)
    return made
