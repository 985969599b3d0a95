"""darknet `.cfg` files: sections of a network in order.

## Recognised by

A file of sections that begins with `[net]` or `[network]`.

## What is read

`[convolutional]` with `size`, `stride` (or `stride_x` and `stride_y`), `dilation`; `size=1` makes the dilation 1.
`[maxpool]` and `[local_avgpool]`, whose size is their stride unless it is set. `pad=1` means half the size.
`[deconvolutional]` is a transposed convolution; `[reorg]` keeps every pixel.
Who else reads a section's input follows from the order, and from `[route]`, `[shortcut]` and their like.

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

Nobody else reads the first convolution, and the `[route]` lets another read the third.

```cfg bad
[net]
width=416
height=416

[convolutional]
filters=32
size=3
stride=1
pad=1

[convolutional]
filters=64
size=1
stride=2

[convolutional]
filters=64
size=3
pad=1

[convolutional]
filters=128
size=1
stride=2

[route]
layers=-2

[convolutional]
filters=128
size=3
stride=2
pad=1

[shortcut]
from=-3
```

```text
13:6 dead-pixels dead
23:6 dead-pixels branch
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

import re
from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.chains import Chain, Link, link, plain
from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Numbers, Spot, found, number
from convlint.frontends.config.nodes import Mapping, Node, Sequence, integer, text
from convlint.network.verdicts import Verdict

_OPERATIONS = {
    "convolutional": "torch.nn.Conv2d",
    "conv": "torch.nn.Conv2d",
    "deconvolutional": "torch.nn.ConvTranspose2d",
    "maxpool": "torch.nn.MaxPool2d",
    "max": "torch.nn.MaxPool2d",
    "local_avgpool": "torch.nn.AvgPool2d",
    "lavg": "torch.nn.AvgPool2d",
}


_HAND_ON = ("route", "shortcut", "dropout")
_POSITION = re.compile(r"-?\d{1,6}", re.ASCII)


class Darknet(Dialect):
    name = "darknet"
    marks: ClassVar = ((b"[net]", b"[network]"),)
    suffixes: ClassVar[tuple[str, ...]] = (".cfg",)

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            sections = root.items if isinstance(root, Sequence) else []
            if not sections or not isinstance(sections[0], Mapping) or sections[0].tag not in ("net", "network"):
                continue
            layers = [section for section in sections[1:] if isinstance(section, Mapping)]
            chain = Chain([_link(section, index) for index, section in enumerate(layers)])
            for index, section in enumerate(layers):
                window = _window(section)
                if window is not None:
                    yield _layer(config, section, index, window, chain.verdict(index))


def _window(section: Mapping) -> tuple[Numbers, Numbers, Numbers] | None:
    """Kernel size, stride and dilation of a section; None where it has none, or blurs before it strides."""
    if section.tag not in _OPERATIONS or integer(section.get("antialiasing")):
        return None
    pools = "pool" in section.tag or section.tag in ("max", "lavg")
    stride = _strides(section)
    if pools and section.get("size") is None:
        kernel: Numbers = tuple(Number(axis.value) for axis in stride)
    else:
        kernel = (number(section.get("size"), "size", 1),)
    dilation = (number(section.get("dilation"), "dilation", 1),)
    if kernel[0].value == 1 or pools:
        dilation = (Number(1),)
    return kernel, stride, dilation


def _layer(
    config: Config, section: Mapping, index: int, window: tuple[Numbers, Numbers, Numbers], verdict: Verdict | None
) -> Found:
    """One section. Numbers of layers count from 0 behind ``[net]``, as darknet counts them."""
    name, context = f"[{section.tag}] {index}", f"[{section.tag}], layer {index}"
    spot = Spot(section, name, config.source.path, context, verdict=verdict)
    return found(_OPERATIONS[section.tag], spot, *window, out_channels=integer(section.get("filters")))


def _link(section: Mapping, index: int) -> Link:
    """What a section reads: the one before; ``layers`` instead, ``from`` as well. Below 0 they count backwards."""
    others = [
        number if number >= 0 else index + number for key in ("layers", "from") for number in _listed(section.get(key))
    ]
    reads = others if section.tag == "route" else [index - 1, *others]
    window = None if "deconv" in section.tag else _window(section)
    words = f"the [{section.tag}]"
    return link(words, section.place, reads, plain(*window) if window else None, section.tag in _HAND_ON)


def _listed(node: Node | None) -> list[int]:
    """``-1, 61`` as numbers."""
    return [int(part) for part in (text(node) or "").split(",") if _POSITION.fullmatch(part.strip())]


def _strides(section: Mapping) -> Numbers:
    """``stride``, and ``stride_y`` and ``stride_x`` over it."""
    both = section.get("stride")
    if section.get("stride_x") is None and section.get("stride_y") is None:
        return (number(both, "stride", 1),)
    return tuple(number(section.get(f"stride_{axis}") or both, f"stride_{axis}", 1) for axis in "yx")
