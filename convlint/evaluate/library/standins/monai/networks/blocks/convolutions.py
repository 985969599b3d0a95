"""Stands for monai.networks.blocks.convolutions of MONAI 1.6: convolutions of any dimension, and a residual unit."""

import math

import torch.nn as nn

from monai.networks.layers.convutils import same_padding, stride_minus_kernel_padding
from monai.networks.layers.factories import Conv

from .acti_norm import ADN


class Convolution(nn.Sequential):
    def __init__(
        self,
        spatial_dims,
        in_channels,
        out_channels,
        strides=1,
        kernel_size=3,
        adn_ordering="NDA",
        act="PRELU",
        norm="INSTANCE",
        dropout=None,
        dropout_dim=1,
        dilation=1,
        groups=1,
        bias=True,
        conv_only=False,
        is_transposed=False,
        padding=None,
        output_padding=None,
    ):
        super().__init__()
        self.spatial_dims, self.in_channels, self.out_channels = spatial_dims, in_channels, out_channels
        self.is_transposed = is_transposed
        if padding is None:
            padding = same_padding(kernel_size, dilation)
        more = {}
        if is_transposed:
            default = stride_minus_kernel_padding(1, strides)
            more = {"output_padding": default if output_padding is None else output_padding}
        conv = Conv["convtrans" if is_transposed else "conv", spatial_dims](
            in_channels,
            out_channels,
            kernel_size=kernel_size,
            stride=strides,
            padding=padding,
            dilation=dilation,
            groups=groups,
            bias=bias,
            **more,
        )
        self.add_module("conv", conv)
        if not conv_only and (act is not None or norm is not None or dropout is not None):
            adn = ADN(
                ordering=adn_ordering,
                in_channels=out_channels,
                act=act,
                norm=norm,
                norm_dim=spatial_dims,
                dropout=dropout,
                dropout_dim=dropout_dim,
            )
            self.add_module("adn", adn)


class ResidualUnit(nn.Module):
    def __init__(
        self,
        spatial_dims,
        in_channels,
        out_channels,
        strides=1,
        kernel_size=3,
        subunits=2,
        adn_ordering="NDA",
        act="PRELU",
        norm="INSTANCE",
        dropout=None,
        dropout_dim=1,
        dilation=1,
        bias=True,
        last_conv_only=False,
        padding=None,
    ):
        super().__init__()
        self.spatial_dims, self.in_channels, self.out_channels = spatial_dims, in_channels, out_channels
        padding = padding or same_padding(kernel_size, dilation)
        self.conv = nn.Sequential()
        self.residual = nn.Identity()
        subunits = max(1, subunits)
        for number in range(subunits):
            unit = Convolution(
                spatial_dims,
                out_channels if number else in_channels,
                out_channels,
                strides=1 if number else strides,
                kernel_size=kernel_size,
                adn_ordering=adn_ordering,
                act=act,
                norm=norm,
                dropout=dropout,
                dropout_dim=dropout_dim,
                dilation=dilation,
                bias=bias,
                conv_only=last_conv_only and number == subunits - 1,
                padding=padding,
            )
            self.conv.add_module(f"unit{number}", unit)
        shrinks = (math.prod(strides) if isinstance(strides, (tuple, list)) else strides) != 1
        if shrinks or in_channels != out_channels:
            size, pad = (kernel_size, padding) if shrinks else (1, 0)
            self.residual = Conv["conv", spatial_dims](in_channels, out_channels, size, strides, pad, bias=bias)

    def forward(self, x):
        return self.conv(x) + self.residual(x)
