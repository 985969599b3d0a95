"""Stands for torchvision.models._api of torchvision 0.28: models' functions stay as they are; weights are unknown."""


def register_model(name=None):
    return lambda fn: fn
