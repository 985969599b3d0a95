"""A strided layer that never reads the last rows or columns of the map it gets, for the network's own input size.

## What it does

Finds convolutions and pools whose windows end before the map does. The size of the network's input has to be known:
from `--input-size`, `input-size` in the configuration, a call such as `model(torch.zeros(1, 3, 224, 224))`, or
what the network itself says (`img_size`, `pretrained_cfg["input_size"]`). The size of every map is then followed
through `forward`. With output size O, kernel size k, stride s, dilation d and padding p, the last position that is read
is (O - 1) * s - p + d * (k - 1); what lies behind it is not.

Only layers that read all residues are meant; `dead-pixels` speaks of gaps between the windows.

## Why it matters

Those values influence nothing, the work of computing them is lost, and what the border of the image shows is never
seen by that layer. A patch embedding with padding that does not fit, or a pool on a map of odd size, does so silently.

## Examples

SqueezeNet was designed for 227 pixels, and is mostly used with 224.

```python bad
import torch
from torch import nn

stem = nn.Sequential(nn.Conv2d(3, 96, kernel_size=7, stride=2), nn.ReLU(inplace=True))
stem(torch.zeros(1, 3, 224, 224))
```

Patches of 16 pixels with padding 2 on 256x192, as ViTPose had them: two rows and two columns are left.

```python bad
import torch
from torch import nn

embed = nn.Conv2d(3, 768, kernel_size=16, stride=16, padding=2)
tokens = embed(torch.zeros(1, 3, 256, 192)).flatten(2)
```

Four pixels of fourteen are one window too few: two of fourteen rows are left.

```python bad
import torch
from torch import nn


class Calibration(nn.Module):
    def __init__(self, in_size=14):
        super().__init__()
        self.in_size = in_size
        self.stem = nn.Conv2d(3, 64, 3, padding=1)
        self.pool = nn.AvgPool2d(4)

    def forward(self, x):
        return self.pool(self.stem(x))
```

A 3x3 convolution with stride 2 and padding 1 leaves out padding only, whatever the size.

```python good
import torch
from torch import nn

down = nn.Conv2d(64, 128, 3, stride=2, padding=1)
down(torch.zeros(1, 64, 128, 128))
```

A pool that rounds up reads what is left.

```python good
import torch
from torch import nn

pool = nn.MaxPool2d(2, ceil_mode=True)
pool(torch.zeros(1, 64, 7, 7))
```

Patches that fit.

```python good
import torch
from torch import nn

embed = nn.Conv2d(3, 768, kernel_size=16, stride=16)
embed(torch.zeros(1, 3, 224, 224))
```

Nothing is said where the size is not known.

```python good
from torch import nn

embed = nn.Conv2d(3, 768, kernel_size=16, stride=16)
```

## Fix safety

There is no fix that keeps the shape for every size. `ceil_mode=True` adds a window where something is left, and for
some paddings also where nothing is; it is shown as a suggestion for pools. Otherwise resize or pad the input to a size
that fits, or correct the padding.

## Limits

- Maps behind operations whose result has a size that could not be followed are passed over.
- Where something else may read the same map, the finding is a note.
- With several sizes, the worst one is told.

## References

- torch.nn.Conv2d, "Shape"; torch.nn.MaxPool2d, "Shape", for ``ceil_mode``.
- ViTAE-Transformer/ViTPose, issues 70 and 125: two unread rows, and removing the padding costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Applicability, Severity
from convlint.network.changes import SetArguments
from convlint.network.geometry import residues_reached, trailing_unread
from convlint.network.layers import Kind
from convlint.network.sizes import SizedLayer
from convlint.rule import Problem, Remedy, Rule

from ._sizes import condition, map_words, taps
from ._words import operation


class TrailingPixelsUnread(Rule):
    name = "trailing-pixels-unread"
    group = "sampling"
    severity = Severity.WARNING
    facts = (SizedLayer,)

    def check(self, fact: SizedLayer) -> Iterator[Problem]:
        layer, sizes = fact.layer, taps(fact.layer)
        if layer.kind is Kind.TRANSPOSED or sizes is None:
            return
        kernel, stride, dilation = sizes
        axes = tuple(zip(fact.size, fact.outputs, kernel, stride, dilation, fact.before, strict=True))
        left = tuple(
            trailing_unread(n, o, k, s, d, p) if residues_reached(k, s, d) == s else 0 for n, o, k, s, d, p in axes
        )
        if not any(left) or min(fact.outputs) < 1:
            return
        rounded_up = SetArguments((("ceil_mode", True),))
        remedy = Remedy("ceil_mode=True (one more row or column)", Applicability.SUGGESTION, rounded_up)
        lost = _lost(left, fact.size)
        others = "; something else reads them" if fact.others_read else ""
        yield Problem(
            message=f"{operation(layer, kernel)} never reads the last {lost} of the {map_words(fact.size)} that it "
            f"gets {condition(fact)}{others}",
            lost=sum(left),
            builds=f"never read the last {lost} of their map",
            severity=Severity.NOTE if fact.others_read else None,
            remedies=(remedy,) if layer.kind in (Kind.MAX_POOL, Kind.AVERAGE_POOL) else (),
        )


def _lost(left: tuple[int, ...], size: tuple[int, ...]) -> str:
    """``2 rows and 2 columns``; ``row and column``; ``3 positions`` where there is one axis."""
    names = {1: ("position",), 2: ("row", "column"), 3: ("plane", "row", "column")}[len(size)]
    parts = [f"{count} {name}s" if count > 1 else name for count, name in zip(left, names, strict=True) if count]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
