"""OpenMMLab (mmdetection, mmpretrain, mmsegmentation, ...): `style='caffe'`, and the extra level of an FPN.

## Recognised by

`dict(type='ResNet', ...)` and `dict(type='FPN', ...)` anywhere in a config in Python, YAML or JSON, after `_base_` is
taken in and `_delete_` obeyed; also in the new style with `read_base()`.

## What is read

- `style='caffe'` in a ResNet or ResNeXt of depth 50 or more puts the stride of each stage on the 1x1 convolution of its
  first bottleneck. `style='pytorch'`, the default, puts it on the 3x3 one.
- An FPN or PAFPN with more outputs than inputs and without `add_extra_convs` makes each further level by
  `max_pool2d(x, 1, stride=2)`, which keeps one pixel in four.
- Who else reads what these skip: an FPN reads the stages that the backbone hands out (`out_indices`) from its
  `start_level` on, and what nobody hands out or reads is lost. A level of an FPN is read by its head as well. With
  `avg_down` the shortcut averages, and reads everything.
- `dict(type='Conv2d', kernel_size=..., stride=...)` and the other layers of torch by their names.
- `dict(type='MyNet', strides=(4, 2))`: a class that the linted files register under that name (with a decorator such
  as `@MODELS.register_module()`) is built with these keywords, where one of them may make a window (strides, kernels,
  dilations, patches, pools). Where several files have the name, the nearest to the config counts.

## Examples

```python bad
model = dict(
    type="FasterRCNN",
    backbone=dict(type="ResNet", depth=50, num_stages=4, style="caffe"),
    neck=dict(type="FPN", in_channels=[256, 512, 1024, 2048], out_channels=256, num_outs=4),
)
```

```text
3:64 dead-pixels branch
```

The flag stands in one file and the depth in another.

```python bad
_base_ = "./base.py"
model = dict(backbone=dict(style="caffe"))
# file: base.py
model = dict(backbone=dict(type="ResNet", depth=101, style="pytorch"))
```

```text
2:34 dead-pixels
```

Five levels from four.

```python bad
model = dict(
    backbone=dict(type="ResNet", depth=50),
    neck=dict(type="FPN", in_channels=[256, 512, 1024, 2048], out_channels=256, num_outs=5),
)
```

```text
3:90 dead-pixels branch
```

A network that ends at the third stage hands out that one alone, so that nobody reads the rest of the second.

```python bad
model = dict(
    type="FasterRCNN",
    backbone=dict(type="ResNet", depth=50, num_stages=3, strides=(1, 2, 2), out_indices=(2,), style="caffe"),
)
```

```text
3:101 dead-pixels dead
```

A class of the project's own.

```python bad
_base_ = "./base.py"
model = dict(backbone=dict(strides=(2, 2, 2)))
# file: base.py
model = dict(backbone=dict(type="Stages", strides=(2, 2, 1)))
# file: nets.py
from mmengine.model import BaseModule
from torch import nn

from mmdet.registry import MODELS


@MODELS.register_module()
class Stages(BaseModule):
    def __init__(self, strides, kernels=(3, 3, 1)):
        super().__init__()
        self.stages = nn.ModuleList(nn.Conv2d(64, 64, k, s) for k, s in zip(kernels, strides))
```

```text
2:43 dead-pixels
```

```python good
model = dict(
    backbone=dict(type="ResNet", depth=50, style="pytorch"),
    neck=dict(
        type="FPN",
        in_channels=[256, 512, 1024, 2048],
        out_channels=256,
        start_level=1,
        add_extra_convs="on_input",
        num_outs=5,
    ),
    bbox_head=dict(anchor_generator=dict(type="AnchorGenerator", strides=[4, 8, 16, 32, 64])),
)
```

## Limits

The 1x1 shortcut beside a bottleneck is the same in both styles, and is not reported. Expressions are unknown.

## References

- mmdetection, `models/backbones/resnet.py`, `models/necks/fpn.py` and `pafpn.py`; mmengine, `config/config.py`.
- detectron2#331 and mmdetection#4458: the maintainers on `max_pool2d(x, 1, stride=2)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.arguments import argument, may_stride
from convlint.frontends.config.bases import Composed, compose
from convlint.frontends.config.calls import Call
from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Spot, found, number, numbers
from convlint.frontends.config.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    child,
    integer,
    is_null,
    mappings,
    text,
    truth,
)
from convlint.frontends.config.readers import Input, not_told, of_shortcuts, read_by
from convlint.frontends.config.residual import bottlenecks, moved
from convlint.network.verdicts import Reader, Verdict

_BOTTLENECKS = frozenset(
    {"ResNet", "ResNeXt", "SEResNet", "SEResNeXt", "ResNetV1c", "ResNetV1d", "TridentResNet"}
    | {"DetectoRS_ResNet", "DetectoRS_ResNeXt", "Res2Net"}
)
_PYRAMIDS = frozenset({"FPN", "PAFPN", "FPN_DropBlock"})
_READING_FROM_A_LEVEL = _PYRAMIDS | {"FPN_CARAFE", "NASFPN", "RFP", "FPG", "SSH", "ChannelMapper"}
"""Necks that read all of each stage that they are given, from ``start_level`` to ``end_level``."""
_ALL_STAGES = (0, 1, 2, 3)
_LAYERS = frozenset(f"{name}{rank}d" for name in ("Conv", "ConvTranspose", "MaxPool", "AvgPool") for rank in (1, 2, 3))
_POOLS = ("MaxPool", "AvgPool")
_OWN_KEYS = ("type", "_delete_", "_scope_", "init_cfg")
_WINDOW = re.compile(r"stride|kernel|dilation|patch|pool|ratio")
"""Keywords from which a class may make windows: what is built without any is the same in every config."""


class OpenMmlab(Dialect):
    name = "openmmlab"
    marks: ClassVar = ((b"type", b"_base_", b"read_base"),)
    shape = re.compile(
        rb"\b_base_['\"]?\s*[:=]|read_base\(|\bdict\(\s*type\s*=|type['\"]?\s*[:=]\s*['\"]?(?:[\w.]*\.)?"
        rb"(?:\w*ResNet|\w*ResNeXt|Res2Net|(?:PA)?FPN|(?:Max|Avg)Pool[123]d|Conv(?:Transpose)?[123]d)"
    )
    suffixes: ClassVar[tuple[str, ...]] = (".py", ".yaml", ".yml", ".json")

    def read(self, config: Config) -> Iterator[Found | Call]:
        composed = compose(config)
        if composed is None:
            return
        owners: dict[int, tuple[Mapping, str]] = {}
        for path, mapping in mappings(composed.root):
            owners.update({id(value): (mapping, key) for key, value in mapping.entries.items()})
            kind = mapping.get("type")
            if not isinstance(kind, Scalar):
                continue
            name = kind.text.rpartition(".")[2]
            if name in _BOTTLENECKS:
                yield from _backbone(config, composed, path, mapping, owners.get(id(mapping)))
            elif name in _PYRAMIDS:
                yield from _pyramid(config, composed, path, mapping, name)
            elif kind.text in _LAYERS and "kernel_size" in mapping.entries:
                yield from _layer(config, composed, path, mapping, name)
            elif name.isidentifier() and any(
                _WINDOW.search(key) and may_stride(value) for key, value in mapping.entries.items()
            ):
                yield _registered(config, kind, path, mapping)


def _registered(config: Config, kind: Scalar, path: str, mapping: Mapping) -> Call:
    """An object of the project's own class; a class that is imported by name needs no registry."""
    named = kind.source.file.suffix != ".py" or kind.quoted
    name = kind.text.rpartition(".")[2]
    call = Call(kind, name, mapping, path, guessed=True, asked_by=config.source, bare=True, registered=named)
    for key, value in mapping.entries.items():
        own = mapping.key(key)
        if key not in _OWN_KEYS and own is not None:
            call.keywords[key] = argument(value)
            call.keys[key] = own
    return call


def _backbone(
    config: Config, composed: Composed, path: str, mapping: Mapping, owner: tuple[Mapping, str] | None
) -> Iterator[Found]:
    style, depth = mapping.get("style"), integer(mapping.get("depth"))
    if (
        not isinstance(style, Scalar)
        or depth is None
        or depth < 50
        or (truth(mapping.get("avg_down")) is None and (mapping.get("avg_down") is not None))
    ):
        return
    if style.text not in ("caffe", "pytorch"):
        return
    strides = [(Number(stride),) for stride in _strides(mapping)]
    striding = [index for index, stride in enumerate(strides) if stride[0].value != 1]
    context = f"the 1x1 convolution of the first bottleneck in {len(striding)} stages"
    verdict = _verdict(mapping, owner, striding)
    spot = Spot(style, path, config.source.path, context, composed.above(style), verdict=verdict)
    place = Number(2, style.place, f"style='{style.text}'")
    rewrites = moved(style, "pytorch", "style pytorch")
    yield from bottlenecks(spot, style.text == "caffe", strides, place, rewrites)


def _verdict(mapping: Mapping, owner: tuple[Mapping, str] | None, striding: list[int]) -> Verdict:
    """Who else reads what the first blocks of stages read: each stage reads the one before, the first the stem."""
    if truth(mapping.get("avg_down")) or (text(mapping.get("type")) or "").endswith("ResNetV1d"):
        return read_by("the average pool of the shortcut")
    given = mapping.get("out_indices")
    handed_out: list[int | None] = list(_ALL_STAGES)
    if given is not None:
        handed_out = [integer(item) for item in given.items] if isinstance(given, Sequence) else [integer(given)]
    if None in handed_out:
        return not_told("out_indices is no list of numbers")
    inputs = []
    for index in striding:
        if index == 0:
            inputs.append(Input("the stem"))
        elif index - 1 in handed_out:
            inputs.append(_in_neck(f"stage {index}", owner, handed_out.index(index - 1)))
        else:
            inputs.append(Input(f"stage {index}"))
    return of_shortcuts(inputs)


def _in_neck(words: str, owner: tuple[Mapping, str] | None, level: int) -> Input:
    """What the neck beside the backbone does with the backbone's output number ``level``."""
    neck = owner[0].get(owner[1].replace("backbone", "neck")) if owner and "backbone" in owner[1] else None
    if isinstance(neck, Sequence) and neck.items:
        neck = neck.items[0]
    name = (text(child(neck, "type")) or "").rpartition(".")[2]
    if neck is None or not name:
        return Input(words, reason="the backbone hands it out, and there is no neck beside it")
    if name not in _READING_FROM_A_LEVEL:
        return Input(words, reason=f"what {name} does with it")
    start, end = integer(child(neck, "start_level")) or 0, integer(child(neck, "end_level"))
    read = start <= level and (end is None or end < 0 or level <= end)
    return Input(words, Reader(f"the {name}", neck.place)) if read else Input(f"{words} ({name} leaves it out)")


def _strides(mapping: Mapping) -> list[int]:
    """The strides of the stages: as given, else 1, 2, 2, 2, for as many stages as there are."""
    given = mapping.get("strides")
    stages = integer(mapping.get("num_stages")) or 4
    if isinstance(given, Sequence):
        return [stride for stride in map(integer, given.items) if stride is not None][:stages]
    return [1, 2, 2, 2][: max(0, stages)]


def _pyramid(config: Config, composed: Composed, path: str, mapping: Mapping, name: str) -> Iterator[Found]:
    outputs, inputs, extra = mapping.get("num_outs"), mapping.get("in_channels"), mapping.get("add_extra_convs")
    if not isinstance(outputs, Scalar) or not isinstance(inputs, Sequence) or _makes_convolutions(extra):
        return
    start, end = integer(mapping.get("start_level")) or 0, integer(mapping.get("end_level"))
    last = len(inputs.items) if end is None or end == -1 else end + 1
    total = integer(outputs)
    if total is None or total <= last - start:
        return
    spot = Spot(
        outputs,
        path,
        config.source.path,
        f"the {'extra level' if total - last + start == 1 else 'extra levels'} of {name}, for want of add_extra_convs",
        composed.above(outputs),
        verdict=read_by("the head on the level before"),
    )
    for _ in range(min(total - last + start, 8)):
        yield found(
            "torch.nn.functional.max_pool2d", spot, (Number(1),), (Number(2, outputs.place, "num_outs"),),
            padding=(Number(0),),
        )  # fmt: skip


def _makes_convolutions(extra: Node | None) -> bool:
    """Whether further levels come from convolutions; an expression may say so."""
    return not is_null(extra) and truth(extra) is not False


def _layer(config: Config, composed: Composed, path: str, mapping: Mapping, name: str) -> Iterator[Found]:
    """A layer of torch by its name, with keywords as torch has them."""
    config.take(mapping)
    kernel = numbers(mapping.get("kernel_size"), "kernel_size")
    pools = name.startswith(_POOLS)
    if pools and is_null(mapping.get("stride")):
        stride = tuple(Number(size.value) for size in kernel)
    else:
        stride = numbers(mapping.get("stride"), "stride", 1)
    spot = Spot(mapping, path, config.source.path, f"{text(mapping.get('type'))} in {path}", composed.above(mapping))
    channels = None if pools else number(mapping.get("out_channels"), "out_channels").value
    yield found(
        f"torch.nn.{name}", spot, kernel, stride, numbers(mapping.get("dilation"), "dilation", 1),
        numbers(mapping.get("padding"), "padding", 0), channels,
    )  # fmt: skip
