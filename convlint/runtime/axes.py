"""Which positions of an input an output position reads, along one axis at a time, for whole tensors of levels.

A window's taps are a product of its axes' taps, so the greatest level over a window is the greatest along one axis
after the other. Symbols as in ``convlint.network.geometry``.
"""

from __future__ import annotations

import torch


def window_back(levels: torch.Tensor, axis: int, size: int, k: int, s: int, d: int, p: int) -> torch.Tensor:
    """From the outputs of a sliding window along ``axis`` to its ``size`` inputs: x[o*s - p + t*d] >= y[o]."""
    outputs = levels.shape[axis]
    reach = (outputs - 1) * s
    shape = list(levels.shape)
    shape[axis] = max(reach + d * (k - 1) + 1, p + size)
    padded = levels.new_zeros(shape)
    for tap in range(k):
        part = padded.narrow(axis, tap * d, reach + 1)
        part = part[(slice(None),) * (axis % levels.dim()) + (slice(None, None, s),)]
        torch.maximum(part, levels, out=part)
    return padded.narrow(axis, p, size)


def transposed_back(levels: torch.Tensor, axis: int, size: int, k: int, s: int, d: int, p: int) -> torch.Tensor:
    """From the outputs of a transposed window along ``axis`` to its ``size`` inputs: x[i] >= y[i*s - p + t*d]."""
    outputs = levels.shape[axis]
    after = max(0, (size - 1) * s + d * (k - 1) + 1 - p - outputs)
    before, behind = list(levels.shape), list(levels.shape)
    before[axis], behind[axis] = p, after
    padded = torch.cat((levels.new_zeros(before), levels, levels.new_zeros(behind)), axis)
    shape = list(levels.shape)
    shape[axis] = size
    result = levels.new_zeros(shape)
    for tap in range(k):
        part = padded.narrow(axis, tap * d, (size - 1) * s + 1)
        torch.maximum(result, part[(slice(None),) * (axis % levels.dim()) + (slice(None, None, s),)], out=result)
    return result


def relation_back(levels: torch.Tensor, axis: int, reads: torch.Tensor) -> torch.Tensor:
    """From outputs to inputs along ``axis`` where ``reads[o, x]`` says whether output o reads input x."""
    moved = levels.movedim(axis, -1)
    weights = reads.to(torch.float32)
    # Sums of zeros and ones are exact in float32 up to 2**24 terms.
    found = ((moved >= 1).to(torch.float32) @ weights > 0).to(torch.uint8)
    found += ((moved >= 2).to(torch.float32) @ weights > 0).to(torch.uint8)
    return found.movedim(-1, axis)


def adaptive_reads(size: int, outputs: int) -> torch.Tensor:
    """What an adaptive pool reads: output o takes floor(o*n/O) up to, not including, ceil((o+1)*n/O)."""
    o = torch.arange(outputs)[:, None]
    x = torch.arange(size)[None, :]
    return (x >= o * size // outputs) & (x < -(-(o + 1) * size // outputs))


def window_reads(size: int, outputs: int, k: int, s: int, d: int, p: int) -> torch.Tensor:
    """Which of the ``size`` inputs of one axis any of the outputs reads, as booleans."""
    ones = torch.ones(outputs, dtype=torch.uint8)
    return window_back(ones, 0, size, k, s, d, p).bool()
