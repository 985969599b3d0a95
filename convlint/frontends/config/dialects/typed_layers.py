"""Layers that say what they are, `type: conv2d` beside a kernel size and a stride: Keras's JSON, and lists of layers.

## Recognised by

A mapping that no other dialect has read, whose `type`, `layer`, `layer_type`, `op`, `class`, `class_name` or `module`
is a convolution, a transposed convolution or a pool with its dimension in its name (`Conv2D`, `conv2d`,
`MaxPooling2D`, `nn.AvgPool1d`), and that has a kernel size; or has a mapping `config`, `params`, `args` or `kwargs`
with one.

## What is read

One layer with `kernel_size` (or `kernel`, `pool_size`, `filter_size`, `ksize`, `k`), `stride` (or `strides`, `s`) and
`dilation` (or `dilation_rate`), each one number or one for each axis. A pool's stride is its size unless it is set.

Under names that speak of losses, metrics, data or transforms nothing is read.

## Examples

What `model.to_json()` of Keras writes; TensorFlow.js and the file `config.json` in a `.keras` archive have the same.

```json bad
{
  "class_name": "Sequential",
  "config": {
    "layers": [
      {
        "class_name": "Conv2D",
        "config": {"filters": 64, "kernel_size": [1, 1], "strides": [2, 2], "padding": "same"}
      }
    ]
  }
}
```

```text
7:51 dead-pixels
```

```yaml bad
blocks:
  - {layer: Conv2D, filters: 32, kernel_size: 3, stride: 4}
  - {layer: MaxPool2d, kernel_size: 2, stride: 3}
```

```text
2:47 dead-pixels
3:37 dead-pixels
```

```yaml good
blocks:
  - {layer: Conv2D, filters: 32, kernel_size: 7, stride: 4}
  - {layer: MaxPool2d, kernel_size: 2}
  - {layer: MaxBlurPooling2D, kernel_size: 1, stride: 2}
  - {layer: AdaptiveAvgPool2d, kernel_size: 1, stride: 2}
  - {layer: Upsample, kernel_size: 1, stride: 2}
augmentations:
  - {type: conv2d, kernel_size: 1, stride: 2}
```

## Limits

Who else reads a layer's input is not looked at, so no verdict is given. Keras 1 (`nb_row`, `subsample`) is not read.

## References

- Keras, "Conv2D layer", "MaxPooling2D layer", and "Whole model saving & loading" (`to_json`).
- torch.nn.Conv2d, "Shape".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Numbers, Spot, found, numbers
from convlint.frontends.config.limits import MAX_AXES
from convlint.frontends.config.nodes import Mapping, Scalar, Sequence, is_null, mappings
from convlint.frontends.config.own_reports import is_report
from convlint.network.layers import Confidence

_KINDS = ("type", "layer", "layer_type", "op", "class_name", "class", "module")
_INSIDE = ("config", "params", "args", "kwargs")
_KERNELS = ("kernel_size", "kernel", "pool_size", "filter_size", "ksize", "k")
_STRIDES = ("stride", "strides", "s")
_DILATIONS = ("dilation", "dilation_rate")
_LAYER = re.compile(
    r"(?:depth_?wise_?|separable_?)?(?P<conv>conv(?:olution)?)_?(?P<rank>[123])d(?P<after>_?transpose)?"
    r"|(?P<transposed>conv_?transpose|deconv(?:olution)?)_?(?P<its_rank>[123])d"
    r"|(?P<pool>max|avg|average)_?pool(?:ing)?_?(?P<pool_rank>[123])d",
    re.IGNORECASE,
)
_LONGEST_NAME = 100
_DENIED = re.compile(r"loss|metric|criterion|dataset|loader|transform|augment|preprocess", re.IGNORECASE)


class TypedLayers(Dialect):
    name = "typed-layers"
    marks: ClassVar = ((b"kernel", b"pool_size", b"filter_size", b"ksize", b"k:", b'k"'),)
    shape = re.compile(
        rb"(?:type|layer|op|class_name|class|module)['\"]?\s*:\s*['\"]?[\w.]{0,40}(?:conv|pool)\w{0,20}[123]d",
        re.IGNORECASE,
    )
    order = 90

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            for path, mapping in mappings(root) if not is_report(root) else ():
                operation = _operation(mapping)
                if operation is None or config.taken(mapping) or _DENIED.search(path):
                    continue
                inner = next((below for key in _INSIDE if isinstance(below := mapping.get(key), Mapping)), mapping)
                yield from _layer(config, path, mapping, operation, mapping if _has_kernel(mapping) else inner)


def _operation(mapping: Mapping) -> tuple[str, str] | None:
    """The operation of torch that a mapping names, and its own word for it."""
    for key in _KINDS:
        kind = mapping.get(key)
        if isinstance(kind, Scalar) and len(kind.text) <= _LONGEST_NAME:
            word = kind.text.rpartition(".")[2]
            match = _LAYER.fullmatch(word)
            if match is not None:
                return f"torch.nn.{_name(match)}", word
    return None


def _name(match: re.Match[str]) -> str:
    rank = match["rank"] or match["its_rank"] or match["pool_rank"]
    if match["pool"]:
        return f"{'Max' if match['pool'].lower() == 'max' else 'Avg'}Pool{rank}d"
    return f"ConvTranspose{rank}d" if match["after"] or match["transposed"] else f"Conv{rank}d"


def _has_kernel(mapping: Mapping) -> bool:
    return any(key in mapping.entries for key in _KERNELS)


def _layer(config: Config, path: str, mapping: Mapping, operation: tuple[str, str], sizes: Mapping) -> Iterator[Found]:
    """The layer, where its sizes are one number or one for each axis."""
    op, word = operation
    rank = int(op[-2])
    kernel, stride, dilation = (_sizes(sizes, keys) for keys in (_KERNELS, _STRIDES, _DILATIONS))
    if kernel is None:
        return
    if stride is None:
        stride = tuple(Number(size.value) for size in kernel) if "Pool" in op else (Number(1),)
    dilation = dilation or (Number(1),)
    if any(len(axes) not in (1, rank) for axes in (kernel, stride, dilation)):
        return
    config.take(mapping, sizes)
    certain = Confidence.CERTAIN if sizes is not mapping else Confidence.POSSIBLE
    spot = Spot(mapping, path, config.source.path, f"{word} in {path}" if path else word, confidence=certain)
    yield found(op, spot, kernel, stride, dilation)


def _sizes(mapping: Mapping, keys: tuple[str, ...]) -> Numbers | None:
    key = next((key for key in keys if not is_null(mapping.get(key))), None)
    if key is None:
        return None
    node = mapping.get(key)
    return () if isinstance(node, Sequence) and len(node.items) > MAX_AXES else numbers(node, key)
