"""Stands for torchaudio.transforms._transforms of torchaudio 2.11: modules that frame a signal.

Their numbers meet where they are built, so that is where the transform is taken, once, of nothing.
"""

import torch
import torch.nn as nn


class Spectrogram(nn.Module):
    def __init__(
        self, n_fft=400, win_length=None, hop_length=None, pad=0, window_fn=torch.hann_window, power=2.0,
        normalized=False, wkwargs=None, center=True, pad_mode="reflect", onesided=True, return_complex=None,
    ):  # fmt: skip
        super().__init__()
        self.n_fft = n_fft
        self.win_length = win_length if win_length is not None else n_fft
        self.hop_length = hop_length if hop_length is not None else self.win_length // 2
        torch.stft(torch.empty(0), self.n_fft, self.hop_length, self.win_length)


class MelSpectrogram(nn.Module):
    def __init__(
        self, sample_rate=16000, n_fft=400, win_length=None, hop_length=None, f_min=0.0, f_max=None, pad=0, n_mels=128,
        window_fn=torch.hann_window, power=2.0, normalized=False, wkwargs=None, center=True, pad_mode="reflect",
        onesided=None, norm=None, mel_scale="htk",
    ):  # fmt: skip
        super().__init__()
        self.sample_rate, self.n_mels, self.n_fft = sample_rate, n_mels, n_fft
        self.win_length = win_length if win_length is not None else n_fft
        self.hop_length = hop_length if hop_length is not None else self.win_length // 2
        self.spectrogram = Spectrogram(n_fft, self.win_length, self.hop_length)


class MFCC(nn.Module):
    def __init__(self, sample_rate=16000, n_mfcc=40, dct_type=2, norm="ortho", log_mels=False, melkwargs=None):
        super().__init__()
        self.sample_rate, self.n_mfcc = sample_rate, n_mfcc
        self.MelSpectrogram = MelSpectrogram(sample_rate, **(melkwargs or {}))


class LFCC(nn.Module):
    def __init__(
        self, sample_rate=16000, n_filter=128, f_min=0.0, f_max=None, n_lfcc=40, dct_type=2, norm="ortho", log_lf=False,
        speckwargs=None,
    ):  # fmt: skip
        super().__init__()
        self.sample_rate, self.n_lfcc = sample_rate, n_lfcc
        self.Spectrogram = Spectrogram(**(speckwargs or {}))
