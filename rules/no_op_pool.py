"""A pool over one position with stride 1, which gives back its input.

## What it does

Finds max and average pools whose own call says kernel size 1, stride 1 and no padding: every output is the one input
under its window. And global pools of what comes out of a global pool, where `forward` was followed for an input of
known size (see `trailing-pixels-unread`).

## Why it matters

Nothing is computed, but time and memory are spent, and a reader looks for an effect. Often a number was meant to be
another one.

## Examples

```python bad
from torch import nn


class Branch(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.MaxPool2d(kernel_size=1, stride=1)
        self.conv = nn.Conv2d(64, 32, 1)

    def forward(self, x):
        return self.conv(self.pool(x))
```

```python fixed
from torch import nn


class Branch(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.Identity()
        self.conv = nn.Conv2d(64, 32, 1)

    def forward(self, x):
        return self.conv(self.pool(x))
```

The stride of a pool is its kernel size unless it is given.

```python bad
from torch import nn

head = nn.Sequential(nn.AvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))
```

With a variable, stride 1 is one of several values, and the pool is there for the others. ResNet-D does so.

```python good
from torch import nn


def downsample(stride=1):
    return nn.Sequential(
        nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False), nn.Conv2d(64, 128, 1, bias=False)
    )


block = downsample(1)
```

The last level of a feature pyramid takes every second pixel, which is no identity; see `dead-pixels`.

```python good
import torch.nn.functional as F


def last_level(x):
    return F.max_pool2d(x, kernel_size=1, stride=2, padding=0)
```

Two global pools in a row: the second one gets a single position, wherever that was followed through `forward`.

```python bad
import torch
from torch import nn


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = x.mean((2, 3), keepdim=True)
        return self.fc(self.pool(x).flatten(1))


scores = Head()(torch.zeros(1, 64, 7, 7))
```

On a map that is small only because the image is, a global pool is there for larger ones.

```python good
import torch
from torch import nn

head = nn.Sequential(nn.Conv2d(3, 8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
head(torch.zeros(1, 3, 3, 3))
```

A window of 3 that moves by 1 takes the maximum of its neighbours.

```python good
from torch import nn

pools = nn.Sequential(nn.MaxPool2d(3, stride=1), nn.MaxPool2d(3, stride=1, padding=1))
```

## Fix safety

Safe: `nn.Identity()` gives the same output, has no parameters either, and keeps the numbering of an `nn.Sequential`. A
functional pool is left to you.

## Limits

- Pools that return indices, and averages with a divisor of their own, are passed over.
- LP pools over one position give absolute values, and are no identity.

## References

- torch.nn.MaxPool2d and torch.nn.AvgPool2d: the formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.findings import Applicability, Severity
from convlint.network.changes import ReplaceModule
from convlint.network.layers import Kind, Layer
from convlint.network.sizes import SizedModule
from convlint.rule import Problem, Remedy, Rule

from ._words import operation, window


class NoOpPool(Rule):
    name = "no-op-pool"
    group = "cost"
    severity = Severity.WARNING
    facts: ClassVar[tuple[type, ...]] = (Layer, SizedModule)

    def check(self, fact: Layer | SizedModule) -> Iterator[Problem]:
        yield from _of_window(fact) if isinstance(fact, Layer) else _of_a_reduced_map(fact)


def _of_a_reduced_map(fact: SizedModule) -> Iterator[Problem]:
    """A pool to one position of a map that has one already, whatever the size of the input."""
    wanted = fact.module.arguments.get("output_size")
    sizes = wanted if isinstance(wanted, tuple) else (wanted,)
    if not fact.op.startswith("torch.nn.Adaptive") or not fact.reduced or set(sizes) != {1}:
        return
    if fact.module.arguments.get("return_indices", False) is not False or max(fact.shape[2:], default=1) > 1:
        return
    yield Problem(
        message=f"{fact.op.rpartition('.')[2]} to one position gets a map of one position, and gives back its input",
        builds="give back their input",
        parameters=(),
        only_certain=True,
    )


def _of_window(layer: Layer) -> Iterator[Problem]:
    sizes = window(layer) if layer.kind in (Kind.MAX_POOL, Kind.AVERAGE_POOL) else None
    if sizes is None:
        return
    kernel, stride, _, padding = sizes
    if max(*kernel, *stride) > 1 or any(padding):
        return
    if layer.options.get("return_indices", False) is not False or layer.options.get("divisor_override") is not None:
        return
    is_module = not layer.op.startswith("torch.nn.functional.")
    replace = Remedy("nn.Identity() (the same output)", Applicability.SAFE, ReplaceModule("Identity"))
    yield Problem(
        message=f"{operation(layer, kernel)} with stride 1 gives back its input",
        builds="give back their input",
        parameters=("kernel_size", "stride"),
        written_in_call=True,
        remedies=(replace,) if is_module else (),
    )
