"""Stands for hydra.utils of hydra 1.3: objects built from a configuration that names their class."""

import functools
import importlib


def _located(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def get_class(path):
    return _located(path)


def get_method(path):
    return _located(path)


def get_object(path):
    return _located(path)


def instantiate(config, *args, **kwargs):
    given = {name: _value(config[name]) for name in config if name not in _OWN}
    target = _located(config["_target_"]) if isinstance(config["_target_"], str) else config["_target_"]
    if config.get("_partial_", False):
        return functools.partial(target, *args, **{**given, **kwargs})
    return target(*args, **{**given, **kwargs})


call = instantiate
_OWN = ("_target_", "_partial_", "_recursive_", "_convert_", "_args_")


def _value(value):
    if isinstance(value, dict):
        return instantiate(value) if "_target_" in value else value
    return [_value(item) for item in value] if isinstance(value, (list, tuple)) else value
