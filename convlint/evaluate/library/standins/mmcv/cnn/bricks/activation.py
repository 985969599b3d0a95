"""Stands for mmcv.cnn.bricks.activation of mmcv 2.2: an activation from its configuration."""

import torch.nn as nn

from .type_of import type_of


class Clamp(nn.Module):
    def __init__(self, min=-1.0, max=1.0):
        super().__init__()

    def forward(self, x):
        return x


class Swish(nn.Module):
    def forward(self, x):
        return x


class HSigmoid(nn.Module):
    def __init__(self, bias=3.0, divisor=6.0, min_value=0.0, max_value=1.0):
        super().__init__()

    def forward(self, x):
        return x


HSwish = nn.Hardswish
_TORCH = (nn.ReLU, nn.LeakyReLU, nn.PReLU, nn.RReLU, nn.ReLU6, nn.ELU, nn.Sigmoid, nn.Tanh, nn.SiLU, nn.GELU)
_BY_NAME = {kind.__name__: kind for kind in _TORCH}
_BY_NAME.update(Clip=Clamp, Clamp=Clamp, Swish=Swish, HSigmoid=HSigmoid, HSwish=HSwish)


def build_activation_layer(cfg):
    cfg = dict(cfg)
    return type_of(cfg.pop("type"), _BY_NAME)(**cfg)
