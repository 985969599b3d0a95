"""Layers as rules know them: made from what a call was seen to build, with places for the spans in it."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.records import Fact
from convlint.evaluate.sites import Sites
from convlint.network.layers import Kind, Layer, Unknown

_KINDS = (
    ("ConvTranspose", Kind.TRANSPOSED), ("conv_transpose", Kind.TRANSPOSED), ("Conv", Kind.CONVOLUTION), ("conv",
    Kind.CONVOLUTION),
    ("MaxPool", Kind.MAX_POOL), ("max_pool", Kind.MAX_POOL), ("AvgPool", Kind.AVERAGE_POOL), ("avg_pool",
    Kind.AVERAGE_POOL), ("LPPool", Kind.LP_POOL), ("lp_pool", Kind.LP_POOL), ("nfold", Kind.UNFOLD),
)  # fmt: skip


def layer_of(fact: Fact, sites: Sites) -> Layer:
    """The layer that a fact is about."""
    gaps = {gap.parameter: gap for gap in fact.unknowns}

    def sizes_of(name: str, values: Any) -> Any:
        if isinstance(values, str):
            return values
        gap = gaps.get(name)
        place = sites.place(gap.span) if gap is not None and gap.span is not None else None
        unknown = Unknown(gap.reason, gap.detail, place) if gap is not None else Unknown("unknown-operand")
        return tuple(unknown if value is None else value for value in values)

    def channels(value: int | None) -> int | Unknown:
        return Unknown("unknown-operand") if value is None else value

    name = fact.op.rpartition(".")[2]
    kind = next(kind for word, kind in _KINDS if word in name)
    convolution = kind in (Kind.CONVOLUTION, Kind.TRANSPOSED)
    return Layer(
        fact.op, kind, sites.place(fact.site), sizes_of("kernel_size", fact.kernel_size), sizes_of("stride",
        fact.stride), sizes_of("dilation", fact.dilation), sizes_of("padding", fact.padding),
        channels(fact.in_channels) if convolution else None, channels(fact.out_channels) if convolution else None,
        channels(fact.groups) if convolution else None, dict(fact.options),
    )  # fmt: skip


def order_of(layer: Layer) -> tuple[Any, ...]:
    """By place, and by what it is where one call builds several."""
    return (*layer.call, layer.op, *map(str, (layer.kernel_size, layer.stride, layer.dilation, layer.padding)),
            *map(str, (layer.in_channels, layer.out_channels, layer.groups)))  # fmt: skip
