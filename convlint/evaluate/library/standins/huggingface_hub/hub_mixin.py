"""Stands for huggingface_hub.hub_mixin of huggingface_hub 1.0: a class that can be loaded from the hub."""

# convlint takes it for an unknown: the arguments that a checkpoint was saved with.
from . import saved_arguments


class ModelHubMixin:
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__()

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
        return cls(**saved_arguments)


class PyTorchModelHubMixin(ModelHubMixin):
    pass
