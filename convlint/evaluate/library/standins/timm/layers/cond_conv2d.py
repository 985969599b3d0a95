"""Stands for timm.layers.cond_conv2d of timm 1.0: a convolution whose weights are mixed for each input."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from .conv2d_same import conv2d_same
from .helpers import to_2tuple
from .padding import get_padding_value


class CondConv2d(nn.Module):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        padding="",
        dilation=1,
        groups=1,
        bias=False,
        num_experts=4,
        device=None,
        dtype=None,
    ):
        super().__init__()
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = map(to_2tuple, (kernel_size, stride, dilation))
        padding, self.dynamic_padding = get_padding_value(padding, kernel_size, stride=stride, dilation=dilation)
        self.padding = to_2tuple(padding)
        self.num_experts = num_experts
        self.weight = nn.Parameter(torch.empty(num_experts, 1))

    def forward(self, x, routing_weights):
        batch = x.shape[0]
        weight = torch.matmul(routing_weights, self.weight)
        weight = weight.view(batch * self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        conv = conv2d_same if self.dynamic_padding else F.conv2d
        return conv(x, weight, None, self.stride, self.padding, self.dilation, self.groups * batch)
