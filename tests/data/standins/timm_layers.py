"""What people build with timm's layers. Each function's docstring states its layers; read as source, never imported."""

from functools import partial

import timm.layers
import torch.nn as nn
from timm.layers import (
    AvgPool2dSame,
    BlurPool2d,
    ClassifierHead,
    ConvMlp,
    ConvNormAct,
    CondConv2d,
    DropPath,
    EcaModule,
    EffectiveSEModule,
    LayerNorm2d,
    Mlp,
    PatchEmbed,
    ScaledStdConv2d,
    SelectAdaptivePool2d,
    SelectiveKernel,
    SeparableConv2d,
    SeparableConvNormAct,
    SplitAttn,
    SqueezeExcite,
    StdConv2d,
    StdConv2dSame,
    create_attn,
    create_conv2d,
    create_norm_act_layer,
    create_pool2d,
    get_act_layer,
    get_attn,
    get_norm_act_layer,
    get_padding,
    make_divisible,
    to_2tuple,
    trunc_normal_,
)
from timm.layers.conv2d_same import Conv2dSame
from timm.models import build_model_with_cfg, register_model
from timm.models.layers import ConvBnAct
from timm.models.layers import create_conv2d as old_create_conv2d


def conv_symmetric():
    """Conv2d 3>8 k=3 s=2 p=1"""
    return create_conv2d(3, 8, 3, stride=2)


def conv_dead():
    """Conv2d 3>8 k=1 s=2"""
    return create_conv2d(3, 8, 1, stride=2)


def conv_dilated():
    """Conv2d 8>8 k=3 s=2 d=2 p=2"""
    return create_conv2d(8, 8, 3, stride=2, dilation=2)


def conv_same():
    """
    Conv2d 8>8 k=5 s=2
    F.conv2d 8>8 k=5 s=2
    """
    return create_conv2d(8, 8, 5, stride=2, padding="same")


def conv_same_static():
    """Conv2d 8>8 k=3 p=1"""
    return create_conv2d(8, 8, 3, padding="SAME")


def conv_valid():
    """Conv2d 8>8 k=3"""
    return create_conv2d(8, 8, 3, padding="valid", bias=True)


def conv_number():
    """Conv2d 8>8 k=3 p=4 g=2"""
    return create_conv2d(8, 8, 3, padding=4, groups=2)


def conv_axes():
    """Conv2d 8>8 k=3,1 s=2,1 p=1,0"""
    return create_conv2d(8, 8, (3, 1), stride=(2, 1))


def conv_depthwise():
    """Conv2d 8>16 k=3 s=2 p=1 g=8"""
    return create_conv2d(8, 16, 3, stride=2, depthwise=True)


def conv_mixed():
    """
    Conv2d 3>6 k=1 s=2 g=3
    Conv2d 3>6 k=5 s=2 p=2 g=3
    Conv2d 4>8 k=3 s=2 p=1 g=4
    """
    return create_conv2d(10, 20, [3, 5, 1], stride=2, depthwise=True)


def conv_mixed_groups():
    """
    Conv2d 4>4 k=3 p=1 g=4
    Conv2d 4>4 k=5 p=2 g=4
    """
    return create_conv2d(8, 8, [3, 5], groups=8)


def conv_experts():
    """F.conv2d ?>? k=? s=2 p=1 g=?"""
    return create_conv2d(8, 16, 3, stride=2, num_experts=4)


def conv_old_name():
    """Conv2d 8>16 k=1 s=3 p=1"""
    return old_create_conv2d(8, 16, 1, stride=3)


def conv_by_module():
    """Conv2d 8>16 k=1 s=3 p=1"""
    return timm.layers.create_conv2d(8, 16, 1, stride=3)


def conv_same_class():
    """
    Conv2d 8>16 k=3 s=2
    F.conv2d 8>16 k=3 s=2
    """
    return Conv2dSame(8, 16, 3, stride=2, padding=1)


def norm_act():
    """Conv2d 8>16 k=1"""
    return ConvNormAct(8, 16)


def norm_act_strided():
    """Conv2d 8>16 k=3 s=2 d=3 p=3 g=4"""
    return ConvNormAct(8, 16, kernel_size=3, stride=2, dilation=3, groups=4, apply_act=False)


def norm_act_dead():
    """Conv2d 8>16 k=1 s=2"""
    return ConvNormAct(8, 16, stride=2)


def norm_act_anti_aliased():
    """
    Conv2d 8>16 k=3 p=1
    F.conv2d 16>16 k=3 s=2 g=16
    """
    return ConvNormAct(8, 16, 3, stride=2, aa_layer=BlurPool2d)


def norm_act_average():
    """
    AvgPool2d k=2 s=2
    Conv2d 8>16 k=3 p=1
    """
    return ConvNormAct(8, 16, 3, stride=2, aa_layer=nn.AvgPool2d)


def norm_act_plain():
    """Conv2d 8>16 k=3 p=1"""
    return ConvNormAct(8, 16, 3, apply_norm=False, drop_layer=nn.Dropout)


def norm_act_layers():
    """Conv2d 8>16 k=3 p=1"""
    norm = partial(LayerNorm2d, eps=1e-5)
    return ConvNormAct(8, 16, 3, norm_layer=norm, act_layer=nn.GELU)


def norm_act_names():
    """Conv2d 8>16 k=3 p=1"""
    return ConvNormAct(8, 16, 3, norm_layer="groupnorm", act_layer="silu")


def norm_act_old_name():
    """
    Conv2d 8>16 k=7 s=4
    F.conv2d 8>16 k=7 s=4
    """
    return ConvBnAct(8, 16, 7, stride=4, padding="same")


def separable():
    """
    Conv2d 16>16 k=1
    Conv2d 8>16 k=5 s=2 p=2 g=8
    """
    return SeparableConv2d(8, 16, 5, stride=2, channel_multiplier=2.0)


def separable_norm_act():
    """
    Conv2d 8>16 k=1
    Conv2d 8>8 k=3 s=2 g=8
    F.conv2d 8>8 k=3 s=2 g=8
    """
    return SeparableConvNormAct(8, 16, 3, stride=2, padding="same")


def selective_kernel():
    """
    Conv2d 32>8 k=1
    Conv2d 8>32 k=3 s=2 d=2 p=2
    Conv2d 8>32 k=3 s=2 p=1
    Conv2d 8>64 k=1
    """
    return SelectiveKernel(16, 32, stride=2)


def selective_kernel_wide():
    """
    Conv2d 16>32 k=3 p=1
    Conv2d 16>32 k=5 p=2
    Conv2d 32>8 k=1
    Conv2d 8>64 k=1
    """
    return SelectiveKernel(16, 32, kernel_size=[3, 5], keep_3x3=False, split_input=False)


def split_attention():
    """
    Conv2d 16>64 k=3 s=2 p=1 g=4
    Conv2d 32>32 k=1 g=2
    Conv2d 32>64 k=1 g=2
    """
    return SplitAttn(16, 32, stride=2, groups=2, norm_layer=nn.BatchNorm2d)


def standardised():
    """
    Conv2d 8>16 k=3 s=2 p=1
    F.conv2d ?>? k=? s=2 p=1
    """
    return StdConv2d(8, 16, 3, stride=2)


def standardised_same():
    """
    Conv2d 8>16 k=3 s=2
    F.conv2d ?>? k=? s=2
    """
    return StdConv2dSame(8, 16, 3, stride=2)


def standardised_same_static():
    """
    Conv2d 8>16 k=3 p=1
    F.conv2d ?>? k=? p=1
    """
    return StdConv2dSame(8, 16, 3, stride=1)


def standardised_scaled():
    """
    Conv2d 8>16 k=1 s=2
    F.conv2d ?>? k=? s=2
    """
    return ScaledStdConv2d(8, 16, 1, stride=2)


def squeeze_excite():
    """
    Conv2d 64>8 k=1
    Conv2d 8>64 k=1
    """
    return SqueezeExcite(64)


def squeeze_excite_channels():
    """
    Conv2d 12>64 k=1
    Conv2d 64>12 k=1
    """
    return SqueezeExcite(64, rd_channels=12, act_layer=nn.SiLU)


def effective_squeeze_excite():
    """Conv2d 32>32 k=1"""
    return EffectiveSEModule(32)


def channel_attention():
    """Conv1d 1>1 k=5 p=2"""
    return EcaModule(256)


def channel_attention_mlp():
    """
    Conv1d 1>8 k=1
    Conv1d 8>1 k=3 p=1
    """
    return EcaModule(64, use_mlp=True)


def attention_by_name():
    """
    Conv1d 1>1 k=3 p=1
    Conv2d 32>32 k=1
    Conv2d 32>8 k=1
    Conv2d 8>32 k=1
    """
    return nn.ModuleList([create_attn(name, 32) for name in ("se", "ese", "eca")])


def attention_by_flag():
    """
    Conv2d 48>8 k=1
    Conv2d 8>48 k=1
    """
    return get_attn(True)(48)


def no_attention():
    """No layer."""
    return create_attn(None, 32)


def patches():
    """Conv2d 3>64 k=4 s=4"""
    return PatchEmbed(img_size=32, patch_size=4, in_chans=3, embed_dim=64)


def patches_sequence():
    """
    Conv1d 64>8 k=3
    Conv2d 3>768 k=8,4 s=8,4
    """
    embed = PatchEmbed(img_size=(64, 32), patch_size=(8, 4))
    return nn.Conv1d(embed.num_patches, embed.grid_size[0], 3)


def perceptron():
    """
    Conv2d 16>32 k=1
    Conv2d 32>16 k=1
    """
    return Mlp(16, 32, use_conv=True)


def perceptron_linear():
    """No layer."""
    return Mlp(16, 32)


def perceptron_conv():
    """
    Conv2d 16>32 k=1
    Conv2d 32>8 k=1
    """
    return ConvMlp(16, 32, 8)


def pool_average():
    """AvgPool2d k=3 s=2 p=1"""
    return create_pool2d("avg", 3, stride=2)


def pool_max_same():
    """
    F.max_pool2d k=3 s=2
    MaxPool2d k=3 s=2
    """
    return create_pool2d("max", 3, stride=2, padding="same")


def pool_dead():
    """MaxPool2d k=1 s=2"""
    return create_pool2d("max", 1, 2)


def pool_same():
    """
    AvgPool2d k=2 s=2
    F.avg_pool2d k=2 s=2
    """
    return AvgPool2dSame(2, 2)


def blur():
    """
    F.conv2d 16>16 k=3 s=2 g=16
    F.conv2d 16>16 k=5 s=4 g=16
    """
    return nn.Sequential(BlurPool2d(16, stride=2), BlurPool2d(16, filt_size=5, stride=4))


def head():
    """Conv2d 64>10 k=1"""
    return ClassifierHead(64, 10, use_conv=True)


def head_pools():
    """Conv2d 32>8 k=1"""
    pool = SelectAdaptivePool2d(pool_type="catavgmax")
    return nn.Conv2d(16 * pool.feat_mult(), 8, 1)


def widths():
    """Conv2d 32>8 k=3 p=1"""
    return nn.Conv2d(make_divisible(33), make_divisible(20 * 0.25, 8), to_2tuple(3), padding=get_padding(3, 2))


def norm_by_name():
    """Conv2d 8>8 k=1"""
    return nn.Sequential(create_norm_act_layer("batchnorm2d", 8, "relu"), nn.Conv2d(8, 8, 1))


def act_by_name():
    """Conv2d 8>8 k=1"""
    return nn.Sequential(get_act_layer("gelu")(), nn.Conv2d(8, 8, 1))


class Block(nn.Module):
    """Conv2d ?>? k=3 p=1"""

    def __init__(self, dim, out_dim, stride=1, drop_path=0.0, act_layer=nn.ReLU, norm_layer=nn.BatchNorm2d):
        super().__init__()
        norm_act = get_norm_act_layer(norm_layer, act_layer)
        self.conv1 = create_conv2d(dim, out_dim, 3, stride=stride)
        self.bn1 = norm_act(out_dim)
        self.drop_path = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()
        self.shortcut = ConvNormAct(dim, out_dim, 1, stride=stride, apply_act=False) if stride > 1 else nn.Identity()
        trunc_normal_(self.conv1.weight, std=0.02)

    def forward(self, x):
        return self.bn1(self.conv1(x)) + self.drop_path(self.shortcut(x))


class Net(nn.Module):
    """
    Conv2d 3>8 k=4 s=4
    Conv2d 8>16 k=1 s=2
    Conv2d 8>16 k=3 s=2 p=1
    """

    def __init__(self, dims=(8, 16), num_classes=10, in_chans=3, **kwargs):
        super().__init__()
        self.stem = create_conv2d(in_chans, dims[0], 4, stride=4, padding="valid")
        self.stages = nn.Sequential(*[Block(i, o, stride=2, drop_path=0.1) for i, o in zip(dims, dims[1:])])
        self.head = ClassifierHead(dims[-1], num_classes)


@register_model
def net_tiny(pretrained=False, **kwargs):
    """
    Conv2d 16>32 k=1 s=2
    Conv2d 16>32 k=3 s=2 p=1
    Conv2d 3>8 k=4 s=4
    Conv2d 8>16 k=1 s=2
    Conv2d 8>16 k=3 s=2 p=1
    """
    return build_model_with_cfg(Net, "net_tiny", pretrained, **dict(dict(dims=(8, 16, 32)), **kwargs))
