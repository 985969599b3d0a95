"""PaddleDetection and RT-DETR for Paddle: `ResNet.variant`, and the extra level of an FPN.

## Recognised by

A top-level `ResNet:` or `FPN:` mapping, after `_BASE_` or `__include__` is taken in.

## What is read

- `variant: a` of a ResNet of depth 50 or more puts the stride on the 1x1 convolution of a bottleneck; `b`, `c` and
  `d` put it on the 3x3 one (and `d` averages in front of its shortcut).
- An FPN makes one more level (`extra_stage`, 1 unless it is set) by `max_pool2d(x, 1, stride=2)`, unless
  `has_extra_convs` is true. The head reads the level before as well.
- An FPN reads what the ResNet hands out (`return_idx`, the last stage unless it is set); the rest nobody else reads.

## Examples

```yaml bad
architecture: FasterRCNN
ResNet:
  depth: 50
  variant: a
  num_stages: 4
  return_idx: [0, 1, 2, 3]
FPN:
  out_channel: 256
  extra_stage: 0
```

```text
4:12 dead-pixels branch
```

A network that hands out its last stage alone.

```yaml bad
architecture: YOLOF
ResNet:
  depth: 50
  variant: a
  return_idx: [3]
```

```text
4:12 dead-pixels dead
```

```yaml bad
architecture: FasterRCNN
FPN:
  out_channel: 256
```

```text
2:1 dead-pixels branch
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
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, integer, text, truth
from convlint.frontends.config.readers import Input, not_read, of_shortcuts, read_by
from convlint.frontends.config.residual import bottlenecks, moved
from convlint.network.verdicts import Reader


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
            yield from _resnet(config, composed, resnet, pyramid)
        if isinstance(pyramid, Mapping):
            yield from _pyramid(config, composed, pyramid)


def _resnet(config: Config, composed: Composed, resnet: Mapping, pyramid: Node | None) -> Iterator[Found]:
    variant = resnet.get("variant")
    if not isinstance(variant, Scalar) or (integer(resnet.get("depth")) or 50) < 50:
        return
    if variant.text not in ("a", "b", "c", "d"):
        return
    stages = max(0, min((integer(resnet.get("num_stages")) or 4) - 1, 3))
    context = "the 1x1 convolution of the first bottleneck in each stage that strides"
    inputs = [_input(resnet, pyramid, stage) for stage in range(1, stages + 1)]
    verdict = not_read() if composed.missing else of_shortcuts(inputs)
    spot = Spot(variant, "ResNet", config.source.path, context, composed.above(variant), verdict=verdict)
    place = Number(2, variant.place, f"variant {variant.text}")
    rewrites = moved(variant, "b", "variant b")
    yield from bottlenecks(spot, variant.text == "a", [(Number(2),)] * stages, place, rewrites)


def _input(resnet: Mapping, pyramid: Node | None, stage: int) -> Input:
    """What the first block of stage ``stage`` (from 0) reads: the stage before, which a pyramid may read as well."""
    handed_out = resnet.get("return_idx")
    indices = [integer(item) for item in handed_out.items] if isinstance(handed_out, Sequence) else [3]
    words = f"stage {stage}"
    if stage - 1 not in indices and None not in indices:
        return Input(words)
    if isinstance(pyramid, Mapping):
        return Input(words, Reader("the FPN", pyramid.place))
    return Input(words, reason="the backbone hands it out, and there is no FPN beside it")


def _pyramid(config: Config, composed: Composed, pyramid: Mapping) -> Iterator[Found]:
    stages = pyramid.get("extra_stage")
    count = 1 if stages is None else integer(stages)
    convolutions = pyramid.get("has_extra_convs")
    if not count or (convolutions is not None and truth(convolutions) is not False):
        return
    if composed.missing and (stages is None or convolutions is None):
        return
    node = stages or composed.root.key("FPN")
    if not isinstance(node, Scalar):
        return
    why = "" if stages is not None else "; extra_stage is 1 unless it is set"
    context = f"the extra level of FPN{why}"
    read = read_by("the head on the level before")
    spot = Spot(node, "FPN", config.source.path, context, composed.above(node), verdict=read)
    word = f"extra_stage {text(stages)}" if stages is not None else ""
    size = Number(2, node.place, word)
    yield found("torch.nn.functional.max_pool2d", spot, (Number(1),), (size,), padding=(Number(0),))
