"""A residual network that subsamples with 1x1 convolutions only, inside its blocks and beside them.

No single call here holds both a kernel size of 1 and a stride of 2.
"""

from __future__ import annotations

from torch import Tensor, nn


def pointwise(channels_in: int, channels_out: int, stride: int = 1) -> nn.Conv2d:
    """A 1x1 convolution."""
    return nn.Conv2d(channels_in, channels_out, kernel_size=1, stride=stride, bias=False)


def spatial(channels_in: int, channels_out: int) -> nn.Conv2d:
    """A 3x3 convolution that keeps the size."""
    return nn.Conv2d(channels_in, channels_out, kernel_size=3, padding=1, bias=False)


class ResidualBlock(nn.Module):
    """A 1x1 convolution, which subsamples, and a 3x3 one, beside a shortcut."""

    widening = 1

    def __init__(self, channels_in: int, channels: int, stride: int = 1, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.body = nn.Sequential(
            pointwise(channels_in, channels, stride),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            spatial(channels, channels * self.widening),
            nn.BatchNorm2d(channels * self.widening),
        )
        self.shortcut = shortcut if shortcut is not None else nn.Identity()
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.body(x) + self.shortcut(x))


class ResNet(nn.Module):
    """Four stages; the last three halve the resolution."""

    def __init__(self, block: type[ResidualBlock], depths: tuple[int, ...], classes: int = 1000) -> None:
        super().__init__()
        self.channels = 64
        self.stem = nn.Sequential(
            nn.Conv2d(3, self.channels, kernel_size=7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(self.channels),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        )
        self.stage1 = self._stage(block, 64, depths[0])
        self.stage2 = self._stage(block, 128, depths[1], stride=2)
        self.stage3 = self._stage(block, 256, depths[2], stride=2)
        self.stage4 = self._stage(block, 512, depths[3], stride=2)
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512 * block.widening, classes))

    def _stage(self, block: type[ResidualBlock], channels: int, depth: int, stride: int = 1) -> nn.Sequential:
        shortcut = None
        if stride != 1 or self.channels != channels * block.widening:
            shortcut = nn.Sequential(
                pointwise(self.channels, channels * block.widening, stride),
                nn.BatchNorm2d(channels * block.widening),
            )
        blocks = [block(self.channels, channels, stride, shortcut)]
        self.channels = channels * block.widening
        blocks += [block(self.channels, channels, 1, None) for _ in range(1, depth)]
        return nn.Sequential(*blocks)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.stage4(self.stage3(self.stage2(self.stage1(self.stem(x))))))


def resnet18(classes: int = 1000) -> ResNet:
    """ResNet-18."""
    return ResNet(ResidualBlock, (2, 2, 2, 2), classes)


def resnet34(classes: int = 1000) -> ResNet:
    """ResNet-34."""
    return ResNet(ResidualBlock, (3, 4, 6, 3), classes)
