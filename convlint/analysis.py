"""All front ends over the linted files, and what they found as one: Python sources and config files alike."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from convlint.discover import SUFFIXES
from convlint.evaluate.project import Analysis, Request, Stats, UnknownLayer
from convlint.network.layers import Unknown, known

if TYPE_CHECKING:
    from convlint.frontends.config.reader import Reading


CONFIG_MARK = re.compile(rb"^(?:_base_\s*=|model\s*=\s*(?:dict|L)\(|with read_base\(\))", re.MULTILINE)
"""What a Python file has that is a config (OpenMMLab, detectron2); other Python files are evaluated only."""


def analyse(request: Request) -> Analysis:
    """The layers that the linted files build and describe. Each front end is loaded only where it has files to read."""
    configs = tuple(path for path in request.linted if _is_config(path, request))
    if not configs:
        return _evaluated(request)
    from convlint.dialects import load_dialects
    from convlint.frontends.config.reader import read_configs

    dialects = load_dialects()
    reading = read_configs(request.root, configs, request.overlays, dialects)
    sources = tuple(path for path in request.linted if SUFFIXES.get(path.suffix) == "python")
    rest = dataclasses.replace(request, linted=sources, calls=reading.calls, configs=configs)
    joined = _joined(reading, _evaluated(rest) if sources or reading.calls else None, len(request.linted))
    return dataclasses.replace(joined, dialects=dialects)


def _is_config(path: Path, request: Request) -> bool:
    """Whether the config front end reads a file; of Python files, those that are configs."""
    if SUFFIXES.get(path.suffix) != "python":
        return SUFFIXES.get(path.suffix) == "config"
    try:
        content = request.overlays[path].encode() if path in request.overlays else path.read_bytes()
    except (OSError, UnicodeError):
        return False
    return CONFIG_MARK.search(content) is not None


def _evaluated(request: Request) -> Analysis:
    from convlint.evaluate.project import analyse as evaluate

    return evaluate(request)


def _joined(reading: Reading, evaluated: Analysis | None, files: int) -> Analysis:
    """What the config files say and what Python builds, in one."""
    from convlint.frontends.config.network import JoinedNetwork

    networks = [reading.network, *([evaluated.network] if evaluated else [])]
    network = JoinedNetwork(networks, evaluated.read if evaluated else frozenset())
    sure = sum(
        all(known(size) for size in (layer.kernel_size, layer.stride, layer.dilation)) for layer in network.layers
    )
    entries = {name for layer in reading.network.layers for name in reading.network.reached_from(layer)[0]}
    return Analysis(
        network=network,
        errors=(*reading.errors, *(evaluated.errors if evaluated else ())),
        stats=Stats(
            files=files,
            parsed=reading.parsed + (evaluated.stats.parsed if evaluated else 0),
            layers=len(network.layers),
            layers_known=sure,
            entry_points=len(entries) + (evaluated.stats.entry_points if evaluated else 0),
        ),
        unknowns=(*_unknowns(reading), *(evaluated.unknowns if evaluated else ())),
        consulted={**reading.consulted, **(evaluated.consulted if evaluated else {})},
        absent=reading.absent | (evaluated.absent if evaluated else frozenset()),
        notes=(*reading.notes, *(evaluated.notes if evaluated else ())),
        unread=reading.unread,
        graphs=evaluated.graphs if evaluated else (),
    )


def _unknowns(reading: Reading) -> Iterator[UnknownLayer]:
    """The sizes that the config files leave open."""
    for layer in reading.network.layers:
        for name in ("kernel_size", "stride", "dilation"):
            sizes = getattr(layer, name)
            gap = next((size for size in sizes if isinstance(size, Unknown)), None)
            if gap is not None:
                count = sum(use.count for use in reading.network.uses(layer))
                yield UnknownLayer(gap.reason, gap.detail, gap.place or layer.call, f"{name} of {layer.op}", count)
