"""Stands for lightning.pytorch.core.module of Lightning 2.6."""

from pytorch_lightning.core.module import LightningModule
