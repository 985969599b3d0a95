"""Stands for timm.models.registry, the name of timm.models._registry up to timm 0.6."""

from ._registry import register_model
