"""Stands for torchvision.models.feature_extraction of torchvision 0.28: what torch.fx traces is unknown."""
