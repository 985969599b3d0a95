"""Stands for timm.layers.pool2d_same of timm 1.0: pooling that pads its input as TensorFlow's "same" does."""

import torch.nn as nn

from .helpers import to_2tuple
from .padding import get_padding_value


class AvgPool2dSame(nn.AvgPool2d):
    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__(to_2tuple(kernel_size), to_2tuple(stride), (0, 0), ceil_mode, count_include_pad)


class MaxPool2dSame(nn.MaxPool2d):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        super().__init__(to_2tuple(kernel_size), to_2tuple(stride), (0, 0), to_2tuple(dilation), ceil_mode)


_FIXED = {"avg": nn.AvgPool2d, "max": nn.MaxPool2d}
_SAME = {"avg": AvgPool2dSame, "max": MaxPool2dSame}


def create_pool2d(pool_type, kernel_size, stride=None, **kwargs):
    stride = stride or kernel_size
    padding, dynamic = get_padding_value(kwargs.pop("padding", ""), kernel_size, stride=stride, **kwargs)
    if dynamic:
        return _SAME[pool_type](kernel_size, stride=stride, **kwargs)
    return _FIXED[pool_type](kernel_size, stride=stride, padding=padding, **kwargs)
