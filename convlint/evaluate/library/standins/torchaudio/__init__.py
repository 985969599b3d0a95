"""Stands for torchaudio 2.11: the parts that frame a signal."""

from . import functional, transforms
