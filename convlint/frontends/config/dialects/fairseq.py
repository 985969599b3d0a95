"""fairseq (wav2vec, HuBERT, data2vec): convolutions as a Python list in a string.

## Recognised by

A string `conv_feature_layers` (or `conv_aggregator_layers`) of triples, and `generator_kernel` with `generator_stride`.

## What is read

`[(512, 10, 5)] + [(512, 3, 2)] * 4`: channels, kernel size and stride of one convolution each. The text is read as
arithmetic on numbers and lists; nothing in it is run. In `conv_feature_layers` each layer alone
reads the one before.

## Examples

```yaml bad
model:
  _name: wav2vec2
  conv_feature_layers: '[(512,10,5)] + [(512,1,2)] * 4 + [(512,2,2)] * 2'
```

```text
3:46 dead-pixels dead
```

```yaml good
model:
  _name: wav2vec2
  conv_feature_layers: '[(512,10,5)] + [(512,3,2)] * 4 + [(512,2,2)] * 2'
  generator_kernel: 9
  generator_stride: 3
  generator_dilation: 1
```

## Limits

`conv_aggregator_layers` names channels, kernel size and stride in the same order; other strings are passed over.

## References

- fairseq, `models/wav2vec/wav2vec2.py` (`ConvFeatureExtractionModel`), `examples/wav2vec/unsupervised`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.arithmetic import ArithmeticTextError, Item, evaluate
from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Spot, found, number
from convlint.frontends.config.nodes import Mapping, Scalar, mappings
from convlint.frontends.config.readers import wasted

_FEATURES = "conv_feature_layers"
_STRINGS = (_FEATURES, "conv_aggregator_layers")


class Fairseq(Dialect):
    name = "fairseq"
    marks: ClassVar = ((b"conv_feature_layers", b"conv_aggregator_layers", b"generator_kernel"),)

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            for path, mapping in mappings(root):
                for key in _STRINGS:
                    node = mapping.get(key)
                    if isinstance(node, Scalar) and not node.tag:
                        yield from _layers(config, node, f"{path}.{key}" if path else key)
                yield from _generator(config, path, mapping)


def _layers(config: Config, node: Scalar, name: str) -> Iterator[Found]:
    try:
        layers = evaluate(node.text)
    except ArithmeticTextError:
        return
    # Escapes would move the characters; what reads as arithmetic has none.
    at = node.source.text.find(node.text, node.start, node.end)
    if not isinstance(layers, list) or at < 0:
        return
    for index, layer in enumerate(layers):
        if not isinstance(layer, list) or len(layer) != 3 or not all(isinstance(item, Item) for item in layer):
            return
        kernel, stride = (
            _number(node, item, at, word) for item, word in zip(layer[1:], ("kernel", "stride"), strict=True)
        )
        context, skipped = (
            f"layer {index} of {name}",
            wasted(f"layer {index - 1}") if index and name.endswith(_STRINGS[0]) else None,
        )
        spot = Spot(node, f"{name}[{index}]", config.source.path, context, verdict=skipped)
        yield found("torch.nn.Conv1d", spot, (kernel,), (stride,))


def _number(node: Scalar, item: Item, at: int, word: str) -> Number:
    if not isinstance(item.value, int):
        return number(node)
    place = node.source.place(at + item.span[0], at + item.span[1]) if item.span else node.place
    return Number(item.value, place, word)


def _generator(config: Config, path: str, mapping: Mapping) -> Iterator[Found]:
    kernel, stride = mapping.get("generator_kernel"), mapping.get("generator_stride")
    if kernel is None or stride is None:
        return
    dilation = number(mapping.get("generator_dilation"), "generator_dilation", 1)
    spot = Spot(kernel, f"{path}.generator", config.source.path, "the generator's convolution")
    yield found(
        "torch.nn.Conv1d",
        spot,
        (number(kernel, "generator_kernel"),),
        (number(stride, "generator_stride"),),
        (dilation,),
    )
