"""Residual networks as configs describe them: which layers of a bottleneck carry the stride of its stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from convlint.frontends.config.facts import Found, Number, Numbers, Spot, found, replaced
from convlint.frontends.config.nodes import Scalar
from convlint.network.layers import Rewrite


def bottlenecks(
    spot: Spot, first: bool, strides: Sequence[Numbers], place: Number, rewrites: tuple[Rewrite, ...] = ()
) -> Iterator[Found]:
    """The strided 1x1 and 3x3 convolutions of the first block of each stage that strides.

    ``first`` says that the 1x1 convolution has the stride (Caffe, MSRA), and not the 3x3 one (torchvision); ``place``
    carries where that is written, and ``rewrites`` are what moves the stride. The shortcut beside them is the same
    either way, and is not what the flag is about.
    """
    for stride in strides:
        own = tuple(Number(axis.value, axis.place or place.place, axis.word or place.word) for axis in stride)
        if all(axis.value == 1 for axis in own):
            continue
        if first:
            yield found("torch.nn.Conv2d", replace(spot, rewrites=rewrites), (Number(1),), own, padding=(Number(0),))
        else:
            larger = replace(spot, context=spot.context.replace("1x1", "3x3"))
            yield found("torch.nn.Conv2d", larger, (Number(3),), own, padding=(Number(1),))


def moved(flag: Scalar, text: str, words: str) -> tuple[Rewrite, ...]:
    """The rewrite that moves the stride onto the 3x3 convolution, which pads by one: the sizes stay."""
    title = (
        f"{words}: the 3x3 convolution strides (same output size; weights trained with the stride elsewhere do not fit)"
    )
    return replaced(flag, text, title)
