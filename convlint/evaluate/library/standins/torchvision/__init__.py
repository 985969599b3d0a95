"""Stands for torchvision 0.28: the layers of torchvision.ops, and its ResNets. Its other models are not modelled."""
