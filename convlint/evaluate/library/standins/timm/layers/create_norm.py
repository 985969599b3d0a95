"""Stands for timm.layers.create_norm of timm 1.0: normalisation layers by name. None builds a convolution."""

import torch.nn as nn

# The others by name: convlint takes this for an unknown.
from . import norms_not_modelled
from .norm import GroupNorm, GroupNorm1, LayerNorm, LayerNorm2d, RmsNorm, RmsNorm2d, SimpleNorm, SimpleNorm2d

_BY_NAME = {
    "batchnorm": nn.BatchNorm2d,
    "batchnorm2d": nn.BatchNorm2d,
    "batchnorm1d": nn.BatchNorm1d,
    "groupnorm": GroupNorm,
    "groupnorm1": GroupNorm1,
    "layernorm": LayerNorm,
    "layernorm2d": LayerNorm2d,
    "layernormfp32": LayerNorm,
    "layernorm2dfp32": LayerNorm2d,
    "rmsnorm": RmsNorm,
    "rmsnorm2d": RmsNorm2d,
    "rmsnormfp32": RmsNorm,
    "rmsnorm2dfp32": RmsNorm2d,
    "simplenorm": SimpleNorm,
    "simplenorm2d": SimpleNorm2d,
    "simplenormfp32": SimpleNorm,
    "simplenorm2dfp32": SimpleNorm2d,
    "frozenbatchnorm2d": nn.BatchNorm2d,
}


def get_norm_layer(norm_layer):
    if not norm_layer:
        return None
    if isinstance(norm_layer, str):
        return _BY_NAME.get(norm_layer.replace("_", "").lower(), norms_not_modelled)
    return norm_layer


def create_norm_layer(layer_name, num_features, **kwargs):
    return get_norm_layer(layer_name)(num_features, **kwargs)
