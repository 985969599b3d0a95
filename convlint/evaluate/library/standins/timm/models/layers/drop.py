"""Stands for timm.models.layers.drop, which is timm.layers.drop since timm 0.8."""

from timm.layers.drop import *
