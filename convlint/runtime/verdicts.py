"""The verdict on a layer: whether anybody else reads the values that it skips, or work in front of it is wasted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from convlint.runtime.backward import movement
from convlint.runtime.backward.elementwise import is_gate
from convlint.runtime.backward.movement import origin_of, parts_of, unpadded
from convlint.runtime.backward.rules import is_same_place, rule_of
from convlint.runtime.backward.windows import Window, window_of
from convlint.runtime.liveness import Liveness
from convlint.runtime.masks import DEAD, GATE, LIVE, Levels, full
from convlint.runtime.tape import Op, Ref, Tape

NOBODY = LIVE + 1
"""The level of a value before any source of it has been seen."""


@dataclass(frozen=True, slots=True)
class Skip:
    """A sliding-window operation that leaves positions of its input unread, and what becomes of their values."""

    op: Op
    window: Window
    where: torch.Tensor
    """The skipped positions: booleans of the input's spatial size."""
    dead: torch.Tensor
    """The skipped elements whose values were computed for nobody: booleans of the input's whole size."""
    gate: torch.Tensor
    """The skipped elements that only a gate or a statistic reads."""
    sources: frozenset[int]
    """The operations that computed the dead values; -1 for the model's input."""

    @property
    def verdict(self) -> str:
        """``dead``, ``gate-only`` or ``branch``."""
        if bool(self.dead.any()):
            return "dead"
        return "gate-only" if bool(self.gate.any()) else "branch"

    @property
    def skipped_fraction(self) -> float:
        """The part of the positions that the operation does not read."""
        return float(self.where.double().mean())

    @property
    def dead_fraction(self) -> float:
        """The part of the input's elements that it skips and that nobody uses."""
        return float(self.dead.double().mean())

    @property
    def gate_fraction(self) -> float:
        """The part of the input's elements that it skips and that only a gate or a statistic uses."""
        return float(self.gate.double().mean())


def skips_of(tape: Tape, liveness: Liveness) -> list[Skip]:
    """Every operation of the pass that skips positions of a tensor that the input decides, in order."""
    found = []
    for op in tape.ops:
        window = window_of(op)
        if window is None or window.kind == "ConvTranspose" or not tape.depends(window.input):
            continue
        where = window.skipped()
        if bool(where.any()):
            worst, sources = _trace(tape, liveness, op, window.input, where)
            found.append(Skip(op, window, where, worst == DEAD, worst == GATE, sources))
    return found


def _trace(
    tape: Tape, liveness: Liveness, layer: Op, tensor: Ref, where: torch.Tensor
) -> tuple[torch.Tensor, frozenset[int]]:
    """For each element of ``tensor`` that is skipped: the least level of the computed values that it stands for.

    An element that nobody reads may be a mere copy, activation or sum of values that others do read: then only that
    copy is wasted. So each one is followed back through such operations to where it was computed, by a convolution, a
    product or a pool, or where it enters the model; what is live on the way is let go.
    """
    worst = torch.full((tensor.numel,), NOBODY, dtype=torch.uint8)
    sources: set[int] = set()
    carried = _Carried(tape)
    numbers = torch.arange(tensor.numel, dtype=torch.int32).reshape(tensor.size)
    carried.put(tensor, torch.where(where, numbers, -1))
    for op in reversed(tape.ops[: layer.index]):
        for ref, levels in zip(op.outputs, liveness.outputs[op.index], strict=True):
            if ref is None or not carried.holds(ref):
                continue
            origins = _dead_only(carried.take(ref), levels, ref)
            if origins is None:
                continue
            if _passes_on(op):
                _pass_on(op, origins, carried)
            elif _settle(worst, origins, levels, ref):
                sources.add(op.index)
    for ref, levels in zip(tape.inputs, liveness.inputs, strict=True):
        if carried.holds(ref):
            origins = _dead_only(carried.take(ref), levels, ref)
            if origins is not None and _settle(worst, origins, levels, ref):
                sources.add(-1)
    return worst.reshape(tensor.size), frozenset(sources)


class _Carried:
    """For each element of memory, which element of the layer's input it became; -1 for none."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.origins: dict[int, torch.Tensor] = {}

    def holds(self, ref: Ref) -> bool:
        return ref.storage in self.origins and ref.itemsize == self.tape.storages[ref.storage].itemsize

    def take(self, ref: Ref) -> torch.Tensor:
        """The origins of a window, which are forgotten."""
        window = self.origins[ref.storage].as_strided(ref.size, ref.stride, ref.offset)
        taken = window.clone()
        self.origins[ref.storage].as_strided(ref.size, ref.stride, ref.offset).fill_(-1)
        return taken

    def put(self, ref: Ref, origins: torch.Tensor) -> None:
        """Add origins where there are some."""
        if ref.itemsize != self.tape.storages[ref.storage].itemsize or 0 in ref.stride:
            return
        held = self.origins.setdefault(
            ref.storage, torch.full((self.tape.storages[ref.storage].numel,), -1, dtype=torch.int32)
        )
        window = held.as_strided(ref.size, ref.stride, ref.offset)
        window.copy_(torch.where(origins >= 0, origins, window))


def _dead_only(origins: torch.Tensor, levels: Levels, ref: Ref) -> torch.Tensor | None:
    """The origins whose values are not live; None where there are none."""
    if isinstance(levels, int):
        if levels == LIVE:
            return None
    else:
        origins = torch.where(full(levels, ref.size) == LIVE, -1, origins)
    return origins if bool((origins >= 0).any()) else None


def _passes_on(op: Op) -> bool:
    return is_same_place(op) or rule_of(op) in (movement.moved, movement.concatenation, movement.padding)


def _pass_on(op: Op, origins: torch.Tensor, carried: _Carried) -> None:
    """Carry origins from what an operation wrote to the values that it took them from."""
    rule = rule_of(op)
    if rule is movement.concatenation:
        for ref, part in parts_of(op):
            carried.put(ref, part(origins))
    elif rule is movement.padding:
        ref = op.tensor("self")
        inner = unpadded(origins + 1, ref, op.arguments["pad"])
        carried.put(ref, full(inner, ref.size).to(torch.int32) - 1)
    elif rule is movement.moved:
        ref = op.reads[0]
        places = origin_of(op, ref)
        if places is not None:
            inside = torch.full((ref.numel + 1,), -1, dtype=torch.int32)
            inside[places.reshape(-1)] = origins.reshape(-1)
            carried.put(ref, inside[1:].reshape(ref.size))
    else:
        sources: Sequence[Ref] = op.reads if op.name != "aten.copy_" else (op.tensor("src"),)
        for ref in sources:
            if ref.size == tuple(origins.shape) and not is_gate(op, ref):
                carried.put(ref, origins)


def _settle(worst: torch.Tensor, origins: torch.Tensor, levels: Levels, ref: Ref) -> bool:
    """Note the levels of computed values for the elements they became. Returns whether any of them is dead."""
    chosen = origins >= 0
    found = full(levels, ref.size)[chosen]
    worst.scatter_reduce_(0, origins[chosen].long(), found, "amin")
    return bool((found == DEAD).any())
