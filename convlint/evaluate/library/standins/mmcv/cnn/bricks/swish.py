"""Stands for mmcv.cnn.bricks.swish of mmcv 2.2."""

from .activation import Swish
