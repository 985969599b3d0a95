"""Stands for mmcv 2.2: the layers of mmcv.cnn. Its compiled operations and its models are not modelled."""
