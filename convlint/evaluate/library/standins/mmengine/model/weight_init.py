"""Stands for mmengine.model.weight_init of mmengine 0.10: initialisers, which change no layer's shape."""

import math


def constant_init(module, val, bias=0):
    pass


def xavier_init(module, gain=1, bias=0, distribution="normal"):
    pass


def normal_init(module, mean=0, std=1, bias=0):
    pass


def trunc_normal_init(module, mean=0, std=1, a=-2, b=2, bias=0):
    pass


def uniform_init(module, a=0, b=1, bias=0):
    pass


def kaiming_init(module, a=0, mode="fan_out", nonlinearity="relu", bias=0, distribution="normal"):
    pass


def caffe2_xavier_init(module, bias=0):
    pass


def bias_init_with_prob(prior_prob):
    return -math.log((1 - prior_prob) / prior_prob)


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0):
    return tensor
