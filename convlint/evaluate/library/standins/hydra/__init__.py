"""Stands for hydra 1.3: what builds objects that a configuration names."""

from . import utils
