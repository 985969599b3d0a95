"""Stands for monai.networks.blocks of MONAI 1.6: the convolution blocks that others are made of."""

from .acti_norm import ADN
from .convolutions import Convolution, ResidualUnit
from .dynunet_block import UnetBasicBlock, UnetOutBlock, UnetResBlock, UnetUpBlock, get_output_padding, get_padding
