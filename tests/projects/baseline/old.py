import math

from torch import nn


def pool():
    return nn.AvgPool2d(1, stride=2)
