"""Stands for torchvision.models._utils of torchvision 0.28: channels rounded, and a model cut off after some layers."""

from collections import OrderedDict

import torch.nn as nn


def _make_divisible(v, divisor, min_value=None):
    nearest = max(divisor if min_value is None else min_value, int(v + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * v else nearest


class IntermediateLayerGetter(nn.ModuleDict):
    def __init__(self, model, return_layers):
        missing = {str(name) for name in return_layers}
        kept = OrderedDict()
        for name, module in model.named_children():
            if missing:
                kept[name] = module
            missing.discard(name)
        super().__init__(kept)
        self.return_layers = return_layers

    def forward(self, x):
        found = OrderedDict()
        for name, module in self.items():
            x = module(x)
            if name in self.return_layers:
                found[self.return_layers[name]] = x
        return found


def handle_legacy_interface(**weights):
    return lambda builder: builder


def kwonly_to_pos_or_kw(fn):
    return fn


def _ovewrite_named_param(kwargs, param, new_value):
    kwargs[param] = new_value


def _ovewrite_value_param(param, actual, expected):
    return expected
