"""Hugging Face `config.json`: paired lists, and `downsample_in_bottleneck`.

## Recognised by

A mapping with `model_type` or `architectures`, also inside another such mapping (`backbone_config`, `vision_config`).

## What is read

- `conv_kernel` with `conv_stride` (wav2vec 2.0 and its kin), `patch_sizes` with `strides` or `patch_stride` (SegFormer,
  PVT, PoolFormer, CvT), `kernel_sizes` with `strides` (EfficientNet), `kernel_size` with `stride` (LeViT, whose
  `patch_size` is something else).
- `downsample_in_bottleneck: true` of a ResNet with bottlenecks, which puts the stride of each stage on its first 1x1
  convolution. In an image classifier its shortcut alone reads the same, and skips the same.

## Examples

```json bad
{
  "model_type": "resnet",
  "depths": [3, 4, 6, 3],
  "layer_type": "bottleneck",
  "downsample_in_bottleneck": true
}
```

```text
5:31 dead-pixels
```

A classifier has nobody else who reads its stages.

```json bad
{
  "model_type": "resnet",
  "architectures": ["ResNetForImageClassification"],
  "downsample_in_bottleneck": true
}
```

```text
4:31 dead-pixels dead
```

```json bad
{
  "model_type": "wav2vec2",
  "conv_kernel": [10, 3, 3, 3, 3, 2, 1],
  "conv_stride": [5, 2, 2, 2, 2, 2, 2]
}
```

```text
3:38 dead-pixels dead
```

```json good
{
  "model_type": "levit",
  "stride": 2,
  "kernel_size": 3,
  "patch_size": 16
}
```

## Limits

Numbers that the class supplies where the file is silent are not looked at.

## References

- transformers, `models/*/configuration_*.py` and `models/resnet/modeling_resnet.py` (`ResNetBottleNeckLayer`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Spot, found, number
from convlint.frontends.config.nodes import Mapping, Scalar, Sequence, integer, mappings, text, truth
from convlint.frontends.config.readers import wasted
from convlint.frontends.config.residual import bottlenecks, moved

_PAIRS = (
    ("conv_kernel", "conv_stride", "torch.nn.Conv1d"),
    ("patch_sizes", "strides", "torch.nn.Conv2d"),
    ("patch_sizes", "patch_stride", "torch.nn.Conv2d"),
    ("kernel_sizes", "strides", "torch.nn.Conv2d"),
    ("kernel_size", "stride", "torch.nn.Conv2d"),
)


class Transformers(Dialect):
    name = "transformers"
    marks: ClassVar = ((b"model_type", b"architectures"), (b"strid", b"downsample_in_bottleneck"))
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            for path, mapping in mappings(root):
                if "model_type" in mapping.entries or "architectures" in mapping.entries:
                    yield from _pairs(config, path, mapping)
                    yield from _resnet(config, path, mapping)


def _pairs(config: Config, path: str, mapping: Mapping) -> Iterator[Found]:
    for kernel_key, stride_key, operation in _PAIRS:
        kernels, strides = mapping.get(kernel_key), mapping.get(stride_key)
        if kernels is None or strides is None:
            continue
        if integer(kernels) is not None and integer(strides) is not None:
            pairs = [(kernels, strides, "")]
        elif isinstance(kernels, Sequence) and isinstance(strides, Sequence):
            if len(kernels.items) != len(strides.items):
                continue
            levels = zip(kernels.items, strides.items, strict=True)
            pairs = [(kernel, stride, f"[{index}]") for index, (kernel, stride) in enumerate(levels)]
        else:
            continue
        config.take(mapping)
        for kernel, stride, index in pairs:
            size, step = number(kernel, f"{kernel_key}{index}"), number(stride, f"{stride_key}{index}")
            if isinstance(size.value, int) and isinstance(step.value, int):
                name = f"{path}.{kernel_key}{index}" if path else f"{kernel_key}{index}"
                context = f"{kernel_key}{index} with {stride_key}{index}"
                chained = kernel_key == "conv_kernel" and index not in ("", "[0]")
                verdict = wasted("the layer before") if chained else None
                spot = Spot(kernel, name, config.source.path, context, verdict=verdict)
                yield found(operation, spot, (size,), (step,))


def _resnet(config: Config, path: str, mapping: Mapping) -> Iterator[Found]:
    flag, depths = mapping.get("downsample_in_bottleneck"), mapping.get("depths")
    if not isinstance(flag, Scalar) or truth(flag) is None or text(mapping.get("layer_type")) == "basic":
        return
    stages = len(depths.items) if isinstance(depths, Sequence) else 4
    strided = stages if truth(mapping.get("downsample_in_first_stage")) else stages - 1
    context = "the first 1x1 convolution of each stage that strides"
    made = mapping.get("architectures")
    classifies = isinstance(made, Sequence) and any("ImageClassification" in (text(item) or "") for item in made.items)
    verdict = wasted("the stage before", "the shortcut") if classifies else None
    spot = Spot(flag, path or "stages", config.source.path, context, verdict=verdict)
    place = Number(2, flag.place, "downsample_in_bottleneck")
    rewrites = moved(flag, "false", "downsample_in_bottleneck false")
    yield from bottlenecks(spot, bool(truth(flag)), [(Number(2),)] * max(0, min(strided, 8)), place, rewrites)
