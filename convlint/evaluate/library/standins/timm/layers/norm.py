"""Stands for timm.layers.norm of timm 1.0: normalisation layers, channels first among their arguments."""

import torch.nn as nn


class GroupNorm(nn.GroupNorm):
    def __init__(self, num_channels, num_groups=32, eps=1e-5, affine=True, **kwargs):
        super().__init__(num_groups, num_channels, eps=eps, affine=affine)


class GroupNorm1(nn.GroupNorm):
    def __init__(self, num_channels, **kwargs):
        super().__init__(1, num_channels)


class LayerNorm(nn.LayerNorm):
    def __init__(self, num_channels, eps=1e-6, affine=True, **kwargs):
        super().__init__(num_channels, eps=eps, elementwise_affine=affine)


class LayerNormFp32(LayerNorm):
    pass


class LayerNorm2d(LayerNorm):
    pass


class LayerNorm2dFp32(LayerNorm):
    pass


class RmsNorm(nn.Module):
    def __init__(self, channels, eps=1e-6, affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = tuple(channels) if isinstance(channels, (tuple, list)) else (channels,)


class RmsNorm2d(RmsNorm):
    pass


class SimpleNorm(RmsNorm):
    pass


class SimpleNorm2d(RmsNorm):
    pass
