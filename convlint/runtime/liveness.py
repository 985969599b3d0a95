"""The walk: from the outputs of a forward pass backwards, how much each value that it computed matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch

from convlint.runtime.backward.contribution import Contribution
from convlint.runtime.backward.products import macs_of
from convlint.runtime.backward.rules import everything, rule_of
from convlint.runtime.masks import DEAD, LIVE, Levels, Masks, compact, full
from convlint.runtime.tape import Op, Ref, Tape

_SINKS = ("aten.nonzero", "aten.masked_select", "aten._unique2", "aten.unique_dim", "aten.unique_consecutive")
"""The form of their results depends on every value, so every value matters whatever becomes of the results."""


@dataclass(frozen=True, slots=True)
class Liveness:
    """What the walk found."""

    outputs: tuple[tuple[Levels, ...], ...]
    """For each operation, the levels of what it wrote, None outputs counting as dead."""
    inputs: tuple[Levels, ...]
    """The levels of the model's inputs."""
    unknown: tuple[str, ...]
    """The names of the operations that no rule knows, sorted."""

    def macs(self, tape: Tape) -> tuple[int, int, int]:
        """Multiply-accumulates of the whole pass: all, those whose results nobody reads, those only a gate reads."""
        total = dead = gate = 0
        for op, levels in zip(tape.ops, self.outputs, strict=True):
            counts = macs_of(op, levels)
            if counts is not None:
                total, dead, gate = total + counts[0], dead + counts[1], gate + counts[2]
        return total, dead, gate


def walk(tape: Tape) -> Liveness:
    """Levels of everything on the tape. Every element of every output of the model is live."""
    masks = Masks(tape.storages)
    for ref in tape.outputs:
        if tape.depends(ref):
            masks.raise_to(ref, LIVE)
    unknown: set[str] = set()
    outputs: list[tuple[Levels, ...]] = [()] * len(tape.ops)
    for op in reversed(tape.ops):
        levels = _taken(op, masks)
        outputs[op.index] = levels
        if not op.reads:
            continue
        if _is_sink(op):
            _contribute(tape, masks, everything(op, levels))
            continue
        if all(_is_dead(each) for each in levels):
            continue
        rule = rule_of(op)
        if rule is None:
            unknown.add(op.name)
            rule = everything
        _contribute(tape, masks, rule(op, levels))
    return Liveness(tuple(outputs), tuple(masks.get(ref) for ref in tape.inputs), tuple(sorted(unknown)))


def walk_again(tape: Tape, known: Liveness, reads: Mapping[int, tuple[Ref, torch.Tensor]]) -> Liveness:
    """Levels as they would be if some operations read more: for each such operation, a tensor and where it is read.

    Levels only grow, so only what is before those operations, and changes, is walked again.
    """
    masks = Masks(tape.storages)
    outputs = list(known.outputs)
    for op in reversed(tape.ops):
        before = outputs[op.index]
        levels = tuple(_greater(old, new) for old, new in zip(before, _taken(op, masks), strict=True))
        changed = any(old is not new for old, new in zip(before, levels, strict=True))
        outputs[op.index] = levels
        if changed and op.reads and not _is_sink(op):
            _contribute(tape, masks, (rule_of(op) or everything)(op, levels))
        if op.index in reads and not all(_is_dead(each) for each in levels):
            ref, where = reads[op.index]
            masks.raise_to(ref, where.to(torch.uint8) * LIVE)
    inputs = tuple(_greater(old, masks.get(ref)) for old, ref in zip(known.inputs, tape.inputs, strict=True))
    return Liveness(tuple(outputs), inputs, known.unknown)


def _taken(op: Op, masks: Masks) -> tuple[Levels, ...]:
    """The levels of what an operation wrote, which are then forgotten: before it, other values were there."""
    levels = tuple(DEAD if ref is None else masks.get(ref) for ref in op.outputs)
    for ref in op.outputs:
        if ref is not None:
            masks.clear(ref)
    return tuple(compact(each) for each in levels)


def _contribute(tape: Tape, masks: Masks, contributions: Iterable[Contribution]) -> None:
    for ref, levels in contributions:
        if tape.depends(ref):
            masks.raise_to(ref, levels)


def _greater(old: Levels, new: Levels) -> Levels:
    """The greater level of each element; the very object ``old`` where nothing grew."""
    if _is_dead(new) or (isinstance(old, int) and old == LIVE):
        return old
    if isinstance(old, int) and isinstance(new, int):
        return max(old, new)
    size: Sequence[int] = new.shape if isinstance(new, torch.Tensor) else old.shape  # type: ignore[union-attr]
    grown = torch.maximum(full(old, size), full(new, size))
    return old if torch.equal(grown, full(old, size)) else compact(grown)


def _is_dead(levels: Levels) -> bool:
    return isinstance(levels, int) and levels == DEAD


def _is_sink(op: Op) -> bool:
    return op.name in _SINKS or all(ref is None for ref in op.outputs) or _picks_by_mask(op)


def _picks_by_mask(op: Op) -> bool:
    """Whether it takes the elements where a mask is true, which the input decides: so many come out as are true."""
    indices = op.arguments.get("indices") if op.name == "aten.index.Tensor" else None
    return any(isinstance(ref, Ref) and ref.itemsize == 1 and ref in op.reads for ref in indices or ())
