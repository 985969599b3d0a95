"""A convolution without a centre tap, which shifts its feature map by half a pixel.

## What it does

Finds convolutions with stride 1 and an even kernel size on some axis.

## Why it matters

A 2x2 kernel has no middle. Its output lies half a pixel beside its input, and several such layers add up. Coordinates
that are read off the feature map, such as boxes or keypoints, are shifted with it.

## Examples

```python bad
from torch import nn


class Refine(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(64, 64, kernel_size=2, padding="same")
```

```python good
from torch import nn


class Refine(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(64, 64, kernel_size=3, padding="same")
```

With a stride, an even kernel is a choice: a patch embedding has neither overlap nor gap.

```python good
from torch import nn


class Embed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 192, kernel_size=16, stride=16)
```

## Fix safety

There is no fix: an odd kernel has other weights.

## Limits

Two even kernels that shift in opposite directions are reported all the same.

## References

House rule of the Acme vision group.
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Severity
from convlint.network.layers import Kind, Layer, known
from convlint.rule import Problem, Rule


class EvenKernel(Rule):
    name = "even-kernel"
    group = "acme"
    severity = Severity.NOTE

    def check(self, layer: Layer) -> Iterator[Problem]:
        kernel_size, stride = known(layer.kernel_size), known(layer.stride)
        if layer.kind is not Kind.CONVOLUTION or kernel_size is None or stride is None:
            return
        if max(stride) > 1 or all(size % 2 for size in kernel_size):
            return
        yield Problem(
            message=f"{'x'.join(map(str, kernel_size))} convolution with stride 1 has no centre tap",
            builds="have no centre tap",
            parameters=("kernel_size",),
        )
