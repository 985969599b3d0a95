import torch
import torch.nn as layers
from torch.nn import Conv2d as C

import models
from models import Conv2d, projection


def silent():
    return Conv2d(3, 8, kernel_size=1, stride=2)


def aliased():
    return C(3, 8, kernel_size=1, stride=2)


def through_the_package():
    return torch.nn.Conv2d(3, 8, kernel_size=1, stride=2)


def through_an_alias():
    return layers.Conv2d(3, 8, kernel_size=1, stride=2)


def through_a_re_export():
    return projection(3, 8, stride=2)


def through_a_module():
    return models.blocks.conv1x1(3, 8, 2)
