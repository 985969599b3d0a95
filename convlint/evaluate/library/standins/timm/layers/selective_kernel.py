"""Stands for timm.layers.selective_kernel of timm 1.0: parallel convolutions that differ in dilation or kernel size."""

import torch
import torch.nn as nn

from .conv_bn_act import ConvNormAct
from .helpers import make_divisible


class SelectiveKernelAttn(nn.Module):
    def __init__(
        self,
        channels,
        num_paths=2,
        attn_channels=32,
        act_layer=nn.ReLU,
        norm_layer=nn.BatchNorm2d,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.fc_reduce = nn.Conv2d(channels, attn_channels, kernel_size=1, bias=False)
        self.bn = norm_layer(attn_channels)
        self.act = act_layer(inplace=True)
        self.fc_select = nn.Conv2d(attn_channels, channels * num_paths, kernel_size=1, bias=False)

    def forward(self, x):
        return self.fc_select(self.act(self.bn(self.fc_reduce(x.sum(1).mean((2, 3), keepdim=True)))))


class SelectiveKernel(nn.Module):
    def __init__(
        self,
        in_channels,
        out_channels=None,
        kernel_size=None,
        stride=1,
        dilation=1,
        groups=1,
        rd_ratio=1.0 / 16,
        rd_channels=None,
        rd_divisor=8,
        keep_3x3=True,
        split_input=True,
        act_layer=nn.ReLU,
        norm_layer=nn.BatchNorm2d,
        aa_layer=None,
        drop_layer=None,
        device=None,
        dtype=None,
    ):
        super().__init__()
        out_channels = out_channels or in_channels
        kernel_size = kernel_size or [3, 5]
        if not isinstance(kernel_size, list):
            kernel_size = [kernel_size] * 2
        dilations = [dilation] * len(kernel_size)
        if keep_3x3:
            # A wider kernel is had by spreading the taps of a 3x3 one.
            dilations = [dilation * (size - 1) // 2 for size in kernel_size]
            kernel_size = [3] * len(kernel_size)
        self.num_paths = len(kernel_size)
        self.in_channels = in_channels
        self.out_channels = out_channels
        if split_input:
            in_channels = in_channels // self.num_paths
        self.paths = nn.ModuleList(
            [
                ConvNormAct(
                    in_channels,
                    out_channels,
                    kernel_size=size,
                    stride=stride,
                    dilation=spread,
                    groups=min(out_channels, groups),
                    act_layer=act_layer,
                    norm_layer=norm_layer,
                    aa_layer=aa_layer,
                    drop_layer=drop_layer,
                )
                for size, spread in zip(kernel_size, dilations)
            ]
        )
        attn_channels = rd_channels or make_divisible(out_channels * rd_ratio, divisor=rd_divisor)
        self.attn = SelectiveKernelAttn(out_channels, self.num_paths, attn_channels)

    def forward(self, x):
        parts = torch.stack([path(x) for path in self.paths], dim=1)
        return torch.sum(parts * self.attn(parts), dim=1)
