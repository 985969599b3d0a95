"""The arguments of one call of torch, as the sizes, numbers and shapes that they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph.arguments import plain
from convlint.evaluate.paths import resolve
from convlint.evaluate.sizes.shapes import Axis, Shape, same
from convlint.evaluate.values import Choice, Const, List, Tensor, Tuple, Unknown, Value


class Axes(tuple[Value, ...]):
    """The sizes of a tensor's axes as values, which remembers them as plain numbers."""

    plain: Shape


def shape_of(tensor: Any) -> Shape | None:
    """The shape of a tensor as plain numbers; of several that it may be, what they share."""
    if tensor.__class__ is Choice:
        return same(shape_of(tensor.yes), shape_of(tensor.no))
    if not isinstance(tensor, Tensor) or tensor.shape is None:
        return None
    shape = tensor.shape
    return shape.plain if shape.__class__ is Axes else tuple([_axis(size) for size in shape])


def is_tensor(value: Any) -> bool:
    """Whether a value is a tensor, or one tensor or another."""
    if value.__class__ is Choice:
        return is_tensor(value.yes) and is_tensor(value.no)
    return isinstance(value, Tensor)


def values_of(shape: Shape | None) -> tuple[Value, ...] | None:
    """A shape as values that the evaluator computes with."""
    if shape is None:
        return None
    made = Axes([Unknown("tensor", "the shape of a tensor") if size is None else Const(size) for size in shape])
    made.plain = shape
    return made


def _axis(value: Any) -> Axis:
    found = value.value if isinstance(value, Const) else None
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= -1 else None


class Call:
    """Arguments by their place and name. The tensor that a method is called on is the first one."""

    def __init__(self, machine: Any, args: Arguments) -> None:
        self.machine = machine
        self.args = args

    def value(self, at: int, *names: str) -> Any:
        """The argument at a place, or of a name; None where it is not given."""
        for name in names:
            if name in self.args.keywords:
                return resolve(self.args.keywords[name], self.machine.path)
        return resolve(self.args.positional[at], self.machine.path) if len(self.args.positional) > at else None

    def shape(self, at: int = 0, *names: str) -> Shape | None:
        """The shape of a tensor."""
        return shape_of(self.value(at, *(names or ("input",))))

    def plain(self, at: int, *names: str) -> Any:
        """A constant or a tuple of constants; None where it is not given or not known."""
        value = self.value(at, *names)
        return None if value is None else plain(self.machine, value)

    def number(self, at: int, *names: str, default: int | None = None) -> int | None:
        """A whole number; ``default`` where it is not given, None where it is not known."""
        if self.value(at, *names) is None:
            return default
        found = self.plain(at, *names)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def numbers(self, at: int, *names: str) -> tuple[int, ...] | None:
        """Whole numbers, given as one, as a sequence, or one argument after another."""
        found = self.sizes(at, *names)
        return None if found is None or None in found else found  # type: ignore[return-value]

    def sizes(self, at: int, *names: str) -> tuple[Axis, ...] | None:
        """The same, where single ones may be unknown."""
        first = self.value(at, *names)
        if first is None:
            return None
        items = first.items if isinstance(first, (Tuple, List)) else None
        if items is not None:
            resolved = (
                [resolve(item, self.machine.path) for item in items] if isinstance(items, (tuple, list)) else None
            )
            return None if resolved is None else tuple(_axis_or_negative(item) for item in resolved)
        rest = [resolve(value, self.machine.path) for value in self.args.positional[at:]] or [first]
        if not isinstance(first, (Const, Unknown)) or any(not isinstance(item, (Const, Unknown)) for item in rest):
            return None
        found = tuple(_axis_or_negative(item) for item in rest)
        return found if any(size is not None for size in found) or len(found) > 1 else None

    def has_unknown(self) -> bool:
        """Whether an argument is not known at all, so that it may be a tensor."""
        values = (*self.args.positional, *self.args.keywords.values())
        return self.args.unknown is not None or any(
            resolve(value, self.machine.path).__class__ is Unknown for value in values
        )

    def shapes(self) -> list[Shape | None]:
        """The shapes of all tensors among the arguments."""
        values = (*self.args.positional, *self.args.keywords.values())
        found = [resolve(value, self.machine.path) for value in values]
        return [shape_of(value) for value in found if is_tensor(value)]

    def axes(self, at: int, *names: str) -> tuple[int, ...] | None:
        """One axis or a tuple of some; None where they are not given, not known or none."""
        found = self.plain(at, *names)
        found = (found,) if isinstance(found, int) and not isinstance(found, bool) else found
        return found if isinstance(found, tuple) and found and all(each.__class__ is int for each in found) else None

    def shapes_in(self, at: int, *names: str) -> list[Shape | None]:
        """The shapes of the tensors in a list; empty where it is not known."""
        value = self.value(at, *names)
        if value.__class__ is Tensor and value.node is not None and value.node.several is not None:
            return list(value.node.several)
        items = value.items if isinstance(value, (Tuple, List)) else None
        if not isinstance(items, (tuple, list)):
            return []
        return [shape_of(resolve(item, self.machine.path)) for item in items]

    def flag(self, at: int, *names: str) -> bool | None:
        """False where it is not given; None where it is not known."""
        if self.value(at, *names) is None:
            return False
        found = self.plain(at, *names)
        return bool(found) if isinstance(found, (bool, int)) else None


def _axis_or_negative(value: Any) -> Axis:
    found = value.value if isinstance(value, Const) else None
    return int(found) if isinstance(found, int) and not isinstance(found, bool) else None


def optional_sizes(machine: Any, value: Any, rank: int) -> list[int | None] | None:
    """Sizes of an adaptive pool's result: None among them keeps an axis; None as a whole is not known."""
    items = value.items if isinstance(value, (Tuple, List)) else (value,)
    if not isinstance(items, (tuple, list)) or len(items) not in (1, rank):
        return None
    found: list[int | None] = []
    for item in items:
        size = resolve(item, machine.path) if item is not None else None
        if not isinstance(size, Const) or not (size.value is None or isinstance(size.value, int)):
            return None
        found.append(size.value)
    return found * (rank // len(found))


Several = list[Shape | None]
"""The shapes of a tuple of results."""
Rule = Callable[[Call], Any]
"""Gives a Shape, Several, or None where nothing is known."""
