"""Stands for mmcv.cnn.bricks.registry of mmcv 1.7: the registries that mmcv 2 has merged into one."""

from mmengine.registry import MODELS

ACTIVATION_LAYERS = CONV_LAYERS = NORM_LAYERS = PADDING_LAYERS = PLUGIN_LAYERS = UPSAMPLE_LAYERS = MODELS
