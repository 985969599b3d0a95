"""Stands for timm.layers.pool2d_same of timm 1.0: pooling that pads its input as TensorFlow's "same" does."""

import torch.nn as nn
import torch.nn.functional as F

from .helpers import to_2tuple
from .padding import get_padding_value, pad_same


class AvgPool2dSame(nn.AvgPool2d):
    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__(to_2tuple(kernel_size), to_2tuple(stride), (0, 0), ceil_mode, count_include_pad)

    def forward(self, x):
        x = pad_same(x, self.kernel_size, self.stride)
        return F.avg_pool2d(x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class MaxPool2dSame(nn.MaxPool2d):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        super().__init__(to_2tuple(kernel_size), to_2tuple(stride), (0, 0), to_2tuple(dilation), ceil_mode)

    def forward(self, x):
        x = pad_same(x, self.kernel_size, self.stride, value=-float("inf"))
        return F.max_pool2d(x, self.kernel_size, self.stride, (0, 0), self.dilation, self.ceil_mode)


_FIXED = {"avg": nn.AvgPool2d, "max": nn.MaxPool2d}
_SAME = {"avg": AvgPool2dSame, "max": MaxPool2dSame}


def create_pool2d(pool_type, kernel_size, stride=None, **kwargs):
    stride = stride or kernel_size
    padding, dynamic = get_padding_value(kwargs.pop("padding", ""), kernel_size, stride=stride, **kwargs)
    if dynamic:
        return _SAME[pool_type](kernel_size, stride=stride, **kwargs)
    return _FIXED[pool_type](kernel_size, stride=stride, padding=padding, **kwargs)
