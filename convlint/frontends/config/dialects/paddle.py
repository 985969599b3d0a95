"""PaddleDetection and RT-DETR for Paddle: `ResNet.variant`, and the extra level of an FPN.

## Recognised by

A top-level `ResNet:` or `FPN:` mapping, after `_BASE_` or `__include__` is taken in.

## What is read

- `variant: a` of a ResNet of depth 50 or more puts the stride on the 1x1 convolution of a bottleneck; `b`, `c` and
  `d` put it on the 3x3 one (and `d` averages in front of its shortcut).
- An FPN makes one more level (`extra_stage`, 1 unless it is set) by `max_pool2d(x, 1, stride=2)`, unless
  `has_extra_convs` is true.

## Examples

```yaml bad
architecture: FasterRCNN
ResNet:
  depth: 50
  variant: a
  num_stages: 4
```

```text
4:12 dead-pixels
```

```yaml bad
architecture: FasterRCNN
FPN:
  out_channel: 256
```

```text
2:1 dead-pixels
```

```yaml good
architecture: RetinaNet
ResNet:
  depth: 50
  variant: d
FPN:
  out_channel: 256
  extra_stage: 2
  has_extra_convs: true
  use_c5: false
```

## Limits

The shortcut of variants `a`, `b` and `c` is a 1x1 convolution with the stage's stride, and is not reported.

## References

- PaddleDetection, `ppdet/modeling/backbones/resnet.py` and `necks/fpn.py`; RT-DETR, `presnet.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.bases import Composed, compose
from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Spot, found
from convlint.frontends.config.nodes import Mapping, Scalar, integer, text, truth
from convlint.frontends.config.residual import bottlenecks, moved


class Paddle(Dialect):
    name = "paddle"
    marks: ClassVar = (
        (b"ResNet:", b"FPN:", b"_BASE_:", b"__include__:"),
        (b"architecture", b"_BASE_:", b"__include__:"),
    )
    suffixes: ClassVar[tuple[str, ...]] = (".yaml", ".yml")

    def read(self, config: Config) -> Iterator[Found]:
        composed = compose(config)
        if composed is None or "architecture" not in composed.root.entries:
            return
        resnet, pyramid = composed.root.get("ResNet"), composed.root.get("FPN")
        if isinstance(resnet, Mapping):
            yield from _resnet(config, composed, resnet)
        if isinstance(pyramid, Mapping):
            yield from _pyramid(config, composed, pyramid)


def _resnet(config: Config, composed: Composed, resnet: Mapping) -> Iterator[Found]:
    variant = resnet.get("variant")
    if not isinstance(variant, Scalar) or (integer(resnet.get("depth")) or 50) < 50:
        return
    if variant.text not in ("a", "b", "c", "d"):
        return
    stages = (integer(resnet.get("num_stages")) or 4) - 1
    context = "the 1x1 convolution of the first bottleneck in each stage that strides"
    spot = Spot(variant, "ResNet", config.source.path, context, composed.above(variant))
    place = Number(2, variant.place, f"variant {variant.text}")
    rewrites = moved(variant, "b", "variant b")
    yield from bottlenecks(spot, variant.text == "a", [(Number(2),)] * max(0, min(stages, 3)), place, rewrites)


def _pyramid(config: Config, composed: Composed, pyramid: Mapping) -> Iterator[Found]:
    stages = pyramid.get("extra_stage")
    count = 1 if stages is None else integer(stages)
    convolutions = pyramid.get("has_extra_convs")
    if not count or (convolutions is not None and truth(convolutions) is not False):
        return
    node = stages or composed.root.key("FPN")
    if not isinstance(node, Scalar):
        return
    why = "" if stages is not None else "; extra_stage is 1 unless it is set"
    spot = Spot(node, "FPN", config.source.path, f"the extra level of FPN{why}", composed.above(node))
    word = f"extra_stage {text(stages)}" if stages is not None else ""
    size = Number(2, node.place, word)
    yield found("torch.nn.functional.max_pool2d", spot, (Number(1),), (size,), padding=(Number(0),))
