"""Stands for timm.models._registry of timm 1.0: decorators that leave a model's function as it is."""


def register_model(fn):
    return fn


def generate_default_cfgs(cfgs):
    return {name.partition(".")[0]: config for name, config in cfgs.items()}
