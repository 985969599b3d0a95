"""The JSON report, version 1: the format for programs. Later versions only add keys.

The document is ASCII, whatever the stream's encoding is, with one finding a line, so that it can be compared by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

from convlint.findings import Finding, Fix, InputError
from convlint.network.layers import Confidence, Layer, Network, Size, Sizes, Unknown
from convlint.network.sizes import Work
from convlint.network.verdicts import VERDICTS
from convlint.report.run import Run
from convlint.source import Place

VERSION = 1
STATS = ("files", "parsed", "layers", "layers_known", "entry_points")


def write(run: Run, stream: TextIO) -> None:
    """Write the whole document and a line end."""
    stream.write(_head(run.root) + ', "findings": ')
    _write_lines(stream, map(finding_object, run.findings))
    stream.write(',\n"errors": ')
    _write_lines(stream, map(_error, run.errors))
    stream.write(f',\n"stats": {json.dumps({key: run.stats.get(key, 0) for key in STATS})}}}\n')


def write_layers(root: Path, network: Network, stream: TextIO) -> None:
    """Write the layers document: every layer of the network, and which entry points build it."""
    stream.write(_head(root) + ', "layers": ')
    _write_lines(stream, (_built_layer(layer, *network.reached_from(layer)) for layer in network.layers))
    stream.write("}\n")


def finding_object(finding: Finding) -> dict[str, object]:
    """One finding, its keys in the documented order."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        **_span(finding.place),
        "message": finding.message,
        "dead_fraction": finding.dead_fraction,
        "verdict": finding.verdict,
        "verdicts": {name: list(finding.verdicts.get(name, ())) for name in VERDICTS},
        "work": [{"entry_point": name, **_work(work)} for name, work in sorted(finding.works.items())],
        "confidence": finding.confidence.value,
        "layer": None if finding.layer is None else _layer(finding.layer),
        "origins": {name: _point(place) for name, place in finding.origins.items()},
        "trace": [{**_point(step.place), "function": step.function} for step in finding.trace],
        "entry_points": _entry_points(finding.entry_points),
        "fixes": [_fix(fix) for fix in finding.fixes],
    }


def sizes_value(sizes: Sizes | str | Unknown) -> list[int | None] | str | None:
    """A parameter as JSON holds it: null for what is not known, in whole or on one axis."""
    if isinstance(sizes, Unknown):
        return None
    return sizes if isinstance(sizes, str) else [_size(size) for size in sizes]


def _head(root: Path) -> str:
    return f'{{"version": {VERSION}, "root": {json.dumps(root.as_posix())}'


def _write_lines(stream: TextIO, objects: Iterable[Mapping[str, object]]) -> None:
    opening = "[\n"
    for each in objects:
        stream.write(opening + json.dumps(each))
        opening = ",\n"
    stream.write("[]" if opening == "[\n" else "\n]")


def _error(error: InputError) -> dict[str, object]:
    return {"path": error.path, "line": error.line, "message": error.message}


def _point(place: Place) -> dict[str, object]:
    return {"path": place.path, "line": place.line, "column": place.column}


def _span(place: Place) -> dict[str, object]:
    return {**_point(place), "end_line": place.end_line, "end_column": place.end_column}


def _size(size: Size | None) -> int | None:
    return size if isinstance(size, int) else None


def _layer(layer: Layer) -> dict[str, object]:
    return {
        "op": layer.op,
        **_point(layer.call),
        "kernel_size": sizes_value(layer.kernel_size),
        "stride": sizes_value(layer.stride),
        "dilation": sizes_value(layer.dilation),
        "padding": sizes_value(layer.padding),
    }


def _built_layer(layer: Layer, entry_points: tuple[str, ...], confidence: Confidence) -> dict[str, object]:
    return {
        "op": layer.op,
        **_point(layer.call),
        "in_channels": _size(layer.in_channels),
        "out_channels": _size(layer.out_channels),
        "kernel_size": sizes_value(layer.kernel_size),
        "stride": sizes_value(layer.stride),
        "dilation": sizes_value(layer.dilation),
        "padding": sizes_value(layer.padding),
        "groups": _size(layer.groups),
        "confidence": confidence.value,
        "entry_points": _entry_points(entry_points),
    }


def _work(work: Work) -> dict[str, object]:
    return {
        "input_size": list(work.given.size),
        "multiply_accumulates": work.macs,
        "dead": work.dead,
        "gate_only": work.gate_only,
        "partial": work.partial,
    }


def _entry_points(names: tuple[str, ...]) -> dict[str, object]:
    return {"count": len(names), "names": list(names)}


def _fix(fix: Fix) -> dict[str, object]:
    edits = [{**_span(edit.place), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "applicability": fix.applicability.value, "edits": edits}
