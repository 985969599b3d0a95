# convlint: ignore-file[dead-pixels]
from torch import nn


def first():
    return nn.Conv2d(3, 8, kernel_size=1, stride=2)


def second():
    return nn.Conv2d(3, 8, kernel_size=1, stride=3)
