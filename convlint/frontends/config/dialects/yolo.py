"""YOLO model files: Ultralytics (v3 to v12, 26, RT-DETR), YOLOv5, YOLOv7 and YOLOv9.

## Recognised by

A mapping whose `backbone`, `neck` or `head` is a list of `[from, number, module, args]`.

## What is read

The arguments of each line by the module's own order, as the parsers of these projects bind them: the number of input
channels is put in front, so `Conv` takes `[channels, kernel size, stride, padding, groups, dilation]`. The fourth
argument of `DWConv` is its dilation. `nn.X` follows torch's order. Modules that stride inside are read as well: the
first block of a `ResNetLayer` has a 1x1 shortcut with the layer's stride, `SCDown` a depthwise convolution, `MP` and
`SP` are pools. `TorchVision` builds a model of torchvision, which is evaluated where its source is installed.

A module that is none of these, and whose arguments hold a number that may be a stride, is built where the linted
files have one class of that name (the nearest, where several have). Its first parameter has to be the input's channels
(`c1`, `in_channels`, ...); the repeats go in where the third is `n`, as Ultralytics' parser puts them.

`scales`, `depth_multiple` and `width_multiple` change channels and repeats only, and are not looked at.

## Examples

One digit: every other stage has `[512, 3, 2]`.

```yaml bad
backbone:
  - [-1, 1, Conv, [64, 3, 2]] # 0-P1/2
  - [-1, 1, Conv, [128, 1, 2]] # 1-P2/4
  - [-1, 3, C2f, [128, True]]
head:
  - [-1, 1, Detect, [80]]
```

```text
3:25 dead-pixels dead
```

Who else reads a line follows from the first entry of each line. Here the head reads line 1, too.

```yaml bad
backbone:
  - [-1, 1, Conv, [64, 3, 2]] # 0
  - [-1, 3, C2f, [64, True]] # 1
  - [-1, 1, Conv, [128, 1, 2]] # 2
head:
  - [-1, 1, nn.Upsample, [None, 2, "nearest"]]
  - [[-1, 1], 1, Concat, [1]]
  - [-1, 1, Detect, [80]]
```

```text
4:25 dead-pixels branch
```

The fourth argument of `DWConv` is its dilation: 2 shares a factor with the stride.

```yaml bad
backbone:
  - [-1, 1, DWConv, [64, 3, 2, 2]]
head:
  - [-1, 1, Detect, [80]]
```

```text
2:26 dead-pixels
```

Dilation 3 with stride 2 reads everything.

```yaml good
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, DWConv, [64, 3, 2, 3]]
  - [-1, 1, nn.ZeroPad2d, [[0, 1, 0, 1]]]
  - [-1, 1, nn.MaxPool2d, [2, 1, 0]]
  - [-1, 1, ADown, [256]]
head:
  - [-1, 1, SCDown, [128, 3, 2]]
  - [-1, 1, Detect, [80]]
```

A `ResNetLayer` strides in its 3x3 convolution and in the 1x1 shortcut beside it.

```yaml bad
backbone:
  - [-1, 1, ResNetLayer, [3, 64, 1, True, 1]]
  - [-1, 1, ResNetLayer, [64, 64, 1, False, 3]]
  - [-1, 1, ResNetLayer, [256, 128, 2, False, 4]]
head:
  - [-1, 1, Classify, [1000]]
```

```text
4:37 dead-pixels branch
```

A module of the project's own.

```yaml bad
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, PlainConv, [128, 1, 2]]
head:
  - [-1, 1, Detect, [80]]
# file: modules.py
from torch import nn


class PlainConv(nn.Module):
    def __init__(self, c1, c2, k=3, s=1):
        super().__init__()
        self.conv = nn.Conv2d(c1, c2, k, s)
```

```text
3:30 dead-pixels
```

## Limits

A module that no linted file defines is passed over. The 1x1 twin inside `RepConv` and `Conv2` is not
reported: the 3x3 convolution beside it reads the same pixels and is added to it.

## References

- ultralytics, `nn/tasks.py` (`parse_model`), `nn/modules/conv.py`, `nn/modules/block.py`.
- YOLOv5 and YOLOv7, `models/yolo.py` and `models/common.py`; YOLOv9, `models/common.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, NamedTuple

from convlint.frontends.config.arguments import argument, may_stride
from convlint.frontends.config.calls import Call
from convlint.frontends.config.chains import Chain, Link, link, plain
from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import ONE, OPEN, Found, Number, Numbers, Spot, found, larger_kernel, numbers
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, integer, text, truth
from convlint.frontends.config.readers import read_by
from convlint.network.verdicts import Verdict

_SECTIONS = ("backbone", "neck", "head")


class Window(NamedTuple):
    """A layer inside a module: its operation, and each size as a number or as the name of the module's parameter."""

    op: str
    kernel_size: str | int | tuple[str | int, ...]
    stride: str | int | tuple[str | int, ...]
    dilation: str | int = 1
    role: str = ""
    """What the layer is, where it is not the module itself: ``the shortcut``."""


_OWN = Window("Conv2d", "k", "s")
_DILATED = Window("Conv2d", "k", "s", "d")
_MODULES: dict[str, tuple[str, tuple[Window, ...]]] = {
    "Conv": ("c2 k=1 s=1 p g d=1", (_DILATED,)),
    "Conv2": ("c2 k=3 s=1 p g d=1", (_DILATED,)),
    "DWConv": ("c2 k=1 s=1 d=1", (_DILATED,)),
    "GhostConv": ("c2 k=1 s=1 g", (_OWN,)),
    "Focus": ("c2 k=1 s=1 p g", (_OWN,)),
    "RepConv": ("c2 k=3 s=1 p g d=1", (_DILATED,)),
    "RepConvN": ("c2 k=3 s=1 p g d=1", (_DILATED,)),
    "CrossConv": ("c2 k=3 s=1 g e", (Window("Conv2d", (1, "k"), (1, "s")), Window("Conv2d", ("k", 1), ("s", 1)))),
    "GhostBottleneck": ("c2 k=3 s=1", (Window("Conv2d", "k", "s", 1, "the depthwise convolution"),)),
    "ConvTranspose": ("c2 k=2 s=2 p", (Window("ConvTranspose2d", "k", "s"),)),
    "DWConvTranspose2d": ("c2 k=1 s=1 p p2", (Window("ConvTranspose2d", "k", "s"),)),
    "nn.ConvTranspose2d": ("c2 k s=1 p op g b d=1", (Window("ConvTranspose2d", "k", "s", "d"),)),
    "SCDown": ("c2 k s", (Window("Conv2d", "k", "s", 1, "the depthwise convolution"),)),
    "CBLinear": ("c2s k=1 s=1 p g", (_OWN,)),
    "RobustConv": ("c2 k=7 s=1 p", (Window("Conv2d", "k", "s", 1, "the depthwise convolution"),)),
    "RobustConv2": ("c2 k=7 s=4 p", (_OWN, Window("ConvTranspose2d", "s", "s", 1, "the transposed convolution"))),
    "MP": ("k=2", (Window("MaxPool2d", "k", "k"),)),
    "SP": ("k=3 s=1", (Window("MaxPool2d", "k", "s"),)),
    "DownC": ("c2 n k=2", (Window("Conv2d", 3, "k", 1, "the 3x3 convolution"), Window("MaxPool2d", "k", "k"))),
    "ADown": ("c2", (Window("Conv2d", 3, 2, 1, "the 3x3 convolution"), Window("MaxPool2d", 3, 2, 1, "the pool"))),
    "AConv": ("c2", (Window("Conv2d", 3, 2),)),
    "nn.MaxPool2d": ("k s=k p d=1", (Window("MaxPool2d", "k", "s", "d"),)),
    "nn.AvgPool2d": ("k s=k p", (Window("AvgPool2d", "k", "s"),)),
}
"""For each module its parameters after the input channels, which the parser fills in, and its layers."""

_WHOLE = ("Conv", "DWConv", "nn.Conv2d", "nn.MaxPool2d", "nn.AvgPool2d", "MP", "SP")
"""Modules that read their input through their one layer."""
_HAND_ON = ("Concat", "Shortcut", "nn.Identity", "nn.Dropout")
_PADS_ITSELF = ("Conv", "Focus", "RobustConv")
"""Modules that pad by half the kernel unless they are told how much."""
_NAMES = (*_MODULES, "ResNetLayer", "TorchVision", "nn.Conv2d")
_TORCH_CONV = "c1 c2 k s=1 p d=1"
_LARGEST_KERNEL = 15
"""YOLOv7 puts the channels in front of ``nn.Conv2d``, others do not: a larger second number is no kernel size."""


class Yolo(Dialect):
    name = "yolo"
    marks: ClassVar = ((b"backbone:", b"head:", b"neck:"),)
    shape = re.compile(
        b"[,-][ \t]*['\"]?(?:" + "|".join(map(re.escape, _NAMES)).encode() + b")['\"]?[ \t]*(?:,|\r?$)", re.MULTILINE
    )
    suffixes: ClassVar[tuple[str, ...]] = (".yaml", ".yml")

    def read(self, config: Config) -> Iterator[Found | Call]:
        for root in config.roots:
            if isinstance(root, Mapping):
                lines = list(_lines(root))
                if lines:
                    config.take(root)
                chain = Chain([_link(line, number) for number, (_, _, line) in enumerate(lines)])
                for number, (section, index, line) in enumerate(lines):
                    yield from _read_line(config, line, f"{section}[{index}]", chain.verdict(number))


def _lines(root: Mapping) -> Iterator[tuple[str, int, Sequence]]:
    """The lines ``[from, number, module, args]``; none where a section holds something else."""
    for section in _SECTIONS:
        node = root.get(section)
        if not isinstance(node, Sequence) or not node.items or not all(map(_is_line, node.items)):
            continue
        for index, line in enumerate(node.items):
            assert isinstance(line, Sequence)
            yield section, index, line


def _is_line(node: Node) -> bool:
    if not isinstance(node, Sequence) or len(node.items) != 4:
        return False
    origin, repeats, module, args = node.items
    return (
        isinstance(origin, (Scalar, Sequence))
        and integer(repeats) is not None
        and isinstance(module, Scalar)
        and isinstance(args, Sequence)
    )


def _link(line: Sequence, index: int) -> Link:
    """What a line reads: by number, or counted backwards; and the window through which it does."""
    origin, repeats, name, args = line.items
    assert isinstance(args, Sequence)
    given = [integer(item) for item in (origin.items if isinstance(origin, Sequence) else [origin])]
    # What is no number names nothing that stands before it, and the chain tells of nothing.
    reads = [index if number is None else number if number >= 0 else index + number for number in given]
    module = text(name) or ""
    window = None
    if module in _WHOLE and integer(repeats) == 1:
        signature, windows = _module(module, args)
        values = _values(module, signature, args)
        window = plain(*(_size(size, values) for size in windows[0][1:4]))
    return link(f"the {module}", line.place, reads, window, module in _HAND_ON)


def _read_line(config: Config, line: Sequence, where: str, verdict: Verdict | None) -> Iterator[Found | Call]:
    module, args = text(line.items[2]) or "", line.items[3]
    assert isinstance(args, Sequence)
    name = f"{where}.{module}"
    spot = Spot(line, name, config.source.path, f"{module} in {where}", verdict=verdict)
    if module == "ResNetLayer":
        yield from _resnet_layer(spot, args)
    elif module == "TorchVision":
        yield from _torchvision(line, args, name)
    elif module == "nn.Conv2d" or module in _MODULES:
        yield from _layers(spot, module, *_module(module, args), args)
    elif module.isidentifier() and any(may_stride(item) for item in args.items[1:]):
        yield _own_module(line, module, name)


def _own_module(line: Sequence, module: str, name: str) -> Call:
    """A module that is not in the table: the project's own class, where it has one of that name."""
    target, args = line.items[2], line.items[3]
    assert isinstance(target, Scalar)
    assert isinstance(args, Sequence)
    given = [argument(item) for item in args.items]
    return Call(target, module, target, name, given, guessed=True, bare=True, repeats=integer(line.items[1]))


def _module(module: str, args: Sequence) -> tuple[str, tuple[Window, ...]]:
    """The parameters of a module, and its layers."""
    if module != "nn.Conv2d":
        return _MODULES[module]
    second = integer(args.items[1]) if len(args.items) > 1 else None
    with_channels = second is not None and second > _LARGEST_KERNEL
    return _TORCH_CONV if with_channels else _TORCH_CONV.partition(" ")[2], (_DILATED,)


def _values(module: str, signature: str, args: Sequence) -> dict[str, Numbers]:
    """What the arguments of a module give its parameters."""
    values: dict[str, Numbers] = {}
    for index, parameter in enumerate(signature.split()):
        name, _, default = parameter.partition("=")
        given = args.items[index] if index < len(args.items) else None
        if (given is None or text(given) == "None") and default in values:  # a pool's stride is its kernel size
            values[name] = tuple(Number(size.value) for size in values[default])
        elif given is not None and text(given) == "None" and not default:
            values[name] = numbers(None, default=1)
        else:
            if name == "d" and integer(given) is None:
                given = None  # YOLOv5 and YOLOv7 have the activation here
            fallback = int(default) if default.isdecimal() else None
            values[name] = numbers(given, f"argument {index + 1} of {module}", fallback)
    return values


def _layers(spot: Spot, module: str, signature: str, windows: tuple[Window, ...], args: Sequence) -> Iterator[Found]:
    """The layers of a module whose arguments follow ``signature``."""
    values = _values(module, signature, args)
    for window in windows:
        own = spot if not window.role else _inside(spot, window.role)
        channels = values["c2"][0].value if "c2" in values and len(values["c2"]) == 1 else None
        if module in _PADS_ITSELF and values["p"][0].place is None and values.get("d", ONE)[0].value == 1:
            kernel, stride = values["k"][0].value, values["s"][0].value
            own = replace(own, rewrites=larger_kernel(args.items[1] if len(args.items) > 1 else None, kernel, stride))
        kernel_size, dilation = _size(window.kernel_size, values), _size(window.dilation, values)
        yield found(
            f"torch.nn.{window.op}",
            own,
            kernel_size,
            _size(window.stride, values),
            dilation,
            padding=_padding(module, window, values.get("p"), kernel_size, dilation),
            out_channels=channels,
        )


def _size(size: str | int | tuple[str | int, ...], values: dict[str, Numbers]) -> Numbers:
    if isinstance(size, tuple):
        return tuple(_size(axis, values)[0] for axis in size)
    return (Number(size),) if isinstance(size, int) else values[size]


def _padding(module: str, window: Window, given: Numbers | None, kernel_size: Numbers, dilation: Numbers) -> Numbers:
    """What is given, else half of what the window spans where the module pads by itself, else none."""
    if given is not None and given[0].place is not None:
        return given
    pads = window.op == "Conv2d" or (window.op == "MaxPool2d" and module in ("SP", "ADown"))
    if module.startswith("nn.") or not pads:
        return (Number(0),)
    return tuple(_half(axis, dilation[0]) for axis in kernel_size)


def _half(kernel_size: Number, dilation: Number) -> Number:
    if isinstance(kernel_size.value, int) and isinstance(dilation.value, int):
        return Number((dilation.value * (kernel_size.value - 1) + 1) // 2)
    return Number(OPEN)


def _inside(spot: Spot, role: str) -> Spot:
    return Spot(spot.node, spot.name, spot.network, f"{role} of {spot.context}", verdict=None)


def _resnet_layer(spot: Spot, args: Sequence) -> Iterator[Found]:
    """``[c1, c2, stride, is_first, blocks, expansion]``: a stem where it is first, else bottlenecks."""
    items = args.items
    stride = numbers(items[2] if len(items) > 2 else None, "argument 3 of ResNetLayer", 1)
    is_first = truth(items[3]) if len(items) > 3 else False
    if is_first:
        yield found("torch.nn.Conv2d", _inside(spot, "the stem"), (Number(7),), (Number(2),), padding=(Number(3),))
        yield found("torch.nn.MaxPool2d", _inside(spot, "the pool"), (Number(3),), (Number(2),), padding=(Number(1),))
    elif is_first is False:
        yield found("torch.nn.Conv2d", _inside(spot, "the 3x3 convolution"), (Number(3),), stride, padding=(Number(1),))
        if stride[0].value != 1:
            shortcut = replace(_inside(spot, "the shortcut"), verdict=read_by("the block's first convolution"))
            yield found("torch.nn.Conv2d", shortcut, (Number(1),), stride, padding=(Number(0),))


def _torchvision(line: Sequence, args: Sequence, name: str) -> Iterator[Call]:
    """``[channels, model, ...]``: a model of torchvision by its name."""
    target = args.items[1] if len(args.items) > 1 else None
    if isinstance(target, Scalar) and target.text.isidentifier():
        yield Call(target, f"torchvision.models.{target.text}", target, name)
