"""Stands for pytorch_lightning.core.module of Lightning 2.6: a module with hooks, which keeps its hyperparameters."""

import inspect

import torch.nn as nn


class AttributeDict(dict):
    def __getattr__(self, key):
        if key in self:
            return self[key]
        raise AttributeError(key)

    def __setattr__(self, key, val):
        self[key] = val


class LightningModule(nn.Module):
    def save_hyperparameters(self, *args, ignore=None, frame=None, logger=True):
        # ``frame`` has the arguments of the function that this is called from.
        if not args:
            left_out = [ignore] if isinstance(ignore, str) else ignore or ()
            kept = {name: frame[name] for name in frame if name not in left_out}
        elif isinstance(args[0], str):
            kept = {name: frame[name] for name in args}
        else:
            kept = args[0] if isinstance(args[0], dict) else vars(args[0])
        self._hparams = AttributeDict(kept)

    @property
    def hparams(self):
        # Without a call before, they are those of a class derived from this one, or of a checkpoint.
        return self._hparams if hasattr(self, "_hparams") else inspect.currentframe().f_back.f_locals

    def log(self, name, value, *args, **kwargs):
        pass

    def log_dict(self, dictionary, *args, **kwargs):
        pass
