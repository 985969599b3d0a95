"""Stands for torchvision.ops.stochastic_depth of torchvision 0.28: what drops samples in training, and keeps shapes."""

import torch.nn as nn


def stochastic_depth(input, p, mode, training=True):
    return input


class StochasticDepth(nn.Module):
    def __init__(self, p, mode):
        super().__init__()
        self.p, self.mode = p, mode

    def forward(self, input):
        return input
