"""An average pool that counts its padding, so that averages at the border are too small.

## What it does

Finds average pools with padding and `count_include_pad=True`, which is the default: zeros of the padding are averaged
in.

## Why it matters

Of an image that is 1 everywhere, a 3x3 average with padding 1 is 1 inside, 0.67 at the border and 0.44 in the corners.
What is learned behind it has to undo that, or makes use of it to tell where the border is. Inception, ResNeSt and
others do it, so this rule is off by default.

## Examples

The pooling branch of an Inception block:

```python bad
import torch.nn.functional as F
from torch import nn


class Inception(nn.Module):
    def forward(self, x):
        return F.avg_pool2d(x, kernel_size=3, stride=1, padding=1)
```

```python fixed
import torch.nn.functional as F
from torch import nn


class Inception(nn.Module):
    def forward(self, x):
        return F.avg_pool2d(x, kernel_size=3, stride=1, padding=1, count_include_pad=False)
```

The shortcut of a ShuffleNet unit:

```python bad
from torch import nn

pool = nn.AvgPool2d(3, stride=2, padding=1)
```

```python good
from torch import nn

pool = nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)
```

```python good
from torch import nn

pool = nn.AvgPool2d(2, 2, ceil_mode=True)
```

A sum over the window: with a divisor of its own, zeros take nothing away.

```python good
from torch import nn

total = nn.AvgPool2d(3, stride=1, padding=1, divisor_override=1)
```

## Fix safety

`count_include_pad=False`: the same shape, no parameters, other numbers at the border. Unsafe.

## Limits

Pools with a divisor of their own are passed over: it decides alone.

## References

- torch.nn.AvgPool2d: "count_include_pad".
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Applicability, Severity
from convlint.network.changes import SetArguments
from convlint.network.layers import Kind, Layer
from convlint.rule import Problem, Remedy, Rule

from ._words import in_words, operation, window


class AvgpoolBorderBias(Rule):
    name = "avgpool-border-bias"
    group = "pedantic"
    severity = Severity.NOTE
    enabled = False

    def check(self, layer: Layer) -> Iterator[Problem]:
        sizes = window(layer) if layer.kind is Kind.AVERAGE_POOL else None
        if sizes is None or not any(sizes[3]):
            return
        if layer.options.get("count_include_pad") is not True or layer.options.get("divisor_override") is not None:
            return
        yield Problem(
            message=f"{operation(layer, sizes[0])} averages {in_words(sizes[3])} of padding in at the border",
            builds="average padding in at the border",
            parameters=("kernel_size", "padding"),
            remedies=(
                Remedy(
                    "count_include_pad=False (same shape, other numbers at the border)",
                    Applicability.UNSAFE,
                    SetArguments((("count_include_pad", False),), ("padding",)),
                ),
            ),
        )
