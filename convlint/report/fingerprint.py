"""Fingerprints for reports that are compared from run to run: the baseline's, as text, and no two alike."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from convlint.baseline import fingerprint
from convlint.report.run import Run
from convlint.report.snippet import SourceLines


def fingerprints(run: Run) -> list[str]:
    """One fingerprint for each finding, all distinct: 64 hexadecimal digits that no moved line changes.

    Findings that the baseline cannot tell apart are numbered in their order.
    """
    lines = SourceLines(run.sources)
    seen: Counter[str] = Counter()
    texts = []
    for finding in run.findings:
        content = json.dumps(fingerprint(finding, lambda path, number: lines.line(path, number) or ""))
        texts.append(hashlib.sha256(f"{content}#{seen[content]}".encode("ascii")).hexdigest())
        seen[content] += 1
    return texts
