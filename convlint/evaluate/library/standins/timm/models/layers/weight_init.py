"""Stands for timm.models.layers.weight_init, which is timm.layers.weight_init since timm 0.8."""

from timm.layers.weight_init import *
