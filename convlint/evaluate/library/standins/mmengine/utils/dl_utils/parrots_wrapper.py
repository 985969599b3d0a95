"""Stands for mmengine.utils.dl_utils.parrots_wrapper of mmengine 0.10: torch's layers under names of their own."""

from torch.nn import AvgPool2d, Conv2d, ConvTranspose2d, Linear, MaxPool2d, SyncBatchNorm
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm
