"""Stands for timm.layers.create_conv2d of timm 1.0: picks the kind of convolution by its arguments."""

from .cond_conv2d import CondConv2d
from .conv2d_same import create_conv2d_pad
from .mixed_conv2d import MixedConv2d


def create_conv2d(in_channels, out_channels, kernel_size, **kwargs):
    if isinstance(kernel_size, list):
        groups = kwargs.pop("groups", 1)
        assert groups in (1, in_channels)
        if groups == in_channels:
            kwargs["depthwise"] = True
        return MixedConv2d(in_channels, out_channels, kernel_size, **kwargs)
    depthwise = kwargs.pop("depthwise", False)
    groups = in_channels if depthwise else kwargs.pop("groups", 1)
    if kwargs.get("num_experts", 0) > 0:
        return CondConv2d(in_channels, out_channels, kernel_size, groups=groups, **kwargs)
    return create_conv2d_pad(in_channels, out_channels, kernel_size, groups=groups, **kwargs)
