"""Stands for omegaconf 2.3: settings in nested nodes, whose keys are attributes."""

import dataclasses
import sys

import yaml

MISSING = "???"
SCMode = sys.argv


class DictConfig(dict):
    def __init__(self, content, *settings, **named):
        super().__init__()
        for name, value in content.items():
            self[name] = value

    def __getattr__(self, key):
        if key in self:
            return self[key]
        raise AttributeError(key)

    def __setattr__(self, key, value):
        self[key] = value

    def __setitem__(self, key, value):
        super().__setitem__(key, _node(value))

    def __getitem__(self, key):
        value = super().__getitem__(key)
        # What another key, the environment or the user gives.
        open_ended = isinstance(value, str) and (value == MISSING or "${" in value)
        return sys.argv if open_ended else value

    def get(self, key, default_value=None):
        if key not in self:
            return default_value
        return self[key]

    def copy(self):
        return DictConfig(self)


class ListConfig(list):
    def __init__(self, content, *settings, **named):
        super().__init__([_node(item) for item in content])


def _node(value):
    if dataclasses.is_dataclass(value):
        value = dataclasses.asdict(value() if isinstance(value, type) else value)
    if isinstance(value, dict) and not isinstance(value, DictConfig):
        return DictConfig(value)
    return ListConfig(value) if isinstance(value, (list, tuple)) and not isinstance(value, ListConfig) else value


def _plain(value):
    if isinstance(value, dict):
        return {name: _plain(value[name]) for name in value}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _merge(into, other):
    for name in other:
        value = other[name]
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value


def _resolve(node, root):
    """Put in what references such as `${model.width}` name; those to the environment and the like stay open."""
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        value = dict.__getitem__(node, key) if isinstance(node, dict) else node[key]
        if isinstance(value, (dict, list)):
            _resolve(value, root)
        elif isinstance(value, str) and value.startswith("${") and value.endswith("}") and value.count("${") == 1:
            path = value[2:-1]
            if ":" not in path and not path.startswith("."):
                node[key] = OmegaConf.select(root, path, default=sys.argv)


class OmegaConf:
    @staticmethod
    def create(obj=None, parent=None, flags=None):
        if isinstance(obj, str):
            obj = yaml.safe_load(obj)
        return DictConfig({}) if obj is None else _node(obj)

    @staticmethod
    def load(file_):
        with open(file_) as stream:
            return _node(yaml.safe_load(stream))

    @staticmethod
    def structured(obj, parent=None, flags=None):
        return _node(obj)

    @staticmethod
    def merge(*configs):
        merged = DictConfig({})
        for config in configs:
            _merge(merged, _node(config))
        return merged

    unsafe_merge = merge

    @staticmethod
    def update(cfg, key, value=None, *, merge=True, force_add=False):
        node, parts = cfg, key.split(".")
        for part in parts[:-1]:
            node = node[part]
        node[parts[-1]] = value

    @staticmethod
    def select(cfg, key, *, default=None, throw_on_resolution_failure=True, throw_on_missing=False):
        node = cfg
        for part in key.split("."):
            if part not in node:
                return default
            node = node[part]
        return node

    @staticmethod
    def from_cli(args_list=None):
        return DictConfig({})

    @staticmethod
    def to_container(cfg, **settings):
        return _plain(cfg)

    @staticmethod
    def to_object(cfg):
        return _plain(cfg)

    @staticmethod
    def is_config(obj):
        return isinstance(obj, (DictConfig, ListConfig))

    @staticmethod
    def is_dict(obj):
        return isinstance(obj, DictConfig)

    @staticmethod
    def is_list(obj):
        return isinstance(obj, ListConfig)

    @staticmethod
    def set_struct(conf, value):
        pass

    @staticmethod
    def set_readonly(conf, value):
        pass

    @staticmethod
    def resolve(cfg):
        _resolve(cfg, cfg)

    @staticmethod
    def register_new_resolver(name, resolver, *, replace=False, use_cache=False):
        pass
