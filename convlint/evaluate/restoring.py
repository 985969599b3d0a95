"""Restoring: each gives a function that puts something back to how it is now, for when an entry point has ended."""

from __future__ import annotations

from collections.abc import Callable

from convlint.evaluate.environment import Frame
from convlint.evaluate.values import UNBOUND, Class, Dict, Heap, Instance, List, Module


def object_of_heap(target: Heap) -> Callable[[], None]:
    """A list, a dict, an object or a class."""
    if isinstance(target, List):
        items = list(target.items) if target.items.__class__ is list else target.items

        def restore_list() -> None:
            target.items = items

        return restore_list
    if isinstance(target, Dict):
        entries, unknown = dict(target.entries), target.unknown

        def restore_dict() -> None:
            target.entries, target.unknown = entries, unknown

        return restore_dict
    assert isinstance(target, (Instance, Class))
    attrs, made = dict(target.attrs), getattr(target, "made", None)

    def restore_attributes() -> None:
        target.attrs = attrs
        if isinstance(target, Instance):
            target.made = made

    return restore_attributes


def variable(frame: Frame, name: str) -> Callable[[], None]:
    """A variable of a closure."""
    old = frame.locals.get(name, UNBOUND)

    def restore() -> None:
        frame.locals[name] = old

    return restore


def global_variable(module: Module, name: str) -> Callable[[], None]:
    """What a module has under a name since it ran."""
    old = module.attrs.get(name, UNBOUND)

    def restore() -> None:
        if old is UNBOUND:
            module.attrs.pop(name, None)
        else:
            module.attrs[name] = old

    return restore
