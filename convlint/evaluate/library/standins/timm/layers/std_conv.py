"""Stands for timm.layers.std_conv of timm 1.0: convolutions whose weights are standardised."""

import torch.nn as nn
import torch.nn.functional as F

from .padding import get_padding, get_padding_value, pad_same


def _standardised(conv):
    flat = conv.weight.reshape(1, conv.out_channels, -1)
    return F.batch_norm(flat, None, None, training=True, momentum=0.0).reshape_as(conv.weight)


def _run(conv, x):
    return F.conv2d(x, _standardised(conv), conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups)


class StdConv2d(nn.Conv2d):
    def __init__(
        self,
        in_channel,
        out_channels,
        kernel_size,
        stride=1,
        padding=None,
        dilation=1,
        groups=1,
        bias=False,
        eps=1e-6,
        device=None,
        dtype=None,
    ):
        if padding is None:
            padding = get_padding(kernel_size, stride, dilation)
        super().__init__(in_channel, out_channels, kernel_size, stride, padding, dilation, groups, bias)

    def forward(self, x):
        return _run(self, x)


class StdConv2dSame(nn.Conv2d):
    def __init__(
        self,
        in_channel,
        out_channels,
        kernel_size,
        stride=1,
        padding="SAME",
        dilation=1,
        groups=1,
        bias=False,
        eps=1e-6,
        device=None,
        dtype=None,
    ):
        padding, self.same_pad = get_padding_value(padding, kernel_size, stride=stride, dilation=dilation)
        super().__init__(in_channel, out_channels, kernel_size, stride, padding, dilation, groups, bias)

    def forward(self, x):
        return _run(self, pad_same(x, self.kernel_size, self.stride, self.dilation) if self.same_pad else x)


class ScaledStdConv2d(StdConv2d):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=None,
        dilation=1,
        groups=1,
        bias=True,
        gamma=1.0,
        eps=1e-6,
        gain_init=1.0,
        device=None,
        dtype=None,
    ):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, eps)


class ScaledStdConv2dSame(StdConv2dSame):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding="SAME",
        dilation=1,
        groups=1,
        bias=True,
        gamma=1.0,
        eps=1e-6,
        gain_init=1.0,
        device=None,
        dtype=None,
    ):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, eps)
