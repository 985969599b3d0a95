"""Stands for timm.models of timm 1.0: what a model's file of one's own needs. No model of timm's is modelled."""

from ._builder import build_model_with_cfg
from ._registry import generate_default_cfgs, register_model
