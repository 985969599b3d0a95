"""Fingerprints: what stays the same of a finding when lines above it come and go."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from convlint.findings import Finding
from convlint.report.json_report import sizes_value
from convlint.report.run import Run
from convlint.report.snippet import SourceLines


def fingerprints(run: Run) -> list[str]:
    """One fingerprint for each finding, all distinct: 64 hexadecimal digits.

    It depends on the rule, the path, the text of the line, the message and the layer, but on no line number. Findings
    that agree in all of these are numbered in their order.
    """
    sources = SourceLines(run.sources)
    seen: Counter[str] = Counter()
    prints = []
    for finding in run.findings:
        content = _content(finding, sources)
        prints.append(hashlib.sha256(f"{content}#{seen[content]}".encode("ascii")).hexdigest())
        seen[content] += 1
    return prints


def _content(finding: Finding, sources: SourceLines) -> str:
    text = sources.line(finding.place.path, finding.place.line) or ""
    layer = finding.layer
    about = None if layer is None else [layer.op, layer.call.path, *_numbers(finding)]
    return json.dumps([finding.rule, finding.place.path, " ".join(text.split()), finding.message, about])


def _numbers(finding: Finding) -> list[object]:
    layer = finding.layer
    return [] if layer is None else [sizes_value(size) for size in (layer.kernel_size, layer.stride, layer.dilation)]
