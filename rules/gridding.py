"""Dilated convolutions in a row whose joint receptive field has holes.

## What it does

Finds rows of convolutions with stride 1 and one odd kernel size K, with nothing between but normalisation, activation
and dropout, whose dilations leave holes: sorted, some dilation r is over (K - 1) * (sum of the smaller ones) + 1. That
is exact. Two 3x3 convolutions with dilation 2 see every second position (`x`):

```text
x o x o x o x o x
```

## Why it matters

Neighbouring outputs are computed from different pixels, and a grid can show in dense predictions. No pixel is lost:
other outputs read what this one does not. So it is a hint on quality, off by default.

## Examples

```python bad
from torch import nn

context = nn.Sequential(
    nn.Conv2d(64, 64, 3, padding=2, dilation=2),
    nn.ReLU(),
    nn.Conv2d(64, 64, 3, padding=2, dilation=2),
)
```

```python bad
from torch import nn


class Context(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv1d(64, 64, 3, padding=1)
        self.b = nn.Conv1d(64, 64, 3, padding=4, dilation=4)

    def forward(self, x):
        return self.b(self.a(x))
```

Hybrid dilated convolution: 1, 2, 3 fill all.

```python good
from torch import nn

context = nn.Sequential(
    nn.Conv2d(64, 64, 3, padding=1, dilation=1),
    nn.BatchNorm2d(64),
    nn.Conv2d(64, 64, 3, padding=2, dilation=2),
    nn.Conv2d(64, 64, 3, padding=3, dilation=3),
)
```

The last layers of a dilated residual network take the grid out again: the order does not matter.

```python good
from torch import nn

degridding = nn.Sequential(
    nn.Conv2d(512, 512, 3, padding=2, dilation=2, bias=False),
    nn.BatchNorm2d(512),
    nn.ReLU(inplace=True),
    nn.Conv2d(512, 512, 3, padding=1, bias=False),
)
```

Dilations that grow by the kernel size, as in audio codecs, leave nothing out either.

```python good
from torch import nn

context = nn.Sequential(
    nn.Conv1d(64, 64, 3, padding=1),
    nn.ELU(),
    nn.Conv1d(64, 64, 3, padding=3, dilation=3),
    nn.ELU(),
    nn.Conv1d(64, 64, 3, padding=9, dilation=9),
)
```

Branches of an ASPP stand side by side, not in a row.

```python good
from torch import nn


class Aspp(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(64, 64, 3, padding=12, dilation=12)
        self.b = nn.Conv2d(64, 64, 3, padding=24, dilation=24)

    def forward(self, x):
        return self.a(x) + self.b(x)
```

## Fix safety

There is no fix: which dilations are right depends on the task.

## Limits

- Only rows within one function are seen, and only without a residual sum between.
- A single dilated convolution behind layers of other kinds is passed over.

## References

- Wang et al., Understanding Convolution for Semantic Segmentation (2017), on gridding and hybrid dilated convolution.
  Its own criterion depends on the order of the layers; the one used here is exact for one odd kernel size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from convlint.findings import Severity
from convlint.network.operations import Module, Stack
from convlint.rule import Problem, Rule


class Gridding(Rule):
    name = "gridding"
    group = "pedantic"
    severity = Severity.NOTE
    enabled = False
    facts: ClassVar[tuple[type, ...]] = (Stack,)

    def check(self, stack: Stack) -> Iterator[Problem]:
        sizes = [_kernel_and_dilation(module) for module in stack.convolutions]
        known = [size for size in sizes if size is not None]
        if len(known) != len(sizes) or len({kernel for kernel, _ in known}) != 1:
            return
        kernel, dilations = known[0][0], [dilation for _, dilation in known]
        # A row that had holes before is told of where they began.
        if (
            kernel % 2 == 0
            or not has_holes(kernel, dilations)
            or (len(known) > 2 and has_holes(kernel, dilations[:-1]))
        ):
            return
        yield Problem(
            message=f"convolutions of size {kernel} with dilations {', '.join(map(str, dilations))} in a row leave "
            "holes in their receptive field",
            builds="end a row with holes in its receptive field",
            parameters=(),
        )


def has_holes(kernel: int, dilations: Sequence[int]) -> bool:
    """Whether some position between the first and the last that a row of convolutions reads is not read.

    Sorted, the first i cover an interval without holes of (K - 1) * S + 1 positions, S the sum of their dilations; the
    next one lays K copies of it r apart.
    """
    reach = 0
    for dilation in sorted(dilations):
        if dilation > (kernel - 1) * reach + 1:
            return True
        reach += dilation
    return False


def _kernel_and_dilation(module: Module) -> tuple[int, int] | None:
    """Kernel size and dilation where both are the same on all axes and the stride is 1."""
    given = module.arguments
    if "*" in given:
        return None
    kernel, stride, dilation = (
        _one(given.get(name, default)) for name, default in (("kernel_size", None), ("stride", 1), ("dilation", 1))
    )
    return (kernel, dilation) if kernel is not None and dilation is not None and stride == 1 and kernel > 1 else None


def _one(value: object) -> int | None:
    if isinstance(value, tuple):
        value = value[0] if len(set(value)) == 1 else None
    return value if isinstance(value, int) else None
