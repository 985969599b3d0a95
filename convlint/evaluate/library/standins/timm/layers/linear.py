"""Stands for timm.layers.linear of timm 1.0: torch's linear layer."""

import torch.nn as nn


class Linear(nn.Linear):
    pass
