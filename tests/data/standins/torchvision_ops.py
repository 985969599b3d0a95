"""What people build with torchvision's layers. Each function's docstring states its layers; read as source, never imported."""

from functools import partial

import torch.nn as nn
import torchvision
from torchvision.models._utils import IntermediateLayerGetter, _make_divisible
from torchvision.models.feature_extraction import create_feature_extractor
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet, conv1x1, conv3x3
from torchvision.ops import (
    MLP,
    Conv2dNormActivation,
    Conv3dNormActivation,
    DeformConv2d,
    DropBlock2d,
    FeaturePyramidNetwork,
    FrozenBatchNorm2d,
    Permute,
    RoIAlign,
    SqueezeExcitation,
    StochasticDepth,
    deform_conv2d,
    roi_align,
)
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool, LastLevelP6P7
from torchvision.ops.misc import ConvNormActivation


def deformable():
    """
    Conv2d 2>8 k=3
    Conv2d 8>18 k=1 s=2
    """
    conv = DeformConv2d(8, 2, kernel_size=3, stride=2)
    return nn.Conv2d(conv.in_channels, 2 * conv.kernel_size[0] * conv.kernel_size[1], 1, conv.stride), nn.Conv2d(
        conv.out_channels, 8, 3
    )


def boxes():
    """Conv2d 8>8 k=7"""
    pool = RoIAlign(7, 1 / 16, sampling_ratio=2)
    return nn.Conv2d(8, 8, pool.output_size)


def conv():
    """Conv2d 3>8 k=3 p=1"""
    return Conv2dNormActivation(3, 8)


def conv_dead():
    """Conv2d 3>8 k=1 s=2"""
    return Conv2dNormActivation(3, 8, kernel_size=1, stride=2)


def conv_dilated():
    """Conv2d 8>8 k=5 s=2 d=2 p=4 g=4"""
    return Conv2dNormActivation(8, 8, 5, stride=2, dilation=2, groups=4, norm_layer=None, activation_layer=None)


def conv_padding():
    """Conv2d 8>8 k=3"""
    return Conv2dNormActivation(8, 8, 3, padding=0, inplace=None, activation_layer=nn.SiLU)


def conv_axes():
    """Conv2d 8>8 k=3,5 s=1,2 d=2 p=2,4"""
    return Conv2dNormActivation(8, 8, (3, 5), stride=(1, 2), dilation=2)


def conv_3d():
    """Conv3d 3>8 k=1,3,3 s=1,2,2 p=0,1,1"""
    return Conv3dNormActivation(3, 8, kernel_size=(1, 3, 3), stride=(1, 2, 2))


def conv_3d_dead():
    """Conv3d 3>8 k=1,3,3 s=2 p=0,1,1"""
    return Conv3dNormActivation(3, 8, kernel_size=(1, 3, 3), stride=2)


def conv_old_name():
    """Conv2d 3>8 k=3 s=2 p=1"""
    return ConvNormActivation(3, 8, kernel_size=3, stride=2, norm_layer=partial(nn.BatchNorm2d, eps=1e-3))


def conv_by_module():
    """
    Conv2d 3>8 k=1 s=2
    Conv2d 8>4 k=1
    """
    layer = torchvision.ops.Conv2dNormActivation(3, 8, 1, stride=2)
    return nn.Sequential(layer, nn.Conv2d(layer.out_channels, 4, 1))


def squeeze():
    """
    Conv2d 32>8 k=1
    Conv2d 8>32 k=1
    """
    return SqueezeExcitation(32, 8)


def perceptron():
    """No layer."""
    return MLP(16, [32, 8], activation_layer=nn.GELU, dropout=0.1)


def quiet():
    """No layer."""
    return nn.Sequential(StochasticDepth(0.1, "row"), DropBlock2d(0.1, 3), FrozenBatchNorm2d(8), Permute([0, 2, 3, 1]))


def pyramid():
    """
    Conv2d 16>32 k=1
    Conv2d 32>32 k=3 p=1
    Conv2d 8>32 k=1
    """
    return FeaturePyramidNetwork([8, 16], 32)


def pyramid_extra():
    """
    Conv2d 16>32 k=1
    Conv2d 32>32 k=3 p=1
    Conv2d 32>32 k=3 s=2 p=1
    Conv2d 8>32 k=1
    """
    return FeaturePyramidNetwork([8, 16], 32, extra_blocks=LastLevelP6P7(32, 32))


class Pyramid(nn.Module):
    """F.max_pool2d k=1 s=2"""

    def __init__(self):
        super().__init__()
        self.extra = LastLevelMaxPool()

    def forward(self, x, y, names):
        return self.extra(x, y, names)


def width():
    """Conv2d 40>16 k=3"""
    return nn.Conv2d(_make_divisible(37, 8), _make_divisible(10, 8, 16), 3)


class Inverted(nn.Module):
    """
    Conv2d 16>96 k=1
    Conv2d 96>24 k=1
    Conv2d 96>96 k=3 s=2 p=1 g=96
    """

    def __init__(self, inp=16, oup=24, stride=2, expand_ratio=6):
        super().__init__()
        hidden = int(round(inp * expand_ratio))
        layers = []
        if expand_ratio != 1:
            layers.append(Conv2dNormActivation(inp, hidden, kernel_size=1, activation_layer=nn.ReLU6))
        layers.append(Conv2dNormActivation(hidden, hidden, stride=stride, groups=hidden, activation_layer=nn.ReLU6))
        layers += [nn.Conv2d(hidden, oup, 1, 1, 0, bias=False), nn.BatchNorm2d(oup)]
        self.conv = nn.Sequential(*layers)


def helper_convolutions():
    """
    Conv2d 16>32 k=1 s=2
    Conv2d 8>16 k=3 s=2 d=2 p=2
    """
    return nn.Sequential(conv3x3(8, 16, stride=2, dilation=2), conv1x1(16, 32, stride=2))


def basic_block():
    """
    AvgPool2d k=2 s=2
    Conv2d 16>32 k=1
    Conv2d 16>32 k=3 s=2 p=1
    Conv2d 32>32 k=3 p=1
    """
    return BasicBlock(16, 32, stride=2, downsample=nn.Sequential(nn.AvgPool2d(2), conv1x1(16, 32)))


def bottleneck():
    """
    Conv2d 64>64 k=1
    Conv2d 64>64 k=3 s=2 p=1 g=2
    """
    return Bottleneck(64, 16, stride=2, groups=2, base_width=128)


def small_resnet():
    """
    Conv2d 128>128 k=3 p=1
    Conv2d 128>256 k=1 s=2
    Conv2d 128>256 k=3 s=2 p=1
    Conv2d 256>256 k=3 p=1
    Conv2d 256>512 k=1 s=2
    Conv2d 256>512 k=3 s=2 p=1
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 512>512 k=3 p=1
    Conv2d 64>128 k=1 s=2
    Conv2d 64>128 k=3 s=2 p=1
    Conv2d 64>64 k=3 p=1
    MaxPool2d k=3 s=2 p=1
    """
    return ResNet(BasicBlock, [1, 1, 1, 1], num_classes=10)


def dilated_resnet():
    """
    Conv2d 1024>2048 k=1
    Conv2d 1024>256 k=1
    Conv2d 1024>512 k=1
    Conv2d 128>128 k=3 s=2 p=1
    Conv2d 128>512 k=1
    Conv2d 2048>512 k=1
    Conv2d 256>1024 k=1
    Conv2d 256>128 k=1
    Conv2d 256>256 k=3 d=2 p=2
    Conv2d 256>256 k=3 p=1
    Conv2d 256>512 k=1 s=2
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 512>1024 k=1
    Conv2d 512>2048 k=1
    Conv2d 512>256 k=1
    Conv2d 512>512 k=3 d=2 p=2
    Conv2d 512>512 k=3 d=4 p=4
    Conv2d 64>256 k=1
    Conv2d 64>64 k=1
    Conv2d 64>64 k=3 p=1
    MaxPool2d k=3 s=2 p=1
    """
    return ResNet(Bottleneck, [1, 1, 2, 2], replace_stride_with_dilation=[False, True, True])


class Grey(ResNet):
    """
    Conv2d 128>128 k=3 p=1
    Conv2d 128>256 k=1 s=2
    Conv2d 128>256 k=3 s=2 p=1
    Conv2d 1>64 k=5 s=2 p=2
    Conv2d 256>256 k=3 p=1
    Conv2d 256>512 k=1 s=2
    Conv2d 256>512 k=3 s=2 p=1
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 512>512 k=3 p=1
    Conv2d 64>128 k=1 s=2
    Conv2d 64>128 k=3 s=2 p=1
    Conv2d 64>64 k=3 p=1
    MaxPool2d k=3 s=2 p=1
    """

    def __init__(self):
        super().__init__(BasicBlock, [1, 2, 1, 1])
        self.conv1 = nn.Conv2d(1, 64, kernel_size=5, stride=2, padding=2, bias=False)


def whole_model():
    """
    Conv2d 128>128 k=3 p=1
    Conv2d 128>256 k=1 s=2
    Conv2d 128>256 k=3 s=2 p=1
    Conv2d 256>256 k=3 p=1
    Conv2d 256>512 k=1 s=2
    Conv2d 256>512 k=3 s=2 p=1
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 512>512 k=3 p=1
    Conv2d 64>128 k=1 s=2
    Conv2d 64>128 k=3 s=2 p=1
    Conv2d 64>64 k=3 p=1
    MaxPool2d k=3 s=2 p=1
    """
    return torchvision.models.resnet18(weights=None)


def whole_model_deep():
    """
    Conv2d 1024>2048 k=1 s=2
    Conv2d 1024>256 k=1
    Conv2d 1024>512 k=1
    Conv2d 128>128 k=3 p=1
    Conv2d 128>128 k=3 s=2 p=1
    Conv2d 128>512 k=1
    Conv2d 2048>512 k=1
    Conv2d 256>1024 k=1
    Conv2d 256>128 k=1
    Conv2d 256>256 k=3 p=1
    Conv2d 256>256 k=3 s=2 p=1
    Conv2d 256>512 k=1 s=2
    Conv2d 256>64 k=1
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 512>1024 k=1 s=2
    Conv2d 512>128 k=1
    Conv2d 512>2048 k=1
    Conv2d 512>256 k=1
    Conv2d 512>512 k=3 p=1
    Conv2d 512>512 k=3 s=2 p=1
    Conv2d 64>256 k=1
    Conv2d 64>64 k=1
    Conv2d 64>64 k=3 p=1
    MaxPool2d k=3 s=2 p=1
    """
    return torchvision.models.resnet50(pretrained=True)


def whole_model_wide():
    """
    Conv2d 1024>1024 k=1
    Conv2d 1024>1024 k=3 p=1
    Conv2d 1024>1024 k=3 s=2 p=1
    Conv2d 1024>2048 k=1
    Conv2d 1024>2048 k=1 s=2
    Conv2d 1024>512 k=1
    Conv2d 128>128 k=3 p=1
    Conv2d 128>256 k=1
    Conv2d 2048>1024 k=1
    Conv2d 256>128 k=1
    Conv2d 256>256 k=1
    Conv2d 256>256 k=3 p=1
    Conv2d 256>256 k=3 s=2 p=1
    Conv2d 256>512 k=1
    Conv2d 256>512 k=1 s=2
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 512>1024 k=1
    Conv2d 512>1024 k=1 s=2
    Conv2d 512>256 k=1
    Conv2d 512>512 k=1
    Conv2d 512>512 k=3 p=1
    Conv2d 512>512 k=3 s=2 p=1
    Conv2d 64>128 k=1
    Conv2d 64>256 k=1
    MaxPool2d k=3 s=2 p=1
    """
    return torchvision.models.wide_resnet50_2()


def whole_model_grouped():
    """
    Conv2d 1024>1024 k=1
    Conv2d 1024>1024 k=3 p=1 g=32
    Conv2d 1024>1024 k=3 s=2 p=1 g=32
    Conv2d 1024>2048 k=1
    Conv2d 1024>2048 k=1 s=2
    Conv2d 1024>512 k=1
    Conv2d 128>128 k=3 p=1 g=32
    Conv2d 128>256 k=1
    Conv2d 2048>1024 k=1
    Conv2d 256>128 k=1
    Conv2d 256>256 k=1
    Conv2d 256>256 k=3 p=1 g=32
    Conv2d 256>256 k=3 s=2 p=1 g=32
    Conv2d 256>512 k=1
    Conv2d 256>512 k=1 s=2
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 512>1024 k=1
    Conv2d 512>1024 k=1 s=2
    Conv2d 512>256 k=1
    Conv2d 512>512 k=1
    Conv2d 512>512 k=3 p=1 g=32
    Conv2d 512>512 k=3 s=2 p=1 g=32
    Conv2d 64>128 k=1
    Conv2d 64>256 k=1
    MaxPool2d k=3 s=2 p=1
    """
    return torchvision.models.resnext50_32x4d()


def changed_model():
    """
    Conv2d 128>128 k=3 p=1
    Conv2d 128>256 k=1 s=2
    Conv2d 128>256 k=3 s=2 p=1
    Conv2d 256>256 k=3 p=1
    Conv2d 256>512 k=1 s=2
    Conv2d 256>512 k=3 s=2 p=1
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 4>64 k=7 s=2 p=3
    Conv2d 512>512 k=3 p=1
    Conv2d 64>128 k=1 s=2
    Conv2d 64>128 k=3 s=2 p=1
    Conv2d 64>64 k=3 p=1
    MaxPool2d k=3 s=2 p=1
    """
    model = torchvision.models.resnet34()
    model.fc = nn.Linear(model.fc.in_features, 10)
    model.conv1 = nn.Conv2d(4, model.conv1.out_channels, 7, 2, 3)
    return model


def cut_model():
    """
    Conv2d 128>128 k=3 p=1
    Conv2d 128>256 k=1 s=2
    Conv2d 128>256 k=3 s=2 p=1
    Conv2d 256>256 k=3 p=1
    Conv2d 256>512 k=1 s=2
    Conv2d 256>512 k=3 s=2 p=1
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 512>512 k=3 p=1
    Conv2d 64>128 k=1 s=2
    Conv2d 64>128 k=3 s=2 p=1
    Conv2d 64>64 k=3 p=1
    MaxPool2d k=3 s=2 p=1
    """
    model = torchvision.models.resnet18()
    return nn.Sequential(*list(model.children())[:-2])


def tapped_model():
    """
    Conv2d 128>128 k=3 p=1
    Conv2d 128>256 k=1 s=2
    Conv2d 128>256 k=3 s=2 p=1
    Conv2d 256>256 k=3 p=1
    Conv2d 256>512 k=1 s=2
    Conv2d 256>512 k=3 s=2 p=1
    Conv2d 3>64 k=7 s=2 p=3
    Conv2d 512>512 k=3 p=1
    Conv2d 64>128 k=1 s=2
    Conv2d 64>128 k=3 s=2 p=1
    Conv2d 64>64 k=3 p=1
    MaxPool2d k=3 s=2 p=1
    """
    return IntermediateLayerGetter(torchvision.models.resnet18(), {"layer2": "mid", "layer4": "out"})


class Extracted(nn.Module):
    """
    Conv2d 3>8 k=5 s=2
    Conv2d 8>8 k=1 s=2
    """

    def __init__(self):
        super().__init__()
        body = nn.Sequential(nn.Conv2d(3, 8, 5, 2), nn.ReLU())
        self.body = create_feature_extractor(body, return_nodes={"0": "out"})
        self.down = nn.Conv2d(8, 8, 1, 2)

    def forward(self, x):
        return self.down(self.body(x)["out"])
