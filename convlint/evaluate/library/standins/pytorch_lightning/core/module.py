"""Stands for pytorch_lightning.core.module of Lightning 2.6: a module with hooks, and its saved arguments."""

import inspect

import torch.nn as nn

# convlint takes them for unknowns: what a class derived from this one saves, and what lies in a checkpoint.
from . import module_of_a_checkpoint, parameters_saved_elsewhere


class AttributeDict(dict):
    def __getattr__(self, key):
        if key in self:
            return self[key]
        raise AttributeError(key)

    def __setattr__(self, key, value):
        self[key] = value


class LightningModule(nn.Module):
    def save_hyperparameters(self, *args, ignore=None, frame=None, logger=True):
        found = _arguments(self, frame or inspect.currentframe().f_back)
        for name in [ignore] if isinstance(ignore, str) else ignore or ():
            found.pop(name, None)
        objects = [given for given in args if not isinstance(given, str)]
        if len(objects) == 1:
            found = objects[0]
        elif args:
            found = {name: found[name] for name in args}
        if isinstance(found, dict):
            found = AttributeDict({**(self._hparams if hasattr(self, "_hparams") else {}), **found})
        self._hparams = found

    @property
    def hparams(self):
        return self._hparams if hasattr(self, "_hparams") else parameters_saved_elsewhere

    @hparams.setter
    def hparams(self, saved):  # older versions let users set it
        self._hparams = AttributeDict(saved) if isinstance(saved, dict) else saved

    @classmethod
    def load_from_checkpoint(
        cls, checkpoint_path, map_location=None, hparams_file=None, strict=None, weights_only=None, **kwargs
    ):
        return module_of_a_checkpoint

    def log(self, name, value, *args, **kwargs):
        pass

    def log_dict(self, dictionary, *args, **kwargs):
        pass


def _arguments(module, frame):
    # Those of all constructors of subclasses that are running, the outermost class's last.
    found = {}
    while frame.f_code.co_name == "__init__":
        given = inspect.getargvalues(frame)
        if not given.args or given.locals[given.args[0]] is not module:
            break
        found.update({name: given.locals[name] for name in given.args[1:]})
        if given.keywords:
            found.update(given.locals[given.keywords])
        frame = frame.f_back
    return found
