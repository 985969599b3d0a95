"""Stands for pytorch_lightning.core.lightning, the name of pytorch_lightning.core.module up to Lightning 1.6."""

from .module import LightningModule
