"""pycls and SlowFast: `RESNET.STRIDE_1X1`.

## Recognised by

A `RESNET` beside a `MODEL` whose `TYPE` is `resnet` (pycls, where the flag is true unless it is set), or a `RESNET`
with `STRIDE_1X1` in a SlowFast config (where it is false unless it is set).

## What is read

The flag moves the stride of a bottleneck from its 3x3 convolution to the 1x1 convolution in front of it, in the last
three of the four stages. In a classifier of pycls the projection beside it alone reads the same, and skips the same.

## Examples

```yaml bad
MODEL:
  TYPE: resnet
  DEPTH: 50
RESNET:
  TRANS_FUN: bottleneck_transform
  NUM_GROUPS: 1
```

```text
2:9 dead-pixels dead
```

```yaml bad
MODEL:
  TYPE: resnet
RESNET:
  STRIDE_1X1: True
```

```text
4:15 dead-pixels dead
```

```yaml good
MODEL:
  TYPE: resnet
  DEPTH: 50
RESNET:
  STRIDE_1X1: False
```

## Limits

The projection beside the first bottleneck is a 1x1 convolution with the stage's stride whatever the flag says, and is
not reported.

## References

- pycls, `core/config.py` and `models/resnet.py`; SlowFast, `config/defaults.py` and `models/resnet_helper.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Spot
from convlint.frontends.config.nodes import Mapping, Scalar, child, integer, text, truth
from convlint.frontends.config.readers import wasted
from convlint.frontends.config.residual import bottlenecks, moved

_BASIC = "basic_transform"


class Pycls(Dialect):
    name = "pycls"
    marks: ClassVar = ((b"RESNET:",), (b"MODEL:",))
    suffixes: ClassVar[tuple[str, ...]] = (".yaml", ".yml")

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            resnet, kind = child(root, "RESNET"), child(root, "MODEL", "TYPE")
            if not isinstance(resnet, Mapping) or text(resnet.get("TRANS_FUN")) == _BASIC:
                continue
            flag = resnet.get("STRIDE_1X1")
            if flag is None and (not isinstance(kind, Scalar) or kind.text != "resnet"):
                continue
            if integer(child(root, "MODEL", "DEPTH")) in (18, 34):
                continue
            first = True if flag is None else truth(flag)
            node = flag if isinstance(flag, Scalar) else kind
            if first is None or not isinstance(node, Scalar):
                continue
            why = "" if flag is not None else "; RESNET.STRIDE_1X1 is true unless it is set"
            context = f"the 1x1 convolution of the first bottleneck in the last three stages{why}"
            verdict = wasted("the stage before", "the projection") if text(kind) == "resnet" else None
            spot = Spot(node, "RESNET", config.source.path, context, verdict=verdict)
            place = Number(2, node.place, "RESNET.STRIDE_1X1" if flag is not None else "")
            rewrites = moved(node, "False", "STRIDE_1X1 false") if flag is not None else ()
            yield from bottlenecks(spot, first, [(Number(2),)] * 3, place, rewrites)
