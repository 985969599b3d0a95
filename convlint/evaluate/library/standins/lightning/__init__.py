"""Stands for Lightning 2.6: the class that models are derived from."""

from .pytorch import LightningModule
