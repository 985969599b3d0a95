"""A small detector with two pools that leave out pixels: one in its backbone, one at the top of its pyramid.

The other pools are wider than they move and padded, so that no size of the input leaves a row over; MaxPool2d(2) would
lose the last one of odd maps, which is another matter than the pattern shown here.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Backbone(nn.Module):
    """Three stages, at strides 4, 8 and 16."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, kernel_size=3, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        self.middle = nn.Sequential(
            nn.Conv2d(width, 2 * width, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        # A window of 2 that moves by 3 leaves out every third row and every third column.
        self.deep = nn.Sequential(
            nn.Conv2d(2 * width, 4 * width, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.AvgPool2d(2, stride=3),
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        shallow = self.stem(x)
        middle = self.middle(shallow)
        return [shallow, middle, self.deep(middle)]


class Pyramid(nn.Module):
    """Lateral 1x1 convolutions, and one more level below the deepest, of every second pixel of it."""

    def __init__(self, widths: tuple[int, ...] = (32, 64, 128), channels: int = 64) -> None:
        super().__init__()
        self.laterals = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in widths)

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        levels = [lateral(feature) for lateral, feature in zip(self.laterals, features)]
        levels.append(F.max_pool2d(levels[-1], kernel_size=1, stride=2, padding=0))
        return levels


class Detector(nn.Module):
    """Backbone, pyramid and one box head shared by all levels."""

    def __init__(self, boxes: int = 9) -> None:
        super().__init__()
        self.backbone = Backbone()
        self.pyramid = Pyramid()
        self.head = nn.Conv2d(64, boxes * 4, kernel_size=3, padding=1)

    def forward(self, x: Tensor) -> list[Tensor]:
        return [self.head(level) for level in self.pyramid(self.backbone(x))]
