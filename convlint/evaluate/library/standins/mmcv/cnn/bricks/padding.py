"""Stands for mmcv.cnn.bricks.padding of mmcv 2.2: a padding layer from its configuration."""

import torch.nn as nn

from .type_of import type_of

_BY_NAME = {"zero": nn.ZeroPad2d, "reflect": nn.ReflectionPad2d, "replicate": nn.ReplicationPad2d}


def build_padding_layer(cfg, *args, **kwargs):
    cfg = dict(cfg)
    return type_of(cfg.pop("type"), _BY_NAME)(*args, **kwargs, **cfg)
