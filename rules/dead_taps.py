"""A convolution most of whose weights only ever meet padding, for the network's own input size.

## What it does

Finds convolutions on maps so small that taps of the kernel never meet a position of the map: tap t is dead when no
output o has 0 <= o * s - p + t * d < n. The size of the network's input has to be known, as for
`trailing-pixels-unread`. It is reported where at most a third of the weights are alive.

## Why it matters

Dead weights multiply zeros only. They never receive a gradient, count as parameters and as multiply-accumulates, and
the layer sees less around it than it seems to: a 3x3 convolution with dilation 36 on a 33x33 map is a 1x1 convolution.
On CIFAR's 32x32 images, 59% of the parameters of a torchvision ResNet-18 are dead.

## Examples

```python bad
import torch
from torch import nn

head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(512, 512, 3, padding=1), nn.ReLU())
head(torch.zeros(1, 512, 7, 7))
```

The largest rate of a DeepLab head, made for larger maps.

```python bad
import torch
from torch import nn

branch = nn.Conv2d(960, 256, 3, padding=36, dilation=36, bias=False)
branch(torch.zeros(1, 960, 33, 33))
```

```python good
import torch
from torch import nn

branch = nn.Conv2d(960, 256, 3, padding=12, dilation=12, bias=False)
branch(torch.zeros(1, 960, 33, 33))
```

On a 2x2 map every tap of a padded 3x3 kernel meets a position.

```python good
import torch
from torch import nn

conv = nn.Conv2d(512, 512, 3, padding=1)
conv(torch.zeros(1, 512, 2, 2))
```

Without a size nothing is said.

```python good
from torch import nn

branch = nn.Conv2d(960, 256, 3, padding=36, dilation=36, bias=False)
```

## Fix safety

No fix is made: a smaller dilation, a stem that subsamples less, or a kernel of 1 are changes of the design. A kernel of
1 with the weights of the living tap computes the same at this size, and something else on larger inputs.

## Limits

- Padding other than zeros repeats values of the map, and is passed over.
- Where nobody but the network itself says its input's size, taps that reach less than 4 positions out of a map are not
  looked for unless something else makes it worth following the network; `--input-size` looks for all.

## References

- Chen et al., Rethinking Atrous Convolution for Semantic Image Segmentation (2017), section 3.3: where the rate comes
  near the size of the map, the filter degenerates to a 1x1 filter.
- pytorch/vision, issue 7956: the same head, found by a user.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod

from convlint.findings import Severity
from convlint.network.geometry import dead_taps
from convlint.network.layers import Kind, Layer
from convlint.network.sizes import SizedLayer
from convlint.rule import Problem, Rule

from ._sizes import condition, map_words, taps
from ._words import operation

MOST_ALIVE = Fraction(1, 3)
"""A layer is reported where no more of its weights than that are alive."""


class DeadTaps(Rule):
    name = "dead-taps"
    group = "sampling"
    severity = Severity.WARNING
    facts = (SizedLayer,)

    def check(self, fact: SizedLayer) -> Iterator[Problem]:
        layer, sizes = fact.layer, taps(fact.layer)
        if layer.kind is not Kind.CONVOLUTION or sizes is None or not fact.zero_padded:
            return
        kernel, stride, dilation = sizes
        axes = zip(fact.padded_size, fact.outputs, kernel, stride, dilation, fact.own_padding, strict=True)
        alive = prod(k - len(dead_taps(n, o, k, s, d, p)) for n, o, k, s, d, p in axes)
        total = prod(kernel)
        if not alive or Fraction(alive, total) > MOST_ALIVE:
            return
        weights = _weights(layer, total)
        dead = f"{total - alive} of {total} taps"
        of_weights = f": {weights * (total - alive) // total:,} weights that multiply zeros only" if weights else ""
        yield Problem(
            message=f"{dead} of the {operation(layer, kernel)} never meet the {map_words(fact.padded_size)} that it "
            f"gets {condition(fact)}{of_weights}",
            lost=total - alive,
            builds=f"have {dead} that never meet their map",
            parameters=("kernel_size", "dilation", "padding"),
        )


def _weights(layer: Layer, taps: int) -> int | None:
    into, out, groups = layer.in_channels, layer.out_channels, layer.groups
    if not isinstance(into, int) or not isinstance(out, int) or not isinstance(groups, int) or groups < 1:
        return None
    return into // groups * out * taps
