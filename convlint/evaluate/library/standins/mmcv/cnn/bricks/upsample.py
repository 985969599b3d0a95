"""Stands for mmcv.cnn.bricks.upsample of mmcv 2.2: a layer that enlarges its input, from its configuration."""

import torch.nn as nn
import torch.nn.functional as F

from .type_of import type_of
from .wrappers import ConvTranspose2d, ConvTranspose3d


class PixelShufflePack(nn.Module):
    def __init__(self, in_channels, out_channels, scale_factor, upsample_kernel):
        super().__init__()
        self.scale_factor = scale_factor
        self.upsample_conv = nn.Conv2d(
            in_channels, out_channels * scale_factor**2, upsample_kernel, padding=(upsample_kernel - 1) // 2
        )

    def forward(self, x):
        return F.pixel_shuffle(self.upsample_conv(x), self.scale_factor)


_BY_NAME = {
    "nearest": nn.Upsample,
    "bilinear": nn.Upsample,
    "pixel_shuffle": PixelShufflePack,
    "deconv": ConvTranspose2d,
    "deconv3d": ConvTranspose3d,
    "ConvTranspose2d": ConvTranspose2d,
    "ConvTranspose3d": ConvTranspose3d,
}


def build_upsample_layer(cfg, *args, **kwargs):
    cfg = dict(cfg)
    kind = cfg.pop("type")
    layer = type_of(kind, _BY_NAME)
    if layer is nn.Upsample:
        cfg["mode"] = kind
    return layer(*args, **kwargs, **cfg)
