"""Facts about what is built and computed beside sliding windows. Values only, no behaviour of a front end.

Each carries the full torch name of its operation and the call that stands for it in source. None stands for a value
that is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from convlint.source import Place


@dataclass(frozen=True, slots=True)
class Operation:
    """Anything that one call builds or computes."""

    op: str
    """The full torch name: ``torch.nn.GroupNorm`` or ``torch.nn.functional.interpolate``."""
    call: Place


@dataclass(frozen=True, slots=True)
class Module(Operation):
    """A module of torch.nn, and its arguments as far as they are known, by torch's names; defaults are left out."""

    arguments: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Succession(Operation):
    """Two operations of which the second gets what the first gives, with nothing between. ``call`` is the second's.

    Across functions, only of those of which the second takes out again what the first has: a bias, what is below zero.
    """

    first: Module
    second: Module
    alone: bool
    """Whether nothing else gets it, in the same function and, where a whole network is followed, in others."""
    together: bool
    """Whether both are called by one ``nn.Sequential``."""
    always: bool
    """Whether both calls stand in one function and name their classes, and whatever the first one builds is never seen
    to be read by anything but the same kind of second."""


@dataclass(frozen=True, slots=True)
class Resize(Operation):
    """``interpolate``, ``upsample`` or ``nn.Upsample``."""

    subject: str
    """The first argument as it is written; empty for a module."""
    mode: str | None
    scale_factor: tuple[float, ...] | None
    """One factor, or one for each axis."""
    align_corners: bool | None
    """None also where it is not given, which is another thing than False."""
    antialias: bool | None


@dataclass(frozen=True, slots=True)
class Frames(Operation):
    """A short-time Fourier transform: frames of ``win_length`` samples, ``hop_length`` apart, padded to ``n_fft``."""

    n_fft: int | None
    hop_length: int | None
    win_length: int | None


@dataclass(frozen=True, slots=True)
class Slices(Operation):
    """The strided slices of one tensor in one function, where nothing else reads it there. ``call`` is the first one.
    What others read is the business of verdicts.

    ``phases`` holds one entry for each slice: for each axis of ``periods``, the positions modulo it that are read.
    """

    subject: str
    """The tensor as it is written."""
    count: int
    """How many slices there are, equal ones counted."""
    periods: tuple[int, ...]
    phases: frozenset[tuple[frozenset[int], ...]]


def read_cells(slices: Slices) -> tuple[int, int]:
    """How many of the cells of one period, over all axes, are read; and how many there are."""
    total = 1
    for period in slices.periods:
        total *= period
    cells: set[tuple[int, ...]] = {()}
    read: set[tuple[int, ...]] = set()
    for phase in slices.phases:
        cells = {()}
        for residues in phase:
            cells = {(*cell, residue) for cell in cells for residue in residues}
        read |= cells
    return len(read), total


@dataclass(frozen=True, slots=True)
class Stack(Operation):
    """Convolutions in a row, with only normalisation, activation and dropout between. ``call`` is the last one's."""

    convolutions: tuple[Module, ...]
