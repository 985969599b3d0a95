"""What people build with torchaudio. Each function's docstring states its layers; read as source, never imported."""

import torch.nn as nn
import torchaudio
from torchaudio.functional import spectrogram
from torchaudio.transforms import LFCC, MFCC, MelSpectrogram, Spectrogram


def frames(wave):
    """No layer."""
    return spectrogram(wave, 0, None, 400, 200, 400, 2.0, False)


def patches():
    """
    Conv1d 64>8 k=640 s=200
    Conv1d 80>8 k=400 s=160
    """
    spec = Spectrogram(win_length=640)
    mel = torchaudio.transforms.MelSpectrogram(n_mels=80, hop_length=160)
    return nn.ModuleList(
        [
            nn.Conv1d(64, 8, spec.win_length, stride=Spectrogram().hop_length),
            nn.Conv1d(mel.n_mels, 8, mel.n_fft, stride=mel.hop_length),
        ]
    )


def coefficients():
    """
    Conv1d 13>8 k=3 s=80
    Conv1d 40>8 k=128 s=100
    """
    mfcc = MFCC(n_mfcc=13, melkwargs={"n_fft": 512, "hop_length": 80})
    lfcc = LFCC(speckwargs={"win_length": 200})
    return nn.ModuleList(
        [
            nn.Conv1d(mfcc.n_mfcc, 8, 3, stride=mfcc.MelSpectrogram.hop_length),
            nn.Conv1d(lfcc.n_lfcc, 8, MelSpectrogram().n_mels, stride=lfcc.Spectrogram.hop_length),
        ]
    )
