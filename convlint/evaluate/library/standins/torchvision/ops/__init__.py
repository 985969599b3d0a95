"""Stands for torchvision.ops of torchvision 0.28: its plain layers. Its compiled operations are not modelled."""

from .drop_block import DropBlock2d, DropBlock3d
from .feature_pyramid_network import FeaturePyramidNetwork
from .misc import MLP, Conv2dNormActivation, Conv3dNormActivation, FrozenBatchNorm2d, Permute, SqueezeExcitation
from .stochastic_depth import StochasticDepth, stochastic_depth
