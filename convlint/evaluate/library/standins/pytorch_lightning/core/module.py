"""Stands for pytorch_lightning.core.module of Lightning 2.6: a module with hooks; hyperparameters are unknown."""

import inspect

import torch.nn as nn


class LightningModule(nn.Module):
    def save_hyperparameters(self, *args, ignore=None, frame=None, logger=True):
        pass

    @property
    def hparams(self):
        # They come from the arguments of the function that called save_hyperparameters.
        return inspect.currentframe().f_back.f_locals

    def log(self, name, value, *args, **kwargs):
        pass

    def log_dict(self, dictionary, *args, **kwargs):
        pass
