"""Stands for timm.layers.blur_pool of timm 1.0: downsampling that blurs first, and the choice of such a layer."""

from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F

from .padding import get_padding


class BlurPool2d(nn.Module):
    def __init__(self, channels=None, filt_size=3, stride=2, pad_mode="reflect", device=None, dtype=None):
        super().__init__()
        self.channels, self.filt_size, self.stride, self.pad_mode = channels, filt_size, stride, pad_mode
        self.padding = [get_padding(filt_size, stride, dilation=1)] * 4
        self.register_buffer("filt", torch.empty(channels or 1, 1, filt_size, filt_size), persistent=False)

    def forward(self, x):
        x = F.pad(x, self.padding, mode=self.pad_mode)
        channels = x.shape[1] if self.channels is None else self.channels
        weight = self.filt.expand(channels, 1, self.filt_size, self.filt_size) if self.channels is None else self.filt
        return F.conv2d(x, weight, stride=self.stride, groups=channels)


_BY_NAME = {
    "avg": nn.AvgPool2d,
    "avgpool": nn.AvgPool2d,
    "blur": BlurPool2d,
    "blurpool": BlurPool2d,
    "blurpc": partial(BlurPool2d, pad_mode="constant"),
}


def create_aa(aa_layer, channels=None, stride=2, enable=True, noop=nn.Identity, device=None, dtype=None):
    if not aa_layer or not enable:
        return noop() if noop is not None else None
    if isinstance(aa_layer, str):
        aa_layer = _BY_NAME[aa_layer.lower().replace("_", "").replace("-", "")]
    try:
        return aa_layer(channels=channels, stride=stride)
    except TypeError:
        return aa_layer(stride)
