"""A transposed convolution whose kernel size is no multiple of its stride: its outputs are sums of unequally many taps.

## What it does

Finds transposed convolutions that move by more than one and whose kernel size the stride does not divide. With kernel
size 3 and stride 2, every second row and column is met by two taps and the others by one:

```text
1 2 1 2
2 4 2 4
1 2 1 2
2 4 2 4
```

## Why it matters

At the start of training the sums of more taps are larger, and a checkerboard shows. The weights can learn to even
it out, and often do not quite: it is a known artefact of image decoders. Where the output is not an image, as in a
segmentation head that is upsampled again, it may not matter.

## Examples

ENet, ERFNet, LinkNet:

```python bad
from torch import nn

up = nn.Sequential(
    nn.ConvTranspose2d(128, 64, kernel_size=3, stride=2, padding=1, output_padding=1),
    nn.BatchNorm2d(64),
)
```

```python fixed
from torch import nn

up = nn.Sequential(
    nn.ConvTranspose2d(128, 64, kernel_size=4, stride=2, padding=1, output_padding=0),
    nn.BatchNorm2d(64),
)
```

```python bad
from torch import nn


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(256, 128, 5, stride=2, padding=2, output_padding=1)

    def forward(self, x):
        return self.up(x)
```

A vocoder of RVC for 40 kHz: sixteen taps that move by ten overlap by six.

```python bad
from torch import nn

ups = nn.ModuleList([nn.ConvTranspose1d(512, 256, kernel_size=16, stride=10, padding=3)])
```

The generator of a DCGAN, and the decoder of a U-Net:

```python good
from torch import nn

up = nn.ConvTranspose2d(512, 256, 4, 2, 1, bias=False)
```

```python good
from torch import nn

up = nn.ConvTranspose2d(128, 64, kernel_size=2, stride=2)
```

Holes are another matter, and have a rule of their own.

```python good
from torch import nn

sparse = nn.ConvTranspose2d(64, 64, kernel_size=1, stride=2, output_padding=1)
dilated = nn.ConvTranspose2d(64, 64, kernel_size=3, stride=2, padding=2, dilation=2, output_padding=1)
```

## Fix safety

Where there is output padding that makes the kernel a multiple of the stride, (k, output_padding) to (k +
output_padding, 0): the same shape for every input size. Zeros at the far end of the kernel keep the function; the
checkerboard goes as training fills them. Unsafe, since the weights get another shape. Without output padding and with
stride 2 there is no such kernel: the shape fixes k - 2p, so an odd kernel stays odd.

## Limits

- An even overlap is no guarantee: icenet-mp#277 found it insufficient alone.
- Kernels smaller than their stride, and dilations that share a factor with it, leave holes; see `transposed-holes`.

## References

- Odena, Dumoulin and Olah, Deconvolution and Checkerboard Artifacts, Distill (2016).
- ultralytics/yolov5#7520, where kernel sizes 3, 4 and 5 are weighed.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

from convlint.findings import Severity
from convlint.network.layers import Kind, Layer
from convlint.rule import Problem, Rule

from ._transposed_remedies import kernel_for_output_padding
from ._words import in_words, operation, per_axis, window


class TransposedUnevenOverlap(Rule):
    name = "transposed-uneven-overlap"
    group = "upsampling"
    severity = Severity.WARNING

    def check(self, layer: Layer) -> Iterator[Problem]:
        sizes = window(layer) if layer.kind is Kind.TRANSPOSED else None
        if sizes is None:
            return
        kernel, stride, dilation, _ = sizes
        axes = tuple(zip(kernel, stride, dilation, strict=True))
        if any(k < s or gcd(d, s) > 1 for k, s, d in axes) or all(k % s == 0 for k, s, _ in axes):
            return
        least, most = 1, 1
        for k, s, _ in axes:
            least, most = least * (k // s), most * -(-k // s)
        output_padding = per_axis(layer.options.get("output_padding"), len(kernel)) or (0,) * len(kernel)
        yield Problem(
            message=f"{operation(layer, kernel)}, stride {in_words(stride)}, sums {least} to {most} taps for an output",
            builds=f"sum {least} to {most} taps for an output",
            parameters=("kernel_size", "stride"),
            remedies=tuple(kernel_for_output_padding(kernel, stride, dilation, output_padding, even=True)),
        )
