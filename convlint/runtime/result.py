"""What is found out about one model, as plain values: made in the model's process, read by every report."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = 1
VERDICTS = ("dead", "unproven", "gate-only", "branch", "none", "not run")
"""Worst first. ``none`` is for layers that skip nothing, ``not run`` for layers that the pass did not reach."""

_INTERNAL = ("built_at", "called_at", "picture", "map")
"""What the JSON report leaves out of a layer."""
READ, BRANCH, GATE, DEAD = range(4)
"""What a heat map says of a position: read by the layer, by somebody else, by a gate only, by nobody."""


@dataclass(frozen=True, slots=True)
class Map:
    """The positions of one tensor, row by row: what becomes of each, and in how many of its channels (0 to 255)."""

    rows: int
    columns: int
    kinds: str
    """Base64 of ``rows * columns`` bytes, each one of READ, BRANCH, GATE and DEAD."""
    heat: str
    """Base64 of as many bytes: the share of the channels of which the kind is true."""


@dataclass(frozen=True, slots=True)
class LayerResult:
    """One call of a layer, and what becomes of the values that it skips."""

    module: str
    op: str
    path: str
    line: int
    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[int, ...]
    input_shape: tuple[int, ...]
    skipped_fraction: float
    dead_fraction: float
    gate_fraction: float
    verdict: str
    proven: bool | None
    """Whether the dead values were overwritten and no output changed; None where nothing is claimed dead."""
    wasted_macs: int
    """Multiply-accumulates in front that would be needed if the layer read everything, and are not."""
    gate_macs: int
    """The same for those that only a gate or a statistic needs."""
    same_input_as: str = ""
    """An earlier layer of the list that reads the same values: what they cost is said of both."""
    built_at: tuple[tuple[str, int, int, int, int], ...] = ()
    """The calls that built the layer, innermost first: path, line, column, end line, end column; columns may be 0."""
    called_at: tuple[tuple[str, int, int, int, int], ...] = ()
    """The calls that led to its operation in the forward pass, in the same way."""
    picture: tuple[str, ...] = ()
    map: Map | None = None


@dataclass(frozen=True, slots=True)
class ModelResult:
    """Everything about one model."""

    target: str
    input_shape: tuple[int, ...]
    device: str
    method: str
    """``export``, ``fx`` or ``hooks``."""
    fallbacks: tuple[str, ...]
    """Why ``torch.export`` (and ``torch.fx``) could not be used."""
    model: Mapping[str, int]
    layers: tuple[LayerResult, ...]
    untouched: Mapping[str, int]
    """For each module with weights that can never touch a pixel, how many."""
    unknown_ops: tuple[str, ...]
    timings: Mapping[str, float]
    """Seconds of each stage."""
    proof: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    input_map: Map | None = None

    def worst(self) -> str:
        """The worst verdict of any layer; ``none`` without layers."""
        return min((layer.verdict for layer in self.layers), key=VERDICTS.index, default="none")


@dataclass(frozen=True, slots=True)
class Failure:
    """A model that could not be verified, and why: one line."""

    target: str
    message: str


def decode(plain: Mapping[str, Any]) -> ModelResult:
    """The result whose ``dataclasses.asdict`` went through JSON."""
    values = dict(plain)
    values["layers"] = tuple(_layer(each) for each in plain["layers"])
    for name in ("input_shape", "fallbacks", "unknown_ops", "notes"):
        values[name] = tuple(plain[name])
    values["input_map"] = Map(**plain["input_map"]) if plain["input_map"] else None
    return ModelResult(**values)


def _layer(plain: Mapping[str, Any]) -> LayerResult:
    values = dict(plain)
    for name in ("kernel_size", "stride", "dilation", "padding", "input_shape", "picture"):
        values[name] = tuple(plain[name])
    for name in ("built_at", "called_at"):
        values[name] = tuple(tuple(place) for place in plain[name])
    values["map"] = Map(**plain["map"]) if plain["map"] else None
    return LayerResult(**values)


def document(result: ModelResult) -> dict[str, object]:
    """The JSON report of one model, version 1. Later versions only add keys."""
    layers = [
        {name: value for name, value in dataclasses.asdict(layer).items() if name not in _INTERNAL}
        for layer in result.layers
    ]
    return {
        "version": VERSION,
        "target": result.target,
        "input_shape": list(result.input_shape),
        "device": result.device,
        "method": result.method,
        "model": dict(result.model),
        "layers": layers,
        "unknown_ops": list(result.unknown_ops),
        "timings": dict(result.timings),
        "fallbacks": list(result.fallbacks),
        "proof": dict(result.proof),
        "notes": list(result.notes),
        "untouched_weights_in": dict(result.untouched),
    }
