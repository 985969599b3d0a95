"""Stands for timm.models.layers.conv_bn_act, which is timm.layers.conv_bn_act since timm 0.8."""

from timm.layers.conv_bn_act import *
