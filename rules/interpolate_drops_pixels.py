"""Downsampling by interpolation that leaves pixels out, because it looks at few neighbours and not at the whole area.

## What it does

Finds `F.interpolate` and `nn.Upsample` with a scale factor below 1 after which some input pixels have no weight in any
output. Bilinear interpolation looks at two neighbours per axis: by 1/2 it averages them all, by 1/3 it is the same as
taking every third pixel (`x`):

```text
o o o o o o
o x o o x o
o o o o o o
o o o o o o
o x o o x o
o o o o o o
```

Per axis, with r = 1 / scale_factor: `nearest` reads 1 of r pixels, `bilinear` all for r up to 2, 2 of r for a larger
even r and 1 of r for an odd one, `bicubic` 4 of r for an even r and 1 of r for an odd one. `area` and
`antialias=True` read everything.

## Why it matters

The pixels left out do not count, and small structures flicker or vanish. PIL averages when it shrinks an image; torch
does so only when told to.

## Examples

```python bad
import torch.nn.functional as F
from torch import nn


class Pyramid(nn.Module):
    def forward(self, x):
        quarter = F.interpolate(x, scale_factor=0.25, mode="bilinear", align_corners=False)
        return [x, quarter]
```

```python fixed
import torch.nn.functional as F
from torch import nn


class Pyramid(nn.Module):
    def forward(self, x):
        quarter = F.interpolate(x, scale_factor=0.25, mode="bilinear", align_corners=False, antialias=True)
        return [x, quarter]
```

The mode is `nearest` unless it is given: then half of the size keeps one pixel in four.

```python bad
import torch.nn.functional as F
from torch import nn


class Encoder(nn.Module):
    def forward(self, image):
        return F.interpolate(image, scale_factor=0.5)
```

Half of the size is exactly the average of 2x2 pixels.

```python good
import torch.nn.functional as F
from torch import nn


class Pyramid(nn.Module):
    def forward(self, x):
        return F.interpolate(x, scale_factor=0.5, mode="bilinear", align_corners=False)
```

`area` averages all that falls into an output, and bicubic interpolation by 1/4 looks at four neighbours of four.

```python good
import torch.nn.functional as F


def low_resolution(image):
    small = F.interpolate(image, scale_factor=0.25, mode="bicubic", align_corners=False)
    return small, F.interpolate(image, scale_factor=1 / 3, mode="area")
```

Labels must not be averaged.

```python good
import torch.nn.functional as F
from torch import nn


class Loss(nn.Module):
    def forward(self, logits, mask):
        small = F.interpolate(mask, scale_factor=0.25, mode="nearest")
        return F.cross_entropy(logits, small)
```

```python good
from torch import nn

up = nn.Upsample(scale_factor=2)
```

## Fix safety

`antialias=True` for bilinear and bicubic: the same shape, other numbers, no parameters. Unsafe; whether an exporter of
yours knows it is for you to try. `area`, or `F.avg_pool2d` for whole factors, read everything too.

## Limits

- Calls with a size in place of a factor are passed over: the ratio depends on the input.
- With `align_corners=True` a few pixels more are left out than is said; up to r = 2 it is passed over.
- Tensors whose name speaks of masks, labels, targets or ground truth are passed over. `nearest` is only a note.

## References

- torch.nn.functional.interpolate, with the note on `antialias`.
- vfdev-5 on PIL and torch, pytorch/pytorch#65142; opencv/opencv#25620.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import floor, prod
from typing import ClassVar

from convlint.findings import Applicability, Severity
from convlint.network.changes import SetArguments
from convlint.network.operations import Resize
from convlint.rule import Problem, Remedy, Rule

_LABELS = re.compile(r"mask|label|target|(?:^|[._])(?:gt|seg)", re.IGNORECASE)
AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
"""The modes that are made for one number of axes."""
FINEST = 1000
"""Denominators of a scale factor that are told apart: 0.3333 is a third."""


class InterpolateDropsPixels(Rule):
    name = "interpolate-drops-pixels"
    group = "sampling"
    severity = Severity.WARNING
    facts: ClassVar[tuple[type, ...]] = (Resize,)

    def check(self, resize: Resize) -> Iterator[Problem]:
        factors, mode = resize.scale_factor, resize.mode
        if factors is None or mode is None or mode == "area" or resize.antialias or _LABELS.search(resize.subject):
            return
        axes = AXES.get(mode, 2)
        if len(factors) == 1:
            factors = factors * axes
        read = prod(
            (read_share(mode, Fraction(factor).limit_denominator(FINEST)) for factor in factors), start=Fraction(1)
        )
        if read == 1:
            return
        nearest = mode.startswith("nearest")
        share = (
            f"{read.numerator} of every {read.denominator} positions"
            if read.denominator < 1000
            else f"{float(read):.1%}"
        )
        name = resize.op.rpartition(".")[2]
        fixable = mode in ("bilinear", "bicubic") and name == "interpolate"
        remedy = Remedy(
            "antialias=True (same shape, other numbers)", Applicability.UNSAFE, SetArguments((("antialias", True),))
        )
        by = "x".join(f"{factor:g}" for factor in dict.fromkeys(factors))
        yield Problem(
            message=f"{mode} {name} by {by} reads {share} of its input",
            builds=f"read {share} of their input",
            dead_fraction=float(1 - read),
            parameters=(),
            severity=Severity.NOTE if nearest else None,
            remedies=(remedy,) if fixable else (),
        )


def read_share(mode: str, factor: Fraction) -> Fraction:
    """The part of one axis that has any weight, far from its borders.

    Output j lies at r(j + 1/2) - 1/2 of the input, r = 1 / factor (torch, ``area_pixel_compute_source_index``). The
    pattern repeats after numerator(r) inputs, which are denominator(r) outputs.
    """
    if factor >= 1:
        return Fraction(1)
    ratio = 1 / factor
    period, outputs = ratio.numerator, ratio.denominator
    reached: set[int] = set()
    for j in range(outputs):
        source = ratio * j if mode == "nearest" else ratio * (j + Fraction(1, 2)) - Fraction(1, 2)
        if mode in ("nearest", "nearest-exact"):
            taps = [floor(source) if mode == "nearest" else floor(source + Fraction(1, 2))]
        elif source.denominator == 1:
            taps = [int(source)]
        else:
            reach = 2 if mode == "bicubic" else 1
            taps = list(range(floor(source) - reach + 1, floor(source) + reach + 1))
        reached.update(tap % period for tap in taps)
    return Fraction(len(reached), period)
