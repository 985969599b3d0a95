"""Where the model runs: on a GPU if there is one, unless the user says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from convlint.runtime.refusal import RefusedError


def choose(wanted: str, cuda_is_available: Callable[[], bool] = torch.cuda.is_available) -> str:
    """``cuda`` or ``cpu`` for ``auto``, ``cuda`` or ``cpu``. Raises RefusedError for a GPU that is not there."""
    if wanted == "cpu":
        return "cpu"
    if cuda_is_available():
        return "cuda"
    if wanted == "cuda":
        raise RefusedError("no CUDA device can be used here; --device cpu runs without one")
    return "cpu"


def retries(device: str) -> tuple[str, ...]:
    """The ways to run the proof, each tried where the one before it did not hold.

    On a GPU cuDNN is off from the start: its Winograd and FFT kernels work on tiles, and smear a NaN over a whole tile.
    """
    return ("cudnn off", "float64") if device == "cuda" else ("", "float64")


@contextmanager
def cudnn(enabled: bool) -> Iterator[None]:
    """cuDNN on or off, and no search for the fastest kernel, which differs from run to run."""
    was, searched = torch.backends.cudnn.enabled, torch.backends.cudnn.benchmark
    torch.backends.cudnn.enabled, torch.backends.cudnn.benchmark = enabled, False
    try:
        yield
    finally:
        torch.backends.cudnn.enabled, torch.backends.cudnn.benchmark = was, searched
