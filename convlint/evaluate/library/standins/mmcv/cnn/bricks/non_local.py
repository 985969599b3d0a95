"""Stands for mmcv.cnn.bricks.non_local of mmcv 2.2: attention between all positions, perhaps on pooled features."""

import torch.nn as nn
from mmengine.registry import MODELS

from .conv_module import ConvModule


class _NonLocalNd(nn.Module):
    def __init__(
        self,
        in_channels,
        reduction=2,
        use_scale=True,
        conv_cfg=None,
        norm_cfg=None,
        mode="embedded_gaussian",
        **kwargs,
    ):
        super().__init__()
        self.in_channels, self.mode = in_channels, mode
        self.inter_channels = inner = max(in_channels // reduction, 1)
        self.g = ConvModule(in_channels, inner, kernel_size=1, conv_cfg=conv_cfg, act_cfg=None)
        self.conv_out = ConvModule(
            inner, in_channels, kernel_size=1, conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=None
        )
        if mode != "gaussian":
            self.theta = ConvModule(in_channels, inner, kernel_size=1, conv_cfg=conv_cfg, act_cfg=None)
            self.phi = ConvModule(in_channels, inner, kernel_size=1, conv_cfg=conv_cfg, act_cfg=None)
        if mode == "concatenation":
            self.concat_project = ConvModule(inner * 2, 1, kernel_size=1, stride=1, padding=0, bias=False)

    def _pool_first(self, pool):
        self.g = nn.Sequential(self.g, pool)
        self.phi = nn.Sequential(self.phi, pool) if self.mode != "gaussian" else pool

    def forward(self, x):
        return x + self.conv_out(self.g(x))


class NonLocal1d(_NonLocalNd):
    def __init__(self, in_channels, sub_sample=False, conv_cfg={"type": "Conv1d"}, **kwargs):
        super().__init__(in_channels, conv_cfg=conv_cfg, **kwargs)
        if sub_sample:
            self._pool_first(nn.MaxPool1d(kernel_size=2))


@MODELS.register_module()
class NonLocal2d(_NonLocalNd):
    _abbr_ = "nonlocal_block"

    def __init__(self, in_channels, sub_sample=False, conv_cfg={"type": "Conv2d"}, **kwargs):
        super().__init__(in_channels, conv_cfg=conv_cfg, **kwargs)
        if sub_sample:
            self._pool_first(nn.MaxPool2d(kernel_size=(2, 2)))


class NonLocal3d(_NonLocalNd):
    def __init__(self, in_channels, sub_sample=False, conv_cfg={"type": "Conv3d"}, **kwargs):
        super().__init__(in_channels, conv_cfg=conv_cfg, **kwargs)
        if sub_sample:
            self._pool_first(nn.MaxPool3d(kernel_size=(1, 2, 2)))
