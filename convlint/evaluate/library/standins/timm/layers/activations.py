"""Stands for timm.layers.activations of timm 1.0: activations that take ``inplace`` even where they ignore it."""

import torch.nn as nn


class _Activation(nn.Module):
    def __init__(self, inplace=False, *args, **kwargs):
        super().__init__()

    def forward(self, x):
        return x


class Swish(_Activation):
    pass


class Mish(_Activation):
    pass


class Sigmoid(_Activation):
    pass


class Tanh(_Activation):
    pass


class HardSwish(_Activation):
    pass


class HardSigmoid(_Activation):
    pass


class HardMish(_Activation):
    pass


class GELU(_Activation):
    pass


class GELUTanh(_Activation):
    pass


class QuickGELU(_Activation):
    pass


class PReLU(nn.PReLU):
    def __init__(self, num_parameters=1, init=0.25, inplace=False):
        super().__init__(num_parameters=num_parameters, init=init)
