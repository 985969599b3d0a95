"""Stands for timm.layers.adaptive_avgmax_pool of timm 1.0: pooling to a given size, by name."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def adaptive_avgmax_pool2d(x, output_size=1):
    return 0.5 * (F.adaptive_avg_pool2d(x, output_size) + F.adaptive_max_pool2d(x, output_size))


class AdaptiveAvgMaxPool2d(nn.Module):
    def __init__(self, output_size=1):
        super().__init__()
        self.output_size = output_size

    def forward(self, x):
        return adaptive_avgmax_pool2d(x, self.output_size)


class SelectAdaptivePool2d(nn.Module):
    def __init__(self, output_size=1, pool_type="fast", flatten=False, input_fmt="NCHW"):
        super().__init__()
        self.pool_type = pool_type or ""
        self.pool = nn.AdaptiveAvgPool2d(output_size) if pool_type else nn.Identity()
        self.flatten = nn.Flatten(1) if flatten else nn.Identity()

    def is_identity(self):
        return not self.pool_type

    def feat_mult(self):
        return 2 if self.pool_type.endswith("catavgmax") else 1

    def forward(self, x):
        x = self.pool(x)
        return self.flatten(torch.cat((x, x), 1) if self.feat_mult() == 2 else x)
