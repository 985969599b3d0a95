"""What torch refuses on a map of known size: windows and paddings that are too large for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convlint.network.layers import Kind, known
from convlint.network.sizes import SizedLayer, SizedModule

from ._sizes import condition, map_words
from ._words import per_axis

_ON_MAPS = re.compile(r"torch\.nn\.(InstanceNorm|ReflectionPad|CircularPad|PixelUnshuffle)(?:([123])d)?")


def on_its_map(fact: SizedLayer) -> Iterator[str]:
    """What the size of the map decides. The map is told as the layer gets it, with padding that lies before it."""
    layer, size, padding = fact.layer, fact.padded_size, fact.own_padding
    kernel, dilation = known(layer.kernel_size), known(layer.dilation)
    if not fact.certain or kernel is None or dilation is None or layer.kind is Kind.TRANSPOSED:
        return
    where = f"the {map_words(size)} that it gets {condition(fact)}"
    mode = layer.options.get("padding_mode")
    if mode == "reflect" and any(p >= n for p, n in zip(padding, size, strict=True)):
        yield f"reflected padding should be less than the corresponding size of {where}"
    elif mode == "circular" and any(p > n for p, n in zip(padding, size, strict=True)):
        yield f"circular padding would wrap around more than once on {where}"
    elif min(fact.outputs) < 1:
        reach = max(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
        yield f"its kernel reaches over {reach} positions, which is more than {where} has with its padding"


def module_on_its_map(fact: SizedModule) -> Iterator[str]:
    """The same for modules that are no windows."""
    kind = _ON_MAPS.fullmatch(fact.op)
    if kind is None or not fact.certain or not fact.shape:
        return
    name, rank = kind[1], int(kind[2] or 2)
    size, given = fact.shape[-rank:], fact.module.arguments
    if len(fact.shape) != rank + 2:
        return
    where = f"the {map_words(size)} that it gets {condition(fact)}"
    if name == "InstanceNorm" and given.get("track_running_stats", False) is False and max(size) == 1:
        yield f"it needs more than 1 spatial element, and {where} has one"
    factor = given.get("downscale_factor")
    if name == "PixelUnshuffle" and isinstance(factor, int) and factor > 0 and any(n % factor for n in size):
        yield f"its factor {factor} does not divide {where}"
    padding = per_axis(given.get("padding"), 2 * rank)
    if padding is None or name not in ("ReflectionPad", "CircularPad"):
        return
    for place, n in enumerate(reversed(size)):
        most = max(padding[2 * place : 2 * place + 2])
        if most >= n + (name == "CircularPad"):
            yield f"its padding {most} is too much for {where}"
