"""Stands for mmcv.cnn.bricks.hswish of mmcv 2.2."""

from .activation import HSwish
