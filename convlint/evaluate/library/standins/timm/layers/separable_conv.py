"""Stands for timm.layers.separable_conv of timm 1.0: a depthwise and a pointwise convolution."""

import torch.nn as nn

from .create_conv2d import create_conv2d
from .create_norm_act import get_norm_act_layer


class SeparableConv2d(nn.Module):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        dilation=1,
        padding="",
        bias=False,
        channel_multiplier=1.0,
        pw_kernel_size=1,
        device=None,
        dtype=None,
    ):
        super().__init__()
        middle = int(in_channels * channel_multiplier)
        self.conv_dw = create_conv2d(
            in_channels, middle, kernel_size, stride=stride, dilation=dilation, padding=padding, depthwise=True
        )
        self.conv_pw = create_conv2d(middle, out_channels, pw_kernel_size, padding=padding, bias=bias)

    @property
    def in_channels(self):
        return self.conv_dw.in_channels

    @property
    def out_channels(self):
        return self.conv_pw.out_channels

    def forward(self, x):
        return self.conv_pw(self.conv_dw(x))


class SeparableConvNormAct(SeparableConv2d):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        dilation=1,
        padding="",
        bias=False,
        channel_multiplier=1.0,
        pw_kernel_size=1,
        norm_layer=nn.BatchNorm2d,
        act_layer=nn.ReLU,
        apply_act=True,
        drop_layer=None,
        device=None,
        dtype=None,
    ):
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            dilation,
            padding,
            bias,
            channel_multiplier,
            pw_kernel_size,
        )
        norm_kwargs = {} if drop_layer is None else {"drop_layer": drop_layer}
        self.bn = get_norm_act_layer(norm_layer, act_layer)(out_channels, apply_act=apply_act, **norm_kwargs)

    def forward(self, x):
        return self.bn(super().forward(x))


SeparableConvBnAct = SeparableConvNormAct
