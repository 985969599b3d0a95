"""Stands for mmengine.utils.dl_utils of mmengine 0.10."""
