"""darknet `.cfg` files: sections of a network in order.

## Recognised by

A file of sections that begins with `[net]` or `[network]`.

## What is read

`[convolutional]` with `size`, `stride` (or `stride_x` and `stride_y`), `dilation`; `size=1` makes the dilation 1.
`[maxpool]` and `[local_avgpool]`, whose size is their stride unless it is set. `pad=1` means half the size.
`[deconvolutional]` is a transposed convolution; `[reorg]` keeps every pixel.

## Examples

```cfg bad
[net]
width=416
height=416

[convolutional]
filters=32
size=3
stride=2
dilation=2
pad=1
```

```text
7:6 dead-pixels
```

```cfg good
[net]
width=416
height=416

[convolutional]
filters=32
size=3
stride=2
dilation=3
pad=1

[maxpool]
stride=2
```

## Limits

`antialiasing` blurs before it strides, so a section that has it is passed over.

## References

- AlexeyAB/darknet, `src/parser.c` (`parse_convolutional`, `parse_maxpool`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Numbers, Spot, found, number
from convlint.frontends.config.nodes import Mapping, Sequence, integer

_OPERATIONS = {
    "convolutional": "torch.nn.Conv2d",
    "conv": "torch.nn.Conv2d",
    "deconvolutional": "torch.nn.ConvTranspose2d",
    "maxpool": "torch.nn.MaxPool2d",
    "max": "torch.nn.MaxPool2d",
    "local_avgpool": "torch.nn.AvgPool2d",
    "lavg": "torch.nn.AvgPool2d",
}


class Darknet(Dialect):
    name = "darknet"
    marks: ClassVar = ((b"[net]", b"[network]"),)
    suffixes: ClassVar[tuple[str, ...]] = (".cfg",)

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            sections = root.items if isinstance(root, Sequence) else []
            if not sections or not isinstance(sections[0], Mapping) or sections[0].tag not in ("net", "network"):
                continue
            for index, section in enumerate(sections[1:]):
                if isinstance(section, Mapping) and section.tag in _OPERATIONS:
                    yield from _layer(config, section, index)


def _layer(config: Config, section: Mapping, index: int) -> Iterator[Found]:
    """One section. Numbers of layers count from 0 behind ``[net]``, as darknet counts them."""
    if integer(section.get("antialiasing")):
        return
    pools = "pool" in section.tag or section.tag in ("max", "lavg")
    stride = _strides(section)
    if pools and section.get("size") is None:
        kernel: Numbers = tuple(Number(axis.value) for axis in stride)
    else:
        kernel = (number(section.get("size"), "size", 1),)
    dilation = (number(section.get("dilation"), "dilation", 1),)
    if kernel[0].value == 1 or pools:
        dilation = (Number(1),)
    spot = Spot(section, f"[{section.tag}] {index}", config.source.path, f"[{section.tag}], layer {index}")
    yield found(_OPERATIONS[section.tag], spot, kernel, stride, dilation, out_channels=integer(section.get("filters")))


def _strides(section: Mapping) -> Numbers:
    """``stride``, and ``stride_y`` and ``stride_x`` over it."""
    both = section.get("stride")
    if section.get("stride_x") is None and section.get("stride_y") is None:
        return (number(both, "stride", 1),)
    return tuple(number(section.get(f"stride_{axis}") or both, f"stride_{axis}", 1) for axis in "yx")
