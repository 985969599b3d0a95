"""What libraries build that no stand-in models: nothing is known of it, and nothing may be said."""

import timm
import torch.nn as nn
import torchvision
from mmcv.cnn import ConvModule, build_activation_layer, build_norm_layer
from mmcv.ops import DeformConv2dPack
from mmengine.model import is_model_wrapper
from monai.networks.blocks import UnetrBasicBlock
from monai.networks.nets import UNet
from timm.layers import CbamModule, ConvNormAct, create_attn, create_conv2d, get_act_layer, get_norm_act_layer
from timm.models.vision_transformer import Block, VisionTransformer
from torchvision.models import ResNet18_Weights, mobilenet_v2
from torchvision.models.detection import fasterrcnn_resnet50_fpn
from torchvision.ops import deform_conv2d, roi_align


def whole_models():
    """No layer."""
    return [
        timm.create_model("resnet50", pretrained=True, features_only=True),
        timm.models.resnet50(),
        torchvision.models.vgg16(weights="DEFAULT"),
        torchvision.models.get_model("resnet50"),
        torchvision.models.segmentation.fcn_resnet50(),
        mobilenet_v2(),
        fasterrcnn_resnet50_fpn(),
        UNet(spatial_dims=2, in_channels=1, out_channels=2, channels=(4, 8), strides=(2,), kernel_size=1),
    ]


def layers():
    """No layer."""
    return nn.Sequential(
        CbamModule(16), DeformConv2dPack(8, 8, 1, stride=2), Block(64, 8), UnetrBasicBlock(2, 8, 8, 1, 2, "batch", True)
    )


def weights():
    """
    Conv2d 1000>8 k=?
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
    model = torchvision.models.resnet18(weights=ResNet18_Weights.DEFAULT)
    return nn.Conv2d(model.fc.out_features, 8, len(ResNet18_Weights.DEFAULT.meta["categories"]))


def features():
    """
    Conv2d 8>8 k=3 s=3
    Conv2d ?>64 k=1 s=? possible
    """
    model = timm.create_model("resnet50", features_only=True)
    channels, reductions = model.feature_info.channels(), model.feature_info.reduction()
    return nn.ModuleList([nn.Conv2d(c, 64, 1, stride=r) for c, r in zip(channels, reductions)] + [nn.Conv2d(8, 8, 3, 3)])


def names_of_others():
    """
    Conv2d 8>16 k=3 p=1
    Conv2d 8>16 k=3 s=2
    Conv2d 8>16 k=5 s=2
    """
    name, norm = build_norm_layer(dict(type="MyNorm"), 8)
    return nn.Sequential(
        create_attn("cbam", 16),
        get_act_layer("brand_new")(),
        get_norm_act_layer("evonorms0")(8),
        ConvNormAct(8, 16, 3, norm_layer="frntlu", act_layer="brand_new"),
        norm,
        build_activation_layer(dict(type="MyAct")),
        ConvModule(8, 16, 1, stride=2, conv_cfg=dict(type="DCNv2", deform_groups=1)),
        ConvModule(8, 16, 3, stride=2, norm_cfg=dict(type="MyNorm"), act_cfg=dict(type="MyAct")),
        nn.Conv2d(8, 16, 5, 2),
    )


class Derived(VisionTransformer):
    """
    Conv2d 3>8 k=? s=4 possible
    Conv2d 3>? k=1 s=2
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stem = create_conv2d(3, self.embed_dim, 1, stride=2)
        self.wrapped = is_model_wrapper(self)
        if timm.__version__ > "0.9" or self.wrapped:
            self.extra = nn.Conv2d(3, 8, self.patch_embed.proj.kernel_size[0], 4)


class Runs(nn.Module):
    """
    Conv2d 3>18 k=3 p=1
    Conv2d 3>8 k=3
    """

    def __init__(self):
        super().__init__()
        self.offset = nn.Conv2d(3, 18, 3, padding=1)
        self.weight = nn.Parameter(nn.Conv2d(3, 8, 3).weight)

    def forward(self, x, boxes):
        x = deform_conv2d(x, self.offset(x), self.weight, stride=2)
        return roi_align(x, boxes, 7)


class WeightsOfTheirOwn(nn.Module):
    """Conv2d ?>10 k=1 s=2"""

    def __init__(self, backbone=mobilenet_v2):
        super().__init__()
        self.body = backbone(weights=None).features
        self.head = nn.Conv2d(self.body[-1].out_channels, 10, kernel_size=1, stride=2)
