"""Stands for timm.layers.padding of timm 1.0: padding from kernel, stride and dilation, or from the input's size."""

import math

import torch.nn.functional as F

from .helpers import to_2tuple


def get_padding(kernel_size, stride=1, dilation=1, **_):
    if any(isinstance(size, (tuple, list)) for size in (kernel_size, stride, dilation)):
        axes = zip(to_2tuple(kernel_size), to_2tuple(stride), to_2tuple(dilation))
        return [get_padding(*axis) for axis in axes]
    return (stride - 1 + dilation * (kernel_size - 1)) // 2


def get_same_padding(x, kernel_size, stride, dilation):
    return max((math.ceil(x / stride) - 1) * stride + (kernel_size - 1) * dilation + 1 - x, 0)


def is_static_pad(kernel_size, stride=1, dilation=1, **_):
    """Whether padding "same" is the same for every size of the input."""
    if any(isinstance(size, (tuple, list)) for size in (kernel_size, stride, dilation)):
        axes = zip(to_2tuple(kernel_size), to_2tuple(stride), to_2tuple(dilation))
        return all(is_static_pad(*axis) for axis in axes)
    return stride == 1 and dilation * (kernel_size - 1) % 2 == 0


def pad_same(x, kernel_size, stride, dilation=(1, 1), value=0):
    height, width = x.size()[-2:]
    rows = get_same_padding(height, kernel_size[0], stride[0], dilation[0])
    columns = get_same_padding(width, kernel_size[1], stride[1], dilation[1])
    return F.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2), value=value)


def get_padding_value(padding, kernel_size, **kwargs):
    """A padding for torch, and whether the layer has to pad by itself."""
    if not isinstance(padding, str):
        return padding, False
    padding = padding.lower()
    if padding == "valid":
        return 0, False
    if padding == "same" and not is_static_pad(kernel_size, **kwargs):
        return 0, True
    return get_padding(kernel_size, **kwargs), False
