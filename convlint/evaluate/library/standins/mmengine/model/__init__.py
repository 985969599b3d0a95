"""Stands for mmengine.model of mmengine 0.10: containers with a configuration; initialisers change no shape."""

from .base_module import BaseModule, ModuleDict, ModuleList, Sequential
from .weight_init import (
    bias_init_with_prob,
    caffe2_xavier_init,
    constant_init,
    kaiming_init,
    normal_init,
    trunc_normal_init,
    uniform_init,
    xavier_init,
)


class BaseModel(BaseModule):
    def __init__(self, data_preprocessor=None, init_cfg=None):
        super().__init__(init_cfg)
        self.data_preprocessor = data_preprocessor
