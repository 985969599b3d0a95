"""Stands for Lightning 2.6 under its older name: the class that models are derived from."""

from .core.module import LightningModule
