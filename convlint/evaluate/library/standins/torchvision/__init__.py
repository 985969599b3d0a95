"""Stands for torchvision 0.28: the layers of torchvision.ops. Its models are not modelled."""
