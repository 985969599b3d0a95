"""Stands for ml_collections 1.1: settings in nested nodes."""

from .config_dict import ConfigDict, FieldReference, FrozenConfigDict
