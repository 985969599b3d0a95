"""A layer whose window never touches some positions of its input.

## What it does

Finds convolutions, pools and unfolds that skip a part of their input on a regular grid. A 1x1 convolution with
stride 2 reads the pixels marked `x` and never the ones marked `o`:

```text
x o x o
o o o o
x o x o
o o o o
```

Per axis, a window of kernel size k that moves by stride s with dilation d meets min(k, s / gcd(d, s)) of every s
positions. Something is skipped where that is less than s: where the kernel is smaller than the stride, and also where
stride and dilation share a factor, as in a 3x3 kernel with stride 2 and dilation 2.

## Why it matters

What is not read does not change the output of this layer, and no gradient flows back to it through this layer. Whether
anything is lost depends on who else uses those values, so `forward` is followed, for each model that builds the layer
(of a config file the page of its dialect says who is known to read them):

| verdict | who uses the values that the layer skips | severity |
|---|---|---|
| dead | nobody: every other reader skips them too, or its own result is not used there | error |
| unknown | `forward` could not be followed far enough to tell, or the config file does not say | warning |
| gate-only | only a gate or a statistic, such as the global pool of a squeeze-and-excite | note |
| branch | another layer does, as the 3x3 convolution beside the shortcut of a ResNet | note |

The message names who else reads them, or who skips the same. Where models differ, the worst verdict decides, and the
message says for which models it holds; JSON has all of them under `verdicts`. In text, notes are only counted;
`--show-notes` lists them. Where a config gives both numbers of one layer (`Conv, [512, 1, 2]`), a wrong digit is as
likely as a design, and `branch` is a warning, too.

## Examples

The projection shortcut of a residual block: both numbers in one call.

```python bad
from torch import nn


class Shortcut(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(64, 128, kernel_size=1, stride=2, bias=False),
            nn.BatchNorm2d(128),
        )
```

```python fixed
from torch import nn


class Shortcut(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False),
            nn.Conv2d(64, 128, kernel_size=1, stride=1, bias=False),
            nn.BatchNorm2d(128),
        )
```

ResNet-D averages first, so that each pixel counts.

```python good
from torch import nn


class Shortcut(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.AvgPool2d(kernel_size=2, stride=2, ceil_mode=True, count_include_pad=False),
            nn.Conv2d(64, 128, kernel_size=1, stride=1, bias=False),
            nn.BatchNorm2d(128),
        )
```

The helper fixes the kernel size, its caller the stride: neither place shows both.

```python bad
from torch import nn


def conv1x1(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(in_planes, out_planes, kernel_size=1, stride=stride, bias=False)


class Downsample(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.project = conv1x1(256, 512, stride=2)

    def forward(self, x):
        return self.project(x)
```

Stride 2 and dilation 2 share the factor 2: nine taps, but all of them on even rows and columns.

```python bad
from torch import nn


class SelectiveBranch(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(64, 64, kernel_size=3, stride=2, padding=2, dilation=2)

    def forward(self, x):
        return self.conv(x)
```

With dilation 3 the taps fall on even and odd positions alike, and the output keeps its size.

```python fixed
from torch import nn


class SelectiveBranch(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(64, 64, kernel_size=3, stride=2, padding=3, dilation=3)

    def forward(self, x):
        return self.conv(x)
```

ResNet v1 has the stride of a bottleneck in its first 1x1 convolution, and the shortcut skips the same.

```python bad
from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, channels: int, stride: int = 2) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(256, channels, kernel_size=1, stride=stride, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.conv2(out))
```

ResNet v1.5 has it in the 3x3 convolution: the same sizes, the same weights.

```python fixed
from torch import nn


class Bottleneck(nn.Module):
    def __init__(self, channels: int, stride: int = 2) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(256, channels, kernel_size=1, stride=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.conv2(out))
```

A pool that only subsamples, and a pool over short clips that drops one frame and one pixel in three.

```python bad
import torch.nn.functional as F
from torch import nn


class TopLevel(nn.Module):
    def forward(self, p5):
        return F.max_pool2d(p5, kernel_size=1, stride=2)
```

```python bad
from torch import nn


class ClipPool(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.pool = nn.AvgPool3d(kernel_size=2, stride=3)

    def forward(self, clip):
        return self.pool(clip)
```

Kernels at least as large as the stride read everything: stems, patch embeddings, overlapping pools.

```python good
from torch import nn


class Stem(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3)
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.patches = nn.Conv2d(64, 192, kernel_size=4, stride=4)

    def forward(self, x):
        return self.patches(self.pool(self.conv(x)))
```

A transposed convolution spreads what it reads; gaps in what it writes are the matter of `transposed-holes`.

```python good
from torch import nn

up = nn.ConvTranspose2d(64, 64, kernel_size=1, stride=2, output_padding=1, groups=64)
```

The maps behind the first convolution have one row, and four columns are averaged to one.

```python good
import torch
from torch import nn

signal = nn.Sequential(nn.Conv2d(1, 16, (60, 1)), nn.AvgPool2d((1, 4), stride=4))
signal(torch.zeros(1, 1, 60, 152))
```

## Fix safety

Every fix keeps the shape of the output for every input size, and changes what the network computes: `--unsafe-fixes`
applies the first one, and a trained model has to be trained again.

- A 1x1 convolution whose result goes only to normalisation, activation and then a convolution with odd kernel size k,
  padding d(k - 1) / 2 and stride 1 hands its stride on to that one (ResNet v1.5). All sizes, weights and keys stay: an
  old checkpoint loads, and gives other numbers. For the 1x1 convolutions of ResNet-50 that takes 6 % more
  multiplications. It is offered where both calls are in one function and `forward` shows that nothing else reads the
  result; classes derived in other files are not looked at.
- There, where the shortcut skips the same, the other way is open, too, and only suggested: leave out earlier still.
  Give the stride to the last k x k convolution of the block before, slice its identity with `[:, :, ::s, ::s]`, and set
  both 1x1 convolutions to stride 1: in evaluation the same function with the same keys, and for ResNet-50 v1 10 % fewer
  multiplications. In training, batch statistics are taken from fewer positions, so it is not the same.
- Any other 1x1 convolution gets an average pool over its stride before it (ResNet-D) and stride 1. `ceil_mode=True` is
  what keeps the shape: without it, one row is lost wherever the size is no multiple of the stride. In an
  `nn.Sequential` the keys of what stands behind the pool move by one; the second fix writes an `OrderedDict` that keeps
  all keys.
  For a helper such as `conv1x1(..., stride)` the pool goes where the stride is passed; with stride 1 it does nothing.
- Any other kernel, or a 1x1 one in its own place, grows to k + 2e with padding p + e. The weights get another shape;
  zeros around the old ones give the old function. e = ceil((s - k) / 2) reads everything but, with a stride over 2, up
  to s - 1 - p - e rows at the far edge of some sizes; so e = s - 1 - p comes first where that is more.
- Where stride and dilation share a factor: a dilation that shares none, with its padding, or the same kernel with
  zeros between its taps and dilation 1, which computes the same.
- A pool grows likewise; a pool over one position becomes one over the stride with `ceil_mode`.

torch's AvgPool3d refuses inputs smaller than its window, so in 3-d what needs it is only suggested.
Not offered, since it changes the shape: a pool without `ceil_mode` before the convolution (all sizes that are no
multiple of the stride), a kernel as large as the stride without padding, a larger pool with `ceil_mode`.

## Limits

- A value that only a private activation or normalisation in front of the layer wastes is no loss: what it was computed
  from is asked instead. Borders are not looked at, only the pattern that repeats.
- Models are followed in evaluation mode, with one tensor for each parameter of `forward` that has no default. Functions
  that are not known read everything, so that nothing is called dead that could not be followed.
- An entry point that is part of a network (a block by itself) cannot know who else reads its input. It says nothing
  where a network that builds the same layer does.
- A signal is no image: where every map of a layer is known to have one position along the axes on which it would skip
  some, and more along another, nothing is skipped there.
- Layers whose kernel size, stride or dilation is not known on every axis are passed over.
- The fraction holds for the interior of the input. At the far border a few more positions may stay unread.
- Slicing such as `x[:, :, ::2]` and resizing are not looked at. Transposed convolutions write, and have no such gap.

## References

- NVIDIA, ResNet v1.5 for PyTorch (pytorch.org/hub): the stride in the 3x3 convolution, about 0.5 % top-1 accuracy more,
  about 5 % fewer images each second.
- He et al., Bag of Tricks for Image Classification with Convolutional Neural Networks (2019), section 4, "ResNet-D".
- torch.nn.Conv2d, torch.nn.MaxPool2d and torch.nn.Unfold: the formulas under "Shape".
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Severity
from convlint.network.geometry import AXIS_WORDS, picture, read_fraction
from convlint.network.layers import Kind, Layer, known
from convlint.rule import Problem, Rule

from ._sampling_remedies import remedies


class DeadPixels(Rule):
    name = "dead-pixels"
    group = "sampling"
    severity = Severity.WARNING

    def check(self, layer: Layer) -> Iterator[Problem]:
        if layer.kind is Kind.TRANSPOSED:
            return  # its taps write; gaps in its output are another matter
        kernel_size, stride, dilation = known(layer.kernel_size), known(layer.stride), known(layer.dilation)
        if kernel_size is None or stride is None or dilation is None:
            return  # what is not known is not reported
        if not len(kernel_size) == len(stride) == len(dilation) > 0 or min(*kernel_size, *stride, *dilation) < 1:
            return  # torch refuses such a layer
        read = read_fraction(kernel_size, stride, dilation)
        if read == 1:
            return
        share = f"{read.numerator} of every {read.denominator} {AXIS_WORDS.get(len(stride), 'positions')}"
        dilated = max(dilation) > 1
        yield Problem(
            message=f"{_title(layer, kernel_size, stride, dilation)} reads {share} of its input",
            builds=f"read {share} of their input",
            dead_fraction=float(1 - read),
            picture=picture(kernel_size, stride, dilation),
            parameters=("kernel_size", "stride", "dilation") if dilated else ("kernel_size", "stride"),
            skips=True,
            remedies=tuple(remedies(layer)),
        )


def _title(layer: Layer, kernel_size: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...]) -> str:
    """The layer in words: ``3x3 depthwise convolution with stride 2 and dilation 2``."""
    depthwise = isinstance(layer.groups, int) and layer.groups > 1 and layer.groups == layer.in_channels
    operation = f"depthwise {layer.kind.value}" if depthwise else layer.kind.value
    numbers = [f"stride {_in_words(stride)}"]
    if max(dilation) > 1:
        numbers.append(f"dilation {_in_words(dilation)}")
    if len(kernel_size) == 1:
        return f"1-d {operation} with " + _listed([f"kernel size {kernel_size[0]}", *numbers])
    return f"{'x'.join(map(str, kernel_size))} {operation} with {_listed(numbers)}"


def _in_words(sizes: tuple[int, ...]) -> str:
    """``2`` where all axes agree, ``1x2`` where they do not."""
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))


def _listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
