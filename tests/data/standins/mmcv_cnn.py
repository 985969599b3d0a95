"""What people build with mmcv's layers. Each function's docstring states its layers; read as source, never imported."""

import torch.nn as nn
from mmcv.cnn import (
    ConvModule,
    DepthwiseSeparableConvModule,
    NonLocal2d,
    Scale,
    build_activation_layer,
    build_conv_layer,
    build_norm_layer,
    build_padding_layer,
    build_plugin_layer,
    build_upsample_layer,
)
from mmcv.cnn.bricks import DropPath
from mmcv.cnn.bricks.drop import build_dropout
from mmcv.cnn.bricks.transformer import AdaptivePadding, PatchEmbed, PatchMerging
from mmengine.model import BaseModule, ModuleList, Sequential, constant_init, kaiming_init
from mmengine.model.weight_init import trunc_normal_
from mmengine.registry import MODELS
from mmengine.utils import is_tuple_of, to_2tuple
from mmengine.utils.dl_utils.parrots_wrapper import _BatchNorm


def conv():
    """Conv2d 3>8 k=3 s=2 p=1"""
    return ConvModule(3, 8, 3, stride=2, padding=1)


def conv_dead():
    """Conv2d 3>8 k=1 s=2"""
    return ConvModule(3, 8, 1, stride=2, norm_cfg=dict(type="BN", requires_grad=True))


def conv_dilated():
    """Conv2d 8>8 k=3 s=2 d=2 p=2 g=2"""
    return ConvModule(8, 8, 3, stride=2, padding=2, dilation=2, groups=2, act_cfg=None)


def conv_cfg_3d():
    """Conv3d 3>8 k=1,3,3 s=1,2,2"""
    return ConvModule(3, 8, (1, 3, 3), stride=(1, 2, 2), conv_cfg=dict(type="Conv3d"), norm_cfg=dict(type="BN3d"))


def conv_cfg_1d():
    """Conv1d 3>8 k=1 s=4"""
    return ConvModule(3, 8, 1, stride=4, conv_cfg=dict(type="Conv1d"), act_cfg=dict(type="GELU"))


def conv_adaptive():
    """
    Conv2d 3>8 k=3 s=2
    F.conv2d 3>8 k=3 s=2
    """
    return ConvModule(3, 8, 3, stride=2, padding=1, conv_cfg=dict(type="Conv2dAdaptivePadding"))


def conv_standardised():
    """
    Conv2d 3>8 k=3 s=2
    F.conv2d ?>? k=? s=2
    """
    return ConvModule(3, 8, 3, stride=2, conv_cfg=dict(type="ConvWS"), norm_cfg=dict(type="GN", num_groups=2))


def conv_reflect():
    """Conv2d 3>8 k=3"""
    return ConvModule(3, 8, 3, padding=1, padding_mode="reflect")


def conv_order():
    """
    Conv2d 16>8 k=3
    Conv2d 8>16 k=1
    """
    module = ConvModule(8, 16, 1, norm_cfg=dict(type="BN"), act_cfg=dict(type="LeakyReLU"), order=("norm", "act", "conv"))
    return nn.Conv2d(module.out_channels, module.norm.num_features, 3)


def depthwise():
    """
    Conv2d 8>16 k=1
    Conv2d 8>8 k=3 s=2 p=1 g=8
    """
    return DepthwiseSeparableConvModule(8, 16, 3, stride=2, padding=1, norm_cfg=dict(type="BN"))


def plain_layer():
    """Conv2d 8>16 k=1 s=2"""
    return build_conv_layer(None, 8, 16, kernel_size=1, stride=2, bias=False)


def named_layer():
    """Conv2d 8>16 k=5 s=2 p=2"""
    return build_conv_layer(dict(type="Conv"), 8, 16, 5, stride=2, padding=2)


def norm():
    """Conv2d 16>4 k=1"""
    name, layer = build_norm_layer(dict(type="SyncBN", eps=1e-3), 16, postfix=2)
    block = nn.Sequential()
    block.add_module(name, layer)
    return nn.Sequential(block, nn.Conv2d(block.bn2.num_features, 4, 1))


def activation():
    """Conv2d 8>8 k=1"""
    return nn.Sequential(build_activation_layer(dict(type="HSwish")), nn.Conv2d(8, 8, 1))


def padding():
    """Conv2d 8>8 k=3"""
    return nn.Sequential(build_padding_layer(dict(type="zero"), 1), nn.Conv2d(8, 8, 3))


def plugin():
    """
    Conv2d 16>8 k=1
    Conv2d 8>16 k=1
    MaxPool2d k=2 s=2
    """
    name, layer = build_plugin_layer(dict(type="NonLocal2d", sub_sample=True), in_channels=16, postfix="_1")
    return nn.ModuleDict({name: layer})


def dropout():
    """Conv2d 8>8 k=1"""
    return nn.Sequential(build_dropout(dict(type="DropPath", drop_prob=0.1)), DropPath(0.1), Scale(1.0), nn.Conv2d(8, 8, 1))


def upsample_deconv():
    """ConvTranspose2d 8>4 k=3 s=2 p=1"""
    return build_upsample_layer(dict(type="deconv", in_channels=8, out_channels=4, kernel_size=3, stride=2, padding=1))


def upsample_shuffle():
    """Conv2d 8>16 k=3 p=1"""
    return build_upsample_layer(
        dict(type="pixel_shuffle", in_channels=8, out_channels=4, scale_factor=2, upsample_kernel=3)
    )


def upsample_nearest():
    """Conv2d 8>8 k=1"""
    return nn.Sequential(build_upsample_layer(dict(type="nearest", scale_factor=2)), nn.Conv2d(8, 8, 1))


def non_local():
    """
    Conv2d 16>8 k=1
    Conv2d 8>16 k=1
    """
    return NonLocal2d(16, mode="dot_product", norm_cfg=dict(type="BN"))


def patches():
    """Conv2d 3>32 k=4 s=4"""
    return PatchEmbed(in_channels=3, embed_dims=32, kernel_size=4, stride=4, norm_cfg=dict(type="LN"))


def patches_corner():
    """Conv2d 3>32 k=7 s=4 p=3"""
    return PatchEmbed(in_channels=3, embed_dims=32, kernel_size=7, stride=4, padding=3, input_size=64)


def patches_dead():
    """Conv2d 3>32 k=2 s=4"""
    return PatchEmbed(in_channels=3, embed_dims=32, kernel_size=2, stride=4, padding=0)


def merging():
    """Unfold k=2 s=2"""
    return nn.Sequential(PatchMerging(16, 32), AdaptivePadding(kernel_size=2, stride=2))


@MODELS.register_module()
class Block(BaseModule):
    """
    Conv2d ?>? k=1
    Conv2d ?>? k=3 p=1
    """

    def __init__(self, inplanes, planes, stride=1, conv_cfg=None, norm_cfg=dict(type="BN"), init_cfg=None):
        super().__init__(init_cfg)
        self.norm1_name, norm1 = build_norm_layer(norm_cfg, planes, postfix=1)
        self.conv1 = build_conv_layer(conv_cfg, inplanes, planes, 3, stride=stride, padding=1, bias=False)
        self.add_module(self.norm1_name, norm1)
        self.conv2 = ConvModule(self.norm1.num_features, planes, 1, stride=stride, norm_cfg=norm_cfg)

    @property
    def norm1(self):
        return getattr(self, self.norm1_name)

    def init_weights(self):
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                kaiming_init(module)
                trunc_normal_(module.weight)
            elif isinstance(module, (_BatchNorm, nn.GroupNorm)):
                constant_init(module, 1)


class Net(BaseModule):
    """
    Conv2d 16>16 k=1 s=2
    Conv2d 3>8 k=4 s=4
    Conv2d 8>16 k=3 s=2 p=1
    """

    def __init__(self, widths=(8, 16), init_cfg=None):
        super().__init__(init_cfg=init_cfg)
        assert is_tuple_of(widths, int)
        self.layers = ModuleList([Sequential(Block(i, o, stride=2)) for i, o in zip(widths, widths[1:])])
        self.stem = nn.Conv2d(3, widths[0], to_2tuple(4), 4)


def registered():
    """
    Conv2d 4>8 k=3 s=2 p=1
    Conv2d 8>8 k=1 s=2
    """
    return MODELS.build(dict(type="Block", inplanes=4, planes=8, stride=2))


def registered_before():
    """
    Conv2d 3>8 k=1 s=2
    Conv2d 8>8 k=5 possible
    """
    layers = [nn.Conv2d(8, 8, 5)] if "Unheard" in MODELS else []
    return nn.Sequential(*layers, nn.Conv2d(3, 8, 1, 2) if "Block" in MODELS else nn.Conv2d(3, 8, 3))
