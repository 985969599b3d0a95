"""Statistics: how often each rule spoke, and how loudly."""

from __future__ import annotations

from collections import Counter

from convlint.report.run import Run


def statistics_lines(run: Run) -> list[str]:
    """A small table, the most frequent rule first: count, severity, rule."""
    counts = Counter((finding.rule, finding.severity) for finding in run.findings)
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0][0], -row[0][1].rank))
    width = max((len(f"{count:,}") for _, count in rows), default=0)
    return [f"{count:>{width},}  {severity.value:<7}  {rule}" for (rule, severity), count in rows]
