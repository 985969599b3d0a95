"""Findings: what a rule found, how bad it is, where it stands and how to mend it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from convlint.network.layers import Confidence, Layer, Step
from convlint.network.sizes import Work
from convlint.source import Place


class Severity(enum.Enum):
    """How loudly a finding speaks. The names are SARIF's levels."""

    NOTE = "note"
    """Worth knowing; never fails a run unless asked to."""
    WARNING = "warning"
    """Something is lost, and whether it matters is for the reader to decide."""
    ERROR = "error"
    """Proven: computed and never used, or refused by torch."""

    @property
    def rank(self) -> int:
        """0 for a note, 2 for an error."""
        return ("note", "warning", "error").index(self.value)


class Applicability(enum.Enum):
    """How far a fix may be trusted."""

    SAFE = "safe"
    """Nothing observable changes."""
    UNSAFE = "unsafe"
    """The output shape stays for every input size; numbers, weights or keys change."""
    SUGGESTION = "suggestion"
    """Shown, never applied."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters of one place by ``text``."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that removes a finding: a title, text edits, and how far it may be trusted."""

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that one rule found at one place."""

    rule: str
    severity: Severity
    place: Place
    message: str
    picture: tuple[str, ...] = ()
    """A few lines that show what is read and what is not."""
    labels: tuple[tuple[Place, str], ...] = ()
    """Places in source with a few words each: where the numbers are set and where they meet."""
    dead_fraction: float | None = None
    verdict: str = "unknown"
    """What becomes of the values that a layer skips: the worst of ``verdicts``."""
    verdicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Each verdict, and the entry points for which it holds; empty for findings that are not about skipped values."""
    works: Mapping[str, Work] = field(default_factory=dict, hash=False)
    """What networks in which the values are used by nobody, or by a gate only, multiply for such values, for an input
    of known size; by entry point."""
    confidence: Confidence = Confidence.CERTAIN
    layer: Layer | None = None
    origins: Mapping[str, Place] = field(default_factory=dict, hash=False)
    trace: tuple[Step, ...] = ()
    entry_points: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    in_library: bool = False
    """Whether it tells, on a call into a library, of what the library builds."""


@dataclass(frozen=True, slots=True)
class InputError:
    """An input that could not be read: one clear line for the user. ``line`` is 0 where there is none."""

    path: str
    line: int
    message: str


def sort_key(finding: Finding) -> tuple[object, ...]:
    """The order of findings in every report: by place, then rule, then message, then what they are about."""
    layer = finding.layer
    about = (layer.op, *layer.call, str(layer.kernel_size), str(layer.stride), str(layer.dilation)) if layer else ()
    return (*finding.place, finding.rule, finding.message, about)
