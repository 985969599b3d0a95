"""Stands for torchvision.models of torchvision 0.28: ResNets alone. Every other model is an unknown."""

from ._api import register_model
from .resnet import (
    ResNet,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnext50_32x4d,
    resnext101_32x8d,
    resnext101_64x4d,
    wide_resnet50_2,
    wide_resnet101_2,
)
