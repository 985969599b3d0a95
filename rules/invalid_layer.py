"""A layer that torch refuses, when it is built or when it first runs.

## What it does

Finds layers whose parameters contradict each other. torch refuses each of them:

- Convolutions: groups that are not positive, or do not divide the channels ("in_channels must be divisible by groups").
- Convolutions: `padding="same"` with a stride ("padding='same' is not supported for strided convolutions"), or another
  word than "same" and "valid"; a padding mode that does not exist.
- Transposed convolutions: another padding mode than "zeros"; output padding that is neither under the stride nor under
  the dilation ("output padding must be smaller than either stride or dilation").
- Pools: padding over half of the window ("pad should be at most half of effective kernel size").
- Any of them, `Unfold` too: a kernel size, stride or dilation of 0 or less ("should be greater than zero"), a negative
  padding or output padding ("negative padding is not supported"), or another number of sizes than there are axes
  ("expected stride to be a single integer value or a list of 2 values").
- `GroupNorm`: groups that are not positive or do not divide the channels. `MultiheadAttention`: the same of heads and
  `embed_dim`.
- `interpolate`, `Upsample`: a mode that does not exist ("Only 3D, 4D and 5D input Tensors supported (got 4D) for the
  modes: nearest | linear | ..."); `align_corners` with a mode that knows no corners; `antialias` with a mode other than
  bilinear, bicubic and lanczos; lanczos without `antialias`, or with aligned corners; more or fewer scale factors than
  the mode has axes.
- Neighbours in `nn.Sequential`: channels that disagree ("expected input to have 64 channels, but got 32 channels
  instead"), or that `PixelShuffle` and `ChannelShuffle` cannot divide; features that disagree between `Linear`,
  `LayerNorm` and `Embedding` ("mat1 and mat2 shapes cannot be multiplied", "Given normalized_shape=[9], expected input
  with shape [*, 9]"); a normalisation for more axes than the
  convolution before it has ("expected 5D input (got 4D input)").
- Convolutions and pools on a map of known size (see `trailing-pixels-unread`): a window larger than the padded map
  ("Kernel size can't be greater than actual input size", "Output size is too small"); reflected or circular padding
  that the map is too small for. The same for `ReflectionPad` and `CircularPad`; an `InstanceNorm` on a map of one
  position ("Expected more than 1 spatial element"); a `PixelUnshuffle` whose factor does not divide height and width.

## Why it matters

Otherwise it is found when the model is built, or in the first batch, or never where a branch is not run in tests.

## Examples

```python bad
from torch import nn

depthwise = nn.Conv2d(32, 48, 3, padding=1, groups=32)
```

```python bad
from torch import nn

down = nn.Conv2d(32, 64, 3, stride=2, padding="same")
```

```python bad
from torch import nn

stem = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU())
```

```python bad
from torch import nn

pool = nn.MaxPool2d(2, stride=2, padding=2)
```

```python bad
from torch import nn

norm = nn.GroupNorm(32, 48)
```

Output padding chooses among the sizes that one stride allows; there are only two.

```python bad
from torch import nn

up = nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=2)
```

The flat network was made a volumetric one, and a layer was forgotten.

```python bad
from torch import nn

stem = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm3d(16), nn.ReLU())
```

Three sizes for two axes, and a kernel of which nothing is left.

```python bad
from torch import nn

narrow = nn.Conv2d(16, 16, (3, 3, 1), padding=1)
```

```python bad
from torch import nn


def down(channels: int, kernel: int) -> nn.Module:
    return nn.Conv2d(channels, channels, kernel // 2, stride=2)


layer = down(16, 1)
```

The mode was changed, its option was not.

```python bad
import torch.nn.functional as F
from torch import nn


class Up(nn.Module):
    def forward(self, x):
        return F.interpolate(x, scale_factor=2, mode="nearest", align_corners=True)
```

Three factors for an image, which has two axes.

```python bad
import torch.nn.functional as F
from torch import nn


class Enlarge(nn.Module):
    def forward(self, x):
        return F.interpolate(x, scale_factor=(1, 2, 2), mode="bilinear", align_corners=False)
```

With weights for each channel, InstanceNorm counts the channels; without, it takes any number.

```python bad
from torch import nn

stem = nn.Sequential(nn.Conv2d(3, 64, 7, padding=3), nn.InstanceNorm2d(32, affine=True))
```

Four pools by two leave one position of sixteen, and nothing for the fifth.

```python bad
import torch
from torch import nn

pools = nn.Sequential(*(nn.MaxPool2d(2) for _ in range(5)))
pools(torch.zeros(1, 3, 16, 16))
```

```python bad
import torch
from torch import nn

gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.InstanceNorm2d(16), nn.Sigmoid())
gate(torch.zeros(1, 16, 8, 8))
```

```python bad
import torch
from torch import nn

fold = nn.PixelUnshuffle(4)
fold(torch.zeros(1, 3, 30, 32))
```

```python bad
import torch
from torch import nn

smooth = nn.Conv2d(3, 3, 9, padding=4, padding_mode="reflect")
smooth(torch.zeros(1, 3, 4, 4))
```

```python good
from torch import nn

stem = nn.Sequential(nn.Conv2d(3, 64, 7, padding=3), nn.InstanceNorm2d(32))
```

The width was changed in one place.

```python bad
from torch import nn

head = nn.Sequential(nn.LayerNorm(768), nn.Linear(512, 768))
```

"cubic" is the word of another library.

```python bad
from torch import nn

up = nn.Upsample(scale_factor=2, mode="cubic")
```

A sub-pixel convolution gives r * r channels for each one that comes out.

```python bad
from torch import nn

up = nn.Sequential(nn.Conv2d(64, 64 * 3, 3, padding=1), nn.PixelShuffle(3))
```

```python good
from torch import nn

depthwise = nn.Conv2d(32, 64, 3, padding=1, groups=32)
```

```python good
from torch import nn

stem = nn.Sequential(
    nn.Conv2d(3, 64, 3, padding="same"),
    nn.BatchNorm2d(64),
    nn.MaxPool2d(3, stride=2, padding=1),
    nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1),
    nn.GroupNorm(32, 32),
)
```

```python good
import torch.nn.functional as F
from torch import nn


class Up(nn.Module):
    def __init__(self):
        super().__init__()
        self.shuffle = nn.Sequential(nn.Conv2d(64, 64 * 9, 3, padding=1), nn.PixelShuffle(3))

    def forward(self, x):
        return F.interpolate(self.shuffle(x), scale_factor=0.5, mode="bilinear", align_corners=False, antialias=True)
```

## Fix safety

There is no fix: which of the numbers is wrong is not to be seen.

## Limits

- Only layers are judged that are certainly built so; conditions that are not known could exclude each other.
- Channels and axes are compared between direct neighbours of one `nn.Sequential`. A tensor without a batch axis has one
  axis less, and `Linear` takes any number of axes: only what is refused then, too, is reported.
- What depends on the size of the map is told where that is known, as for `trailing-pixels-unread`.
- What depends on the batch is not: a `BatchNorm` on a single value in training.
- On the CPU, torch also refuses dilated pools whose padding is over half of the kernel size itself; its check of
  shapes does not, and so neither does this rule.

## References

- torch 2.13: torch/nn/modules/conv.py, normalization.py, activation.py, and the shape checks of the native functions.
  Each condition of this page is tested against torch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from convlint.findings import Severity
from convlint.network.layers import Kind, Layer, Unknown, known
from convlint.network.operations import Module, Resize, Succession
from convlint.network.sizes import SizedLayer, SizedModule
from convlint.rule import Problem, Rule

from ._refused_neighbours import neighbours
from ._refused_on_maps import module_on_its_map, on_its_map
from ._words import per_axis

_PADDING_MODES = frozenset({"zeros", "reflect", "replicate", "circular"})
_WRONG_NUMBER = re.compile(r"\d+ sizes for \d+ axes")
_ANY_AXES = dict.fromkeys(("nearest", "nearest-exact", "area"))
_MODES = {**_ANY_AXES, "linear": 1, "bilinear": 2, "bicubic": 2, "lanczos": 2, "trilinear": 3}
"""The modes of ``interpolate``, and how many axes they are for where that is not open."""
_POOLS = frozenset({Kind.MAX_POOL, Kind.AVERAGE_POOL})


class InvalidLayer(Rule):
    name = "invalid-layer"
    group = "invalid"
    severity = Severity.ERROR
    facts: ClassVar[tuple[type, ...]] = (Layer, Module, Resize, SizedLayer, SizedModule, Succession)

    def check(self, fact: Layer | Module | Resize | SizedLayer | SizedModule | Succession) -> Iterator[Problem]:
        if isinstance(fact, Layer):
            found = _layer(fact)
        elif isinstance(fact, SizedLayer):
            found = on_its_map(fact)
        elif isinstance(fact, SizedModule):
            found = module_on_its_map(fact)
        elif isinstance(fact, Module):
            found = _module(fact)
        elif isinstance(fact, Resize):
            found = _resize(fact)
        else:
            found = neighbours(fact)
        reason = next(found, None)
        if reason is not None:
            name = fact.op.rpartition(".")[2]
            # An Upsample is built all the same, and perhaps never run.
            later = isinstance(fact, Resize) and name.startswith("Upsample")
            yield Problem(
                message=f"torch refuses {'to run ' if later else ''}this {name}: {reason}",
                builds="torch refuses",
                parameters=(),
                only_certain=True,
            )


def _layer(layer: Layer) -> Iterator[str]:
    stride = known(layer.stride)
    if layer.kind in (Kind.CONVOLUTION, Kind.TRANSPOSED):
        yield from _groups(layer)
        yield from _padding_words(layer, stride)
    yield from _sizes(layer)
    if layer.kind is Kind.TRANSPOSED:
        yield from _output_padding(layer, stride)
    if layer.kind in _POOLS:
        yield from _pool_padding(layer)


def _sizes(layer: Layer) -> Iterator[str]:
    """Numbers that make no window. A size for each axis, of which there are as many as the operation's name says."""
    for name in ("kernel_size", "stride", "dilation", "padding"):
        sizes = getattr(layer, name)
        for size in sizes if isinstance(sizes, tuple) else (sizes,):
            if isinstance(size, Unknown) and size.reason == "raises" and _WRONG_NUMBER.fullmatch(size.detail):
                yield f"its {name} has {size.detail}"
        numbers = known(sizes)
        least = 0 if name == "padding" else 1
        if name == "dilation" and layer.kind is Kind.TRANSPOSED:
            continue  # torch has no condition of its own, and takes 0 where the kernel is one position
        if numbers and min(numbers) < least:
            word = name.replace("_", " ")
            yield f"the {word} {min(numbers)} is {'negative' if name == 'padding' else 'not positive'}"


def _groups(layer: Layer) -> Iterator[str]:
    groups = layer.groups
    if not isinstance(groups, int) or isinstance(groups, bool):
        return
    if groups < 1:
        yield f"groups must be a positive integer, and is {groups}"
        return
    for name, channels in (("in_channels", layer.in_channels), ("out_channels", layer.out_channels)):
        if isinstance(channels, int) and channels % groups:
            yield f"{name} must be divisible by groups, and {channels} is not by {groups}"


def _padding_words(layer: Layer, stride: tuple[int, ...] | None) -> Iterator[str]:
    mode = layer.options.get("padding_mode")
    if isinstance(mode, str) and mode not in _PADDING_MODES:
        yield f"padding_mode must be one of zeros, reflect, replicate and circular, and is {mode!r}"
    elif isinstance(mode, str) and mode != "zeros" and layer.kind is Kind.TRANSPOSED:
        yield 'only "zeros" padding mode is supported for transposed convolutions'
    if layer.kind is not Kind.CONVOLUTION or not isinstance(layer.padding, str):
        return
    if layer.padding not in ("same", "valid"):
        yield f"invalid padding string {layer.padding!r}, should be one of 'valid' and 'same'"
    elif layer.padding == "same" and stride is not None and any(size != 1 for size in stride):
        yield "padding='same' is not supported for strided convolutions"


def _output_padding(layer: Layer, stride: tuple[int, ...] | None) -> Iterator[str]:
    dilation = known(layer.dilation)
    if stride is None or dilation is None:
        return
    more = per_axis(layer.options.get("output_padding"), len(stride))
    if more is not None and min(more) < 0:
        yield f"the output padding {min(more)} is negative"
    if more is not None and any(op >= max(s, d) for op, s, d in zip(more, stride, dilation, strict=True)):
        yield "output padding must be smaller than either stride or dilation"


def _pool_padding(layer: Layer) -> Iterator[str]:
    kernel, dilation, padding = known(layer.kernel_size), known(layer.dilation), known(layer.padding)
    if kernel is None or dilation is None or padding is None:
        return
    if any(p > (d * (k - 1) + 1) // 2 for k, d, p in zip(kernel, dilation, padding, strict=True)):
        yield f"its padding {max(padding)} should be at most half of its effective kernel size"


def _module(module: Module) -> Iterator[str]:
    for op, whole, part in (
        ("GroupNorm", "num_channels", "num_groups"),
        ("MultiheadAttention", "embed_dim", "num_heads"),
    ):
        if module.op == f"torch.nn.{op}":
            total, divisor = module.arguments.get(whole), module.arguments.get(part)
            if not isinstance(divisor, int) or isinstance(divisor, bool):
                continue
            if divisor < 1:
                yield f"{part} must be greater than 0, and is {divisor}"
            elif isinstance(total, int) and not isinstance(total, bool) and total % divisor:
                yield f"{whole} must be divisible by {part}, and {total} is not by {divisor}"


def _resize(resize: Resize) -> Iterator[str]:
    if resize.mode is not None and resize.mode not in _MODES:
        yield f"there is no mode {resize.mode!r}"
        return
    if resize.mode in _ANY_AXES and resize.align_corners is not None:
        yield f"align_corners cannot be set with mode {resize.mode!r}"
    if resize.antialias and resize.mode not in ("bilinear", "bicubic", "lanczos", None):
        yield f"antialias is restricted to bilinear, bicubic and lanczos, and the mode is {resize.mode!r}"
    if resize.mode == "lanczos" and (resize.antialias is False or resize.align_corners):
        yield "lanczos needs antialias=True" if resize.antialias is False else "lanczos cannot align corners"
    axes, factors = _MODES.get(resize.mode or ""), resize.scale_factor
    if axes is not None and factors is not None and 1 < len(factors) != axes:
        yield f"mode {resize.mode!r} is for {axes} axes, and there are {len(factors)} scale factors"
