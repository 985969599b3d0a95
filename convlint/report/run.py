"""One finished run, as every report reads it. Values only: nothing here knows a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from convlint.findings import Finding, InputError, Severity
from convlint.network.verdicts import BRANCH, GATE_ONLY

if TYPE_CHECKING:
    from convlint.rule import Rule

WORST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a report may show of one run of the linter."""

    root: Path
    """The folder that the paths of all places are relative to; absolute."""
    findings: tuple[Finding, ...]
    """Sorted by ``convlint.findings.sort_key``."""
    errors: tuple[InputError, ...]
    stats: Mapping[str, int]
    """Counts: ``files``, ``parsed``, ``layers``, ``layers_known``, ``entry_points``."""
    rules: tuple[Rule, ...]
    """The rules, in the order of their names, for formats that describe them; the others do not look."""
    sources: Callable[[str], str | None]
    """The text of a file by its path as in ``Place.path``; None where it cannot be read."""
    fail_on: Severity
    statistics: bool = False
    show_notes: bool = False
    """Whether the text report lists what is only counted otherwise: layers whose skipped values others use."""
    color: bool = False
    width: int = 100
    """Columns that a line of the text report may take."""
    suppressed: int = 0
    """Findings silenced by a comment."""
    baselined: int = 0
    """Findings left out because the baseline holds them."""

    def count(self, severity: Severity) -> int:
        """How many findings have exactly this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def fails(self, finding: Finding) -> bool:
        """Whether this finding alone makes the run fail."""
        return finding.severity.rank >= self.fail_on.rank

    def aside(self, finding: Finding) -> bool:
        """Whether nothing is lost by what was found, so that the text report need not tell of it."""
        harmless = finding.severity is Severity.NOTE and finding.verdict in (BRANCH, GATE_ONLY)
        return harmless and not finding.in_library and not self.show_notes and not self.fails(finding)

    def worst_first(self) -> list[Finding]:
        """The findings by falling severity, each severity in the order of the report."""
        return sorted(self.findings, key=lambda finding: -finding.severity.rank)


def counted(number: int, noun: str) -> str:
    """``1 warning``, ``2 warnings``, ``1,024 files``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def severities(counts: Mapping[Severity, int]) -> str:
    """``1 error, 6 warnings``: the severities that occur, worst first; empty where none does."""
    return ", ".join(counted(counts[level], level.value) for level in WORST_FIRST if counts.get(level))
