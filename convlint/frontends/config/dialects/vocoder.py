"""Vocoder generators (HiFi-GAN, BigVGAN, VITS and their kin): lists of upsampling rates and kernel sizes.

## Recognised by

A mapping with `upsample_kernel_sizes` and one of `upsample_rates`, `upsample_factors` or `upsample_scales`: two lists
of equal length.

## What is read

One `ConvTranspose1d` for each pair, with kernel size k, stride u and padding (k - u) // 2, as HiFi-GAN's generator
builds it. Where k is no multiple of u, some outputs receive more taps than others; where k is less than u, some
receive none. An odd kernel beside an odd rate is often chosen to keep the length, since (k - u) // 2 is exact only
where both are odd or both are even.

## Examples

RVC's 40 kHz model: 16 is no multiple of 10.

```json read
{
  "model": {
    "upsample_rates": [10, 10, 2, 2],
    "upsample_kernel_sizes": [16, 16, 4, 4]
  }
}
```

```text
4:31 ConvTranspose1d kernel 16 stride 10
4:35 ConvTranspose1d kernel 16 stride 10
4:39 ConvTranspose1d kernel 4 stride 2
4:42 ConvTranspose1d kernel 4 stride 2
```

SpeechBrain's discrete HiFi-GAN: 11 beside 5.

```yaml read
upsample_kernel_sizes: [11, 8, 8, 4, 4]
upsample_factors: [5, 4, 4, 2, 2]
```

```text
1:25 ConvTranspose1d kernel 11 stride 5
1:29 ConvTranspose1d kernel 8 stride 4
1:32 ConvTranspose1d kernel 8 stride 4
1:35 ConvTranspose1d kernel 4 stride 2
1:38 ConvTranspose1d kernel 4 stride 2
```

HiFi-GAN V1: every kernel is twice its rate.

```json good
{"upsample_rates": [8, 8, 2, 2], "upsample_kernel_sizes": [16, 16, 4, 4]}
```

## Limits

Lists that are put together from references are passed over.

## References

- Kong, Kim and Bae, HiFi-GAN (2020); jik876/hifi-gan, `models.py` (`Generator`).
- Odena et al., Deconvolution and Checkerboard Artifacts (2016).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Spot, found, number
from convlint.frontends.config.nodes import Mapping, Sequence, integer, mappings

_RATES = ("upsample_rates", "upsample_factors", "upsample_scales")
_KERNELS = "upsample_kernel_sizes"


class Vocoder(Dialect):
    name = "vocoder"
    marks: ClassVar = ((b"upsample_kernel_sizes",), (b"upsample_rates", b"upsample_factors", b"upsample_scales"))

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            for path, mapping in mappings(root):
                yield from _pairs(config, path, mapping)


def _pairs(config: Config, path: str, mapping: Mapping) -> Iterator[Found]:
    kernels = mapping.get(_KERNELS)
    name = next((name for name in _RATES if name in mapping.entries), "")
    rates = mapping.get(name)
    if not isinstance(kernels, Sequence) or not isinstance(rates, Sequence):
        return
    if len(kernels.items) != len(rates.items) or not all(map(integer, (*kernels.items, *rates.items))):
        return
    config.take(mapping)
    prefix = f"{path}." if path else ""
    for index, (kernel, rate) in enumerate(zip(kernels.items, rates.items, strict=True)):
        size, stride = number(kernel, f"{_KERNELS}[{index}]"), number(rate, f"{name}[{index}]")
        assert isinstance(size.value, int)
        assert isinstance(stride.value, int)
        spot = Spot(
            kernel, f"{prefix}ups[{index}]", config.source.path, f"upsampling {index + 1} of {len(kernels.items)}"
        )
        padding = (Number(max(0, (size.value - stride.value) // 2)),)
        yield found("torch.nn.ConvTranspose1d", spot, (size,), (stride,), padding=padding)
