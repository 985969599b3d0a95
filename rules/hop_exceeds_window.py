"""A short-time Fourier transform whose hop is longer than its window: samples between two frames are never read.

## What it does

Finds `torch.stft`, and torchaudio's `Spectrogram`, `MelSpectrogram`, `MFCC` and `LFCC`, with hop_length > win_length.
The window length counts, and not `n_fft`: a shorter window is padded with zeros on both sides up to it. A window of 4
samples (`x`) that moves by 6 leaves out two of six (`o`):

```text
x x x x o o x x x x o o
```

## Why it matters

What lies between two frames is in no spectrogram. Short sounds fall into the gaps, and the signal cannot be
reconstructed.

## Examples

`win_length` is shortened, the hop is not.

```python bad
import torch
from torch import nn


class Spectrogram(nn.Module):
    def forward(self, wave):
        return torch.stft(wave, n_fft=512, hop_length=256, win_length=160, return_complex=True)
```

```python bad
import torch


def spectrum(wave, n_fft=400, hop=512):
    return torch.stft(wave, n_fft, hop, window=torch.hann_window(n_fft), return_complex=True)
```

Frames that touch read every sample.

```python good
import torch


def blocks(wave, size=512):
    return torch.stft(wave, size, hop_length=size, window=torch.ones(size), center=False, return_complex=True)
```

The same in torchaudio, where the window is as long as `n_fft` unless it is given.

```python bad
import torchaudio
from torch import nn


class Front(nn.Module):
    def __init__(self):
        super().__init__()
        self.mel = torchaudio.transforms.MelSpectrogram(sample_rate=44100, n_fft=400, hop_length=441, n_mels=64)

    def forward(self, wave):
        return self.mel(wave)
```

A quarter of the window is what `hop_length` is unless it is given.

```python good
import torch


def spectrum(wave):
    return torch.stft(wave, 400, window=torch.hann_window(400), return_complex=True)
```

10 ms steps and 25 ms windows at 16 kHz, as most recognisers of speech have them:

```python good
import torch
from torch import nn


class Spectrogram(nn.Module):
    def __init__(self, n_fft=512, hop_length=160, win_length=400):
        super().__init__()
        self.n_fft, self.hop_length, self.win_length = n_fft, hop_length, win_length

    def forward(self, wave):
        return torch.stft(wave, self.n_fft, self.hop_length, self.win_length, return_complex=True)
```

## Fix safety

There is no fix: another hop changes how many frames there are.

## Limits

A Hann window is 0 at its first sample, so a hop equal to it already leaves one sample out; that is not reported.

## References

- torch.stft and torchaudio.transforms.Spectrogram; pytorch/pytorch#134323 on windows as long as the hop.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convlint.findings import Severity
from convlint.network.operations import Frames
from convlint.rule import Problem, Rule


class HopExceedsWindow(Rule):
    name = "hop-exceeds-window"
    group = "audio"
    severity = Severity.WARNING
    facts: ClassVar[tuple[type, ...]] = (Frames,)

    def check(self, frames: Frames) -> Iterator[Problem]:
        hop, window = frames.hop_length, frames.win_length
        if hop is None or window is None or not 0 < window < hop:
            return
        yield Problem(
            message=f"a window of {window} samples that moves by {hop} reads {window} of every {hop} samples",
            builds=f"read {window} of every {hop} samples",
            dead_fraction=1 - window / hop,
            parameters=(),
        )
