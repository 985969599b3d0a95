"""Stands for mmcv.cnn.bricks.norm of mmcv 2.2: a normalisation layer and its name from its configuration."""

import torch.nn as nn

from .type_of import type_of

_BY_NAME = {
    "BN": nn.BatchNorm2d,
    "BN1d": nn.BatchNorm1d,
    "BN2d": nn.BatchNorm2d,
    "BN3d": nn.BatchNorm3d,
    "SyncBN": nn.SyncBatchNorm,
    "GN": nn.GroupNorm,
    "LN": nn.LayerNorm,
    "IN": nn.InstanceNorm2d,
    "IN1d": nn.InstanceNorm1d,
    "IN2d": nn.InstanceNorm2d,
    "IN3d": nn.InstanceNorm3d,
}
_ABBREVIATIONS = {"instance": "in", "batch": "bn", "group": "gn", "layer": "ln"}


def infer_abbr(class_type):
    """How a layer's attribute is called, by the name of its class or of one that it is derived from."""
    if hasattr(class_type, "_abbr_"):
        return class_type._abbr_
    for base in class_type.__mro__:
        for word, short in _ABBREVIATIONS.items():
            if word in base.__name__.lower():
                return short
    return "norm_layer"


def build_norm_layer(cfg, num_features, postfix=""):
    cfg = dict(cfg)
    kind = type_of(cfg.pop("type"), _BY_NAME)
    cfg.pop("requires_grad", True)
    cfg.setdefault("eps", 1e-5)
    layer = kind(num_channels=num_features, **cfg) if kind is nn.GroupNorm else kind(num_features, **cfg)
    return infer_abbr(kind) + str(postfix), layer


def is_norm(layer, exclude=None):
    if exclude is not None and isinstance(layer, exclude):
        return False
    return isinstance(layer, tuple(_BY_NAME.values()))
