"""Stands for torchaudio.functional.functional of torchaudio 2.11: the function that frames a signal."""

import torch


def spectrogram(
    waveform, pad, window, n_fft, hop_length, win_length, power, normalized, center=True, pad_mode="reflect",
    onesided=True, return_complex=None,
):  # fmt: skip
    return torch.stft(waveform, n_fft, hop_length, win_length, window)
