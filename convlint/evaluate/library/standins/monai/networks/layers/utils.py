"""Stands for monai.networks.layers.utils of MONAI 1.6: a layer by name, or by name and arguments."""

import torch.nn as nn

from .factories import Act, Dropout, Norm, Pool, split_args


def get_norm_layer(name, spatial_dims=1, channels=1):
    if name == "":
        return nn.Identity()
    kind, args = split_args(name)
    layer = Norm[kind, spatial_dims]
    if layer in (nn.LayerNorm, nn.LocalResponseNorm):
        return layer(**args)
    channels_of = "num_channels" if layer is nn.GroupNorm else "num_features"
    return layer(**{channels_of: channels, **args})


def get_act_layer(name):
    if name == "":
        return nn.Identity()
    kind, args = split_args(name)
    return Act[kind](**args)


def get_dropout_layer(name, dropout_dim=1):
    if name == "":
        return nn.Identity()
    kind, args = ("dropout", {"p": float(name)}) if isinstance(name, (int, float)) else split_args(name)
    return Dropout[kind, dropout_dim](**args)


def get_pool_layer(name, spatial_dims=1):
    if name == "":
        return nn.Identity()
    kind, args = split_args(name)
    return Pool[kind, spatial_dims](**args)
