"""Stands for mmcv.cnn.bricks.wrappers of mmcv 2.2: torch's layers, which there accept empty tensors too."""

import torch.nn as nn


class Conv2d(nn.Conv2d):
    pass


class Conv3d(nn.Conv3d):
    pass


class ConvTranspose2d(nn.ConvTranspose2d):
    pass


class ConvTranspose3d(nn.ConvTranspose3d):
    pass


class MaxPool2d(nn.MaxPool2d):
    pass


class MaxPool3d(nn.MaxPool3d):
    pass


class Linear(nn.Linear):
    pass
