"""Stands for einops.layers.torch of einops 0.8: layers that rearrange, and build no convolution."""

import torch.nn as nn

from einops import einsum, rearrange, reduce


class Rearrange(nn.Module):
    def __init__(self, pattern, **axes_lengths):
        super().__init__()
        self.pattern = pattern

    def forward(self, input):
        return rearrange(input, self.pattern)


class Reduce(nn.Module):
    def __init__(self, pattern, reduction, **axes_lengths):
        super().__init__()
        self.pattern, self.reduction = pattern, reduction

    def forward(self, input):
        return reduce(input, self.pattern, self.reduction)


class EinMix(nn.Module):
    def __init__(self, pattern, weight_shape, bias_shape=None, **axes_lengths):
        super().__init__()
        self.pattern = pattern

    def forward(self, input):
        return einsum(input, self.pattern)
