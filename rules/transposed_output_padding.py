"""A transposed convolution whose output padding is larger than its padding: the last rows are the bias alone.

## What it does

Finds transposed convolutions with output_padding > padding on an axis. With kernel size 3, stride 2, no padding and
output padding 1, the last row and the last column are met by no tap (`o`):

```text
x x x x x o
x x x x x o
x x x x x o
x x x x x o
x x x x x o
o o o o o o
```

The taps reach the output (n - 1) * s - p + d * (k - 1) at most, and the output ends at
(n - 1) * s - 2p + d * (k - 1) + output_padding: output_padding - p positions lie behind it.

## Why it matters

`output_padding` says which of several sizes the output has. It adds nothing that is computed: without padding to take
back, what it appends is the bias, the same number in every image, on two of the four borders.

## Examples

```python bad
from torch import nn

up = nn.ConvTranspose2d(128, 64, kernel_size=3, stride=2, output_padding=1)
```

```python fixed
from torch import nn

up = nn.ConvTranspose2d(128, 64, kernel_size=4, stride=2, output_padding=0)
```

```python bad
from torch import nn


class Decoder(nn.Module):
    def __init__(self, channels=64):
        super().__init__()
        self.up = nn.ConvTranspose1d(channels, channels // 2, 8, stride=8, padding=1, output_padding=2)

    def forward(self, x):
        return self.up(x)
```

With padding 1 the appended row takes taps that the padding had cut off: the usual way to double a size.

```python good
from torch import nn

up = nn.ConvTranspose2d(128, 64, kernel_size=3, stride=2, padding=1, output_padding=1)
```

```python good
from torch import nn

up = nn.ConvTranspose2d(128, 64, kernel_size=2, stride=2)
```

Where the kernel is smaller than the stride, the last rows are holes as others are: `transposed-holes` tells of all.

```python good
from torch import nn

up = nn.ConvTranspose2d(64, 64, kernel_size=1, stride=2, output_padding=1, groups=64)
```

Unless more rows are appended than one of its holes has.

```python bad
from torch import nn

up = nn.ConvTranspose2d(64, 64, kernel_size=2, stride=3, output_padding=2)
```

## Fix safety

(k, output_padding) to (k + output_padding, 0): the same shape for every input size. Zeros at the far end of the kernel
keep the function, and training fills them. Unsafe, since the weights get another shape. Not with a dilation, where no
kernel size has that effect.

## Limits

Layers whose padding or output padding is not known are passed over.

## References

- torch.nn.ConvTranspose2d: "output_padding is only used to find output shape, but does not actually add zero-padding to
  output", and the formula under "Shape".
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Severity
from convlint.network.layers import Kind, Layer
from convlint.rule import Problem, Rule

from ._transposed_remedies import kernel_for_output_padding
from ._words import operation, per_axis, window


class TransposedOutputPadding(Rule):
    name = "transposed-output-padding"
    group = "upsampling"
    severity = Severity.ERROR

    def check(self, layer: Layer) -> Iterator[Problem]:
        sizes = window(layer) if layer.kind is Kind.TRANSPOSED else None
        if sizes is None:
            return
        kernel, stride, dilation, padding = sizes
        output_padding = per_axis(layer.options.get("output_padding"), len(kernel))
        if output_padding is None or min(output_padding) < 0:
            return
        excess = max(op - p for op, p in zip(output_padding, padding, strict=True))
        axes = zip(kernel, stride, dilation, padding, output_padding, strict=True)
        if all(_are_holes(*axis) for axis in axes):
            return
        rows = "the last position of an axis is" if excess == 1 else f"the last {excess} positions of an axis are"
        yield Problem(
            message=f"{operation(layer, kernel)} has output padding over its padding: {rows} the bias alone",
            builds="have more output padding than padding",
            parameters=("padding", "output_padding"),
            remedies=tuple(kernel_for_output_padding(kernel, stride, dilation, output_padding)),
        )


def _are_holes(k: int, s: int, d: int, p: int, op: int) -> bool:
    """Whether what lies behind the last tap are holes as everywhere: s before and after, no tap meets one either.

    True where nothing lies behind it.
    """
    met = {t * d % s for t in range(k)}
    return not any((d * (k - 1) + more) % s in met for more in range(1, op - p + 1))
