"""Stands for timm.models.vision_transformer of timm 1.0: the layers that others import from it, and no model."""

from timm.layers import DropPath, Mlp, PatchEmbed, lecun_normal_, trunc_normal_


def _cfg(url="", **kwargs):
    return {"url": url, **kwargs}
