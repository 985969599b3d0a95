"""Layers at work on maps of known size, and what networks multiply: facts for an input of known size. Values only."""

from __future__ import annotations

from dataclasses import dataclass

from convlint.network.layers import Layer
from convlint.network.operations import Module, Operation
from convlint.source import Place


@dataclass(frozen=True, slots=True)
class InputSize:
    """The size of a network's input, and who says so."""

    size: tuple[int, ...]
    """The spatial axes, outermost first: (height, width) for an image."""
    said_by: str
    """``--input-size``, ``input-size`` of the configuration, or where the code says it: ``img_size``."""
    place: Place | None = None
    """Where the code says it, if it is in a call of the network."""


@dataclass(frozen=True, slots=True)
class SizedLayer:
    """A sliding window at work on maps of one size, in the networks that run it so.

    Sizes hold one number for each spatial axis.
    """

    layer: Layer
    size: tuple[int, ...]
    """The map that it reads: without any padding, be it the layer's own or an operation's in front of it."""
    before: tuple[int, ...]
    """How much padding lies before the first position of the map."""
    outputs: tuple[int, ...]
    padded_size: tuple[int, ...]
    """What the layer itself gets, if something in front of it pads; else the same as ``size``."""
    own_padding: tuple[int, ...]
    zero_padded: bool
    """Whether the layer pads with zeros, or with what a pool never chooses."""
    others_read: bool
    """Whether something else may read the same map, wherever the layer runs."""
    certain: bool
    """Whether every condition on the way to it in ``forward`` is known, in one of the networks at least."""
    given: InputSize
    entry_points: tuple[str, ...]
    """The networks, sorted."""

    @property
    def op(self) -> str:
        """The full torch name of the layer."""
        return self.layer.op

    @property
    def call(self) -> Place:
        """The call that builds the layer."""
        return self.layer.call


@dataclass(frozen=True, slots=True)
class SizedModule:
    """A module that is no sliding window, at work on maps of one size, in the networks that run it so."""

    module: Module
    shape: tuple[int, ...]
    """Of the tensor that it gets: batch, channels, and the spatial axes."""
    reduced: bool
    """Whether the map has one position whatever the size of the input: it comes out of a global pool."""
    certain: bool
    """As in SizedLayer."""
    given: InputSize
    entry_points: tuple[str, ...]
    """The networks, sorted."""

    @property
    def op(self) -> str:
        """The full torch name of the module."""
        return self.module.op

    @property
    def call(self) -> Place:
        """The call that builds the module."""
        return self.module.call


@dataclass(frozen=True, slots=True)
class Work:
    """What one network multiplies for an input of known size, and how much of that is for values that are skipped."""

    given: InputSize
    macs: int
    """Multiply-accumulates of convolutions, linear layers and products, for one input."""
    dead: int
    """Those for values that nobody uses."""
    gate_only: int
    """Those for values that only a gate or a statistic uses."""
    partial: bool = False
    """Whether the cost of something could not be followed, so that there are more."""


def fact_of(fact: Layer | Operation | SizedLayer | SizedModule) -> Layer | Operation:
    """The fact itself, whatever map it works on."""
    if isinstance(fact, SizedLayer):
        return fact.layer
    return fact.module if isinstance(fact, SizedModule) else fact
