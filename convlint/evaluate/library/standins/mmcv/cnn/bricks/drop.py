"""Stands for mmcv.cnn.bricks.drop of mmcv 2.2: paths that are dropped in training. No convolution is in them."""

import torch.nn as nn

from .type_of import type_of


def drop_path(x, drop_prob=0.0, training=False):
    return x


class DropPath(nn.Module):
    def __init__(self, drop_prob=0.1):
        super().__init__()
        self.drop_prob = drop_prob

    def forward(self, x):
        return x


class Dropout(nn.Dropout):
    def __init__(self, drop_prob=0.5, inplace=False):
        super().__init__(p=drop_prob, inplace=inplace)


def build_dropout(cfg, default_args=None):
    args = {**(default_args or {}), **cfg}
    return type_of(args.pop("type"), {"DropPath": DropPath, "Dropout": Dropout})(**args)
