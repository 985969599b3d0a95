"""Stands for mmcv.runner.base_module of mmcv 1.7."""

from mmengine.model import BaseModule, ModuleDict, ModuleList, Sequential
