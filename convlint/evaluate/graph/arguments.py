"""What the arguments of an operation on tensors say of axes: which ones, in which order, how far, which part."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph.nodes import ALL, POOL, REDUCE
from convlint.evaluate.paths import resolve
from convlint.evaluate.values import Const, Instance, List, Slice, Tuple


def plain(machine: Any, value: Any) -> Any:
    """A constant, or a tuple of them; None where it is not known."""
    value = resolve(value, machine.path)
    if isinstance(value, Const):
        return value.value
    items = value.items if isinstance(value, (Tuple, List)) else None
    if isinstance(items, (tuple, list)):
        found = tuple(plain(machine, item) for item in items)
        return None if None in found else found
    return None


def axis_of(machine: Any, args: Arguments, default: int | None, at: int = 1) -> int | None:
    """The one axis that an operation works along; None where it is not known, or not one."""
    given = args.keywords.get("dim", args.keywords.get("axis"))
    if given is None:
        given = args.positional[at] if len(args.positional) > at else None
    if given is None:
        return default
    found = plain(machine, given)
    if isinstance(found, tuple) and len(found) == 1:
        found = found[0]
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def axes_of(machine: Any, args: Arguments) -> tuple[int, ...] | None:
    """All axes that a reduction works along; None where they are not known, empty where it is all of them."""
    given = args.keywords.get("dim", args.keywords.get("axis"))
    if given is None:
        given = args.positional[1] if len(args.positional) > 1 else None
    found = plain(machine, given) if given is not None else ()
    found = (found,) if isinstance(found, int) else found
    return found if isinstance(found, tuple) and all(isinstance(axis, int) for axis in found) else None


def is_channels(axis: int | None, rank: int | None) -> bool:
    """Whether an axis is that of channels, so that what happens along it leaves positions as they are."""
    return axis == 1 or (axis == -3 and rank == 4)


def reduces_to(axis: int | None, axes: tuple[int, ...] | None, rank: int | None) -> str:
    """What a reduction does: over channels, over all positions, or over something else."""
    if is_channels(axis, rank):
        return REDUCE
    if axes is None:
        return ALL
    whole = len(axes) != 1 or (rank == 3 and axes[0] in (2, -1))
    return POOL if whole else ALL


def order_of(machine: Any, name: str, args: Arguments) -> tuple[int, ...] | None:
    if name != "permute":
        return None
    found = [plain(machine, value) for value in (*args.positional[1:], *args.keywords.values())]
    axes = found[0] if len(found) == 1 and isinstance(found[0], tuple) else tuple(found)
    if any(not isinstance(axis, int) for axis in axes):
        return None
    return tuple(axis % len(axes) for axis in axes)


def padding_of(machine: Any, args: Arguments) -> tuple[int, ...] | None:
    """How far ``F.pad`` moves positions, the last axis last."""
    given = args.keywords.get("pad", args.positional[1] if len(args.positional) > 1 else None)
    return shift_of(plain(machine, given)) if given is not None else None


def shift_of(padding: Any, rank: int = 0) -> tuple[int, ...] | None:
    """How far padding moves positions, the last axis last; a single number is meant for all axes."""
    if isinstance(padding, int) and rank:
        return (padding,) * rank
    if not isinstance(padding, tuple) or len(padding) % 2 or not all(isinstance(each, int) for each in padding):
        return None
    return tuple(reversed(padding[::2]))


def gives_one(machine: Any, given: Any, at: int) -> bool:
    """Whether an adaptive pool gives one position."""
    if isinstance(given, Instance):
        size = given.attrs.get("output_size")
    else:
        size = given.keywords.get("output_size", given.positional[at] if len(given.positional) > at else None)
    found = plain(machine, size) if size is not None else None
    return found == 1 or (isinstance(found, tuple) and set(found) == {1})


def slices_of(machine: Any, key: Any) -> tuple[tuple[int, int], ...] | None:
    """(start, step) of each spatial axis of a subscript with open ends, where it is plain which axes these are."""
    items = key.items if isinstance(key, Tuple) else (key,)
    dots = [index for index, item in enumerate(items) if isinstance(item, Const) and item.value is ...]
    found: list[tuple[int, int]] = []
    for item in items:
        if isinstance(item, Const) and item.value is ...:
            continue
        if not isinstance(item, Slice):
            return None
        start, stop, step = (bound(machine, each) for each in (item.lower, item.upper, item.step))
        start, step = 0 if start is None else start, 1 if step is None else step
        if stop is not None or not isinstance(start, int) or not isinstance(step, int) or start < 0 or step < 1:
            return None
        found.append((start, step))
    if dots == [0]:
        return tuple(found) or None
    if dots or len(found) < 4 or found[0] != (0, 1):
        return None
    if found[1] == (0, 1):
        return tuple(found[2:])
    # Channels last, or channels that are sliced as well: all axes but the batch count as positions.
    return tuple(found[1:]) if any(step > 1 for _, step in found) else None


def bounds_of(machine: Any, key: Any) -> tuple[int, Any, bool] | None:
    """(which, group, spatial) of a subscript that takes ``[:n]`` or ``[n:]`` of one axis, and all of the others."""
    items = key.items if isinstance(key, Tuple) else (key,)
    found: tuple[int, Any, bool] | None = None
    for axis, item in enumerate(items):
        if not isinstance(item, Slice):
            return None
        lower, upper, step = (bound(machine, each) for each in (item.lower, item.upper, item.step))
        if step not in (None, 1):
            return None
        if lower in (None, 0) and upper is None:
            continue
        if found is not None:
            return None
        if lower in (None, 0) and isinstance(upper, int) and upper > 0:
            found = 0, (axis, upper), axis == 1
        elif isinstance(lower, int) and lower > 0 and upper is None:
            found = 1, (axis, lower), axis == 1
        else:
            return None
    return found


class _NotKnown:
    """Stands for a bound that is given and not known."""


def bound(machine: Any, value: Any) -> Any:
    value = resolve(value, machine.path)
    return value.value if isinstance(value, Const) else _NotKnown
