"""An activation that changes nothing, because its input comes out of another one.

## What it does

Finds a ReLU behind a ReLU and its like: the second gets only numbers that it leaves as they are.

## Why it matters

It costs a pass over the feature map. Often a normalisation or a convolution was meant to stand between, or a block
brings its own activation and its user does not know.

## Examples

```python bad
from torch import nn

head = nn.Sequential(nn.Linear(512, 256), nn.ReLU(), nn.ReLU(), nn.Linear(256, 10))
```

```python fixed
from torch import nn

head = nn.Sequential(nn.Linear(512, 256), nn.ReLU(), nn.Identity(), nn.Linear(256, 10))
```

```python bad
import torch.nn.functional as F
from torch import nn


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = nn.Conv2d(64, 64, 1)
        self.gate = nn.Sigmoid()

    def forward(self, x):
        return x * F.relu(self.gate(self.project(x)))
```

A block that ends in an activation of its own, and a user who does not know:

```python bad
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(64, 64, 3, padding=1)
        self.act = nn.ReLU()

    def forward(self, x):
        return self.act(x + self.conv(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()
        self.head = nn.Conv2d(64, 10, 1)

    def forward(self, x):
        return self.head(F.relu(self.block(x)))
```

```python good
from torch import nn

head = nn.Sequential(nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
```

These change what they get: leaky activations fall twice, and ReLU6 cuts at 6.

```python good
from torch import nn

block = nn.Sequential(nn.LeakyReLU(0.1), nn.LeakyReLU(0.1), nn.ReLU(), nn.ReLU6())
```

A residual sum stands between.

```python good
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(64, 64, 3, padding=1)

    def forward(self, x):
        x = F.relu(x)
        return F.relu(x + F.relu(self.conv(x)))
```

## Fix safety

Safe: in one `nn.Sequential`, `nn.Identity()` takes the place of the second, so that no key moves. Elsewhere the second
may be shared, and is left to you.

## Limits

- Only what follows directly is seen, and only where no condition on the way is unknown. Across functions that is where
  the whole network can be followed, and where neither another input nor another network needs the second one.

## References

- torch.nn.ReLU, ReLU6, Sigmoid, Hardsigmoid and Softmax: the formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.findings import Applicability, Severity
from convlint.network.changes import ReplaceModule
from convlint.network.operations import Module, Succession
from convlint.rule import Problem, Remedy, Rule

_UP_TO_ONE = frozenset({"sigmoid", "hardsigmoid", "softmax"})
_KEEPS = {
    "relu": frozenset({"relu", "relu6"}) | _UP_TO_ONE,
    "relu6": frozenset({"relu6"}) | _UP_TO_ONE,
}
"""For an activation, those whose results it leaves as they are."""


class RepeatedActivation(Rule):
    name = "repeated-activation"
    group = "cost"
    severity = Severity.WARNING
    facts: ClassVar[tuple[type, ...]] = (Succession,)

    def check(self, pair: Succession) -> Iterator[Problem]:
        first, second = _name(pair.first), _name(pair.second)
        if first not in _KEEPS.get(second, ()):
            return
        replace = Remedy(
            "nn.Identity() (the same output)", Applicability.SAFE, ReplaceModule("Identity", pair.first.call)
        )
        yield Problem(
            message=f"this {_shown(pair.second)} changes nothing: its input comes out of a {_shown(pair.first)}",
            builds="have an activation that changes nothing",
            only_certain=True,
            parameters=(),
            remedies=(replace,) if pair.together else (),
        )


def _name(module: Module) -> str:
    return module.op.rpartition(".")[2].lower()


def _shown(module: Module) -> str:
    return module.op.rpartition(".")[2]
