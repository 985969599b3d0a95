"""Numbers of a config file as layer facts: what a dialect yields, and how it is put together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from convlint.frontends.config.limits import MAX_ANCHOR, MAX_AXES, MAX_NUMBER_TEXT
from convlint.frontends.config.nodes import Node, Scalar, Sequence, integer
from convlint.network.layers import Confidence, Kind, Layer, Rewrite, Size, Sizes, Step, Unknown, Use
from convlint.network.verdicts import Verdict
from convlint.source import Place

_KINDS = (
    ("ConvTranspose", Kind.TRANSPOSED),
    ("Conv", Kind.CONVOLUTION),
    ("MaxPool", Kind.MAX_POOL),
    ("max_pool", Kind.MAX_POOL),
    ("AvgPool", Kind.AVERAGE_POOL),
)
_LISTED = re.compile(r"\s*[(\[]\s*(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)\s*,?\s*[)\]]\s*", re.ASCII)
_DIGITS = re.compile(r"-?\d+", re.ASCII)
_ANCHOR = re.compile(r"(?:^|[\s\[{,])&[^\s,\[\]{}]+\s+(?:![^\s]*\s+)?\Z")
OPEN = Unknown("config")
"""A number that the config does not say."""


class Number(NamedTuple):
    """One size: its value, where it is written (None where the code that reads the file supplies it), its name."""

    value: Size
    place: Place | None = None
    word: str = ""


Numbers = tuple[Number, ...]
"""One number for each spatial axis, or one for all of them."""


@dataclass(frozen=True, slots=True)
class Found:
    """One layer that a config describes, and how it comes to be."""

    layer: Layer
    use: Use
    verdict: Verdict | None = None
    """What becomes of the values that the layer skips, where the file tells who else reads them."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a layer is described: its node, its name in the file, and the network that it belongs to."""

    node: Node
    name: str
    network: str
    context: str = ""
    """The layer in the dialect's own words, to end a message with: ``the shortcut of ResNetLayer in backbone[2]``."""
    above: tuple[Step, ...] = ()
    """What leads to it, outermost first: the line that takes in the file in which it stands."""
    confidence: Confidence = Confidence.CERTAIN
    rewrites: tuple[Rewrite, ...] = ()
    verdict: Verdict | None = None
    """What becomes of the values that the layer skips; None where the file does not tell."""


ONE: Numbers = (Number(1),)


def fixed(value: int) -> Numbers:
    """A number that the code supplies and the config cannot change."""
    return (Number(value),)


def number(node: Node | None, word: str = "", default: int | None = None) -> Number:
    """The number that a node is; ``default`` where there is none; open where it is no number."""
    if node is None:
        return Number(OPEN if default is None else default)
    value = integer(node)
    return Number(OPEN if value is None else value, node.place, word)


def numbers(node: Node | None, word: str = "", default: int | None = None) -> Numbers:
    """One number, or one for each axis: ``3``, ``[3, 3]``, and ``(3, 3)`` where it is written as text."""
    if isinstance(node, Sequence) and 0 < len(node.items) <= MAX_AXES:
        return tuple(number(item, word) for item in node.items)
    if isinstance(node, Scalar) and len(node.text) <= MAX_NUMBER_TEXT and (listed := _LISTED.fullmatch(node.text)):
        # Escapes would move the characters; what reads as a list of digits has none.
        at = node.source.text.find(node.text, node.start, node.end)
        found = list(_DIGITS.finditer(listed[1]))
        if at >= 0 and len(found) <= MAX_AXES:
            first = at + listed.start(1)
            spans = [(first + match.start(), first + match.end()) for match in found]
            return tuple(
                Number(int(match.group()), node.source.place(*span), word)
                for match, span in zip(found, spans, strict=True)
            )
    return (number(node, word, default),)


def found(
    op: str,
    spot: Spot,
    kernel_size: Numbers,
    stride: Numbers,
    dilation: Numbers = ONE,
    padding: Numbers | str | None = None,
    out_channels: Size | None = None,
    groups: Size | None = None,
) -> Found:
    """A layer of the torch operation ``op``. Sizes that are given once hold for every axis."""
    name = op.rpartition(".")[2]
    kind = next(kind for word, kind in _KINDS if word in name)
    rank = next((int(digit) for digit in "123" if f"{digit}d" in name), 2)
    convolves = kind in (Kind.CONVOLUTION, Kind.TRANSPOSED)
    layer = Layer(
        op=op,
        kind=kind,
        call=spot.node.place,
        kernel_size=_sizes(kernel_size, rank),
        stride=_sizes(stride, rank),
        dilation=_sizes(dilation, rank),
        padding=padding if isinstance(padding, str) else _sizes(padding or (Number(OPEN),), rank),
        in_channels=OPEN if convolves else None,
        out_channels=(OPEN if out_channels is None else out_channels) if convolves else None,
        groups=(OPEN if groups is None else groups) if convolves else None,
    )
    written = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
    return Found(layer, _use(spot, layer.call, written), spot.verdict)


def replaced(node: Scalar, text: str, title: str) -> tuple[Rewrite, ...]:
    """A scalar with another text, in the quotes in which it stands; nothing where an anchor lets others share it."""
    if _ANCHOR.search(node.source.text, max(0, node.start - MAX_ANCHOR), node.start):
        return ()
    quote = node.source.text[node.start : node.start + 1]
    quoted = node.quoted and quote in ("'", '"')
    return (Rewrite(title, ((node.place, f"{quote}{text}{quote}" if quoted else text),)),)


def larger_kernel(node: Node | None, kernel_size: Size, stride: Size) -> tuple[Rewrite, ...]:
    """The next odd kernel size that covers the stride, for code that pads by half the kernel.

    With kernel sizes k odd, dilation 1 and padding k // 2 the output has floor((n - 1) / s) + 1 positions whatever k
    is (torch.nn.Conv2d, "Shape").
    """
    if not isinstance(node, Scalar) or not isinstance(kernel_size, int) or not isinstance(stride, int):
        return ()
    if not 0 < kernel_size < stride or kernel_size % 2 == 0:
        return ()
    size = stride if stride % 2 else stride + 1
    return replaced(node, str(size), f"kernel size {size} (same output size; the weights grow)")


def _sizes(numbers: Numbers, rank: int) -> Sizes:
    sizes = tuple(number.value for number in numbers)
    if len(sizes) == rank:
        return sizes
    return sizes * rank if len(sizes) == 1 else (Unknown("raises", f"{len(sizes)} sizes for {rank} axes"),) * rank


def _use(spot: Spot, call: Place, written: Mapping[str, Numbers]) -> Use:
    """A way to the layer, whose numbers meet at the first that is written: the kernel size, else the stride."""
    origins: dict[str, Place] = {}
    words: dict[str, str] = {}
    for name, axes in written.items():
        first = _telling(axes)
        if first is not None and first.place is not None:
            origins[name] = first.place
            if first.word:
                words[name] = first.word
    own = [place for place in origins.values() if place.path == spot.node.source.path]
    meeting = next(iter([*own, *origins.values()]), call)
    steps = (*spot.above, Step(call, spot.name))
    return Use(meeting, origins, steps, (spot.network,), 1, spot.confidence, spot.context, words, spot.rewrites)


def _telling(axes: Numbers) -> Number | None:
    """The written number that stands for all axes."""
    return next((axis for axis in axes if axis.place is not None), None)


def worst_axis(kernel_size: Numbers, stride: Numbers) -> tuple[Numbers, Numbers]:
    """The same sizes, where only the axis with the largest stride for its kernel size keeps its places.

    So that a finding points at the axis that matters: ``8`` in ``[1, 8, 8]``.
    """
    rank = max(len(kernel_size), len(stride))
    kernels, strides = (kernel_size * rank)[:rank], (stride * rank)[:rank]

    def ratio(axis: int) -> float:
        kernel, step = kernels[axis].value, strides[axis].value
        return step / kernel if isinstance(kernel, int) and isinstance(step, int) and kernel > 0 else 0.0

    worst = max(range(rank), key=lambda axis: (ratio(axis), -axis), default=0)
    return _only(kernels, worst), _only(strides, worst)


def _only(numbers: Iterable[Number], axis: int) -> Numbers:
    return tuple(number if index == axis else Number(number.value) for index, number in enumerate(numbers))
