"""Stands for mmcv.utils.parrots_wrapper of mmcv 1.7."""

from mmengine.utils.dl_utils.parrots_wrapper import SyncBatchNorm, _BatchNorm, _InstanceNorm
