"""Pictures of what becomes of the positions of a tensor: heat maps for reports, a few lines of text for a terminal."""

from __future__ import annotations

import base64

import torch

from convlint.runtime import bounds
from convlint.runtime.liveness import Liveness
from convlint.runtime.masks import full
from convlint.runtime.result import BRANCH, DEAD, GATE, READ, Map
from convlint.runtime.tape import Tape
from convlint.runtime.verdicts import Skip

ROWS, COLUMNS = 8, 16
"""A picture in a terminal shows at most so many positions, from the middle of the tensor."""
SIGNS = {READ: "x", BRANCH: "+", GATE: "~", DEAD: "o"}


def of_skip(skip: Skip) -> Map | None:
    """The heat map of a layer's input."""
    return _map(*_planes(skip))


def of_input(tape: Tape, liveness: Liveness) -> Map | None:
    """The heat map of the first input with channels and space: which pixels can matter."""
    for ref, levels in zip(tape.inputs, liveness.inputs, strict=True):
        if len(ref.size) >= 3:
            read = full(levels, ref.size).amax((0, 1))
            kinds = torch.full(read.shape, READ, dtype=torch.uint8)
            kinds[read == 1] = GATE
            kinds[read == 0] = DEAD
            return _map(_flat(kinds), torch.full_like(_flat(kinds), 255))
    return None


def picture(skip: Skip) -> tuple[str, ...]:
    """A few lines: ``x`` is read by the layer, ``+`` by somebody else, ``~`` by a gate, ``o`` by nobody."""
    kinds, _ = _planes(skip)
    top, left = (max(0, (size - limit) // 2) for size, limit in zip(kinds.shape, (ROWS, COLUMNS), strict=True))
    crop = kinds[top : top + ROWS, left : left + COLUMNS].tolist()
    return tuple(" ".join(SIGNS[kind] for kind in row) for row in crop)


def _planes(skip: Skip) -> tuple[torch.Tensor, torch.Tensor]:
    """For each position of the last two axes its kind, the worst of its channels, and the share of those, 0 to 255."""
    space = len(skip.window.kernel_size)
    dead, gate = (_share(mask, space) for mask in (skip.dead, skip.gate))
    kinds = torch.where(skip.where, BRANCH, READ).to(torch.uint8)
    kinds[gate > 0] = GATE
    kinds[dead > 0] = DEAD
    heat = torch.where(kinds == DEAD, dead, torch.where(kinds == GATE, gate, torch.ones_like(dead)))
    flat = _flat(kinds)
    return flat, (_flat(heat) * 255).to(torch.uint8)


def _share(mask: torch.Tensor, space: int) -> torch.Tensor:
    return mask.double().mean(tuple(range(mask.dim() - space)))


def _flat(plane: torch.Tensor) -> torch.Tensor:
    """Two axes: one row for a sequence, the greatest over the axes before the last two for a volume."""
    if plane.dim() < 2:
        return plane.reshape(1, -1)
    return plane.reshape(-1, *plane.shape[-2:]).amax(0)


def _map(kinds: torch.Tensor, heat: torch.Tensor) -> Map | None:
    if kinds.numel() > bounds.MAP_POSITIONS:
        return None
    rows, columns = kinds.shape
    return Map(rows, columns, _text(kinds), _text(heat))


def _text(plane: torch.Tensor) -> str:
    return base64.b64encode(bytes(plane.reshape(-1).tolist())).decode("ascii")
