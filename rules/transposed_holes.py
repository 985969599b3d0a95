"""A transposed convolution that leaves holes in its output, where only the bias stands.

## What it does

Finds transposed convolutions whose windows do not cover their output. A 2x2 kernel that moves by 3 writes the positions
marked `x` and never the ones marked `o`:

```text
x x o x x o
x x o x x o
o o o o o o
x x o x x o
x x o x x o
o o o o o o
```

Input i adds its taps to the outputs i * s - p + t * d. Per axis they meet min(k, s / gcd(d, s)) of every s outputs:
something is left out where the kernel is smaller than the stride, and also where stride and dilation share a factor.

## Why it matters

What no tap meets is the bias, the same number in every image. The next layers see a regular grid of constants.

## Examples

A kernel of 1 that moves by 2, as a cheap way up: three of four pixels are the bias.

```python bad
from torch import nn


class Up(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(64, 32, kernel_size=1, stride=2, output_padding=1)

    def forward(self, x):
        return self.up(x)
```

```python fixed
from torch import nn


class Up(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(64, 32, kernel_size=2, stride=2, output_padding=0)

    def forward(self, x):
        return self.up(x)
```

Stride 2 and dilation 2 share the factor 2, whatever the kernel.

```python bad
from torch import nn

decoder = nn.Sequential(nn.ConvTranspose2d(64, 32, 3, stride=2, padding=2, output_padding=1, dilation=2), nn.ReLU())
```

The decoder of a U-Net: kernel and stride are equal, so every output has its tap.

```python good
from torch import nn

up = nn.ConvTranspose2d(64, 32, kernel_size=2, stride=2)
```

The generator of a DCGAN.

```python good
from torch import nn

block = nn.Sequential(nn.ConvTranspose2d(512, 256, 4, 2, 1, bias=False), nn.BatchNorm2d(256), nn.ReLU(True))
```

A convolution with such numbers leaves out inputs, and no output: see `dead-pixels`.

```python good
from torch import nn

shortcut = nn.Conv2d(64, 128, kernel_size=1, stride=2, bias=False)
```

## Fix safety

Where there is output padding, it can become a part of the kernel: (k, output_padding) to (k + output_padding, 0) keeps
the shape for every input size, and zeros at the far end of the kernel keep the function. It is an unsafe fix, since the
weights get another shape. Nothing else that closes the holes keeps the shape of the output.

## Limits

- An input of one position has no holes.
- A kernel of one position is only a warning: on the residual branch of an upsampling block, as in MedNeXt, the main
  branch fills the holes.
- Layers whose kernel size, stride or dilation is not known are passed over.

## References

- torch.nn.ConvTranspose2d: the formula under "Shape".
- Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), chapter 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Severity
from convlint.network.geometry import AXIS_WORDS, picture, read_fraction
from convlint.network.layers import Kind, Layer
from convlint.rule import Problem, Rule

from ._transposed_remedies import kernel_for_output_padding
from ._words import in_words, operation, per_axis, window


class TransposedHoles(Rule):
    name = "transposed-holes"
    group = "upsampling"
    severity = Severity.ERROR

    def check(self, layer: Layer) -> Iterator[Problem]:
        sizes = window(layer) if layer.kind is Kind.TRANSPOSED else None
        if sizes is None:
            return
        kernel, stride, dilation, _ = sizes
        written = read_fraction(kernel, stride, dilation)
        if written == 1:
            return
        share = f"{written.numerator} of every {written.denominator} {AXIS_WORDS.get(len(stride), 'positions')}"
        shared = f" and dilation {in_words(dilation)}" if max(dilation) > 1 else ""
        output_padding = per_axis(layer.options.get("output_padding"), len(kernel))
        yield Problem(
            message=f"{operation(layer, kernel)}, stride {in_words(stride)}{shared}, writes {share} of its output",
            builds=f"write {share} of their output",
            picture=picture(kernel, stride, dilation, done="written"),
            severity=Severity.WARNING if max(kernel) == 1 else None,
            parameters=("kernel_size", "stride", "dilation") if shared else ("kernel_size", "stride"),
            remedies=tuple(kernel_for_output_padding(kernel, stride, dilation, output_padding or (0,) * len(kernel))),
        )
