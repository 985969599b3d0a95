"""Stands for einops.layers.torch of einops 0.8: layers that rearrange, and build no convolution."""

import torch.nn as nn


class Rearrange(nn.Module):
    def __init__(self, pattern, **axes_lengths):
        super().__init__()
        self.pattern = pattern

    def forward(self, input):
        return input


class Reduce(nn.Module):
    def __init__(self, pattern, reduction, **axes_lengths):
        super().__init__()
        self.pattern, self.reduction = pattern, reduction

    def forward(self, input):
        return input
