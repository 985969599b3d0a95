"""A strided layer that reads its padding on one side only, for every input whose size its stride divides.

## What it does

Finds convolutions and pools with stride s > 1 and padding p that read less padding at the far edge than at the near
one, and all pixels, wherever the input size is a multiple of the stride. A 3x3 convolution with stride 2 and padding 1
reads the padding above and to the left, and never that below and to the right.

## Why it matters

Feature maps are shifted by a fraction of a pixel, and borders are treated unequally, which shows in small detectors. No
pixel of the input is lost. Nearly every network does it, ResNet among them, so this rule is off by default.

## Examples

```python bad
from torch import nn

down = nn.Conv2d(64, 128, 3, stride=2, padding=1)
```

```python bad
from torch import nn

stem = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.ReLU())
```

An even kernel reads as much padding on each side.

```python good
from torch import nn

down = nn.Conv2d(64, 128, 4, stride=2, padding=1)
```

Stride and dilation share the factor 2: of the padding, one column is read on each side, and one is not.

```python good
from torch import nn

branch = nn.Conv2d(64, 64, 3, stride=2, padding=2, dilation=2)
```

A patch embedding with padding leaves out pixels as well, which is worse than uneven: another rule's business.

```python good
from torch import nn

patches = nn.Conv2d(3, 768, 16, stride=16, padding=2)
```

Without padding there is none to be read unevenly; what is left out here are pixels.

```python good
from torch import nn

shortcut = nn.Conv2d(64, 128, 1, stride=2, bias=False)
```

```python good
from torch import nn

same = nn.Conv2d(64, 64, 3, padding=1)
```

## Fix safety

There is no fix that keeps the shape: it follows from the parity of the sizes. Input sizes with s * m + 1 rows are even
on both sides, as are even kernels.

## Limits

- Sizes that the stride does not divide may be affected when these are not, and the other way round.
- Strides over 4096 are passed over.

## References

- Alsallakh et al., Mind the Pad: CNNs Can Develop Blind Spots, ICLR (2021).
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Severity
from convlint.network.layers import Kind, Layer
from convlint.rule import Problem, Rule

from ._words import in_words, operation, window

MAX_STRIDE = 4096
"""The offsets of windows in one stride are tried one by one; real strides are below 100."""


class UnevenPadding(Rule):
    name = "uneven-padding"
    group = "pedantic"
    severity = Severity.NOTE
    enabled = False

    def check(self, layer: Layer) -> Iterator[Problem]:
        if layer.kind is Kind.TRANSPOSED or layer.options.get("ceil_mode", False) is not False:
            return
        sizes = window(layer)
        if sizes is None:
            return
        kernel, stride, dilation, padding = sizes
        if max(stride) > MAX_STRIDE or not any(map(_reads_less, kernel, stride, dilation, padding)):
            return
        yield Problem(
            message=f"{operation(layer, kernel)}, stride {in_words(stride)}, padding {in_words(padding)}, reads less "
            "padding at the far edge, for sizes that the stride divides",
            builds="read less padding at the far edge",
            parameters=("kernel_size", "stride", "padding"),
        )


def _reads_less(k: int, s: int, d: int, p: int) -> bool:
    """Whether less padding is read at the far edge of n positions, n a multiple of s, with all of them in reach.

    (n + 2p - d(k - 1) - 1) mod s columns are left over at the end. But for these the windows stand as in a mirror, so
    less is read where near the start some window meets a column from p - left on: at o * s + t * d of the padded input.
    """
    left = (2 * p - d * (k - 1) - 1) % s
    if left > p:
        return False  # pixels are left over
    taps = [t * d for t in range(min(k, s))]  # further ones meet columns that these of other windows meet
    return any(tap <= column and (column - tap) % s == 0 for column in range(p - left, p) for tap in taps)
