"""What functions give away and take in: where a pair of modules may stand in two functions, so that following pays.

Noted while functions run for themselves. What nobody gives or nobody takes need not be followed across functions.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from convlint.evaluate.tensors.readers import Known, Note
from convlint.evaluate.values import Instance, Span, Tensor

BIAS, ACTIVATION = "bias", "activation"
_BIASED = frozenset({"Conv1d", "Conv2d", "Conv3d", "Linear"})
_ABOVE_ZERO = frozenset({"relu", "relu6", "sigmoid", "hardsigmoid", "softmax"})
"""Activations that leave nothing for another one to do."""
_CUTTING = frozenset({"relu", "relu6"})
_NORMS = ("BatchNorm", "InstanceNorm", "SyncBatchNorm", "GroupNorm")


def gives(known: Known) -> str | None:
    """What the first of a pair has that the second would take out again."""
    name = known.op.rpartition(".")[2]
    if name in _BIASED:
        return BIAS if dict(known.arguments).get("bias", True) is not False else None
    return ACTIVATION if name.lower() in _ABOVE_ZERO else None


def takes(known: Known) -> str | None:
    """What the second of a pair may take out in vain."""
    name = known.op.rpartition(".")[2]
    if name.startswith(_NORMS):
        return BIAS
    return ACTIVATION if name.lower() in _CUTTING else None


RETURNED, HANDED = "returned", "handed"
"""How a function gives something: as its result, or to what it calls."""
RESULT, PARAMETER = "result", "parameter"
"""How a function gets something: from what it calls, or from its caller."""
FITTING = ((RETURNED, RESULT), (RETURNED, PARAMETER), (HANDED, PARAMETER))
"""Who may get what somebody gives. What is returned may be handed on by the caller."""
End = tuple[str, str]
"""A kind, and how it is given or taken."""


class Ends:
    """The functions that give something away, and those that take something in, by their definitions."""

    def __init__(self) -> None:
        self.of: dict[Span, set[End]] = {}
        self.sliced: dict[Span, dict[Note, bool]] = {}
        """The notes on slices, by the functions that take them, and whether that depends on no unknown condition."""
        self.pairs: set[tuple[Span, Span]] = set()
        """Pairs that were seen to follow each other within one function."""
        self.apart: set[tuple[Span, Span]] = set()
        """Neighbours in an ``nn.Sequential`` that some ``forward`` takes apart: it may call each on something else."""
        self._made: dict[int, tuple[Tensor, bool]] = {}

    def forget(self) -> None:
        """Another entry point begins."""
        self._made = {}

    def computed(self, tensor: Any) -> None:
        """A tensor is new: it comes neither from a caller nor from a call of the user's."""
        if tensor.__class__ is Tensor:
            self._made[id(tensor)] = tensor, False

    def received(self, tensor: Any) -> None:
        """A tensor comes from a call of a function of the user's."""
        if tensor.__class__ is Tensor:
            self._made[id(tensor)] = tensor, True

    def give(self, known: Known, function: Span, how: str) -> None:
        """What ``known`` gave is handed on."""
        kind = gives(known)
        if kind is not None:
            self._add(function, kind, how)

    def _add(self, function: Span, kind: str, how: str) -> None:
        if function.file >= 0:
            self.of.setdefault(function, set()).add((kind, how))

    def take(self, known: Known, tensor: Tensor, function: Span) -> None:
        """``known`` gets something that it is not known what gave it."""
        kind = takes(known)
        if kind is None:
            return
        made = self._made.get(id(tensor))
        if made is None or made[0] is not tensor:
            self._add(function, kind, PARAMETER)
        elif made[1]:
            self._add(function, kind, RESULT)

    def taken_apart(self, children: list[Any]) -> None:
        """A ``forward`` takes single modules out of an ``nn.Sequential`` of these."""
        kinds = [each.payload if each.__class__ is Instance else None for each in children]
        for first, second in pairwise(kinds):
            if first.__class__ is Known and second.__class__ is Known:
                self.apart.add((first.site, second.site))

    def chained(self, children: list[Any], function: Span, cls: Span | None) -> None:
        """An ``nn.Sequential`` of these is built, or one of a class derived from it: what stands beside a module of
        the user's, or at an end of the chain, takes or gives something.
        """
        kinds = [each.payload if each.__class__ is Instance else None for each in children]
        for index, known in enumerate(kinds):
            if known.__class__ is not Known:
                continue
            first, last = index == 0, index + 1 == len(kinds)
            for place in (function, cls) if cls is not None else (function,):
                if takes(known) is not None and (first or kinds[index - 1].__class__ is not Known):
                    self._add(place, str(takes(known)), PARAMETER if first else RESULT)
                if last or kinds[index + 1].__class__ is not Known:
                    self.give(known, place, RETURNED if last else HANDED)
