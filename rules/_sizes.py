"""How rules put layers on maps of known size into words."""

from __future__ import annotations

from convlint.network.layers import Layer, known
from convlint.network.sizes import SizedLayer, SizedModule

from ._words import Sizes


def taps(layer: Layer) -> tuple[Sizes, Sizes, Sizes] | None:
    """Kernel size, stride and dilation where all are known."""
    kernel, stride, dilation = known(layer.kernel_size), known(layer.stride), known(layer.dilation)
    return None if kernel is None or stride is None or dilation is None else (kernel, stride, dilation)


def map_words(size: tuple[int, ...]) -> str:
    """``7x7 map``; ``map of 100 positions`` on one axis."""
    return f"map of {size[0]} positions" if len(size) == 1 else f"{'x'.join(map(str, size))} map"


def condition(fact: SizedLayer | SizedModule) -> str:
    """For which input of which network: ``for a 224x224 input (img_size)``."""
    size = fact.given.size
    written = f"{size[0]} positions" if len(size) == 1 else "x".join(map(str, size))
    place = fact.given.place
    return f"for an input of {written} ({fact.given.said_by}{f' on line {place.line}' if place is not None else ''})"
