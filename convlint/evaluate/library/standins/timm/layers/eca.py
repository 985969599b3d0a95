"""Stands for timm.layers.eca of timm 1.0: channel attention by a 1-D convolution across the channels."""

import math

import torch.nn as nn

from .create_act import create_act_layer
from .helpers import make_divisible


def _kernel_size(channels, kernel_size, gamma, beta):
    if channels is None:
        return kernel_size
    size = int(abs(math.log(channels, 2) + beta) / gamma)
    return max(size if size % 2 else size + 1, 3)


class EcaModule(nn.Module):
    def __init__(
        self,
        channels=None,
        kernel_size=3,
        gamma=2,
        beta=1,
        act_layer=None,
        gate_layer="sigmoid",
        rd_ratio=1 / 8,
        rd_channels=None,
        rd_divisor=8,
        use_mlp=False,
        device=None,
        dtype=None,
    ):
        super().__init__()
        size = _kernel_size(channels, kernel_size, gamma, beta)
        if use_mlp:
            reduced = rd_channels or make_divisible(channels * rd_ratio, divisor=rd_divisor)
            self.conv = nn.Conv1d(1, reduced, kernel_size=1, padding=0, bias=True)
            self.act = create_act_layer(act_layer or nn.ReLU)
            self.conv2 = nn.Conv1d(reduced, 1, kernel_size=size, padding=(size - 1) // 2, bias=True)
        else:
            self.conv = nn.Conv1d(1, 1, kernel_size=size, padding=(size - 1) // 2, bias=False)
        self.gate = create_act_layer(gate_layer)

    def forward(self, x):
        return x * self.gate(self.conv(x.mean((2, 3))))


EfficientChannelAttn = EcaModule
