"""Which networks are worth following for an input of known size: those with layers that can lose something.

Most layers cannot: a 3x3 convolution with stride 2 and padding 1 reads all of any map.
"""

from __future__ import annotations

from typing import NamedTuple

from convlint.evaluate.built.records import Fact, Record
from convlint.evaluate.tensors.notes import is_note
from convlint.network.geometry import dead_taps, output_size, residues_reached, trailing_unread

LEAST_REACH = 4
"""Taps that reach less far out of a map are dead only on maps smaller than that. Where nobody but the network itself
says its input's size, it is not followed for their sake: what it was made for is hardly ever that small."""


class Candidate(NamedTuple):
    """A layer that may lose something at some sizes, by its numbers."""

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[int, ...]


class Candidates:
    """What was found below each activation, each looked at once."""

    def __init__(self) -> None:
        self._below: dict[int, frozenset[Candidate]] = {}

    def below(self, record: Record) -> frozenset[Candidate]:
        """The candidates that an activation builds."""
        found = self._below.get(id(record))
        if found is None:
            self._below[id(record)] = frozenset()  # for a record that leads to itself
            gathered: set[Candidate] = set()
            for _, child, _ in record.calls:
                if isinstance(child, Fact):
                    candidate = candidate_of(child)
                    if candidate is not None:
                        gathered.add(candidate)
                else:
                    gathered |= self.below(child)
            found = self._below[id(record)] = frozenset(gathered)
        return found

    def worth_following(self, record: Record, first: Fact, size: tuple[int, ...]) -> bool:
        """Whether a network whose ``first`` layer gets its input of ``size`` may lose anything."""
        found = self.below(record)
        start = candidate_of(first)
        if start in found and not _loses(start, size):
            found -= {start}
        return bool(found)


def candidate_of(layer: Fact) -> Candidate | None:
    """The numbers of a layer that can lose something; None for one that cannot, or whose numbers are not known."""
    if is_note(layer) or "ranspose" in layer.op or not isinstance(layer.padding, tuple):
        return None
    sizes = tuple(_known(each) for each in (layer.kernel_size, layer.stride, layer.dilation, layer.padding))
    kernel, stride, dilation, padding = sizes
    if kernel is None or stride is None or dilation is None or padding is None:
        return None
    if min(*kernel, *stride, *dilation) < 1:
        return None
    found = Candidate(kernel, stride, dilation, padding)
    axes = tuple(zip(*found, strict=True))
    trails = any(p < s - 1 and residues_reached(k, s, d) == s for k, s, d, p in axes)
    reaches = (
        "Pool" not in layer.op and "pool" not in layer.op and any(d * (k - 1) - p >= LEAST_REACH for k, s, d, p in axes)
    )
    rounds_up = dict(layer.options).get("ceil_mode") is True
    return found if (trails and not rounds_up) or reaches else None


def _known(sizes: tuple[int | None, ...]) -> tuple[int, ...] | None:
    found = tuple(size for size in sizes if size is not None)
    return found if len(found) == len(sizes) else None


def _loses(layer: Candidate, size: tuple[int, ...]) -> bool:
    axes = zip(size, *layer, strict=True)
    return any(
        trailing_unread(n, output_size(n, k, s, d, p), k, s, d, p)
        or dead_taps(n, output_size(n, k, s, d, p), k, s, d, p)
        for n, k, s, d, p in axes
    )
