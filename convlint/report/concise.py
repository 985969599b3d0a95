"""The concise report: one line for each finding, as compilers print them."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from convlint.findings import Finding
from convlint.report.run import Run
from convlint.report.screen import Screen, screen_of
from convlint.report.statistics import statistics_lines


def write(run: Run, stream: TextIO) -> None:
    """Write ``path:line:column: severity rule message`` for each finding, then what could not be read."""
    screen = screen_of(run, stream)
    alike = Counter((finding.place, finding.message) for finding in run.findings)
    for finding in run.findings:
        level = screen.paint(finding.severity.value, finding.severity.value)
        built = _built_at(finding) if alike[finding.place, finding.message] > 1 else ""
        said = screen.printable(f"{finding.rule} {finding.message}{built}")
        stream.write(f"{screen.where(finding.place)}: {level} {said}\n")
    write_errors(run, screen, stream)
    for line in statistics_lines(run) if run.statistics else ():
        stream.write(line + "\n")


def _built_at(finding: Finding) -> str:
    """Where the layer is built, which tells findings apart that read the same otherwise."""
    return f" (layer at {finding.layer.call.path}:{finding.layer.call.line})" if finding.layer is not None else ""


def write_errors(run: Run, screen: Screen, stream: TextIO) -> None:
    """One line for each input that could not be read."""
    for error in run.errors:
        line = f":{error.line}" if error.line else ""
        words = screen.paint("not read", "error")
        stream.write(f"{screen.path(error.path)}{line}: {words}: {screen.printable(error.message)}\n")
