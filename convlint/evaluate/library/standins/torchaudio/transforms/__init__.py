"""Stands for torchaudio.transforms of torchaudio 2.11."""

from ._transforms import LFCC, MFCC, MelSpectrogram, Spectrogram
