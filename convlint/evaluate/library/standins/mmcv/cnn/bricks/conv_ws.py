"""Stands for mmcv.cnn.bricks.conv_ws of mmcv 2.2: convolutions whose weights are standardised."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def _standardised(weight, eps):
    flat = weight.view(weight.size(0), -1)
    mean, deviation = flat.mean(dim=1).view(-1, 1, 1, 1), torch.sqrt(flat.var(dim=1) + eps).view(-1, 1, 1, 1)
    return (weight - mean) / deviation


def conv_ws_2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1, eps=1e-5):
    return F.conv2d(input, _standardised(weight, eps), bias, stride, padding, dilation, groups)


class ConvWS2d(nn.Conv2d):
    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, eps=1e-5
    ):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)
        self.eps = eps

    def forward(self, x):
        return conv_ws_2d(
            x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups, self.eps
        )  # fmt: skip


class ConvAWS2d(nn.Conv2d):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)
        self.register_buffer("weight_gamma", torch.ones(self.out_channels, 1, 1, 1))
        self.register_buffer("weight_beta", torch.zeros(self.out_channels, 1, 1, 1))

    def forward(self, x):
        weight = self.weight_gamma * _standardised(self.weight, 1e-5) + self.weight_beta
        return F.conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
