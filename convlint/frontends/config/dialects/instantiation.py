"""Objects that are built from a config: Hydra, LightningCLI, HyperPyYAML and MONAI bundles.

## Recognised by

- Hydra and MONAI: a mapping with `_target_`; `_args_` are positional arguments, `_partial_` builds nothing yet.
- LightningCLI and jsonargparse: a mapping with `class_path`, and its `init_args` and `dict_kwargs`.
- Latent diffusion and its kin: a mapping with a dotted `target`, and its `params`.
- mmengine and its kin: a mapping with a dotted `type` whose last part is a class's name.
- HyperPyYAML: the tags `!new:`, `!name:` (nothing is built yet) and `!apply:`.

## What is read

All of them become one call: a dotted name, and arguments. Where the source of that name can be read (in the project
or in the environment), the class is built from these arguments as Python would, so that `_target_: my.models.ResNet`
is as good as a call. References are followed inside the file: `${a.b}` and `${..a}`, `!ref <a[b]> * 2`, `@a::b`,
`$len(@a)`. Other `$expressions`, resolvers such as `${oc.env:X}` and everything else that would have to run are left
unknown. HyperPyYAML's `(3, 3)` is a tuple.

A class, function or keyword that does not exist is reported as `unknown-target`. Where three or more keywords of one
mapping are unknown, other code takes them out before the class sees them, and nothing is said.

## Examples

```yaml bad
encoder:
  _target_: torch.nn.Conv2d
  in_channels: 64
  out_channels: 128
  kernel_size: 1
  stride: ${model.stride}
model:
  stride: 2
```

```text
5:16 dead-pixels
```

The number that the class receives is found, whatever it does with it.

```yaml bad
model:
  class_path: nets.Block
  init_args:
    stride: 4
# file: nets.py
from torch import nn


class Block(nn.Module):
    def __init__(self, stride=2):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, kernel_size=3, stride=stride)
```

```text
4:13 dead-pixels
```

```yaml bad
stride: 1
block: !new:torch.nn.Conv2d
  in_channels: 8
  out_channels: 8
  kernel_size: (3, 1)
  stride: !ref <stride> * 2
```

```text
5:20 dead-pixels
```

```json bad
{
  "width": 2,
  "net": {"_target_": "torch.nn.AvgPool3d", "kernel_size": [2, 2, 1], "stride": "@width"}
}
```

```text
3:67 dead-pixels
```

Names that do not exist.

```yaml bad
decoder:
  _target_: torch.nn.Conv2dTranspose
  in_channels: 64
first:
  _target_: torch.nn.Conv2d
  in_channels: 3
  out_channels: 8
  kernel: 3
```

```text
2:13 unknown-target
8:3 unknown-target
```

```yaml good
encoder:
  _target_: torch.nn.Sequential
  _args_:
    - _target_: torch.nn.Conv2d
      in_channels: 3
      out_channels: 64
      kernel_size: 5
      stride: 2
    - _target_: torch.nn.MaxPool2d
      kernel_size: 2
optimizer:
  _partial_: true
  _target_: torch.optim.Adam
  lr: 0.001
loader:
  class_path: my.data.Loader
  init_args:
    stride: 2
    kernel_size: 1
```

## Limits

Hydra's defaults lists are not composed: a reference into another file is unknown. MONAI's short class names are read
where they name a network of MONAI.

## References

- Hydra, "Instantiating objects with Hydra"; OmegaConf, "Variable interpolation".
- jsonargparse, "Class type and sub-classes"; HyperPyYAML, `hyperpyyaml/core.py`; MONAI, `monai/bundle`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.calls import Call
from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.instances import Instances


class Instantiation(Dialect):
    name = "instantiation"
    marks: ClassVar = ((b"target", b"class_path", b"!new:", b"!name:", b"!apply:", b"type"),)
    shape = re.compile(
        rb"(?:_target_|class_path)['\"]?\s*:|!(?:new|name|apply):\w"
        rb"|\btype['\"]?\s*:\s*['\"]?(?:[a-z_]\w*\.){1,20}[A-Z]\w*['\"]?\s*[,}\r\n]"
        rb"|\btarget['\"]?\s*:\s*['\"]?(?:[A-Za-z_]\w*\.){1,20}\w+['\"]?[ \t]*[,\r\n]\s*['\"]?params['\"]?\s*:"
    )

    def read(self, config: Config) -> Iterator[Call]:
        for root in config.roots:
            yield from Instances(config, root).calls()
