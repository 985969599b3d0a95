"""nnU-Net plans: kernel sizes and strides by stage and axis.

## Recognised by

A `configurations` mapping whose entries have `conv_kernel_sizes` and `pool_op_kernel_sizes`, or an `architecture` with
`arch_kwargs` that has `kernel_sizes` and `strides`. `inherits_from` is followed.

## What is read

The first convolution of each stage: the stage's kernel size, and the stride with which it begins. The planner itself
can pair a kernel of 1 with a stride of 2 on an axis of coarse spacing. The decoder reads what a stage gives as well.

## Examples

```json bad
{
  "configurations": {
    "3d_fullres": {
      "conv_kernel_sizes": [[3, 3, 3], [1, 3, 3]],
      "pool_op_kernel_sizes": [[1, 1, 1], [2, 2, 2]]
    }
  }
}
```

```text
4:41 dead-pixels branch
```

```json good
{
  "configurations": {
    "2d": {
      "architecture": {
        "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
        "arch_kwargs": {"n_stages": 2, "kernel_sizes": [[3, 3], [3, 3]], "strides": [[1, 1], [2, 2]]}
      }
    }
  }
}
```

## Limits

The transposed convolutions of the decoder have a kernel as large as their stride, and are not listed. Neither is the
shortcut of the residual encoder, which averages before it projects.

## References

- Isensee et al., nnU-Net (2021); nnunetv2, `experiment_planning`; dynamic_network_architectures, `building_blocks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.frontends.config.dialect import Config, Dialect
from convlint.frontends.config.facts import Found, Number, Numbers, Spot, found, numbers, worst_axis
from convlint.frontends.config.limits import MAX_AXES
from convlint.frontends.config.nodes import Mapping, Node, Sequence, child, text
from convlint.frontends.config.readers import read_by

_MOST_PARENTS = 20


class NnUnet(Dialect):
    name = "nnunet"
    marks: ClassVar = ((b"configurations",), (b"conv_kernel_sizes", b"arch_kwargs"))

    def read(self, config: Config) -> Iterator[Found]:
        for root in config.roots:
            plans = child(root, "configurations")
            if isinstance(plans, Mapping):
                for name, plan in plans.entries.items():
                    if isinstance(plan, Mapping):
                        yield from _stages(config, plans, plan, f"configurations.{name}")


def _stages(config: Config, plans: Mapping, plan: Mapping, path: str) -> Iterator[Found]:
    kernels, strides = _inherited(plans, plan, "conv_kernel_sizes"), _inherited(plans, plan, "pool_op_kernel_sizes")
    words = ("conv_kernel_sizes", "pool_op_kernel_sizes")
    architecture = _inherited(plans, plan, "architecture")
    if kernels is None or strides is None:
        words = ("kernel_sizes", "strides")
        kernels, strides = (child(architecture, "arch_kwargs", word) for word in words)
    if not isinstance(kernels, Sequence) or not isinstance(strides, Sequence):
        return
    # The first version left out the first stage, which has no stride.
    shift = len(kernels.items) - len(strides.items)
    if shift not in (0, 1):
        return
    for stage, item in enumerate(kernels.items):
        kernel = numbers(item, f"{words[0]}[{stage}]")
        stride: Numbers = (Number(1),)
        if stage >= shift:
            stride = numbers(strides.items[stage - shift], f"{words[1]}[{stage - shift}]")
        rank = max(len(kernel), len(stride))
        if rank > 1 and rank <= MAX_AXES and len(kernel) in (1, rank) and len(stride) in (1, rank):
            name, context = f"{path}.stages[{stage}]", f"stage {stage} of {path}"
            read = read_by("the decoder") if stage else None  # the first stage reads the image
            spot = Spot(item, name, config.source.path, context, verdict=read)
            yield found(f"torch.nn.Conv{rank}d", spot, *worst_axis(kernel, stride))


def _inherited(plans: Mapping, plan: Mapping, key: str) -> Node | None:
    for _ in range(_MOST_PARENTS):
        if key in plan.entries:
            return plan.get(key)
        parent = plans.get(text(plan.get("inherits_from")) or "")
        if not isinstance(parent, Mapping):
            return None
        plan = parent
    return None
