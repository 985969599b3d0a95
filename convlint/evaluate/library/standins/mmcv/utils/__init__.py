"""Stands for mmcv.utils of mmcv 1.7: registries, numbers repeated to tuples, and tests of sequences."""

from mmengine.registry import Registry, build_from_cfg
from mmengine.utils import (
    is_list_of,
    is_seq_of,
    is_str,
    is_tuple_of,
    to_1tuple,
    to_2tuple,
    to_3tuple,
    to_4tuple,
    to_ntuple,
)

from .parrots_wrapper import SyncBatchNorm, _BatchNorm, _InstanceNorm
