"""Stands for mmengine 0.10: base classes of modules, registries and small functions."""
