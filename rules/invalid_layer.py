"""A layer that torch refuses, when it is built or when it first runs.

## What it does

Finds layers whose parameters contradict each other. torch raises for each of them:

| Condition | When | What torch says | |---|---|---| | groups do not divide in_channels | built | in_channels must be
divisible by groups | | groups do not divide out_channels | built | out_channels must be divisible by groups | | groups
below 1 | built | groups must be a positive integer | | `padding="same"` with a stride | built | padding='same' is not
supported for strided convolutions | | padding is another word than "same" or "valid" | built | Invalid padding string
| | padding_mode of another name | built | padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'} |
| padding_mode other than "zeros" in a transposed convolution | built | Only "zeros" padding mode is supported | |
output padding not under the stride or the dilation | run | output padding must be smaller than either stride or
dilation | | padding of a pool over half of its window | run | pad should be at most half of effective kernel size | |
stride of 0 or less | run | non-positive stride is not supported, or stride should not be zero | | num_groups of
GroupNorm does not divide num_channels | built | num_channels must be divisible by num_groups | | num_heads does not
divide embed_dim | built | embed_dim must be divisible by num_heads | | neighbours in nn.Sequential with other channels
| run | expected input to have N channels, but got M channels instead |

## Why it matters

Otherwise it is found when the model is built, or in the first batch, or never where a branch is not run in tests.

## Examples

```python bad
from torch import nn

depthwise = nn.Conv2d(32, 48, 3, padding=1, groups=32)
```

```python bad
from torch import nn

down = nn.Conv2d(32, 64, 3, stride=2, padding="same")
```

```python bad
from torch import nn

stem = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU())
```

```python bad
from torch import nn

pool = nn.MaxPool2d(2, stride=2, padding=2)
```

```python bad
from torch import nn

norm = nn.GroupNorm(32, 48)
```

```python good
from torch import nn

depthwise = nn.Conv2d(32, 64, 3, padding=1, groups=32)
```

```python good
from torch import nn

stem = nn.Sequential(
    nn.Conv2d(3, 64, 3, padding="same"),
    nn.BatchNorm2d(64),
    nn.MaxPool2d(3, stride=2, padding=1),
    nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1),
    nn.GroupNorm(32, 32),
)
```

## Fix safety

There is no fix: which of the numbers is wrong is not to be seen.

## Limits

- Only layers are judged that are certainly built so; conditions that are not known could exclude each other.
- Channels are compared within one `nn.Sequential`.
- On the CPU, torch also refuses dilated pools whose padding is over half of the kernel size itself; its check of
  shapes does not, and so neither does this rule.

## References

- torch 2.13: torch/nn/modules/conv.py, normalization.py, activation.py, and the shape checks of the native functions.
  Each condition of this page is tested against torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from convlint.findings import Severity
from convlint.network.layers import Kind, Layer, known
from convlint.network.operations import Module, Succession
from convlint.rule import Problem, Rule

from ._words import per_axis

_PADDING_MODES = frozenset({"zeros", "reflect", "replicate", "circular"})
_POOLS = frozenset({Kind.MAX_POOL, Kind.AVERAGE_POOL})


class InvalidLayer(Rule):
    name = "invalid-layer"
    group = "invalid"
    severity = Severity.ERROR
    facts: ClassVar[tuple[type, ...]] = (Layer, Module, Succession)

    def check(self, fact: Layer | Module | Succession) -> Iterator[Problem]:
        if isinstance(fact, Layer):
            found = _layer(fact)
        elif isinstance(fact, Module):
            found = _module(fact)
        else:
            found = _neighbours(fact)
        reason = next(found, None)
        if reason is not None:
            yield Problem(
                message=f"torch refuses this {fact.op.rpartition('.')[2]}: {reason}",
                builds="torch refuses",
                parameters=(),
                only_certain=True,
            )


def _layer(layer: Layer) -> Iterator[str]:
    stride = known(layer.stride)
    if layer.kind in (Kind.CONVOLUTION, Kind.TRANSPOSED):
        yield from _groups(layer)
        yield from _padding_words(layer, stride)
    if stride is not None and stride and min(stride) < 1:
        yield f"the stride {min(stride)} is not positive"
    if layer.kind is Kind.TRANSPOSED:
        yield from _output_padding(layer, stride)
    if layer.kind in _POOLS:
        yield from _pool_padding(layer)


def _groups(layer: Layer) -> Iterator[str]:
    groups = layer.groups
    if not isinstance(groups, int) or isinstance(groups, bool):
        return
    if groups < 1:
        yield f"groups must be a positive integer, and is {groups}"
        return
    for name, channels in (("in_channels", layer.in_channels), ("out_channels", layer.out_channels)):
        if isinstance(channels, int) and channels % groups:
            yield f"{name} must be divisible by groups, and {channels} is not by {groups}"


def _padding_words(layer: Layer, stride: tuple[int, ...] | None) -> Iterator[str]:
    mode = layer.options.get("padding_mode")
    if isinstance(mode, str) and mode not in _PADDING_MODES:
        yield f"padding_mode must be one of zeros, reflect, replicate and circular, and is {mode!r}"
    elif isinstance(mode, str) and mode != "zeros" and layer.kind is Kind.TRANSPOSED:
        yield 'only "zeros" padding mode is supported for transposed convolutions'
    if layer.kind is not Kind.CONVOLUTION or not isinstance(layer.padding, str):
        return
    if layer.padding not in ("same", "valid"):
        yield f"invalid padding string {layer.padding!r}, should be one of 'valid' and 'same'"
    elif layer.padding == "same" and stride is not None and any(size != 1 for size in stride):
        yield "padding='same' is not supported for strided convolutions"


def _output_padding(layer: Layer, stride: tuple[int, ...] | None) -> Iterator[str]:
    dilation = known(layer.dilation)
    if stride is None or dilation is None:
        return
    more = per_axis(layer.options.get("output_padding"), len(stride))
    if more is not None and any(op >= max(s, d) for op, s, d in zip(more, stride, dilation, strict=True)):
        yield "output padding must be smaller than either stride or dilation"


def _pool_padding(layer: Layer) -> Iterator[str]:
    kernel, dilation, padding = known(layer.kernel_size), known(layer.dilation), known(layer.padding)
    if kernel is None or dilation is None or padding is None:
        return
    if any(p > (d * (k - 1) + 1) // 2 for k, d, p in zip(kernel, dilation, padding, strict=True)):
        yield f"its padding {max(padding)} should be at most half of its effective kernel size"


def _module(module: Module) -> Iterator[str]:
    for op, whole, part in (
        ("GroupNorm", "num_channels", "num_groups"),
        ("MultiheadAttention", "embed_dim", "num_heads"),
    ):
        if module.op == f"torch.nn.{op}":
            total, divisor = module.arguments.get(whole), module.arguments.get(part)
            if _is_number(total) and _is_number(divisor) and divisor > 0 and total % divisor:  # type: ignore[operator]
                yield f"{whole} must be divisible by {part}, and {total} is not by {divisor}"


_CHANNELS_OUT = {"Conv": "out_channels", "BatchNorm": "num_features", "GroupNorm": "num_channels"}
_CHANNELS_IN = {"Conv": "in_channels", "BatchNorm": "num_features", "GroupNorm": "num_channels"}


def _neighbours(pair: Succession) -> Iterator[str]:
    if not pair.together:
        return
    given, wanted = _channels(pair.first, _CHANNELS_OUT), _channels(pair.second, _CHANNELS_IN)
    if pair.first.op == pair.second.op == "torch.nn.Linear":
        given, wanted = pair.first.arguments.get("out_features"), pair.second.arguments.get("in_features")
    if _is_number(given) and _is_number(wanted) and given != wanted:
        before = pair.first.op.rpartition(".")[2]
        yield f"it expects {wanted} channels, and the {before} before it gives {given}"


def _channels(module: Module, names: Mapping[str, str]) -> object:
    name = module.op.removeprefix("torch.nn.")
    word = next((names[kind] for kind in names if name.startswith(kind)), None)
    return module.arguments.get(word) if word is not None else None


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
