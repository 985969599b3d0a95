"""Stands for pytorch_lightning.core.module of Lightning 2.6: a module with hooks, and its saved arguments."""

import inspect

import torch.nn as nn


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
            self.hparams.update(found)
        else:
            self._hparams = found

    @property
    def hparams(self):
        if not hasattr(self, "_hparams"):
            self._hparams = AttributeDict()
        return self._hparams

    @hparams.setter
    def hparams(self, saved):  # older versions let users set it
        self._hparams = AttributeDict(saved) if isinstance(saved, dict) else saved

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
