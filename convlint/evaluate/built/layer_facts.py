"""Layers as rules know them: made from what a call was seen to build, with places for the spans in it."""

from __future__ import annotations

from typing import Any

from convlint.evaluate.built.records import Fact
from convlint.evaluate.built.sites import Sites
from convlint.network.layers import Kind, Layer, Unknown

_KINDS = {
    "ConvTranspose": Kind.TRANSPOSED,
    "conv_transpose": Kind.TRANSPOSED,
    "Conv": Kind.CONVOLUTION,
    "conv": Kind.CONVOLUTION,
    "MaxPool": Kind.MAX_POOL,
    "max_pool": Kind.MAX_POOL,
    "AvgPool": Kind.AVERAGE_POOL,
    "avg_pool": Kind.AVERAGE_POOL,
    "LPPool": Kind.LP_POOL,
    "lp_pool": Kind.LP_POOL,
    "nfold": Kind.UNFOLD,
}
"""What a layer is by a word in its name; the first one counts."""


def layer_of(fact: Fact, sites: Sites) -> Layer:
    """The layer that a fact is about."""
    name = fact.op.rpartition(".")[2]
    kind = next(kind for word, kind in _KINDS.items() if word in name)
    kernel_size, stride, dilation, padding = (
        _sizes(fact, parameter, sites) for parameter in ("kernel_size", "stride", "dilation", "padding")
    )
    has_channels = kind in (Kind.CONVOLUTION, Kind.TRANSPOSED)
    in_channels, out_channels, groups = (
        _count(count) if has_channels else None for count in (fact.in_channels, fact.out_channels, fact.groups)
    )
    place, options = sites.place(fact.site), dict(fact.options)
    return Layer(
        fact.op, kind, place, kernel_size, stride, dilation, padding, in_channels, out_channels, groups, options
    )


def _sizes(fact: Fact, parameter: str, sites: Sites) -> Any:
    """One size for each axis, or the word that stands for them."""
    values = getattr(fact, parameter)
    if isinstance(values, str):
        return values
    unknown = Unknown("unknown-operand")
    for gap in fact.unknowns:
        if gap.parameter == parameter:
            place = sites.place(gap.span) if gap.span is not None else None
            unknown = Unknown(gap.reason, gap.detail, place)
    return tuple(unknown if value is None else value for value in values)


def _count(value: int | None) -> int | Unknown:
    return Unknown("unknown-operand") if value is None else value


def order_of(layer: Layer) -> tuple[Any, ...]:
    """By place, and by what it is where one call builds several."""
    return (*layer.call, layer.op, *map(str, (layer.kernel_size, layer.stride, layer.dilation, layer.padding)),
            *map(str, (layer.in_channels, layer.out_channels, layer.groups)))  # fmt: skip
