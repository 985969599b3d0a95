"""Stands for timm.layers.create_act of timm 1.0: activations by name. None of them builds a convolution."""

import torch.nn as nn

# The others by name: convlint takes this for an unknown.
from . import activations_not_modelled
from .activations import GELU, HardMish, PReLU, QuickGELU, Sigmoid, Tanh

_BY_NAME = {
    "silu": nn.SiLU,
    "swish": nn.SiLU,
    "mish": nn.Mish,
    "relu": nn.ReLU,
    "relu6": nn.ReLU6,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "prelu": PReLU,
    "celu": nn.CELU,
    "selu": nn.SELU,
    "gelu": GELU,
    "gelu_tanh": GELU,
    "quick_gelu": QuickGELU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "hard_sigmoid": nn.Hardsigmoid,
    "hardsigmoid": nn.Hardsigmoid,
    "hard_swish": nn.Hardswish,
    "hardswish": nn.Hardswish,
    "hard_mish": HardMish,
    "identity": nn.Identity,
}


def get_act_layer(name="relu"):
    if not name:
        return None
    return _BY_NAME.get(name.lower(), activations_not_modelled) if isinstance(name, str) else name


def create_act_layer(name, inplace=None, **kwargs):
    layer = get_act_layer(name)
    if layer is None:
        return None
    return layer(**kwargs) if inplace is None else layer(inplace=inplace, **kwargs)
