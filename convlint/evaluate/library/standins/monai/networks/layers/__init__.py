"""Stands for monai.networks.layers of MONAI 1.6."""

from .convutils import calculate_out_shape, same_padding, stride_minus_kernel_padding
from .factories import Act, Conv, Dropout, LayerFactory, Norm, Pad, Pool, split_args
from .utils import get_act_layer, get_dropout_layer, get_norm_layer, get_pool_layer
