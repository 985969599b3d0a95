"""Stands for huggingface_hub 1.0: the classes and decorators that networks are written with; it loads nothing."""

from .hub_mixin import ModelHubMixin, PyTorchModelHubMixin
