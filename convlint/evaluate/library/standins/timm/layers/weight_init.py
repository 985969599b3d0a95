"""Stands for timm.layers.weight_init of timm 1.0: initialisers, which change no layer's shape."""


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0):
    return tensor


def trunc_normal_tf_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0):
    return tensor


def variance_scaling_(tensor, scale=1.0, mode="fan_in", distribution="normal"):
    return None


def lecun_normal_(tensor):
    return None


def init_weight_vit(module, name, init_bias=0.02, head_bias=0.0, classifier_name="head"):
    return None


def init_weight_jax(module, name, head_bias=0.0, classifier_name="head"):
    return None
