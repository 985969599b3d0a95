"""Stands for timm.models.layers.patch_embed, which is timm.layers.patch_embed since timm 0.8."""

from timm.layers.patch_embed import *
