"""ResNet-50 as first published (v1), with the stride in each block's 1x1 convolution, of torchvision's classes."""

from __future__ import annotations

from typing import Any

from torchvision.models.resnet import Bottleneck, ResNet


class BottleneckV1(Bottleneck):  # type: ignore[misc]
    """The first convolution takes the stride, the 3x3 one none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conv1.stride, self.conv2.stride = self.conv2.stride, (1, 1)


def resnet50_v1() -> ResNet:
    """He et al., Deep Residual Learning for Image Recognition (2015), table 1, 50 layers."""
    return ResNet(BottleneckV1, [3, 4, 6, 3])
