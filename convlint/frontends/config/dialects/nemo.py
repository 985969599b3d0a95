"""NeMo's Jasper family (Jasper, QuartzNet, Citrinet, ContextNet): a list of blocks.

## Recognised by

A `jasper` list of mappings with `filters`, `kernel` and `stride`.

## What is read

For each block its convolutions, with kernel, stride and dilation, and the residual: with `residual: true` and
`residual_mode: stride_add` it is a 1x1 convolution with the block's stride; the block's first convolution reads the
same beside it. `kernel_size_factor` scales the kernel.
References such as `${model.model_defaults.kernel}` are followed.

## Examples

```yaml bad
encoder:
  _target_: nemo.collections.asr.modules.ConvASREncoder
  jasper:
    - filters: 512
      repeat: 5
      kernel: [11]
      stride: [2]
      dilation: [1]
      residual: true
      residual_mode: stride_add
```

```text
7:16 dead-pixels branch
```

```yaml good
encoder:
  jasper:
    - filters: 256
      repeat: 1
      kernel: [33]
      stride: [2]
      dilation: [1]
      residual: false
    - filters: 256
      repeat: 5
      kernel: [33]
      stride: [1]
      dilation: [2]
      residual: true
      residual_mode: stride_add
```

## Limits

A block's other options (squeeze and excite, separable) have no stride of their own.

## References

- NeMo, `collections/asr/parts/submodules/jasper.py` (`JasperBlock`).
- Majumdar et al., Citrinet (2021); Han et al., ContextNet (2020).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Spot, found, number
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, text, truth
from convlint.frontends.config.readers import read_by
from convlint.frontends.config.references import Located, resolve
from convlint.network.geometry import read_fraction
from convlint.network.verdicts import Verdict


class Nemo(Dialect):
    name = "nemo"
    marks: ClassVar = ((b"jasper",), (b"kernel",))

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            for located, path in _lists(root):
                assert isinstance(located.node, Sequence)
                for index, item in enumerate(located.node.items):
                    block = resolve(located.below(item))
                    if block is not None and isinstance(block.node, Mapping):
                        yield from _block(config, block, block.node, f"{path}[{index}]")


def _lists(root: Node) -> Iterator[tuple[Located, str]]:
    """Every ``jasper`` list, with what is around it."""
    stack: list[tuple[Located, str]] = [(Located(root), "")]
    seen: set[int] = set()
    while stack:
        located, path = stack.pop()
        if not isinstance(located.node, Mapping) or id(located.node) in seen:
            continue
        seen.add(id(located.node))
        for key, value in located.node.entries.items():
            inner = f"{path}.{key}" if path else key
            if key == "jasper" and isinstance(value, Sequence):
                yield located.below(value), inner
            else:
                stack.append((located.below(value), inner))


def _block(config: Config, located: Located, block: Mapping, path: str) -> Iterator[Found]:
    if "kernel" not in block.entries or "filters" not in block.entries:
        return
    config.take(block)
    kernel, stride, dilation = (_first(located, block, key) for key in ("kernel", "stride", "dilation"))
    factor = block.get("kernel_size_factor")
    resolved = resolve(located.below(factor)) if factor is not None else None
    kernel = _scaled(kernel, factor if resolved is None else resolved.node)
    residual, mode = truth(block.get("residual")), text(block.get("residual_mode")) or "add"
    spot = Spot(block, path, config.source.path, f"the convolutions of {path}")
    yield found("torch.nn.Conv1d", spot, (kernel,), (stride,), (dilation,))
    if residual and mode == "stride_add" and stride.value != 1:
        context = f"the residual of {path}, for residual_mode stride_add"
        spot = Spot(block, path, config.source.path, context, verdict=_beside(kernel, stride, dilation))
        yield found("torch.nn.Conv1d", spot, (Number(1),), (stride,))


def _beside(*window: Number) -> Verdict | None:
    """What the block's first convolution does with what its residual skips."""
    sizes = [(number.value,) for number in window if isinstance(number.value, int) and number.value > 0]
    reads_all = len(sizes) == len(window) and read_fraction(*sizes) == 1
    return read_by("the block's first convolution") if reads_all else None


def _first(located: Located, block: Mapping, key: str) -> Number:
    """The number in a list of one; 1 where nothing is said."""
    node = block.get(key)
    if node is None:
        return Number(1)
    resolved = resolve(located.below(node))
    if resolved is not None and isinstance(resolved.node, Sequence) and len(resolved.node.items) == 1:
        resolved = resolve(resolved.below(resolved.node.items[0]))
    if resolved is None or not isinstance(resolved.node, Scalar):
        return number(node, key)
    return number(resolved.node, key)


def _scaled(kernel: Number, factor: Node | None) -> Number:
    """NeMo multiplies, rounds down, and makes the result odd."""
    try:
        times = float(text(factor) or "1")
    except ValueError:
        return number(factor)
    if times == 1 or not isinstance(kernel.value, int) or not math.isfinite(times):
        return kernel
    size = max(int(kernel.value * times), 1)
    return kernel._replace(value=size + 1 if size % 2 == 0 else size)
