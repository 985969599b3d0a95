"""Parallel 3x3 branches with growing dilation: where dilation and stride share a factor, the taps miss rows."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class DilatedBranch(nn.Module):
    """A 3x3 convolution with batch norm; the padding keeps the size at stride 1."""

    def __init__(self, channels: int, stride: int, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=dilation, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.norm(self.conv(x)))


class MultiScaleDownsample(nn.Module):
    """Halves the resolution with several fields of view and adds the results."""

    def __init__(self, channels: int = 128, dilations: tuple[int, ...] = (1, 2, 3)) -> None:
        super().__init__()
        # Dilation 1 and 3 read every pixel at stride 2; dilation 2 reads only even rows and columns.
        self.branches = nn.ModuleList(DilatedBranch(channels, stride=2, dilation=dilation) for dilation in dilations)

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([branch(x) for branch in self.branches]).sum(dim=0)
