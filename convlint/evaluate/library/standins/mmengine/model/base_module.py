"""Stands for mmengine.model.base_module of mmengine 0.10: torch's containers with ``init_cfg``."""

import torch.nn as nn


class BaseModule(nn.Module):
    def __init__(self, init_cfg=None):
        super().__init__()
        self.init_cfg = init_cfg

    def init_weights(self):
        pass


class Sequential(nn.Sequential):
    def __init__(self, *args, init_cfg=None):
        super().__init__(*args)
        self.init_cfg = init_cfg

    def init_weights(self):
        pass


class ModuleList(nn.ModuleList):
    def __init__(self, modules=None, init_cfg=None):
        super().__init__(modules)
        self.init_cfg = init_cfg

    def init_weights(self):
        pass


class ModuleDict(nn.ModuleDict):
    def __init__(self, modules=None, init_cfg=None):
        super().__init__(modules)
        self.init_cfg = init_cfg

    def init_weights(self):
        pass
