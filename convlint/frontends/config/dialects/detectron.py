"""detectron2 and maskrcnn-benchmark: `MODEL.RESNETS.STRIDE_IN_1X1`.

## Recognised by

A `MODEL` with `RESNETS`, or whose `BACKBONE.NAME` builds a ResNet (`build_resnet_fpn_backbone`), after `_BASE_` is
taken in; in maskrcnn-benchmark `BACKBONE.CONV_BODY` (`R-50-C4`, `R-101-FPN`, `R-50-FPN-RETINANET`). In lazy configs,
`L(...)` with `stride_in_1x1`.

## What is read

In a bottleneck of depth 50, 101 or 152 the flag moves the stride of res3, res4 and res5 from the 3x3 convolution to
the 1x1 convolution in front of it. It is true unless it is set: that is how the original MSRA weights were trained,
and those weights need it. `RES5_DILATION: 2` takes the stride of res5 away, `OUT_FEATURES` ends the network early.
Depth 18 and 34 have no bottlenecks, and ignore the flag. A pyramid reads the stages in `FPN.IN_FEATURES` as well; what
is not in `OUT_FEATURES` nobody else can read. The finding stands at the flag, else at what chooses the backbone.

## Examples

```yaml bad
MODEL:
  META_ARCHITECTURE: "GeneralizedRCNN"
  BACKBONE:
    NAME: "build_resnet_fpn_backbone"
  RESNETS:
    DEPTH: 50
    STRIDE_IN_1X1: True
    OUT_FEATURES: ["res2", "res3", "res4", "res5"]
```

```text
7:20 dead-pixels
```

A RetinaNet's pyramid starts at res3, so that nobody else reads res2.

```yaml bad
MODEL:
  META_ARCHITECTURE: "RetinaNet"
  BACKBONE:
    NAME: "build_retinanet_resnet_fpn_backbone"
  RESNETS:
    STRIDE_IN_1X1: True
    OUT_FEATURES: ["res3", "res4", "res5"]
  FPN:
    IN_FEATURES: ["res3", "res4", "res5"]
```

```text
6:20 dead-pixels dead
```

```yaml bad
MODEL:
  BACKBONE:
    NAME: "build_resnet_fpn_backbone"
  RESNETS:
    STRIDE_IN_1X1: True
    OUT_FEATURES: ["res2", "res3", "res4", "res5"]
  FPN:
    IN_FEATURES: ["res2", "res3", "res4", "res5"]
```

```text
5:20 dead-pixels branch
```

What is not written counts as well, and where it comes from is told.

```yaml bad
_BASE_: "base.yaml"
MODEL:
  RESNETS:
    DEPTH: 101
# file: base.yaml
MODEL:
  BACKBONE:
    NAME: "build_resnet_fpn_backbone"
```

```text
3:11 dead-pixels dead
```

maskrcnn-benchmark names depth and neck in one word.

```yaml bad
MODEL:
  META_ARCHITECTURE: "GeneralizedRCNN"
  BACKBONE:
    CONV_BODY: "R-50-FPN"
  RESNETS:
    BACKBONE_OUT_CHANNELS: 256
```

```text
4:16 dead-pixels branch
```

```yaml good
MODEL:
  BACKBONE:
    NAME: "build_resnet_fpn_backbone"
  RESNETS:
    DEPTH: 101
    STRIDE_IN_1X1: False
```

## Limits

The 1x1 shortcut beside the first bottleneck strides whatever the flag says, and is not reported. Other projects'
backbones are passed over: what says its depth in `BACKBONE` is not detectron2's ResNet.

## References

- detectron2, `config/defaults.py` ("Use True only for the original MSRA ResNet"), `modeling/backbone/resnet.py`.
- maskrcnn-benchmark, `config/defaults.py`; He et al., Deep Residual Learning (2016).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.bases import Composed, compose
from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Spot
from convlint.frontends.config.nodes import Mapping, Node, Scalar, Sequence, child, integer, mappings, text, truth
from convlint.frontends.config.readers import Input, listed, not_read, of_shortcuts
from convlint.frontends.config.residual import bottlenecks, moved
from convlint.network.verdicts import Reader, Verdict

_BUILDS_RESNET = re.compile(r"build_(\w+_)?resnet(_\w+)?_backbone")
_BODY = re.compile(r"R-(?:50|101|152)-(C4|C5|FPN|FPN-RETINANET)")
_LONGEST_NAME = 200
_WITH_BOTTLENECKS = (50, 101, 152)


class Detectron(Dialect):
    name = "detectron"
    marks: ClassVar = (
        (b"RESNETS", b"_BASE_:", b"resnet_", b"stride_in_1x1", b"CONV_BODY"),
        (b"MODEL", b"_BASE_:", b"stride_in_1x1"),
    )
    suffixes: ClassVar[tuple[str, ...]] = (".yaml", ".yml", ".py")

    def read(self, config: Config) -> Iterator[Found]:
        if config.source.file.suffix == ".py":
            yield from _lazy(config)
            return
        composed = compose(config)
        if composed is not None and isinstance(child(composed.root, "MODEL"), Mapping):
            yield from _yacs(config, composed)


def _yacs(config: Config, composed: Composed) -> Iterator[Found]:
    model = child(composed.root, "MODEL")
    body = child(model, "BACKBONE", "CONV_BODY")
    if isinstance(body, Scalar):
        yield from _benchmark(config, composed, body)
        return
    resnets, builder = child(model, "RESNETS"), child(model, "BACKBONE", "NAME")
    if builder is not None and not _BUILDS_RESNET.fullmatch((text(builder) or "")[:_LONGEST_NAME]):
        return
    if child(model, "BACKBONE", "DEPTH") is not None:
        return
    flag, depth = child(resnets, "STRIDE_IN_1X1"), child(resnets, "DEPTH")
    if builder is None and flag is None and depth is None:
        return
    first = True if flag is None else truth(flag)
    if flag is None and composed.missing:
        return
    if first is None or (50 if depth is None else integer(depth)) not in _WITH_BOTTLENECKS:
        return
    node = next((node for node in (flag, builder, depth) if isinstance(node, Scalar)), None)
    if node is None:
        return
    handed_out = _names(child(resnets, "OUT_FEATURES"), ("res4",))
    stages = _stages(handed_out, integer(child(resnets, "RES5_DILATION")) or 1)
    inputs = [_input(model, text(builder) or "", handed_out, stage) for stage in stages]
    verdict = not_read() if composed.missing else of_shortcuts(inputs)
    yield from _found(config, composed, node, first, stages, flag is not None, verdict)


def _benchmark(config: Config, composed: Composed, body: Scalar) -> Iterator[Found]:
    """maskrcnn-benchmark: the pyramid reads all stages, but RetinaNet's leaves out res2."""
    resnets = child(composed.root, "MODEL", "RESNETS")
    flag, last = child(resnets, "STRIDE_IN_1X1"), _BODY.fullmatch(body.text[:_LONGEST_NAME])
    first = True if flag is None else truth(flag)
    if last is None or first is None:
        return
    stages = _stages(("res4",) if last[1] == "C4" else ("res5",), integer(child(resnets, "RES5_DILATION")) or 1)
    read = Reader("the FPN", body.place) if "FPN" in last[1] else None
    inputs = [Input(f"res{int(stage[-1]) - 1}", read) for stage in stages]
    if "RETINANET" in last[1] and stages[0] == "res3":
        inputs[0] = Input("res2 (FPN leaves it out)")
    node = flag if isinstance(flag, Scalar) else body
    yield from _found(config, composed, node, first, stages, flag is not None, of_shortcuts(inputs))


def _found(
    config: Config, composed: Composed, node: Scalar, first: bool, stages: list[str], written: bool, verdict: Verdict
) -> Iterator[Found]:
    why = "" if written else "; MODEL.RESNETS.STRIDE_IN_1X1 is true unless it is set"
    spot = Spot(
        node,
        "MODEL.RESNETS",
        config.source.path,
        f"the 1x1 convolution of the first bottleneck in {listed(stages)}{why}",
        composed.above(node),
        verdict=verdict,
    )
    strides = [(Number(2),)] * len(stages)
    word = "MODEL.RESNETS.STRIDE_IN_1X1" if written else ""
    rewrites = moved(node, "False", "STRIDE_IN_1X1 false") if written else ()
    yield from bottlenecks(spot, first, strides, Number(2, node.place, word), rewrites)


def _names(node: Node | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """The stages that a list names, res4 unless something is said."""
    return tuple(text(item) or "" for item in node.items) if isinstance(node, Sequence) else default


def _input(model: Node | None, builder: str, handed_out: tuple[str, ...], stage: str) -> Input:
    """What the first block of a stage reads: the stage before, which a pyramid may read as well."""
    before = f"res{int(stage[-1]) - 1}"
    if before not in handed_out:
        return Input(before)
    features = child(model, "FPN", "IN_FEATURES")
    if "fpn" not in builder or not isinstance(features, Sequence):
        return Input(before, reason=f"the backbone hands {before} out")
    read = before in _names(features, ())
    return Input(before, Reader("the FPN", features.place)) if read else Input(f"{before} (FPN leaves it out)")


def _stages(handed_out: tuple[str, ...], res5_dilation: int) -> list[str]:
    """The stages that stride: those up to the last that is handed out."""
    used = [stage for stage in ("res3", "res4", "res5") if any(name >= stage for name in handed_out)]
    return [stage for stage in used if stage != "res5" or res5_dilation == 1]


def _lazy(config: Config) -> Iterator[Found]:
    for root in config.roots:
        for path, mapping in mappings(root):
            flag, depth = mapping.get("stride_in_1x1"), integer(mapping.get("depth"))
            if isinstance(flag, Scalar) and truth(flag) is not None and depth in (None, *_WITH_BOTTLENECKS):
                spot = Spot(flag, path, config.source.path, "the 1x1 convolution of each strided bottleneck")
                place = Number(2, flag.place, "stride_in_1x1")
                rewrites = moved(flag, "False", "stride_in_1x1 false")
                yield from bottlenecks(spot, bool(truth(flag)), [(Number(2),)], place, rewrites)
