"""Stands for timm.models.helpers, the name of timm.models._builder up to timm 0.6."""

from ._builder import build_model_with_cfg
