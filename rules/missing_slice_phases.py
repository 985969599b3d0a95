"""Strided slices of one tensor that together leave out a part of it.

## What it does

Collects the slices with a step that a function takes of one tensor, where nothing else in that function reads it, and
finds those that together read fewer than all phases. Of `x[:, :, ::2, ::2]` alone, three of four pixels are left out:

```text
x o x o
o o o o
x o x o
o o o o
```

A 1x1 convolution with a stride reads like a slice, also of a tensor that is sliced off by one before.

## Why it matters

What no slice takes is lost, and what was computed there has no effect. Space-to-depth, the Focus layer of YOLOv5 and
Swin's patch merging take every phase; one typo in their slices is easily made and hard to see.

Who else uses what the slices leave out is looked for in the whole network, as `dead-pixels` does: nobody is an error,
somebody a note, and where that cannot be followed it is a warning.

## Examples

The parameter-free shortcut of CIFAR ResNets, "option A":

```python bad
import torch.nn.functional as F
from torch import nn


class Shortcut(nn.Module):
    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 8, 8))
```

The factorized reduction of DARTS, ENAS and NASNet reads the even and the odd diagonal, which is half:

```python bad
import torch
from torch import nn


class FactorizedReduce(nn.Module):
    def __init__(self, c_in=16, c_out=32):
        super().__init__()
        self.relu = nn.ReLU(inplace=False)
        self.conv_1 = nn.Conv2d(c_in, c_out // 2, 1, stride=2, padding=0, bias=False)
        self.conv_2 = nn.Conv2d(c_in, c_out // 2, 1, stride=2, padding=0, bias=False)
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x):
        x = self.relu(x)
        out = torch.cat([self.conv_1(x), self.conv_2(x[:, :, 1:, 1:])], dim=1)
        return self.bn(out)
```

Patch merging in three dimensions, as MONAI had it until 2025: two of the eight slices are others' copies.

```python bad
import torch
from torch import nn


class PatchMerging(nn.Module):
    def forward(self, x):
        x0 = x[:, 0::2, 0::2, 0::2, :]
        x1 = x[:, 1::2, 0::2, 0::2, :]
        x2 = x[:, 0::2, 1::2, 0::2, :]
        x3 = x[:, 0::2, 0::2, 1::2, :]
        x4 = x[:, 1::2, 0::2, 1::2, :]
        x5 = x[:, 0::2, 1::2, 0::2, :]
        x6 = x[:, 0::2, 0::2, 1::2, :]
        x7 = x[:, 1::2, 1::2, 1::2, :]
        return torch.cat([x0, x1, x2, x3, x4, x5, x6, x7], -1)
```

All phases, one by one or in a loop:

```python good
import torch
from torch import nn


class Focus(nn.Module):
    def forward(self, x):
        return torch.cat([x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]], 1)
```

```python good
import itertools

import torch
from torch import nn


class PatchMerging(nn.Module):
    def forward(self, x):
        parts = [x[:, i::2, j::2, k::2, :] for i, j, k in itertools.product(range(2), range(2), range(2))]
        return torch.cat(parts, -1)
```

Rotary embeddings take the even and the odd channels:

```python good
import torch


def rotate(x):
    return torch.stack((-x[..., 1::2], x[..., ::2]), -1).flatten(-2)
```

Another reader in the same function takes the rest, and labels may be thinned out.

```python good
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(16, 16, 3, stride=2, padding=1)

    def forward(self, x, mask, data):
        return self.conv(x) + x[:, :, ::2, ::2], mask[:, ::2, ::2], data["mask0"][..., ::8, ::8]
```

## Fix safety

There is no fix: which slice was meant is not to be seen. For option A, `F.avg_pool2d(x, 2, ceil_mode=True)` gives the
same shape and reads everything.

## Limits

- Slices are collected within one function; who reads the tensor in others is known where the whole network can be
  followed, from an entry point that computes it.
- Slices with an end, single positions, and the first axis, which is the batch, are passed over.
- A slice of what `F.conv2d` gives, also rearranged, is the second half of filtering and thinning out, and is passed
  over.
- A tensor that a module keeps as its attribute may be read in a later call, and is passed over.
- Tensors whose name speaks of masks, labels, targets or ground truth are passed over.

## References

- melodyguan/enas#14 and quark0/darts#38, on the phases that FactorizedReduce does not read.
- Project-MONAI/MONAI, `networks/nets/swin_unetr.py`: the slices of `PatchMerging`, reported by users and mended in
  2025.
- Sunkara and Luo, No More Strided Convolutions or Pooling (SPD-Conv, 2022), for space-to-depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from convlint.findings import Severity
from convlint.network.operations import Slices, read_cells
from convlint.rule import Problem, Rule

_LABELS = re.compile(r"mask|label|target|(?:^|[._])(?:gt|seg)|box|coord|idx|ind(?:ex|ices)", re.IGNORECASE)
"""Names of what is no feature map."""
WORDS = {1: "positions", 2: "pixels", 3: "voxels"}


class MissingSlicePhases(Rule):
    name = "missing-slice-phases"
    group = "sampling"
    severity = Severity.WARNING
    facts: ClassVar[tuple[type, ...]] = (Slices,)

    def check(self, slices: Slices) -> Iterator[Problem]:
        read, total = read_cells(slices)
        if read == total or _LABELS.search(slices.subject):
            return
        word = WORDS.get(len(slices.periods), "positions")
        steps = "x".join(map(str, slices.periods))
        subject = f"'{slices.subject}'" if slices.subject.isidentifier() else "a tensor"
        few = "the slice" if slices.count == 1 else f"the {slices.count} slices"
        reads = "reads" if slices.count == 1 else "read"
        missed = f", and miss {total - read} of {total} phases" if slices.count > 1 else ""
        yield Problem(
            message=f"{few} of {subject} with step {steps} {reads} {read} of every {total} {word}{missed}",
            builds=f"slice {read} of every {total} {word}",
            dead_fraction=1 - read / total,
            parameters=(),
            skips=True,
        )
