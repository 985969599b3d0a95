"""Stands for timm.models.layers, the name of timm.layers up to timm 0.6."""

from timm.layers import *
