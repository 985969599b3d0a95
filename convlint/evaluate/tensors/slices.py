"""Which positions are read: subscripts with steps, and convolutions of one position, as plain numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convlint.evaluate.environment import Arguments
from convlint.evaluate.paths import resolve
from convlint.evaluate.tensors.readers import Known
from convlint.evaluate.values import Const, Slice, Tuple, Value

if TYPE_CHECKING:
    from convlint.evaluate.machine import Machine

MAX_ARGUMENTS = 20
"""Arguments of a module that are kept; torch's have fewer."""


def plain_arguments(machine: Machine, args: Arguments, names: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    """Arguments that are constants or tuples of such, by name; ``"*"`` stands for more that are not seen."""
    given: dict[str, Any] = dict(zip(names, args.positional, strict=False))
    given.update(args.keywords)
    found: list[tuple[str, Any]] = []
    for name, value in list(given.items())[:MAX_ARGUMENTS]:
        plain = _plain(resolve(value, machine.path))
        found.append((name, plain))
    if args.unknown is not None:
        found.append(("*", UNSEEN))
    return tuple(found)


class _Unseen:
    """Stands for an argument that is given and not known."""

    def __repr__(self) -> str:
        return "<not known>"


UNSEEN = _Unseen()


def _plain(value: Any) -> Any:
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Tuple) and all(isinstance(item, Const) for item in value.items):
        return tuple([item.value for item in value.items if isinstance(item, Const)])
    return UNSEEN


def sliced_axes(machine: Machine, key: Value) -> tuple[tuple[int, int, int], ...] | None:
    """(axis, start, step) of each slice of a subscript that is not ``:``; axes behind ``...`` count from the end.

    None where anything else is taken: single positions, ranges with an end, parts that are not known.
    """
    items: tuple[Any, ...] = key.items if isinstance(key, Tuple) else (key,)
    dots = next((index for index, item in enumerate(items) if _plain(item) is ...), None)
    found: list[tuple[int, int, int]] = []
    for index, item in enumerate(items):
        if index == dots:
            continue
        if not isinstance(item, Slice):
            return None
        bounds = [_plain(resolve(part, machine.path)) for part in (item.lower, item.upper, item.step)]
        start, stop, step = bounds[0] or 0, bounds[1], 1 if bounds[2] is None else bounds[2]
        if stop is not None or start.__class__ is not int or step.__class__ is not int or start < 0 or step < 1:
            return None
        if start or step > 1:
            found.append((index if dots is None or index < dots else index - len(items), start, step))
    return tuple(found)


def read_grid(known: Known) -> tuple[tuple[int, frozenset[int]], ...] | None:
    """For each spatial axis, last one last: the stride of a convolution and the positions modulo it that are read.

    None where it is no convolution of one position, or where not all is known: that counts as reading everything.
    """
    name = known.op.rpartition(".")[2]
    if not name.startswith("Conv") or name.startswith("ConvTranspose") or name[4:5] not in "123":
        return None
    rank, given = int(name[4]), dict(known.arguments)
    sizes = []
    for parameter, default in (("kernel_size", 1), ("stride", 1), ("padding", 0)):
        value = given.get(parameter, default)
        value = value if isinstance(value, tuple) else (value,) * rank
        if "*" in given or len(value) != rank or not all(size.__class__ is int for size in value):
            return None
        sizes.append(value)
    kernel, stride, padding = sizes
    if any(k != 1 for k in kernel) or all(s == 1 for s in stride) or min(stride) < 1:
        return None
    return tuple((s, frozenset({-p % s})) for s, p in zip(stride, padding, strict=True))


def shifted_reads(axes: Any, reads: tuple[tuple[int, frozenset[int]], ...]) -> Any:
    """What a convolution reads of a tensor from whose part it reads ``reads``: (axis, start, step) as of a slice."""
    rank = len(reads)
    starts = {axis if axis < 0 else axis - rank - 2: start for axis, start, _ in axes}
    if any(axis < -rank for axis in starts):
        return None
    return tuple(
        (axis, (next(iter(residues)) + starts.get(axis, 0)) % step, step)
        for axis, (step, residues) in zip(range(-rank, 0), reads, strict=True)
        if step > 1
    )
