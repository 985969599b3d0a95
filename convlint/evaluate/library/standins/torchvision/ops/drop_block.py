"""Stands for torchvision.ops.drop_block of torchvision 0.28: what drops blocks in training, and keeps shapes."""

import torch.nn as nn


class DropBlock2d(nn.Module):
    def __init__(self, p, block_size, inplace=False, eps=1e-6):
        super().__init__()
        self.p, self.block_size = p, block_size

    def forward(self, input):
        return input


class DropBlock3d(DropBlock2d):
    pass
