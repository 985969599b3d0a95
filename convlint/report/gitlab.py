"""The GitLab Code Quality report: an array of issues, shown beside a merge request's changes."""

from __future__ import annotations

import hashlib
import json
from typing import TextIO

from convlint.findings import InputError, Severity
from convlint.report.fingerprint import fingerprints
from convlint.report.run import Run

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}
UNREADABLE = "not-read"
"""The check name of an input that could not be read."""


def write(run: Run, stream: TextIO) -> None:
    """Write the array, one issue a line, in ASCII."""
    issues = [
        _issue(
            description=finding.message,
            check_name=finding.rule,
            fingerprint=fingerprint,
            severity=_SEVERITIES[finding.severity],
            path=finding.place.path,
            line=finding.place.line,
        )
        for finding, fingerprint in zip(run.findings, fingerprints(run), strict=True)
    ]
    issues += [
        _issue(
            description=error.message,
            check_name=UNREADABLE,
            fingerprint=_error_fingerprint(number, error),
            severity="critical",
            path=error.path,
            line=max(error.line, 1),
        )
        for number, error in enumerate(run.errors)
    ]
    stream.write("[\n" + ",\n".join(map(json.dumps, issues)) + "\n]\n" if issues else "[]\n")


def _issue(
    *, description: str, check_name: str, fingerprint: str, severity: str, path: str, line: int
) -> dict[str, object]:
    return {
        "description": description,
        "check_name": check_name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }


def _error_fingerprint(number: int, error: InputError) -> str:
    return hashlib.sha256(json.dumps([number, error.path, error.message]).encode("ascii")).hexdigest()
