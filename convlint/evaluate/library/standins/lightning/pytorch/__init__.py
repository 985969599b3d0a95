"""Stands for lightning.pytorch of Lightning 2.6."""

from pytorch_lightning.core.module import LightningModule
