"""Stands for timm.models.layers.create_conv2d, which is timm.layers.create_conv2d since timm 0.8."""

from timm.layers.create_conv2d import *
