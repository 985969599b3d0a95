"""Stands for timm.layers.create_norm_act of timm 1.0: the layer with an activation for each normalisation."""

import functools
import types

# The others by name: convlint takes this for an unknown.
from . import norm_act_layers_not_modelled
from .norm_act import (
    BatchNormAct2d,
    FrozenBatchNormAct2d,
    GroupNorm1Act,
    GroupNormAct,
    LayerNormAct,
    LayerNormAct2d,
    RmsNormAct,
    RmsNormAct2d,
)

_BY_NAME = {
    "batchnorm": BatchNormAct2d,
    "batchnorm2d": BatchNormAct2d,
    "syncbatchnorm": BatchNormAct2d,
    "groupnorm": GroupNormAct,
    "groupnorm1": GroupNorm1Act,
    "layernorm": LayerNormAct,
    "layernorm2d": LayerNormAct2d,
    "layernormfp32": LayerNormAct,
    "layernorm2dfp32": LayerNormAct2d,
    "rmsnorm": RmsNormAct,
    "rmsnorm2d": RmsNormAct2d,
    "rmsnormfp32": RmsNormAct,
    "rmsnorm2dfp32": RmsNormAct2d,
    "frozenbatchnorm2d": FrozenBatchNormAct2d,
}
_WITH_ACT = frozenset(_BY_NAME.values())


def get_norm_act_layer(norm_layer, act_layer=None):
    if not norm_layer:
        return None
    bound = {}
    if isinstance(norm_layer, functools.partial):
        bound, norm_layer = dict(norm_layer.keywords), norm_layer.func
    if isinstance(norm_layer, str):
        norm_layer = _BY_NAME.get(norm_layer.replace("_", "").lower().split("-")[0], norm_act_layers_not_modelled)
    elif norm_layer not in _WITH_ACT and not isinstance(norm_layer, types.FunctionType):
        norm_layer = _BY_NAME.get(norm_layer.__name__.lower(), norm_layer)
    if norm_layer in _WITH_ACT:
        bound.setdefault("act_layer", act_layer)
    return functools.partial(norm_layer, **bound) if bound else norm_layer


def create_norm_act_layer(layer_name, num_features, act_layer=None, apply_act=True, jit=False, **kwargs):
    return get_norm_act_layer(layer_name, act_layer=act_layer)(num_features, apply_act=apply_act, **kwargs)
