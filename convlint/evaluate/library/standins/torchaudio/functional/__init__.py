"""Stands for torchaudio.functional of torchaudio 2.11."""

from .functional import spectrogram
