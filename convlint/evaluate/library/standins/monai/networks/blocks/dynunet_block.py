"""Stands for monai.networks.blocks.dynunet_block of MONAI 1.6: nnU-Net's blocks."""

import torch
import torch.nn as nn

from monai.networks.layers.convutils import _broadcast, _plain
from monai.networks.layers.factories import Act, Norm
from monai.networks.layers.utils import get_act_layer, get_norm_layer

from .convolutions import Convolution

_LEAKY = ("leakyrelu", {"inplace": True, "negative_slope": 0.01})


def get_padding(kernel_size, stride):
    padding = [(size - step + 1) / 2 for size, step in _broadcast(kernel_size, stride)]
    if min(padding) < 0:
        raise AssertionError("the stride is larger than the kernel")
    return _plain([int(pad) for pad in padding])


def get_output_padding(kernel_size, stride, padding):
    pads = padding if isinstance(padding, tuple) else (padding,)
    both = list(_broadcast(kernel_size, stride))
    pads = pads * len(both) if len(pads) == 1 else pads
    return _plain([2 * pad + step - size for (size, step), pad in zip(both, pads)])


def get_conv_layer(
    spatial_dims,
    in_channels,
    out_channels,
    kernel_size=3,
    stride=1,
    act=Act.PRELU,
    norm=Norm.INSTANCE,
    dropout=None,
    bias=False,
    conv_only=True,
    is_transposed=False,
):
    padding = get_padding(kernel_size, stride)
    return Convolution(
        spatial_dims,
        in_channels,
        out_channels,
        strides=stride,
        kernel_size=kernel_size,
        act=act,
        norm=norm,
        dropout=dropout,
        bias=bias,
        conv_only=conv_only,
        is_transposed=is_transposed,
        padding=padding,
        output_padding=get_output_padding(kernel_size, stride, padding) if is_transposed else None,
    )


def _bare(spatial_dims, ins, outs, size, stride, dropout, **kwargs):
    return get_conv_layer(
        spatial_dims, ins, outs, kernel_size=size, stride=stride, dropout=dropout, act=None, norm=None,
        conv_only=False, **kwargs,
    )  # fmt: skip


class UnetBasicBlock(nn.Module):
    def __init__(
        self,
        spatial_dims,
        in_channels,
        out_channels,
        kernel_size,
        stride,
        norm_name,
        act_name=_LEAKY,
        dropout=None,
    ):
        super().__init__()
        self.conv1 = _bare(spatial_dims, in_channels, out_channels, kernel_size, stride, dropout)
        self.conv2 = _bare(spatial_dims, out_channels, out_channels, kernel_size, 1, dropout)
        self.lrelu = get_act_layer(act_name)
        self.norm1 = get_norm_layer(norm_name, spatial_dims, out_channels)
        self.norm2 = get_norm_layer(norm_name, spatial_dims, out_channels)

    def forward(self, inp):
        return self.lrelu(self.norm2(self.conv2(self.lrelu(self.norm1(self.conv1(inp))))))


class UnetResBlock(UnetBasicBlock):
    def __init__(
        self,
        spatial_dims,
        in_channels,
        out_channels,
        kernel_size,
        stride,
        norm_name,
        act_name=_LEAKY,
        dropout=None,
    ):
        super().__init__(spatial_dims, in_channels, out_channels, kernel_size, stride, norm_name, act_name, dropout)
        steps = stride if isinstance(stride, (tuple, list)) else [stride]
        self.downsample = in_channels != out_channels or any(step != 1 for step in steps)
        if self.downsample:
            self.conv3 = _bare(spatial_dims, in_channels, out_channels, 1, stride, dropout)
            self.norm3 = get_norm_layer(norm_name, spatial_dims, out_channels)

    def forward(self, inp):
        return super().forward(inp) + (self.norm3(self.conv3(inp)) if self.downsample else inp)


class UnetUpBlock(nn.Module):
    def __init__(
        self,
        spatial_dims,
        in_channels,
        out_channels,
        kernel_size,
        stride,
        upsample_kernel_size,
        norm_name,
        act_name=_LEAKY,
        dropout=None,
        trans_bias=False,
    ):
        super().__init__()
        self.transp_conv = _bare(
            spatial_dims, in_channels, out_channels, upsample_kernel_size, upsample_kernel_size, dropout,
            bias=trans_bias, is_transposed=True,
        )  # fmt: skip
        self.conv_block = UnetBasicBlock(
            spatial_dims, out_channels * 2, out_channels, kernel_size, 1, norm_name, act_name, dropout
        )

    def forward(self, inp, skip):
        return self.conv_block(torch.cat((self.transp_conv(inp), skip), dim=1))


class UnetOutBlock(nn.Module):
    def __init__(self, spatial_dims, in_channels, out_channels, dropout=None):
        super().__init__()
        self.conv = _bare(spatial_dims, in_channels, out_channels, 1, 1, dropout, bias=True)

    def forward(self, inp):
        return self.conv(inp)
