"""Stands for timm.layers.split_attn of timm 1.0: ResNeSt's convolution with attention over its groups."""

import torch.nn as nn

from .helpers import make_divisible


class SplitAttn(nn.Module):
    def __init__(
        self,
        in_channels,
        out_channels=None,
        kernel_size=3,
        stride=1,
        padding=None,
        dilation=1,
        groups=1,
        bias=False,
        radix=2,
        rd_ratio=0.25,
        rd_channels=None,
        rd_divisor=8,
        act_layer=nn.ReLU,
        norm_layer=None,
        drop_layer=None,
        **kwargs,
    ):
        super().__init__()
        out_channels = out_channels or in_channels
        middle = out_channels * radix
        if rd_channels is None:
            reduced = make_divisible(in_channels * radix * rd_ratio, min_value=32, divisor=rd_divisor)
        else:
            reduced = rd_channels * radix
        padding = kernel_size // 2 if padding is None else padding
        self.conv = nn.Conv2d(
            in_channels, middle, kernel_size, stride, padding, dilation, groups=groups * radix, bias=bias, **kwargs
        )
        self.bn0 = norm_layer(middle) if norm_layer else nn.Identity()
        self.drop = drop_layer() if drop_layer is not None else nn.Identity()
        self.act0 = act_layer(inplace=True)
        self.fc1 = nn.Conv2d(out_channels, reduced, 1, groups=groups)
        self.bn1 = norm_layer(reduced) if norm_layer else nn.Identity()
        self.act1 = act_layer(inplace=True)
        self.fc2 = nn.Conv2d(reduced, middle, 1, groups=groups)

    def forward(self, x):
        x = self.act0(self.drop(self.bn0(self.conv(x))))
        return x * self.fc2(self.act1(self.bn1(self.fc1(x.mean((2, 3), keepdim=True)))))
