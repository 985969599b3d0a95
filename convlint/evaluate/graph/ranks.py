"""What is known of the shapes of tensors: how many axes, how many channels, and whether any axis was reduced."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.graph.arguments import plain
from convlint.evaluate.graph.nodes import (
    CAT,
    JOIN,
    MOVE,
    NORM,
    PART,
    POOL,
    REDUCE,
    SAME,
    SHIFT,
    SLICE,
    WINDOW,
    Node,
)
from convlint.evaluate.paths import resolve
from convlint.evaluate.values import Const, Slice, Tuple, Unknown

_AS_OPERANDS = frozenset({SAME, NORM, SHIFT, SLICE, CAT, POOL})
KEEPING = frozenset(
    """Linear LazyLinear Softmax LogSoftmax softmax log_softmax normalize linear interpolate Upsample upsample
    transpose swapaxes swapdims flip roll t mT movedim moveaxis pixel_shuffle pixel_unshuffle channel_shuffle expand_as
    permute T""".split()
)
"""Names of operations whose result has as many axes as the operand."""


def as_operands(kind: str, inputs: tuple[Node, ...]) -> int | None:
    """The most axes that any operand has, for kinds that keep them."""
    known = [node.rank for node in inputs if node.rank is not None]
    return max(known) if kind in _AS_OPERANDS and known and len(known) == len(inputs) else None


def is_solid(kind: str, inputs: tuple[Node, ...]) -> bool:
    """Whether no spatial axis was reduced; of several tensors that are added, one suffices: it has the size of all."""
    if not inputs:
        return False
    if kind == SAME:
        return any(node.solid for node in inputs)
    if kind in (WINDOW, MOVE, PART, REDUCE, SHIFT, SLICE, NORM):
        return inputs[0].solid
    return kind in (CAT, JOIN) and all(node.solid for node in inputs)


def channels_of(kind: str, inputs: tuple[Node, ...]) -> int | None:
    """How many channels there are, where the operation keeps them."""
    if kind == REDUCE:
        return 1
    if kind in (NORM, SHIFT, SLICE, WINDOW) and inputs:
        return inputs[0].channels
    if kind != SAME:
        return None
    known = [node.channels for node in inputs if node.channels is not None]
    return max(known, default=None) if len(known) == len(inputs) or max(known, default=0) > 1 else None


def beside(rank: int | None, longer: bool) -> int | None:
    """One more axis, where there is one more."""
    return rank + longer if rank is not None else None


def after_move(machine: Any, name: str, args: Arguments, source: Node) -> int | None:
    """After ``reshape(...)``, ``permute(...)`` and their like."""
    given = [resolve(value, machine.path) for value in args.positional[1:]]
    if name in ("reshape", "view"):
        if len(given) == 1:
            return len(given[0].items) if isinstance(given[0], Tuple) else 1 if isinstance(given[0], Const) else None
        return len(given) or None
    if name in KEEPING:
        return source.rank
    if name == "flatten":
        return _flattened([plain(machine, value) for value in given], args, source.rank)
    if source.rank is not None and name == "unsqueeze":
        return source.rank + 1
    return None


def adds_axes(machine: Any, name: str, args: Arguments) -> bool:
    """Whether a movement may give an axis of one position, or repeats one."""
    if name in ("reshape", "view"):
        sizes = [plain(machine, value) for value in args.positional[1:]]
        flat = [size for each in sizes for size in (each if isinstance(each, tuple) else (each,))]
        return 1 in flat
    return name.startswith(("expand", "unsqueeze", "squeeze", "broadcast", "repeat", "tile", "rearrange"))


def _flattened(given: list[Any], args: Arguments, rank: int | None) -> int | None:
    start = given[0] if given else 0
    if args.keywords or not isinstance(start, int) or len(given) > 1:
        return None
    if start >= 0:
        return start + 1
    return rank + start + 1 if rank is not None else None


def after_subscript(key: Any, source: Node) -> int | None:
    """After ``tensor[key]``: whole numbers take an axis away, None adds one."""
    rank = source.rank
    for item in key.items if isinstance(key, Tuple) else (key,):
        if rank is None or item.__class__ not in (Slice, Const, Unknown):
            return None
        if isinstance(item, Unknown):
            return None
        if isinstance(item, Const) and item.value is not ...:
            rank += 1 if item.value is None else -1
    return rank
