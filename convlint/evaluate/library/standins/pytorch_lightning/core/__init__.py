"""Stands for pytorch_lightning.core of Lightning 2.6."""

from .module import LightningModule
