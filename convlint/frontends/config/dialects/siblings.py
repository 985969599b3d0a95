"""Any other config: a kernel size and a stride side by side.

## Recognised by

A mapping that no other dialect has read, with a kernel size (`kernel_size`, `kernel_sizes`, `kernel`, `conv_kernel`,
`conv_kernel_sizes`, `filter_size`) and a stride of the same name (`stride`, `strides`, `conv_stride`), both numbers
or both lists of equal length, one entry for each axis or level.

## What is read

One layer of one axis for each pair, with `dilation` where it stands beside them. Whether such a layer is built like
that is up to the code, so it is only possible.

Not read: mappings with more than 150 keys, which are vocabularies; whatever stands under a name that speaks of
anchors, windows, patches, losses, metrics, data, transforms, tests or inference; a stride that belongs to a window or
a chunk (`window_stride`, `chunk_stride`, `fpn_strides`); a mapping whose type is a transposed convolution, a blur or an
adaptive pool.

## Examples

```yaml bad
model:
  stem:
    kernel_size: 3
    stride: 4
```

```text
3:18 dead-pixels
```

```yaml bad
encoder:
  kernel_sizes: [7, 3, 1]
  strides: [4, 2, 2]
```

```text
2:24 dead-pixels
```

```yaml good
model:
  stem: {kernel_size: 7, stride: 2}
test_cfg:
  mode: slide
  kernel_size: [512, 512]
  stride: [768, 768]
rpn_head:
  anchor_generator:
    strides: [4, 8, 16, 32, 64]
    kernel_size: [1, 1, 1, 1, 1]
loss:
  ssim_loss: {kernel_size: 1, stride: 2}
```

## Limits

One number beside a list is passed over: a scalar kernel size may be meant for each level or for each axis.

## References

- torch.nn.Conv2d, "Shape".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Spot, found, number
from convlint.frontends.config.nodes import Mapping, Node, Sequence, integer, mappings, text
from convlint.frontends.config.own_reports import is_report
from convlint.network.layers import Confidence

_KERNEL = re.compile(r"(?P<before>(?:[a-zA-Z0-9]+_)*?)(?:kernel(?:_size)?|filter_size)(?P<many>s?)")
_KEY = re.compile(rb"(?:(?P<stride>stride(?:s|_size)?)|(?:kernel(?:_size)?|filter_size)s?)['\"]?\s*:")
_DENIED = re.compile(
    r"anchor|fpn_strides|window|slid|crop|patch|loss|metric|criterion|dataset|dataloader|loader|transform|augment|"
    r"preprocess|pipeline|test|infer|eval|chunk|token|blur|smooth|morpho|label|target|up_?sampl|transpose|deconv|decoder",
    re.IGNORECASE,
)
_DENIED_TYPE = re.compile(r"transpose|deconv|upsampl|loss|blur|adaptive", re.IGNORECASE)
_TYPES = ("type", "name", "class", "module", "layer", "op", "_target_", "class_name")
_MOST_LEVELS = 64
_LONGEST_KEY = 100
_MOST_KEYS = 150
"""Keys of a mapping that may describe a layer; the vocabulary of a tokenizer has thousands."""
_APART = 4_000
"""Bytes between a kernel size and its stride."""


class Siblings(Dialect):
    name = "siblings"
    marks: ClassVar = ((b"kernel", b"filter_size"), (b"stride",))
    order = 100

    def passes(self, content: bytes) -> bool:
        """Whether a kernel size and a stride stand near each other; captions and vocabularies have the words too."""
        if not super().passes(content):
            return False
        last = {False: -_APART - 1, True: -_APART - 1}
        for match in _KEY.finditer(content):
            strides = match["stride"] is not None
            last[strides] = match.start()
            if match.start() - last[not strides] <= _APART:
                return True
        return False

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            if is_report(root):
                continue
            for path, mapping in mappings(root):
                if not config.taken(mapping) and not _DENIED.search(path) and not _of_another_kind(mapping):
                    yield from _pairs(config, path, mapping)


def _of_another_kind(mapping: Mapping) -> bool:
    """Whether a mapping says that it is something else: a transposed convolution, a sliding window, a vocabulary."""
    if len(mapping.pairs) > _MOST_KEYS:
        return True
    if any(_DENIED_TYPE.search(text(mapping.get(key)) or "") for key in _TYPES):
        return True
    return any(key in mapping.entries for key in ("crop_size", "window_size", "patch_size", "win_length", "n_fft"))


def _pairs(config: Config, path: str, mapping: Mapping) -> Iterator[Found]:
    for key, kernels in mapping.entries.items():
        match = _KERNEL.fullmatch(key) if len(key) <= _LONGEST_KEY else None
        if match is None or _DENIED.search(key):
            continue
        before, many = match["before"], match["many"]
        stride_key = next((name for name in _stride_names(before, many) if name in mapping.entries), None)
        if stride_key is None:
            continue
        dilations = mapping.get(f"{before}dilation") or mapping.get(f"{before}dilations")
        for index, kernel, stride, dilation in _levels(kernels, mapping.entries[stride_key], dilations):
            name = f"{path}.{key}{index}" if path else f"{key}{index}"
            context = f"{key}{index} with {stride_key}{index}" + (f" in {path}" if path else "")
            spot = Spot(kernel, name, config.source.path, context, confidence=Confidence.POSSIBLE)
            yield found(
                "torch.nn.Conv1d",
                spot,
                (number(kernel, f"{key}{index}"),),
                (number(stride, f"{stride_key}{index}"),),
                (number(dilation, f"{before}dilation{index}") if dilation is not None else Number(1),),
            )


def _stride_names(before: str, many: str) -> tuple[str, ...]:
    """The strides that can belong to a kernel size, the one that agrees with it in number first."""
    names = (f"{before}strides", f"{before}stride") if many else (f"{before}stride", f"{before}strides")
    return (f"{before}stride_size", *names) if before else names


def _levels(kernels: Node, strides: Node, dilations: Node | None) -> list[tuple[str, Node, Node, Node | None]]:
    """The pairs: one for two numbers, one for each entry of two lists of equal length."""
    if integer(kernels) is not None and integer(strides) is not None:
        dilation = dilations if integer(dilations) is not None else None
        return [("", kernels, strides, dilation)] if dilations is None or dilation is not None else []
    if not isinstance(kernels, Sequence) or not isinstance(strides, Sequence):
        return []
    number_of = len(kernels.items)
    if number_of != len(strides.items) or number_of > _MOST_LEVELS:
        return []
    if not all(integer(item) is not None for item in (*kernels.items, *strides.items)):
        return []
    spread: list[Node | None] = [None] * number_of
    if isinstance(dilations, Sequence) and len(dilations.items) == number_of:
        spread = list(dilations.items)
    elif dilations is not None:
        spread = [dilations] * number_of
        if integer(dilations) is None:
            return []
    pairs = zip(kernels.items, strides.items, spread, strict=True)
    return [(f"[{index}]", *pair) for index, pair in enumerate(pairs)]
