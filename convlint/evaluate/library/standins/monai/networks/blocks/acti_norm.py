"""Stands for monai.networks.blocks.acti_norm of MONAI 1.6: activation, dropout and normalisation in a given order."""

import torch.nn as nn

from monai.networks.layers.utils import get_act_layer, get_dropout_layer, get_norm_layer


class ADN(nn.Sequential):
    def __init__(
        self,
        ordering="NDA",
        in_channels=None,
        act="RELU",
        norm=None,
        norm_dim=None,
        dropout=None,
        dropout_dim=None,
    ):
        super().__init__()
        for letter in ordering.upper():
            if letter == "N" and norm is not None:
                self.add_module("N", get_norm_layer(norm, norm_dim or dropout_dim, in_channels))
            if letter == "A" and act is not None:
                self.add_module("A", get_act_layer(act))
            if letter == "D" and dropout is not None:
                self.add_module("D", get_dropout_layer(dropout, dropout_dim or norm_dim))
