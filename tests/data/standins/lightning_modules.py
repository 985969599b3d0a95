"""Models derived from Lightning's module. Each function's docstring states its layers; read as source, never imported."""

import lightning as L
import pytorch_lightning as pl
import torch.nn as nn
from einops import rearrange
from einops.layers.torch import Rearrange
from lightning.pytorch import LightningModule
from pytorch_lightning.core.module import LightningModule as Module


class Lit(pl.LightningModule):
    """Conv2d 3>8 k=1 s=2"""

    def __init__(self, width=8, stride=2):
        super().__init__()
        self.save_hyperparameters()
        self.conv = nn.Conv2d(3, width, 1, stride)

    def training_step(self, batch, batch_idx):
        self.log("loss", self.conv(batch).mean())


class Saved(L.LightningModule):
    """
    Conv2d 3>8 k=1 s=2
    Conv2d 3>8 k=3 s=2
    """

    def __init__(self, kernel_size=3):
        super().__init__()
        self.save_hyperparameters()
        self.conv = nn.Conv2d(3, 8, self.hparams.kernel_size, 2)
        self.fixed = nn.Conv2d(3, 8, 1, 2)


class SavedInASubclass(Saved):
    """
    Conv2d 3>8 k=1 s=2
    Conv2d 3>8 k=7 s=2
    Conv2d 3>8 k=7 s=4
    """

    def __init__(self, width=8, stride=4, kernel_size=7, **others):
        super().__init__(kernel_size=5)
        self.more = nn.Conv2d(3, self.hparams["width"], self.hparams.kernel_size, self.hparams.get("stride", 1))


class SavedByName(L.LightningModule):
    """
    Conv2d 3>8 k=1 s=2
    Conv2d 3>8 k=3
    """

    def __init__(self, kernel_size=3, stride=2, net=None):
        super().__init__()
        self.save_hyperparameters("kernel_size")
        self.conv = nn.Conv2d(3, 8, self.hparams.kernel_size, getattr(self.hparams, "stride", 1))
        self.save_hyperparameters(ignore=["kernel_size", "net"])
        self.second = nn.Conv2d(3, 8, 1, self.hparams.stride)


class SavedWithoutSome(L.LightningModule):
    """Conv2d 3>8 k=1 s=2"""

    def __init__(self, stride=2):
        super().__init__()
        self.save_hyperparameters()
        kernel_size = self.hparams.get("kernel_size", 1) if "kernel_size" not in self.hparams else 3
        self.conv = nn.Conv2d(3, 8, kernel_size, self.hparams.stride)


class SavedDict(L.LightningModule):
    """
    Conv2d 3>8 k=1 s=2
    Conv2d 3>8 k=? s=?
    """

    def __init__(self, options, found=None):
        super().__init__()
        self.save_hyperparameters({"kernel_size": 1})
        self.conv = nn.Conv2d(3, 8, self.hparams.kernel_size, 2)
        self.save_hyperparameters(options)
        self.second = nn.Conv2d(3, 8, self.hparams.kernel_size, self.hparams.stride)


class Third(LightningModule):
    """
    Conv2d 3>8 k=3 s=2
    F.max_pool2d k=1 s=2
    """

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(Rearrange("b c h w -> b h w c"), nn.Conv2d(3, 8, 3, 2))

    def forward(self, x):
        return nn.functional.max_pool2d(rearrange(self.net(x), "b c h w -> b c w h"), 1, 2)


class Fourth(Module):
    """Conv2d 3>8 k=3 s=4"""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 4)
