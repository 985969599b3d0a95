"""A ResNet-D stage: the shortcut averages before its 1x1 convolution, so that every pixel is read. Nothing to find."""

from __future__ import annotations

from torch import Tensor, nn


def averaged_shortcut(channels_in: int, channels_out: int, stride: int) -> nn.Sequential:
    """Average pool with the stride, then a 1x1 convolution that moves by one pixel."""
    layers: list[nn.Module] = []
    if stride > 1:
        layers.append(nn.AvgPool2d(kernel_size=stride, stride=stride, ceil_mode=True, count_include_pad=False))
    layers += [nn.Conv2d(channels_in, channels_out, kernel_size=1, bias=False), nn.BatchNorm2d(channels_out)]
    return nn.Sequential(*layers)


class BottleneckD(nn.Module):
    """1x1, 3x3 with the stride, 1x1; the shortcut of ResNet-D."""

    def __init__(self, channels_in: int, channels: int, stride: int = 1, expansion: int = 4) -> None:
        super().__init__()
        channels_out = channels * expansion
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels, kernel_size=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels_out, kernel_size=1, bias=False),
            nn.BatchNorm2d(channels_out),
        )
        same = stride == 1 and channels_in == channels_out
        self.shortcut = nn.Identity() if same else averaged_shortcut(channels_in, channels_out, stride)
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.body(x) + self.shortcut(x))


class StageD(nn.Sequential):
    """A stage of a ResNet-50-D that halves the resolution."""

    def __init__(self, channels_in: int = 256, channels: int = 128, depth: int = 4) -> None:
        rest = [BottleneckD(4 * channels, channels) for _ in range(1, depth)]
        super().__init__(BottleneckD(channels_in, channels, stride=2), *rest)
