"""Stands for mmcv.cnn.bricks.conv of mmcv 2.2: a convolution from its configuration."""

import torch.nn as nn

from .conv2d_adaptive_padding import Conv2dAdaptivePadding
from .conv_ws import ConvAWS2d, ConvWS2d
from .type_of import type_of
from .wrappers import Conv2d, Conv3d

_BY_NAME = {
    "Conv1d": nn.Conv1d,
    "Conv2d": nn.Conv2d,
    "Conv3d": Conv3d,
    "Conv": Conv2d,
    "ConvWS": ConvWS2d,
    "ConvAWS": ConvAWS2d,
    "Conv2dAdaptivePadding": Conv2dAdaptivePadding,
}


def build_conv_layer(cfg, *args, **kwargs):
    cfg = {"type": "Conv2d"} if cfg is None else dict(cfg)
    layer = type_of(cfg.pop("type"), _BY_NAME)
    return layer(*args, **kwargs, **cfg)
