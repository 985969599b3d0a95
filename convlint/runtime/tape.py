"""The tape: what one forward pass did, as operations on places in memory; recorded while the pass really runs.

A tensor is a window (size, stride, offset) onto a storage. Views cost nothing here: they are other windows onto the
same storage, and an operation that writes in place writes into the places that its window shows. So slices,
permutations, ``expand`` and ``x[:, :2] = y`` need no rules of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """A tensor as a window onto a storage; sizes, strides and offset in elements."""

    storage: int
    size: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    itemsize: int
    floating: bool

    @property
    def numel(self) -> int:
        """How many elements the window shows."""
        return prod(self.size)


@dataclass(slots=True)
class Storage:
    """A piece of memory that tensors are windows onto."""

    numel: int
    itemsize: int
    depends: bool
    """Whether the model's input can have any influence on what is in it."""


@dataclass(slots=True)
class Op:
    """One operation that computed something: its name, its arguments by torch's names, and what it wrote."""

    index: int
    name: str
    function: Any
    arguments: Mapping[str, Any]
    """Tensors are Refs, also inside lists; what was not given has torch's default."""
    outputs: tuple[Ref | None, ...]
    """What it returned, then what else it wrote; None for something that is no tensor."""
    reads: tuple[Ref, ...]
    """Its tensor arguments whose values the input can influence."""
    constants: Mapping[str, Any]
    """Copies of index tensors, by the argument's name; None where the input can influence them, or they are large."""
    pointwise: bool
    module: str
    """The dotted name of the innermost module that was running; empty for the model itself."""
    call: int
    """How often that module had been called before."""
    frames: tuple[tuple[str, int, int, int, int], ...] = ()
    """The Python calls outside torch that led here, innermost first; only for windowed operations."""

    def tensor(self, name: str) -> Ref:
        """The tensor argument called ``name``."""
        ref = self.arguments[name]
        assert isinstance(ref, Ref), f"{self.name}: {name} is no tensor"
        return ref


@dataclass(slots=True)
class Tape:
    """Everything one forward pass did, in order."""

    storages: list[Storage] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    inputs: tuple[Ref, ...] = ()
    outputs: tuple[Ref, ...] = ()

    def depends(self, ref: Ref) -> bool:
        """Whether the input can have influence on ``ref``."""
        return self.storages[ref.storage].depends

    def same_operations(self, other: Tape) -> bool:
        """Whether both passes did the same operations on windows of the same form."""
        return len(self.ops) == len(other.ops) and all(
            one.name == two.name and _forms(one.outputs) == _forms(two.outputs)
            for one, two in zip(self.ops, other.ops, strict=True)
        )


def _forms(outputs: Sequence[Ref | None]) -> list[Any]:
    return [None if ref is None else (ref.size, ref.stride, ref.offset, ref.itemsize) for ref in outputs]
