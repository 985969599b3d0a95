"""Stands for mmcv.runner of mmcv 1.7: base classes of modules, and decorators that leave shapes as they are."""

from mmengine.model import BaseModule, ModuleDict, ModuleList, Sequential


def auto_fp16(apply_to=None, out_fp32=False, supported_types=None):
    return lambda function: function


def force_fp32(apply_to=None, out_fp16=False):
    return lambda function: function
