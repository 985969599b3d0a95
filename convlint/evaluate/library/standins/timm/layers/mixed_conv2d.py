"""Stands for timm.layers.mixed_conv2d of timm 1.0: one convolution for each kernel size, each over its share."""

import torch
import torch.nn as nn

from .conv2d_same import create_conv2d_pad


def _shares(channels, number):
    return [channels - channels // number * (number - 1)] + [channels // number] * (number - 1)


class MixedConv2d(nn.ModuleDict):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        padding="",
        dilation=1,
        depthwise=False,
        **kwargs,
    ):
        super().__init__()
        sizes = kernel_size if isinstance(kernel_size, list) else [kernel_size]
        self.in_channels, self.out_channels = in_channels, out_channels
        self.splits = _shares(in_channels, len(sizes))
        for number, (size, ins, outs) in enumerate(zip(sizes, self.splits, _shares(out_channels, len(sizes)))):
            groups = ins if depthwise else 1
            conv = create_conv2d_pad(
                ins, outs, size, stride=stride, padding=padding, dilation=dilation, groups=groups, **kwargs
            )
            self.add_module(str(number), conv)

    def forward(self, x):
        parts = torch.split(x, self.splits, 1)
        return torch.cat([conv(parts[number]) for number, conv in enumerate(self.values())], 1)
