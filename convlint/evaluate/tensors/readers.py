"""What reads one tensor in one activation, and what came of it: plain records that ``TensorReads`` fills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from convlint.evaluate.built.records import Fact, Record
from convlint.evaluate.values import Span, Tensor

ACTIVATIONS = frozenset(
    {"relu", "relu6", "hardtanh", "sigmoid", "softmax", "hardsigmoid", "leaky_relu", "gelu", "silu", "tanh"}
)
"""Functions, and methods of tensors, that are operations of their own in a Succession."""


class Known(NamedTuple):
    """A module of torch as it was built, or a function of torch as it was called."""

    op: str
    site: Span
    arguments: tuple[tuple[str, Any], ...]


class Note(Fact):
    """A fact beside layers, kept where a layer's fact would be: ``kernel_size`` holds what it is made from."""

    __slots__ = ()


class BuiltAt(NamedTuple):
    """Where an object was built that is a sliding window by a class of the user's."""

    site: Span


def note(op: str, site: Span, content: Any, origins: tuple[tuple[str, Span], ...] = ()) -> Note:
    """A note; ``content`` is hashable."""
    return Note(op, site, content, (), (), (), None, None, None, (), origins)


class Family:
    """All readers of one tensor in one activation, by the path on which they read it."""

    __slots__ = ("members", "noted", "parent", "tensor")

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor
        self.members: dict[Any, Readers] = {}
        self.noted = False
        """Whether a note needs its members when all has run."""
        self.parent: tuple[Readers, Any] | None = None
        """The tensor that this one is a part of, and from where on."""


class Readers:
    """What reads one tensor in one activation, on one path. Compared by identity; grows while the function runs."""

    __slots__ = ("calls", "family", "first", "noted", "opaque", "slices", "taken", "whole")

    def __init__(self, family: Family, taken: Mapping[Any, bool]) -> None:
        self.family = family
        self.taken = taken
        """The decisions on the path, and how they were taken."""
        self.calls: dict[tuple[Span, str], None] = {}
        self.slices: dict[tuple[Span, Any], None] = {}
        self.first: Span | None = None
        self.noted = False
        self.opaque = False
        """Whether something reads it of which nothing is known."""
        self.whole = False
        """Whether something that is known reads all of it."""

    def together(self) -> list[Readers]:
        """Those that may read the tensor in the same run: no decision was taken otherwise."""
        return [
            other
            for other in self.family.members.values()
            if all(self.taken.get(decision, taken) == taken for decision, taken in other.taken.items())
        ]

    def all_slices(self) -> tuple[tuple[Span, Any], ...]:
        """The slices that may be taken in the same run, each once."""
        return tuple(dict.fromkeys(each for other in self.together() for each in other.slices))

    def summary(self) -> tuple[Any, ...] | None:
        """What makes two of them the same when all has run; None where there is nothing to say."""
        if self.family.parent is not None or any(other.opaque or other.whole for other in self.together()):
            return None
        return self.all_slices()

    def read_unseen(self) -> None:
        """Something reads it of which nothing is known."""
        self.opaque = True
        if self.family.parent is not None:
            self.family.parent[0].read_unseen()


class Link:
    """A Succession while the function runs. Compared by identity until then, by ``summary`` afterwards."""

    __slots__ = ("first", "readers", "second", "together")

    def __init__(self, first: Known, second: Known, readers: Readers, together: bool) -> None:
        self.first, self.second, self.readers, self.together = first, second, readers, together

    def alone(self) -> bool:
        """Whether nothing else reads the first one's result."""
        others = self.readers.together()
        calls = {call for other in others for call in other.calls}
        return len(calls) == 1 and not any(other.opaque for other in others)

    def summary(self) -> tuple[Any, ...]:
        """What makes two of them the same when all has run."""
        return self.first, self.second, self.together, self.alone()


class Product(NamedTuple):
    """Where a tensor came from: the operation, the call, and the convolutions in a row before it."""

    known: Known
    site: Span
    record: Record
    row: list[Known]
