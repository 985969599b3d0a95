"""The evaluator's front door: the files to lint, in; layers, errors and what was consulted, out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from convlint.findings import Finding, InputError
from convlint.network.graphs import ModelGraph
from convlint.network.layers import Network
from convlint.source import Place

if TYPE_CHECKING:
    from convlint.frontends.config.calls import Call

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how many steps are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to analyse, and the context to read it in."""

    root: Path
    """Absolute; paths in results are relative to it."""
    linted: tuple[Path, ...]
    """Absolute paths of the files whose functions and classes are entry points, sorted."""
    overlays: Mapping[Path, str] = field(default_factory=dict)
    """Text that stands in for a file (standard input)."""
    site_packages: tuple[Path, ...] = ()
    """Folders that hold installed packages, in the order in which they are searched."""
    cache_folder: Path | None = None
    """Where lowered files are kept; None for nowhere."""
    calls: tuple[Call, ...] = ()
    """Calls that config files ask for: entry points of their own."""
    configs: tuple[Path, ...] = ()
    """Absolute paths of the linted files that are not Python; numbers that code reads from them are reported there."""
    progress: Progress | None = None
    input_size: tuple[tuple[int, ...], str] | None = None
    """The size of the networks' input that the user says, and how it was said: one number for all axes, one for each,
    or the channels in front. None for what networks say of themselves."""
    graphs: bool = False
    """Whether to give what every model computes."""


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of one run."""

    files: int
    """Files linted."""
    parsed: int
    """Files that had to be parsed, context included; the others came from the cache or cannot matter."""
    layers: int
    layers_known: int
    """Layers whose kernel size, stride and dilation are all known."""
    entry_points: int


@dataclass(frozen=True, slots=True)
class UnknownLayer:
    """A layer, or a call that may build one, that could not be decided, and why."""

    reason: str
    """A key of ``convlint.evaluate.unknown.REASONS``."""
    detail: str
    place: Place
    """Where the value became unknown."""
    what: str
    """What could not be decided: ``stride of torch.nn.Conv2d``."""
    count: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that the evaluator found out."""

    network: Network
    errors: tuple[InputError, ...]
    stats: Stats
    unknowns: tuple[UnknownLayer, ...]
    consulted: Mapping[str, str]
    """Absolute path of each file that was read, and the hex digest (blake2b, 16 bytes) of its bytes."""
    absent: frozenset[str]
    """Absolute paths that were looked for and do not exist: a file appearing there can change the result."""
    notes: tuple[Finding, ...] = ()
    """What is to be said beside the layers: ``duplicate-key``, ``unknown-target``."""
    unread: tuple[str, ...] = ()
    """Absolute paths of linted files that are too large to be read."""
    dialects: tuple[object, ...] = ()
    """The dialects that config files were read with."""
    graphs: tuple[ModelGraph, ...] = ()
    """What every model computes, by the names of the entry points, where that was asked for."""
    read: frozenset[Place] = frozenset()
    """The places in files that are not Python from which code reads sizes of layers."""


def analyse(request: Request) -> Analysis:
    """Evaluate all entry points of the linted files. Reads source only; runs and imports nothing of the user's."""
    from convlint.evaluate.session import Session

    return Session(request).run()
