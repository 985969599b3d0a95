"""Stands for torchvision.ops of torchvision 0.28: its plain layers, and a few of its compiled operations."""

from .deform_conv import DeformConv2d, deform_conv2d
from .drop_block import DropBlock2d, DropBlock3d
from .feature_pyramid_network import FeaturePyramidNetwork
from .misc import MLP, Conv2dNormActivation, Conv3dNormActivation, FrozenBatchNorm2d, Permute, SqueezeExcitation
from .roi_align import RoIAlign, roi_align
from .stochastic_depth import StochasticDepth, stochastic_depth
