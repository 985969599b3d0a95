"""Stands for yacs.config of yacs 0.1: a dict whose keys are attributes."""

import ast
import copy

import yaml
from __convlint__ import can_be_read


class CfgNode(dict):
    def __init__(self, init_dict=None, key_list=None, new_allowed=False):
        super().__init__()
        if init_dict is not None:
            for name, value in init_dict.items():
                self[name] = _node(value)

    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self[name] = value

    def clone(self):
        return copy.deepcopy(self)

    def freeze(self):
        pass

    def defrost(self):
        pass

    def is_frozen(self):
        return False

    def set_new_allowed(self, is_new_allowed):
        pass

    def merge_from_file(self, cfg_filename):
        # Which file somebody names is mostly not known: the defaults are what is.
        if can_be_read(cfg_filename):
            with open(cfg_filename) as stream:
                self.merge_from_other_cfg(load_cfg(stream))

    @classmethod
    def load_cfg(cls, cfg_file_obj_or_str):
        return cls(yaml.safe_load(cfg_file_obj_or_str) or {})

    def merge_from_other_cfg(self, cfg_other):
        for name, value in cfg_other.items():
            if isinstance(value, CfgNode) and name in self:
                self[name].merge_from_other_cfg(value)
            else:
                self[name] = _node(_decoded(value))

    def merge_from_list(self, cfg_list):
        for name, value in zip(cfg_list[0::2], cfg_list[1::2]):
            node, parts = self, name.split(".")
            for part in parts[:-1]:
                node = node[part]
            node[parts[-1]] = _decoded(value)


load_cfg = CfgNode.load_cfg


def _decoded(value):
    """What a text means that is written as Python: `(1, 2)`."""
    if not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value


def _node(value):
    return CfgNode(value) if isinstance(value, dict) and not isinstance(value, CfgNode) else value
