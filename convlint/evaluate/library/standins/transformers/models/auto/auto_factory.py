"""Stands for transformers.models.auto.auto_factory of transformers 4 and 5: the class that a configuration belongs to.

The package's own look through all of its models; only the one that is asked for is read here.
"""

from importlib import import_module

from transformers.configuration_utils import PreTrainedConfig
from transformers.models.auto.configuration_auto import model_type_to_module_name

# convlint takes it for an unknown: which class it is stands beside the weights.
from . import model_of_a_checkpoint


class _LazyAutoMapping:
    def __init__(self, config_mapping, model_mapping):
        self._model_mapping = model_mapping

    def __contains__(self, key):
        return key.model_type in self._model_mapping

    def __getitem__(self, key):
        names = self._model_mapping[key.model_type]
        module = import_module("transformers.models." + model_type_to_module_name(key.model_type))
        return getattr(module, names if isinstance(names, str) else names[0])

    def get(self, key, default=None):
        if key not in self:
            return default
        return self[key]

    def register(self, key, value, exist_ok=False):
        pass


class _BaseAutoModelClass:
    _model_mapping = None

    @classmethod
    def from_config(cls, config, **kwargs):
        return cls._model_mapping[type(config)](config)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, *model_args, **kwargs):
        config = kwargs.get("config")
        return cls.from_config(config) if isinstance(config, PreTrainedConfig) else model_of_a_checkpoint

    @classmethod
    def register(cls, config_class, model_class, exist_ok=False):
        pass


class _BaseAutoBackboneClass(_BaseAutoModelClass):
    pass


def auto_class_update(cls, checkpoint_for_example="", head_doc=""):
    return cls
