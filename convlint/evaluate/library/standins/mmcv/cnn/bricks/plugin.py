"""Stands for mmcv.cnn.bricks.plugin of mmcv 2.2: a block and its name from its configuration."""

import re

from .type_of import type_of


def infer_abbr(class_type):
    if hasattr(class_type, "_abbr_"):
        return class_type._abbr_
    words = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", class_type.__name__)
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", words).replace("-", "_").lower()


def build_plugin_layer(cfg, postfix="", **kwargs):
    cfg = dict(cfg)
    kind = type_of(cfg.pop("type"), {})
    return infer_abbr(kind) + str(postfix), kind(**kwargs, **cfg)
