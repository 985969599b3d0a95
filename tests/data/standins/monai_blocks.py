"""What people build with MONAI's blocks. Each function's docstring states its layers; read as source, never imported."""

import torch.nn as nn
from monai.networks.blocks import ADN, Convolution, ResidualUnit, UnetBasicBlock, UnetOutBlock, UnetResBlock, UnetUpBlock
from monai.networks.blocks.dynunet_block import get_conv_layer, get_output_padding, get_padding
from monai.networks.layers import Act, Conv, Dropout, Norm, Pad, Pool, get_act_layer, get_norm_layer, get_pool_layer, same_padding
from monai.networks.layers.factories import split_args


def convolution():
    """Conv2d 1>8 k=3 s=2 p=1"""
    return Convolution(2, 1, 8, strides=2, kernel_size=3)


def convolution_dead():
    """Conv3d 1>8 k=1 s=2"""
    return Convolution(spatial_dims=3, in_channels=1, out_channels=8, strides=2, kernel_size=1, act="relu", norm="batch")


def convolution_axes():
    """Conv3d 1>8 k=1,3,3 s=1,2,2 d=2 p=0,2,2"""
    return Convolution(3, 1, 8, strides=(1, 2, 2), kernel_size=(1, 3, 3), dilation=2, groups=1, dropout=0.1)


def convolution_alone():
    """Conv1d 4>8 k=5"""
    return Convolution(1, 4, 8, kernel_size=5, conv_only=True, padding=0)


def convolution_transposed():
    """ConvTranspose2d 8>4 k=3 s=2 p=1"""
    return Convolution(2, 8, 4, strides=2, kernel_size=3, is_transposed=True)


def convolution_norm():
    """Conv2d 8>16 k=3 p=1"""
    return Convolution(2, 8, 16, norm=("group", {"num_groups": 4}), act=("leakyrelu", {"negative_slope": 0.2}))


def residual():
    """
    Conv2d 4>8 k=3 s=2 p=1
    Conv2d 8>8 k=3 p=1
    """
    return ResidualUnit(2, 4, 8, strides=2, kernel_size=3, subunits=2)


def residual_same():
    """Conv3d 8>8 k=3 p=1"""
    return ResidualUnit(3, 8, 8, subunits=1, last_conv_only=True)


def residual_wider():
    """
    Conv2d 4>8 k=1
    Conv2d 4>8 k=3 p=1
    Conv2d 8>8 k=3 p=1
    """
    return ResidualUnit(2, 4, 8)


def by_name():
    """
    Conv2d 8>8 k=1 s=2
    Conv3d 1>8 k=3 s=2
    ConvTranspose1d 8>8 k=2 s=2
    """
    return nn.Sequential(
        Conv["conv", 3](1, 8, 3, 2), Conv[Conv.CONV, 2](8, 8, kernel_size=1, stride=2), Conv[Conv.CONVTRANS, 1](8, 8, 2, 2)
    )


def pools():
    """
    AvgPool3d k=3 s=2
    MaxPool2d k=1 s=2
    MaxPool2d k=2 s=2
    """
    return nn.Sequential(
        Pool["max", 2](1, stride=2), Pool[Pool.AVG, 3](kernel_size=3, stride=2), get_pool_layer(("max", {"kernel_size": 2}), 2)
    )


def quiet():
    """Conv2d 8>8 k=3 p=1"""
    return nn.Sequential(
        Norm["instance", 2](8),
        Act["prelu"](),
        Dropout["dropout", 3](0.1),
        Pad["constantpad", 2](1, 0),
        get_act_layer("relu"),
        get_norm_layer("batch", 2, 8),
        ADN(in_channels=8, act="relu", norm="batch", norm_dim=2),
        Conv["conv", 2](8, 8, 3, padding=same_padding(3)),
    )


def arguments():
    """Conv2d 8>8 k=3 d=2"""
    kind, args = split_args(("conv", {"dilation": 2}))
    return Conv[kind, 2](8, 8, 3, **args)


def basic_block():
    """
    Conv3d 4>8 k=3 s=2 p=1
    Conv3d 8>8 k=3 p=1
    """
    return UnetBasicBlock(3, 4, 8, kernel_size=3, stride=2, norm_name="instance")


def residual_block():
    """
    Conv3d 4>8 k=1 s=1,2,2
    Conv3d 4>8 k=3 s=1,2,2 p=1
    Conv3d 8>8 k=3 p=1
    """
    return UnetResBlock(3, 4, 8, kernel_size=3, stride=(1, 2, 2), norm_name=("group", {"num_groups": 2}))


def up_block():
    """
    Conv2d 4>4 k=3 p=1
    Conv2d 8>4 k=3 p=1
    ConvTranspose2d 8>4 k=2 s=2
    """
    return UnetUpBlock(2, 8, 4, kernel_size=3, stride=1, upsample_kernel_size=2, norm_name="batch")


def out_block():
    """Conv2d 8>3 k=1"""
    return UnetOutBlock(2, 8, 3)


def plain_block():
    """
    Conv2d 8>16 k=3 s=2 p=1
    ConvTranspose2d 8>8 k=3 s=2 p=1
    """
    padding = get_padding((3, 3), (2, 2))
    return nn.Sequential(
        get_conv_layer(2, 8, 16, kernel_size=3, stride=2),
        nn.ConvTranspose2d(8, 8, 3, 2, padding, get_output_padding((3, 3), (2, 2), padding)),
    )
