"""A strided layer that reads its padding on one side only, for every input whose size its stride divides.

## What it does

Finds convolutions and pools with stride s > 1 and padding p that leave between 1 and p columns of the padded input
unread at the far edge, wherever the input size is a multiple of the stride. A 3x3 convolution with stride 2 and
padding 1 reads the padding above and to the left, and never that below and to the right.

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

Sizes that the stride does not divide may be affected when these are not, and the other way round.

## References

- Alsallakh et al., Mind the Pad: CNNs Can Develop Blind Spots, ICLR (2021).
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Severity
from convlint.network.layers import Kind, Layer
from convlint.rule import Problem, Rule

from ._words import in_words, operation, window


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
        # (n + 2p - d(k - 1) - 1) mod s columns are left over; n is a multiple of s.
        left = tuple(
            (2 * p - d * (k - 1) - 1) % s for k, s, d, p in zip(kernel, stride, dilation, padding, strict=True)
        )
        if not any(0 < over <= p for over, p in zip(left, padding, strict=True)):
            return
        yield Problem(
            message=f"{operation(layer, kernel)}, stride {in_words(stride)}, padding {in_words(padding)}, reads less "
            "padding at the far edge, for sizes that the stride divides",
            builds="read less padding at the far edge",
            parameters=("kernel_size", "stride", "padding"),
        )
