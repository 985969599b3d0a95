"""A convolution whose outermost windows see nothing but padding, so that their outputs are the bias alone.

## What it does

Finds convolutions with padding p >= d * (k - 1) + 1 on an axis: the first window, which begins at -p, then ends before
the input begins. A 1x1 convolution with padding 1 puts a frame (`b`) of bias around what it computes:

```text
b b b b b
b x x x b
b x x x b
b x x x b
b b b b b
```

## Why it matters

The frame is the same in every image. The map is larger than it should be, every layer behind computes on it, and
a global average is taken over it. It comes from code in which one padding is written for all kernels.

## Examples

SqueezeNet's classifier, as it was first published; its author calls it a quirk of generated code.

```python bad
from torch import nn

classifier = nn.Sequential(nn.Dropout(0.5), nn.Conv2d(512, 1000, kernel_size=1, padding=1), nn.AdaptiveAvgPool2d(1))
```

```python bad
from torch import nn


def conv(i, o, k=3):
    return nn.Conv2d(i, o, k, padding=1, bias=False)


reduce = conv(256, 64, k=1)
```

```python good
from torch import nn


def conv(i, o, k=3):
    return nn.Conv2d(i, o, k, padding=k // 2, bias=False)


reduce = conv(256, 64, k=1)
```

A dilated kernel reaches further, and needs its padding.

```python good
from torch import nn

aspp = nn.Conv2d(256, 256, 3, padding=12, dilation=12)
```

Other kinds of padding repeat the input, so no window is empty.

```python good
from torch import nn

pad = nn.Conv2d(3, 8, 1, padding=1, padding_mode="reflect")
```

## Fix safety

Padding d * (k - 1) // 2 makes the output as large as the input, and so smaller than it was: a suggestion, never
applied.

## Limits

- Such padding can be meant, to enlarge the canvas: FCN pads its input by 100. Kernels over 1 are therefore a warning.
- Pools cannot have it: torch refuses padding over half of their window (`invalid-layer`).

## References

- forresti/SqueezeNet#14 and #32.
- torch.nn.Conv2d: the formula under "Shape".
"""

from __future__ import annotations

from collections.abc import Iterator

from convlint.findings import Applicability, Severity
from convlint.network.changes import SetArguments
from convlint.network.layers import Kind, Layer
from convlint.rule import Problem, Remedy, Rule

from ._words import in_words, operation, window


class PaddingOnlyWindow(Rule):
    name = "padding-only-window"
    group = "sampling"
    severity = Severity.ERROR

    def check(self, layer: Layer) -> Iterator[Problem]:
        sizes = window(layer) if layer.kind is Kind.CONVOLUTION else None
        if sizes is None or layer.options.get("padding_mode", "zeros") != "zeros":
            return
        kernel, stride, dilation, padding = sizes
        axes = tuple(zip(kernel, stride, dilation, padding, strict=True))
        # Window o begins at o * s - p and ends at o * s - p + d * (k - 1): it is empty while that is negative.
        empty = max((p - d * (k - 1) - 1) // s + 1 for k, s, d, p in axes)
        if empty < 1:
            return
        centred = tuple(d * (k - 1) // 2 for k, _, d, _ in axes)
        first = "the first output of an axis sees" if empty == 1 else f"the first {empty} outputs of an axis see"
        yield Problem(
            message=f"{operation(layer, kernel)} with padding {in_words(padding)}: {first} only padding",
            builds="have outputs that see only padding",
            parameters=("kernel_size", "padding"),
            severity=None if max(kernel) == 1 else Severity.WARNING,
            remedies=(
                Remedy(
                    f"padding {in_words(centred)} (the output shrinks to the size of the input)",
                    Applicability.SUGGESTION,
                    SetArguments((("padding", centred),), ("kernel_size", "dilation")),
                ),
            ),
        )
