"""SlowFast and MViT: two keys far apart make one layer.

## Recognised by

A `SLOWFAST` mapping, or an `MVIT` mapping with key and value strides.

## What is read

- `SLOWFAST.ALPHA` is the temporal stride, and `FUSION_KERNEL_SZ` the temporal kernel size, of the four convolutions
  that carry the fast pathway into the slow one. They are 8 and 5 unless they are set, so that three of eight frames
  are skipped there; the fast pathway itself goes on with all of them.
- `MVIT.POOL_KVQ_KERNEL` is the kernel of the pools in front of attention. The stride of the key and value pools
  begins as `POOL_KV_STRIDE_ADAPTIVE` and is divided, block by block, by the query's stride (`POOL_Q_STRIDE`); or it
  stands in `POOL_KV_STRIDE`. Without `POOL_KVQ_KERNEL` each kernel is its stride plus one, which reads everything.
  What a pool skips a projection has computed for nobody, unless `POOL_FIRST` puts the projection behind the pool.

## Examples

```yaml bad
SLOWFAST:
  ALPHA: 8
  BETA_INV: 8
  FUSION_KERNEL_SZ: 5
```

```text
4:21 dead-pixels branch
```

```yaml good
SLOWFAST:
  ALPHA: 4
  BETA_INV: 8
  FUSION_KERNEL_SZ: 7
```

In block 0 the pools have a 3x3 window and stride 8, in block 1 stride 4, from block 3 on stride 2.

```yaml bad
MVIT:
  DEPTH: 4
  MODE: "conv"
  POOL_KVQ_KERNEL: [3, 3, 3]
  POOL_KV_STRIDE_ADAPTIVE: [1, 8, 8]
  POOL_Q_STRIDE: [[0, 1, 1, 1], [1, 1, 2, 2], [3, 1, 2, 2]]
```

```text
4:24 dead-pixels dead
4:24 dead-pixels dead
```

```yaml good
MVIT:
  DEPTH: 4
  MODE: "conv"
  POOL_KV_STRIDE_ADAPTIVE: [1, 8, 8]
  POOL_Q_STRIDE: [[1, 1, 2, 2], [3, 1, 2, 2]]
```

## Limits

Strides that follow from the command line or from another file are not known.

## References

- SlowFast, `config/defaults.py`, `models/video_model_builder.py` (`FuseFastToSlow`, `MViT`), `models/attention.py`.
- Feichtenhofer et al., SlowFast Networks (2019); Li et al., MViTv2 (2022).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import (
    Found,
    Number,
    Numbers,
    Spot,
    found,
    larger_kernel,
    number,
    numbers,
    worst_axis,
)
from convlint.frontends.config.nodes import Mapping, Node, Sequence, child, integer, is_null, text, truth
from convlint.frontends.config.readers import read_by, wasted

_DEFAULT_ALPHA, _DEFAULT_FUSION, _FUSIONS = 8, 5, 4
_DEFAULT_DEPTH, _MOST_BLOCKS = 16, 200
_OPERATIONS = {"conv": "torch.nn.Conv3d", "conv_unshared": "torch.nn.Conv3d", "max": "torch.nn.MaxPool3d"} | {
    "avg": "torch.nn.AvgPool3d"
}
_ADAPTIVE, _KERNEL = "MVIT.POOL_KV_STRIDE_ADAPTIVE", "MVIT.POOL_KVQ_KERNEL"


class SlowFast(Dialect):
    name = "slowfast"
    marks: ClassVar = ((b"SLOWFAST:", b"MVIT:"),)
    suffixes: ClassVar[tuple[str, ...]] = (".yaml", ".yml")

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            lateral, vision = child(root, "SLOWFAST"), child(root, "MVIT")
            if isinstance(lateral, Mapping):
                yield from _lateral(config, lateral)
            if isinstance(vision, Mapping):
                yield from _pools(config, vision)


def _lateral(config: Config, node: Mapping) -> Iterator[Found]:
    alpha = number(node.get("ALPHA"), "SLOWFAST.ALPHA", _DEFAULT_ALPHA)
    kernel = number(node.get("FUSION_KERNEL_SZ"), "SLOWFAST.FUSION_KERNEL_SZ", _DEFAULT_FUSION)
    spot = Spot(
        node,
        "SLOWFAST",
        config.source.path,
        "the lateral connections from the fast to the slow pathway",
        rewrites=larger_kernel(node.get("FUSION_KERNEL_SZ"), kernel.value, alpha.value),
        verdict=read_by("the fast pathway"),
    )
    one = Number(1)
    for _ in range(_FUSIONS):
        yield found("torch.nn.Conv3d", spot, (kernel, one, one), (alpha, one, one))


def _pools(config: Config, node: Mapping) -> Iterator[Found]:
    operation = _OPERATIONS.get(text(node.get("MODE")) or "conv")
    depth = integer(node.get("DEPTH")) or _DEFAULT_DEPTH
    queries = _by_block(node.get("POOL_Q_STRIDE"), "MVIT.POOL_Q_STRIDE")
    if operation is None or queries is None or not 0 < depth <= _MOST_BLOCKS:
        return
    strides = _key_strides(node, queries, depth)
    kernel = None if is_null(node.get("POOL_KVQ_KERNEL")) else numbers(node.get("POOL_KVQ_KERNEL"), _KERNEL)
    after_projection = node.get("POOL_FIRST") is None or truth(node.get("POOL_FIRST")) is False
    verdict = wasted("the projection in front") if after_projection else None
    pools = [("query", 1, queries), ("key and value", 2, strides)]
    for role, copies, by_block in pools:
        for stride, blocks in _alike(by_block):
            own = kernel or tuple(Number(_one_more(axis)) for axis in stride)
            if len(own) != 3 or all(size.value == 1 for size in (*own, *stride)):
                continue  # then there is no pool
            context = f"the {role} pools of {_named(blocks)}"
            spot = Spot(node, "MVIT", config.source.path, context, verdict=verdict)
            for _ in range(copies * len(blocks)):
                yield found(operation, spot, *worst_axis(own, stride))


def _one_more(axis: Number) -> int:
    return axis.value + 1 if isinstance(axis.value, int) and axis.value > 1 else 1


def _by_block(node: Node | None, word: str) -> dict[int, Numbers] | None:
    """Rows of ``[block, t, h, w]``; None where one of them is something else."""
    if is_null(node):
        return {}
    if not isinstance(node, Sequence):
        return None
    found: dict[int, Numbers] = {}
    for row in node.items:
        if not isinstance(row, Sequence) or len(row.items) != 4 or None in map(integer, row.items):
            return None
        found[integer(row.items[0]) or 0] = tuple(number(item, word) for item in row.items[1:])
    return found


def _key_strides(node: Mapping, queries: dict[int, Numbers], depth: int) -> dict[int, Numbers]:
    """The stride of the key and value pools by block."""
    adaptive = node.get("POOL_KV_STRIDE_ADAPTIVE")
    if is_null(adaptive):
        return _by_block(node.get("POOL_KV_STRIDE"), "MVIT.POOL_KV_STRIDE") or {}
    stride = numbers(adaptive, _ADAPTIVE)
    found: dict[int, Numbers] = {}
    for block in range(depth if len(stride) == 3 else 0):
        if block in queries:
            stride = tuple(_divided(axis, by) for axis, by in zip(stride, queries[block], strict=True))
        found[block] = stride
    return found


def _divided(axis: Number, by: Number) -> Number:
    if not isinstance(axis.value, int) or not isinstance(by.value, int) or by.value < 1:
        return axis
    return axis._replace(value=max(axis.value // by.value, 1))


def _alike(by_block: dict[int, Numbers]) -> list[tuple[Numbers, list[int]]]:
    """The blocks that share a stride, in order."""
    groups: dict[tuple[object, ...], tuple[Numbers, list[int]]] = {}
    for block, stride in sorted(by_block.items()):
        groups.setdefault(tuple(axis.value for axis in stride), (stride, []))[1].append(block)
    return list(groups.values())


def _named(blocks: list[int]) -> str:
    """``block 3``, ``blocks 1 to 4``, ``blocks 1, 3 and 14``."""
    if len(blocks) == 1:
        return f"block {blocks[0]}"
    if blocks == list(range(blocks[0], blocks[-1] + 1)) and len(blocks) > 2:
        return f"blocks {blocks[0]} to {blocks[-1]}"
    return f"blocks {', '.join(map(str, blocks[:-1]))} and {blocks[-1]}"
