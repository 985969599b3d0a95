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

A container may hold heads that are called one by one, each on a map of its own.

```python good
from torch import nn


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.Sequential(nn.Conv2d(64, 84, 3), nn.Conv2d(256, 4, 3))

    def forward(self, maps):
        return [head(map) for map, head in zip(maps, self.heads)]
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
- Channels and axes are compared between direct neighbours of one `nn.Sequential` that no `forward` takes apart. Without
  a batch axis a tensor has one axis less, and `Linear` takes any number of axes: only what is refused then, too, is
  reported.
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
from collections.abc import Iterator, Mapping
from typing import ClassVar

from convlint.findings import Severity
from convlint.network.layers import Kind, Layer, Unknown, known
from convlint.network.operations import Module, Resize, Succession
from convlint.network.sizes import SizedLayer, SizedModule
from convlint.rule import Problem, Rule

from ._sizes import condition, map_words
from ._words import per_axis

_PADDING_MODES = frozenset({"zeros", "reflect", "replicate", "circular"})
_WRONG_NUMBER = re.compile(r"\d+ sizes for \d+ axes")
_MODES = {"nearest": None, "nearest-exact": None, "area": None, "linear": 1, "bilinear": 2, "bicubic": 2, "lanczos": 2,
          "trilinear": 3}  # fmt: skip
"""The modes of ``interpolate``, and how many axes they are for where that is not open."""
_CONVOLUTION = re.compile(r"torch\.nn\.Conv(?:Transpose)?([123])d")
_WINDOWED = re.compile(r"torch\.nn\.(BatchNorm|Conv|ConvTranspose)([123])d")
_ON_MAPS = re.compile(r"torch\.nn\.(InstanceNorm|ReflectionPad|CircularPad|PixelUnshuffle)(?:([123])d)?")
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
            found = _on_its_map(fact)
        elif isinstance(fact, SizedModule):
            found = _module_on_its_map(fact)
        elif isinstance(fact, Module):
            found = _module(fact)
        elif isinstance(fact, Resize):
            found = _resize(fact)
        else:
            found = _neighbours(fact)
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


def _on_its_map(fact: SizedLayer) -> Iterator[str]:
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


def _module_on_its_map(fact: SizedModule) -> Iterator[str]:
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
    if resize.mode in ("nearest", "nearest-exact", "area") and resize.align_corners is not None:
        yield f"align_corners cannot be set with mode {resize.mode!r}"
    if resize.antialias and resize.mode not in ("bilinear", "bicubic", "lanczos", None):
        yield f"antialias is restricted to bilinear, bicubic and lanczos, and the mode is {resize.mode!r}"
    if resize.mode == "lanczos" and (resize.antialias is False or resize.align_corners):
        yield "lanczos needs antialias=True" if resize.antialias is False else "lanczos cannot align corners"
    axes, factors = _MODES.get(resize.mode or ""), resize.scale_factor
    if axes is not None and factors is not None and 1 < len(factors) != axes:
        yield f"mode {resize.mode!r} is for {axes} axes, and there are {len(factors)} scale factors"


_CHANNELS_OUT = {"Conv": "out_channels", "BatchNorm": "num_features", "GroupNorm": "num_channels"}
_CHANNELS_IN = {"Conv": "in_channels", "BatchNorm": "num_features", "GroupNorm": "num_channels"}
_FEATURES_OUT = {"Linear": "out_features", "LayerNorm": "normalized_shape", "Embedding": "embedding_dim"}
_FEATURES_IN = {"Linear": "in_features", "LayerNorm": "normalized_shape"}
"""The argument that says how long the last axis is; of several normalised axes nothing is said."""
_DIVIDES = {"torch.nn.PixelShuffle": ("upscale_factor", 2), "torch.nn.ChannelShuffle": ("groups", 1)}
"""The argument of a module, to a power, that has to divide the channels which it gets."""


def _neighbours(pair: Succession) -> Iterator[str]:
    if not pair.together:
        return
    yield from _axes(pair)
    before = pair.first.op.rpartition(".")[2]
    given, wanted = _channels(pair.first, _CHANNELS_OUT), _channels(pair.second, _CHANNELS_IN)
    if pair.second.op.startswith("torch.nn.InstanceNorm") and _is_bound(pair.second):
        wanted = pair.second.arguments.get("num_features")
    features, expected = _channels(pair.first, _FEATURES_OUT), _channels(pair.second, _FEATURES_IN)
    if _is_number(features) and _is_number(expected) and features != expected:
        yield f"it expects {expected} features, and the {before} before it gives {features}"
    if _is_number(given) and _is_number(wanted) and given != wanted:
        yield f"it expects {wanted} channels, and the {before} before it gives {given}"
    name, power = _DIVIDES.get(pair.second.op, ("", 1))
    factor = pair.second.arguments.get(name)
    if _is_number(given) and _is_number(factor) and factor > 0 and given % factor**power:  # type: ignore[operator]
        of = "the square of its factor" if power == 2 else "its groups"
        yield f"{of} must divide its channels, and the {before} before it gives {given}"


def _axes(pair: Succession) -> Iterator[str]:
    """A normalisation or convolution for other numbers of axes, with or without a batch axis before them."""
    before, after = _CONVOLUTION.fullmatch(pair.first.op), _WINDOWED.fullmatch(pair.second.op)
    if before is None or after is None:
        return
    given, wanted = int(before[1]), int(after[2])
    # BatchNorm1d takes 2 or 3 axes, BatchNorm2d 4; a convolution 3 or 4; without a batch the one before gives one less.
    fewest = wanted + (2 if after[1] == "BatchNorm" and wanted > 1 else 1)
    if not {given + 1, given + 2} & {fewest, wanted + 2}:
        name = pair.first.op.rpartition(".")[2]
        yield f"it expects an input with {wanted + 2} axes, and the {name} before it gives {given + 2}"


def _channels(module: Module, names: Mapping[str, str]) -> object:
    name = module.op.removeprefix("torch.nn.")
    word = next((names[kind] for kind in names if name.startswith(kind)), None)
    return module.arguments.get(word) if word is not None else None


def _is_bound(module: Module) -> bool:
    """Whether an InstanceNorm holds something for each channel; else it takes any number of them, with a warning."""
    return module.arguments.get("affine") is True or module.arguments.get("track_running_stats") is True


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
