"""Stands for mmcv.cnn.bricks.conv2d_adaptive_padding of mmcv 2.2: a convolution that pads its input by itself."""

import torch.nn as nn
import torch.nn.functional as F


class Conv2dAdaptivePadding(nn.Conv2d):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, 0, dilation, groups, bias)

    def forward(self, x):
        # The padding depends on the size of the input.
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
