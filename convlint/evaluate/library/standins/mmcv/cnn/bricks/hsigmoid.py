"""Stands for mmcv.cnn.bricks.hsigmoid of mmcv 2.2."""

from .activation import HSigmoid
