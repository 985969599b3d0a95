"""A bias that the normalisation behind it takes out again.

## What it does

Finds convolutions and linear layers with a bias whose output goes to batch or instance normalisation, and nowhere else.

## Why it matters

Normalisation subtracts the mean, and with it the bias, before it adds its own. In training the bias gets no gradient
but rounding noise; it costs memory, and a pass over the gradient. It does no harm otherwise.

## Examples

```python bad
from torch import nn

block = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU())
```

```python fixed
from torch import nn

block = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU())
```

```python bad
import torch
from torch import nn


class ConvBlock(nn.Module):
    def __init__(self, i=64, o=128):
        super().__init__()
        self.conv = nn.Conv2d(i, o, kernel_size=3, stride=1, padding=1, bias=True)
        self.norm = nn.InstanceNorm2d(o)

    def forward(self, x):
        x = self.conv(x)
        x = self.norm(x)
        return torch.relu(x)
```

The projection head of SimCLR:

```python bad
from torch import nn

head = nn.Sequential(nn.Linear(2048, 2048), nn.BatchNorm1d(2048), nn.ReLU(), nn.Linear(2048, 128))
```

The convolution and the normalisation may stand in different modules:

```python bad
from torch import nn


class Patches(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Conv2d(3, 64, 4, stride=4)

    def forward(self, x):
        return self.project(x)


class Stem(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = Patches()
        self.norm = nn.BatchNorm2d(64)

    def forward(self, x):
        return self.norm(self.patches(x))
```

One group for each channel is instance normalisation; the first layer of wav2vec 2.0 has it.

```python bad
from torch import nn

first = nn.Sequential(nn.Conv1d(1, 512, 10, stride=5, bias=True), nn.GroupNorm(512, 512), nn.GELU())
```

```python good
from torch import nn

block = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU())
```

Layer normalisation, and group normalisation over several channels, keep differences between channels.

```python good
from torch import nn

block = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.GroupNorm(8, 64), nn.ReLU())
```

Here the sum behind the convolution is normalised, and something else reads the output, too.

```python good
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(64, 64, 3, padding=1)
        self.norm = nn.BatchNorm2d(64)

    def forward(self, x):
        y = self.conv(x)
        return self.norm(y) + y
```

Nor where that is in another function:

```python good
from torch import nn


class Project(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(64, 64, 3, padding=1)

    def forward(self, x):
        return self.conv(x)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = Project()
        self.norm = nn.BatchNorm2d(64)

    def forward(self, x):
        y = self.project(x)
        return self.norm(y) + y
```

## Fix safety

`bias=False` where both are built in one function and nothing else is seen to follow that convolution. The shape stays.
It is unsafe: the `state_dict` loses the key `bias`, so older checkpoints need `running_mean -= bias` and that key
dropped, and the layers behind it are initialised with other random numbers.

## Limits

- A frozen normalisation, in evaluation mode, does not take the bias out in fine-tuning.
- Only pairs are told of that are certainly built so: which normalisation a parameter names is often not known.
- What happens to an output outside of the function that computes it is seen where the whole network can be followed,
  in evaluation mode and in training; elsewhere only what its own function does with it counts.

## References

- PyTorch, Performance Tuning Guide: "Disable bias for convolutions directly followed by a batch norm".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.findings import Applicability, Severity
from convlint.network.changes import SetArguments
from convlint.network.operations import Module, Succession
from convlint.rule import Problem, Remedy, Rule

_CONVOLUTIONS = frozenset(f"torch.nn.Conv{axes}d" for axes in (1, 2, 3))
_NORMS = ("torch.nn.BatchNorm", "torch.nn.InstanceNorm", "torch.nn.SyncBatchNorm")


class BiasBeforeNorm(Rule):
    name = "bias-before-norm"
    group = "cost"
    severity = Severity.NOTE
    facts: ClassVar[tuple[type, ...]] = (Succession,)

    def check(self, pair: Succession) -> Iterator[Problem]:
        first, norm = pair.first, pair.second
        if not pair.alone or first.arguments.get("bias", True) is not True or "*" in first.arguments:
            return
        if not (_by_channel(norm) and (first.op in _CONVOLUTIONS or _is_plain_linear(first, norm))):
            return
        layer, behind = (module.op.rpartition(".")[2] for module in (first, norm))
        yield Problem(
            message=f"the bias of this {layer} is taken out again by the {behind} behind it",
            builds="have a bias that normalisation takes out again",
            place=first.call,
            only_certain=True,
            parameters=(),
            remedies=(
                Remedy(
                    "bias=False (same shape; the key 'bias' goes: subtract it from running_mean in older checkpoints)",
                    Applicability.UNSAFE,
                    SetArguments((("bias", False),)),
                    at=first,
                ),
            )
            if pair.always
            else (),
        )


def _by_channel(norm: Module) -> bool:
    """Whether each channel is normalised by itself."""
    if norm.op == "torch.nn.GroupNorm":
        groups, channels = norm.arguments.get("num_groups"), norm.arguments.get("num_channels")
        return isinstance(groups, int) and groups == channels
    return norm.op.startswith(_NORMS)


def _is_plain_linear(first: Module, norm: Module) -> bool:
    """Whether a linear layer's features are what the normalisation counts as channels."""
    features = first.arguments.get("out_features")
    known = isinstance(features, int) and features == norm.arguments.get("num_features")
    return first.op == "torch.nn.Linear" and norm.op == "torch.nn.BatchNorm1d" and known
