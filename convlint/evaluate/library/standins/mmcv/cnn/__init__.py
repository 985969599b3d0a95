"""Stands for mmcv.cnn of mmcv 2.2, and for what mmcv 1 has in it besides. Its models are not modelled."""

from mmengine.model import (
    bias_init_with_prob,
    caffe2_xavier_init,
    constant_init,
    kaiming_init,
    normal_init,
    trunc_normal_init,
    uniform_init,
    xavier_init,
)
from mmengine.registry import MODELS

from .bricks.activation import Clamp, HSigmoid, HSwish, Swish, build_activation_layer
from .bricks.conv import build_conv_layer
from .bricks.conv2d_adaptive_padding import Conv2dAdaptivePadding
from .bricks.conv_module import ConvModule
from .bricks.conv_ws import ConvAWS2d, ConvWS2d, conv_ws_2d
from .bricks.depthwise_separable_conv_module import DepthwiseSeparableConvModule
from .bricks.drop import Dropout, DropPath, build_dropout
from .bricks.non_local import NonLocal1d, NonLocal2d, NonLocal3d
from .bricks.norm import build_norm_layer, is_norm
from .bricks.padding import build_padding_layer
from .bricks.plugin import build_plugin_layer
from .bricks.scale import LayerScale, Scale
from .bricks.upsample import build_upsample_layer
from .bricks.wrappers import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d, Linear, MaxPool2d, MaxPool3d

ACTIVATION_LAYERS = CONV_LAYERS = NORM_LAYERS = PADDING_LAYERS = PLUGIN_LAYERS = UPSAMPLE_LAYERS = MODELS
