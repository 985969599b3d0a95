"""Stands for torchvision.models of torchvision 0.28. No model is modelled: each is an unknown."""
