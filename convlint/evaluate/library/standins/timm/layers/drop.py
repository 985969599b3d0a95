"""Stands for timm.layers.drop of timm 1.0: paths and blocks that are dropped in training. No convolution is in them."""

import torch.nn as nn


def drop_path(x, drop_prob=0.0, training=False, scale_by_keep=True):
    return x


class DropPath(nn.Module):
    def __init__(self, drop_prob=0.0, scale_by_keep=True):
        super().__init__()
        self.drop_prob, self.scale_by_keep = drop_prob, scale_by_keep

    def forward(self, x):
        return x


class DropBlock2d(nn.Module):
    def __init__(
        self,
        drop_prob=0.1,
        block_size=7,
        gamma_scale=1.0,
        with_noise=False,
        inplace=False,
        couple_channels=True,
        scale_by_keep=True,
    ):
        super().__init__()
        self.drop_prob, self.block_size = drop_prob, block_size

    def forward(self, x):
        return x


def _rising(last, number):
    return [last * index / max(number - 1, 1) for index in range(number)]


def calculate_drop_path_rates(drop_path_rate, depths, stagewise=False):
    """Rates that rise evenly: over all blocks (for each stage where ``depths`` is a list), or from stage to stage."""
    if isinstance(depths, int):
        return _rising(drop_path_rate, depths)
    if stagewise:
        return [[rate] * depth for rate, depth in zip(_rising(drop_path_rate, len(depths)), depths)]
    rates = iter(_rising(drop_path_rate, sum(depths)))
    return [[next(rates) for _ in range(depth)] for depth in depths]
